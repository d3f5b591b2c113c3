"""The cells of a list's rows, drawn by a table of functions rather than a chain of conditions.

A page has hundreds of cells; walking a template's conditions for each of them took most of the time
a list needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.templatetags import ui
from valuechain.records.listing import MINOR

register = template.Library()


def _number(record: Any) -> SafeString:
    return format_html('<td role="cell" class="number-cell">{}</td>', record.number)


def _title(record: Any) -> SafeString:
    unread = ""
    if getattr(record, "is_unread", False):
        unread = format_html('<span class="dot"></span><span class="hide">{} </span>', _("Unread"))
    return format_html(
        '<th class="subject" scope="row" role="rowheader">{}<a href="{}">{}</a></th>',
        unread,
        record.get_absolute_url(),
        record.title,
    )


def _plain(draw: Callable[[Any], Any]) -> Callable[[Any], SafeString]:
    return lambda record: format_html('<td role="cell">{}</td>', draw(record) or "")


def _minor(draw: Callable[[Any], Any]) -> Callable[[Any], SafeString]:
    return lambda record: format_html('<td role="cell" class="minor">{}</td>', draw(record) or "")


CELLS: dict[str, Callable[[Any], SafeString]] = {
    "number": _number,
    "title": _title,
    "priority": _plain(lambda record: ui.priority_badge(record.priority)),
    "state": _plain(ui.state_badge),
    "clock": _plain(lambda record: ui.clock_badge(getattr(record, "clock", None))),
    "owner": _plain(lambda record: ui.person(record.owner)),
    "requester": _minor(lambda record: record.requester),
    "next_due_at": _plain(lambda record: ui.when(record.next_due_at)),
    "opened_at": _minor(lambda record: ui.when(record.opened_at)),
    "updated_at": _minor(lambda record: ui.when(record.updated_at)),
}


@register.simple_tag
def record_cells(record: Any, columns: Sequence[dict[str, Any]]) -> SafeString:
    """Draw the cells of one row, in the order of the columns."""
    return format_html_join("", "{}", ((_cell(record, column["key"]),) for column in columns))


def _cell(record: Any, key: str) -> SafeString:
    draw = CELLS.get(key)
    if draw is None:
        cell = _minor if key in MINOR else _plain
        draw = cell(lambda row: ui.field_value(row, key))
    return draw(record)
