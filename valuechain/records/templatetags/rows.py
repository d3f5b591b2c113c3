"""The cells of a list's rows, drawn by a table of functions rather than a chain of conditions.

A page has hundreds of cells; walking a template's conditions for each of them took most of the time
a list needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.templatetags import ui
from valuechain.records.listing import is_minor

register = template.Library()


def _number(record: Any) -> SafeString:
    return ui.fill('<td role="cell" class="number-cell">{}</td>', record.number)


def _title(record: Any) -> SafeString:
    unread = ""
    if getattr(record, "is_unread", False):
        unread = ui.fill('<span class="dot"></span><span class="hide">{} </span>', _("Unread"))
    return ui.fill(
        '<th class="subject" scope="row" role="rowheader">{}<a href="{}">{}</a></th>',
        unread,
        record.get_absolute_url() + getattr(record, "opened_from", ""),
        record.title,
    )


def _plain(draw: Callable[[Any], Any]) -> Callable[[Any], SafeString]:
    return lambda record: ui.fill('<td role="cell">{}</td>', draw(record) or "")


def _minor(draw: Callable[[Any], Any]) -> Callable[[Any], SafeString]:
    return lambda record: ui.fill('<td role="cell" class="minor">{}</td>', draw(record) or "")


#: Last messages: the icon and the word, by what was said last.
SAID = {
    "in": ("reply", gettext_lazy("The requester wrote last")),
    "out": ("send", gettext_lazy("We wrote last")),
    "note": ("note", gettext_lazy("A note is last")),
    "call": ("phone", gettext_lazy("A call is last")),
    "mail": ("mail", gettext_lazy("A mail is last")),
}


def _said(record: Any) -> SafeString:
    said = getattr(record, "last_message", "")
    if said not in SAID:
        return mark_safe('<td role="cell" class="said"></td>')
    shape, word = SAID[said]
    return ui.fill(
        '<td role="cell" class="said"><span title="{}">{}<span class="hide">{}</span></span></td>',
        word,
        ui.icon(shape),
        word,
    )


def _tags(record: Any) -> SafeString:
    return SafeString(
        " ".join([ui.fill('<span class="tag">{}</span>', tag) for tag in record.tags])
    )


CELLS: dict[str, Callable[[Any], SafeString]] = {
    "number": _number,
    "title": _title,
    "last_message": _said,
    "priority": _plain(lambda record: ui.priority_badge(record.priority)),
    "state": _plain(ui.state_badge),
    "clock": _plain(lambda record: ui.clock_badge(getattr(record, "clock", None))),
    "owner": _plain(lambda record: ui.person(record.owner)),
    "requester": _minor(lambda record: record.requester),
    "next_due_at": _plain(lambda record: ui.when(record.next_due_at)),
    "opened_at": _minor(lambda record: ui.when(record.opened_at)),
    "updated_at": _minor(lambda record: ui.when(record.updated_at)),
    "tags": _plain(_tags),
}


@register.simple_tag
def record_cells(record: Any, columns: Sequence[dict[str, Any]]) -> SafeString:
    """Draw the cells of one row, in the order of the columns."""
    return SafeString("".join([_cell(record, column["key"]) for column in columns]))


def _cell(record: Any, key: str) -> SafeString:
    draw = CELLS.get(key)
    if draw is None:
        cell = _minor if is_minor(key) else _plain
        draw = cell(lambda row: ui.field_value(row, key))
    return draw(record)


@register.simple_tag
def list_row(record: Any, columns: Sequence[dict[str, Any]], bulk_url: str = "") -> SafeString:
    """Draw one row of a list; `bulk_url` adds the box that selects it, with the version seen."""
    number = getattr(record, "number", "")
    version = getattr(record, "version", 0)
    pick: SafeString | str = ""
    if bulk_url:
        pick = ui.fill(
            '<td role="cell" class="pick"><input type="checkbox" name="number" value="{}" '
            'aria-label="{} {}"><input type="hidden" name="seen" value="{}:{}"></td>',
            number,
            number,
            record.title,
            number,
            version,
        )
    return ui.fill(
        '<tr role="row" id="row-{}" data-version="{}">{}{}</tr>',
        number,
        version,
        pick,
        record_cells(record, columns),
    )
