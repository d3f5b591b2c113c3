"""The links of the navigation: on every page, twice, so drawn by a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.templatetags import ui

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


@register.simple_tag
def nav_groups(nav: Sequence[Mapping[str, Any]]) -> SafeString:
    """Draw groups {label, items: [{label, url, key, activity, icon, keys, current, count}]}."""
    return format_html_join(
        "",
        '\n<div class="nav-group">\n  <p class="nav-head">{}</p>\n  <ul class="nav-list{}">{}</ul>\n</div>',
        (
            (
                group["label"],
                " nav-line" if group["items"] and group["items"][0].get("activity") else "",
                format_html_join("\n    ", "{}", ((_place(item),) for item in group["items"])),
            )
            for group in nav
        ),
    )


def _place(item: Mapping[str, Any]) -> SafeString:
    keys, count = item.get("keys"), item.get("count")
    return format_html(
        '<li><a href="{}"{}{}>{}<span class="nav-text">{}</span>{}</a></li>',
        item["url"],
        SafeString(' aria-current="page"') if item.get("current") else NOTHING,
        format_html(' data-keys="{}" data-keys-label="{}"', keys, item["label"])
        if keys
        else NOTHING,
        _mark(item),
        item["label"],
        _count(count) if count else NOTHING,
    )


def _mark(item: Mapping[str, Any]) -> SafeString:
    if activity := item.get("activity"):
        return ui.activity_ring(activity)
    return ui.icon(item.get("icon") or ICONS.get(item.get("key", ""), "arrow"))


def _count(count: object) -> SafeString:
    return format_html(
        '<span class="count"><span class="hide">, </span>{}<span class="hide"> {}</span></span>',
        count,
        _("need you"),
    )
