"""The links of the navigation: on every page, twice, so drawn by a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.templatetags import ui
from itsm.core.wording import kept

register = template.Library()

#: The icon of a place that neither belongs to an activity nor names its own.
ICONS = {
    "home": "home",
    "work": "home",
    "tickets": "ticket",
    "inbox": "mail",
    "sla": "clock",
    "streams": "route",
    "reports": "chart",
    "knowledge": "book",
    "admin": "gear",
}
NOTHING = SafeString("")


class Link(NamedTuple):
    """One place as it is drawn."""

    label: str
    url: str
    key: str
    activity: str
    icon: str
    keys: str
    is_current: bool
    needed: int


@register.simple_tag
def nav_groups(nav: Sequence[Mapping[str, Any]]) -> SafeString:
    """Draw groups {label, items: [{label, url, key, activity, icon, keys, current, count}]}."""
    groups = tuple((str(group["label"]), tuple(map(_link, group["items"]))) for group in nav)
    return SafeString(_drawn(groups))


def _link(item: Mapping[str, Any]) -> Link:
    return Link(
        str(item["label"]),
        str(item["url"]),
        item.get("key") or "",
        item.get("activity") or "",
        item.get("icon") or "",
        item.get("keys") or "",
        bool(item.get("current")),
        int(str(item.get("count") or 0)),
    )


@kept
def _drawn(groups: tuple[tuple[str, tuple[Link, ...]], ...]) -> str:
    """Whoever may go to the same places and is at the same one sees the same."""
    return format_html_join(
        "",
        '\n<div class="nav-group">\n  <p class="nav-head">{}</p>\n  <ul class="nav-list{}">{}</ul>\n</div>',
        (
            (
                label,
                " nav-line" if links and links[0].activity else "",
                format_html_join("\n    ", "{}", ((_place(link),) for link in links)),
            )
            for label, links in groups
        ),
    )


def _place(link: Link) -> SafeString:
    return format_html(
        '<li><a href="{}"{}{}>{}<span class="nav-text">{}</span>{}</a></li>',
        link.url,
        SafeString(' aria-current="page"') if link.is_current else NOTHING,
        format_html(' data-keys="{}" data-keys-label="{}"', link.keys, link.label)
        if link.keys
        else NOTHING,
        _mark(link),
        link.label,
        _count(link.needed) if link.needed else NOTHING,
    )


def _mark(link: Link) -> SafeString:
    if link.activity:
        return ui.activity_ring(link.activity)
    return ui.icon(link.icon or ICONS.get(link.key, "arrow"))


def _count(count: object) -> SafeString:
    return format_html(
        '<span class="count"><span class="hide">, </span>{}<span class="hide"> {}</span></span>',
        count,
        _("need you"),
    )
