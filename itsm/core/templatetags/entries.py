"""The entries of a timeline, drawn by functions rather than a chain of conditions.

A long conversation has hundreds of entries; walking a template's conditions for each of them took
most of the time a record's page needed.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.templatetags import ui

register = template.Library()

#: The mark of each kind of entry; any other is plain history.
MARKS = {
    "note": "lock",
    "reply_in": "mail",
    "reply_out": "reply",
    "call": "phone",
    "change": "pencil",
    "transition": "arrow",
    "sla": "clock",
    "link": "link",
}
NOTHING = SafeString("")


@register.simple_tag
def timeline_entry(entry: Any, use: Any = None) -> SafeString:
    """Draw one thing that happened to a record.

    `use` is what its reader can make of an entry: a label, an icon and the address of an anchor.

    `entry` gives kind (reply_in, reply_out, note, call, change, transition, sla, link, system),
    actor, at, label, body_html, changes [{field, before, after}], is_grouped, via, is_internal and
    anchor.
    """
    is_note = entry.is_internal or entry.kind == "note"
    return ui.fill(
        '<li class="entry entry-{}{}{}"{}>\n  <span class="entry-mark">{}</span>\n  <article>\n'
        '    <h3 class="entry-head">{}<span>{}</span>{}{}<span class="meta row-end">{}</span></h3>'
        "{}{}{}\n  </article>\n</li>",
        entry.kind,
        _look(entry),
        "" if entry.body_html else " entry-quiet",
        ui.fill(' id="{}"', entry.anchor) if entry.anchor else NOTHING,
        ui.icon("lock" if is_note else MARKS.get(entry.kind, "history")),
        ui.fill("<b>{}</b>", entry.actor) if entry.actor else NOTHING,
        entry.label,
        ui.fill('<span class="meta">{}</span>', entry.via) if entry.via else NOTHING,
        _use(entry, use) if use and entry.anchor else NOTHING,
        ui.when(entry.at),
        _changes(entry) if entry.changes else NOTHING,
        _body(entry.body_html, is_note=is_note) if entry.body_html else NOTHING,
        _cited(entry.principle) if getattr(entry, "principle", "") else NOTHING,
    )


def _use(entry: Any, use: Any) -> SafeString:
    return ui.fill(
        '<a class="btn btn-quiet btn-icon entry-use" href="{}" title="{}">{}'
        '<span class="hide">{}: {} {}</span></a>',
        use.url(entry.anchor),
        use.label,
        ui.icon(use.icon),
        use.label,
        entry.actor,
        entry.label,
    )


def _cited(principle: Any) -> SafeString:
    return ui.fill(
        '<p class="meta row">{}<span>{}: {}</span></p>',
        ui.icon("pin"),
        _("Guiding principle"),
        principle,
    )


def _look(entry: Any) -> str:
    if entry.is_internal and entry.kind != "note":
        return " entry-note"
    return " entry-out" if entry.kind == "reply_out" else ""


def _changes(entry: Any) -> SafeString:
    lines = ((change["field"], _change(change)) for change in entry.changes)
    told = ui.fill(
        '<ul class="entry-changes" aria-label="{}">{}</ul>',
        _("Changed"),
        format_html_join("", "<li>{}: {}</li>", lines),
    )
    if not entry.is_grouped:
        return told
    return ui.fill(
        '<details class="fold"><summary class="meta">{}</summary>{}</details>',
        _("What changed"),
        told,
    )


def _change(change: dict[str, Any]) -> SafeString:
    before, after = change.get("before"), change.get("after")
    was = NOTHING
    if before:
        was = ui.fill('<del><span class="hide">{} </span>{}</del> ', _("was"), before)
    if not after:
        return ui.fill("{}{}", was, _("none"))
    return ui.fill('{}<ins><span class="hide">{} </span>{}</ins>', was, _("now"), after)


def _body(body: SafeString, *, is_note: bool) -> SafeString:
    why = NOTHING
    if is_note:
        words = _("Internal note. The requester cannot see this.")
        why = ui.fill('<p class="entry-why">{}{}</p>', ui.icon("lock"), words)
    return ui.fill('<div class="entry-box">{}<div class="text">{}</div></div>', why, body)
