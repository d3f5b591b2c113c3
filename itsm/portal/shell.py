"""What every page's frame shows: the places a person may go, in a fixed order."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import DESK_ROLES, Role
from itsm.portal.needing import needing


class Place(NamedTuple):
    """One link of the navigation. It appears as soon as its address has this name."""

    key: str
    label: Promise
    url_name: str
    activity: str = ""
    args: tuple[str, ...] = ()
    #: Whoever holds none of these does not see the link; empty: everybody does.
    roles: frozenset[str] = frozenset()


STAFF: tuple[tuple[Promise, tuple[Place, ...]], ...] = (
    (
        _("Work"),
        (
            Place("home", _("My work"), "home"),
            Place("tickets", _("Tickets"), "record-list", args=("tickets",)),
            Place("inbox", _("Mail inbox"), "mail-inbox", roles=DESK_ROLES),
            Place("sla", _("SLA"), "sla-dashboard"),
            Place("streams", _("Value streams"), "stream-list"),
        ),
    ),
    (
        _("Value chain"),
        (
            Place("plan", _("Plan"), "plan", "plan"),
            Place("improve", _("Improve"), "improve", "improve"),
            Place("engage", _("Engage"), "engage-inbox", "engage"),
            Place("design", _("Design & transition"), "activity", "design", ("design-transition",)),
            Place("build", _("Obtain & build"), "activity", "build", ("obtain-build",)),
            Place("deliver", _("Deliver & support"), "activity", "deliver", ("deliver-support",)),
        ),
    ),
    (
        _("Insight"),
        (
            Place("reports", _("Reports"), "report-list"),
            Place("knowledge", _("Knowledge"), "record-list", args=("articles",)),
        ),
    ),
    (_("Admin"), (Place("admin", _("Admin"), "admin-home", roles=frozenset({Role.ADMIN})),)),
)
REQUESTER: tuple[Place, ...] = (
    Place("portal", _("Home"), "portal-home"),
    Place("services", _("Services"), "portal-services"),
    Place("requests", _("My requests"), "portal-requests"),
    Place("needs", _("Needs"), "portal-needs"),
)
# The letters pressed after `g` to go there, as the keys dialog lists them.
GO_KEYS = {
    "tickets": "t",
    "sla": "s",
    "streams": "v",
    "plan": "p",
    "improve": "i",
    "engage": "e",
    "design": "d",
    "build": "b",
    "deliver": "l",
}


@cache
def _address(url_name: str, args: tuple[str, ...]) -> str:
    """Return where a place is, or nothing where there is no such place. None of them ever moves."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def _links(places: tuple[Place, ...], path: str) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = []
    for place in places:
        url = _address(place.url_name, place.args)
        if not url:
            continue
        links.append(
            {
                "key": place.key,
                "label": place.label,
                "url": url,
                "activity": place.activity,
                "keys": f"g {GO_KEYS[place.key]}" if place.key in GO_KEYS else "",
                "current": False,
            }
        )
    # A start page is an ancestor of others; current is the nearest.
    around = [link for link in links if path == link["url"] or _is_below(path, link["url"])]
    if around:
        max(around, key=lambda link: len(link["url"]))["current"] = True
    return links


def _open_to(user: Any, places: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(p for p in places if not p.roles or user.access.holds(p.roles))


def _is_below(path: str, url: str) -> bool:
    return url != "/" and path.startswith(url)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates `nav` (groups of links for staff) and `portal_nav` (links for requesters)."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "portal_nav": []}
    if not user.access.is_staff:
        return {"nav": [], "portal_nav": _links(REQUESTER, request.path)}
    groups: list[dict[str, Any]] = [
        {"label": label, "items": links}
        for label, places in STAFF
        if (links := _links(_open_to(user, places), request.path))
    ]
    counts = SimpleLazyObject(lambda: needing(user))
    for group in groups:
        for link in group["items"]:
            link["count"] = SimpleLazyObject(partial(_of, counts, link["key"]))
    return {"nav": groups, "portal_nav": _links(REQUESTER, request.path)}


def _of(counts: Any, key: str) -> int:
    found: int = counts.get(key, 0)
    return found


def base_template(request: HttpRequest) -> str:
    """Return the shell a page for everybody is drawn in: that of staff, or that of requesters."""
    user: Any = request.user
    return "base.html" if user.access.is_staff else "portal_base.html"
