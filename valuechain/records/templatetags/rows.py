"""The cells of a list's rows, drawn by a table of functions rather than a chain of conditions.

A page has hundreds of cells; walking a template's conditions for each of them took most of the time
a list needed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.templatetags import ui
from valuechain.records.listing import is_minor
from valuechain.records.models import Record

register = template.Library()

Draw = Callable[[Any], SafeString]


def _number(record: Any) -> SafeString:
    return ui.fill('<td role="cell" class="number-cell">{}</td>', record.number)


def _plain(draw: Callable[[Any], Any]) -> Draw:
    return lambda record: ui.fill('<td role="cell">{}</td>', draw(record) or "")


def _minor(draw: Callable[[Any], Any]) -> Draw:
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


CELLS: dict[str, Draw] = {
    "number": _number,
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
#: What the whole look of a cell follows from: rows that are alike in this share one drawing.
ALIKE: dict[str, Callable[[Any], Hashable]] = {
    "last_message": lambda record: getattr(record, "last_message", ""),
    "priority": lambda record: record.priority,
    "state": lambda record: (record.kind, record.state, record.phase),
    "owner": lambda record: record.owner_id,
    "requester": lambda record: record.requester_id,
    "team": lambda record: record.team_id,
    "organisation": lambda record: record.organisation_id,
    "service": lambda record: record.service_id,
    "kind_label": lambda record: record.kind,
}
#: A number that stands for others while an address is looked up.
_ANY_NUMBER = "ANY-0"


class Pen:
    """Draws the rows of one page for one reader, and what many of them show alike only once."""

    def __init__(self, columns: Sequence[dict[str, Any]]) -> None:
        """Look up how each column is drawn."""
        self._cells = [self._cell(column["key"]) for column in columns]
        self._addresses: dict[str, list[str]] = {}
        self._unread = ""

    def cells(self, record: Any) -> SafeString:
        """Draw the cells of one row, in the order of the columns."""
        return SafeString("".join([draw(record) for draw in self._cells]))

    def row(self, record: Any, *, is_picked: bool) -> str:
        """Draw one row; `is_picked` adds the box that selects it, with the version seen."""
        number, version = escape(record.number), int(getattr(record, "version", 0))
        pick = at = ""
        if is_picked:
            at = f' data-at="{number.partition("-")[0]}:{escape(record.state)}"'
            pick = (
                f'<td role="cell" class="pick"><input type="checkbox" name="number" value="{number}"'
                f' aria-label="{number} {escape(record.title)}">'
                f'<input type="hidden" name="seen" value="{number}:{version}"></td>'
            )
        return (
            f'<tr role="row" id="row-{number}" data-version="{version}"{at}>'
            f"{pick}{self.cells(record)}</tr>"
        )

    def _cell(self, key: str) -> Draw:
        if key == "title":
            return self._title
        draw = CELLS.get(key)
        if draw is None:
            cell = _minor if is_minor(key) else _plain
            draw = cell(lambda row: ui.field_value(row, key))
        alike = ALIKE.get(key)
        return draw if alike is None else _once(draw, alike)

    def _title(self, record: Any) -> SafeString:
        unread = self._dot() if getattr(record, "is_unread", False) else ""
        address = self._address(record) + getattr(record, "opened_from", "")
        title = escape(record.title)
        return SafeString(
            f'<th class="subject" scope="row" role="rowheader">{unread}'
            f'<a href="{escape(address)}" title="{title}">{title}</a></th>'
        )

    def _dot(self) -> str:
        if not self._unread:
            words = escape(_("Unread"))
            self._unread = f'<span class="dot"></span><span class="hide">{words} </span>'
        return self._unread

    def _address(self, record: Any) -> str:
        """Return where the record is; rows of one resource differ in their number alone."""
        if not isinstance(record, Record):
            return str(record.get_absolute_url())
        around = self._addresses.get(record.resource)
        if around is None:
            found = reverse("record-detail", args=[record.resource, _ANY_NUMBER])
            around = self._addresses[record.resource] = found.split(_ANY_NUMBER)
        return record.number.join(around)


def _once(draw: Draw, alike: Callable[[Any], Hashable]) -> Draw:
    drawn: dict[Hashable, SafeString] = {}

    def cell(record: Any) -> SafeString:
        if not isinstance(record, Record):  # the page of the design shows rows that are none
            return draw(record)
        key = alike(record)
        found = drawn.get(key)
        if found is None:
            found = drawn[key] = draw(record)
        return found

    return cell


@register.simple_tag
def list_rows(
    records: Sequence[Any], columns: Sequence[dict[str, Any]], bulk_url: str = ""
) -> SafeString:
    """Draw the rows of a page; `bulk_url` adds the boxes that select them."""
    pen, is_picked = Pen(columns), bool(bulk_url)
    width, drawn = len(columns) + is_picked, list[str]()
    for record in records:
        if heading := getattr(record, "heading", None):
            drawn.append(_heading(heading, width, is_first=not drawn))
        drawn.append(pen.row(record, is_picked=is_picked))
    return SafeString("\n    ".join(drawn))


def _heading(heading: dict[str, str], width: int, *, is_first: bool) -> str:
    """Begin a group of rows, and end the one before."""
    words = ui.fill("{}", heading["words"])
    if heading["url"]:
        words = ui.fill('<a href="{}">{}</a>', heading["url"], words)
    return ("" if is_first else '</tbody><tbody role="rowgroup">') + ui.fill(
        '<tr role="row" class="group-row"><th role="rowheader" scope="rowgroup" colspan="{}">{}'
        "</th></tr>",
        width,
        words,
    )
