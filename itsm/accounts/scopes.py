"""What a token may be allowed to do, in words; each area of the API can be read or written."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors

#: Area of the API -> what it holds. The names are stable for ever: tokens carry them.
AREAS: dict[str, str | Promise] = {
    "tickets": _("tickets: incidents, requests, changes, problems, project initiations"),
    "notes": _("internal notes"),
    "engage": _("stakeholders, needs, interactions, supplier requests"),
    "plan": _("visions, objectives, portfolio items, budgets, commitments, policies"),
    "improve": _("improvements, feedback, metrics"),
    "design": _("requirements, specifications, transition plans"),
    "build": _("components, purchase orders, work orders, milestones"),
    "deliver": _("services, offerings, releases, deployments, articles"),
    "approvals": _("approvals"),
    "streams": _("value streams"),
    "sla": _("clocks, agreements, calendars"),
    "records": _("any record by number, links, handovers, events"),
    "webhooks": _("webhooks"),
    "tokens": _("API tokens"),
    "people": _("people, organisations, teams"),
    "views": _("saved views"),
    "search": _("search"),
    "metrics": _("metrics"),
}
VERBS = {"read": _("Read %(area)s"), "write": _("Write %(area)s")}
ALIASES = {f"all:{verb}": frozenset(f"{area}:{verb}" for area in AREAS) for verb in VERBS}
EVERYTHING = ("all:read", "all:write")
ALIASES["all"] = ALIASES["all:read"] | ALIASES["all:write"]


def known() -> dict[str, str]:
    """Return every scope a token can carry with its words, aliases first."""
    words = {
        "all": str(_("Read and write everything its user may")),
        "all:read": str(_("Read everything its user may read")),
        "all:write": str(_("Write everything its user may write")),
    }
    for area, what in AREAS.items():
        for verb, sentence in VERBS.items():
            words[f"{area}:{verb}"] = str(sentence % {"area": what})
    return words


def check(scopes: Iterable[str]) -> list[str]:
    """Return the scopes in order, once each, or raise FieldErrors naming what is not known."""
    wanted = sorted(set(scopes))
    words = known()
    unknown = [scope for scope in wanted if scope not in words]
    if unknown or not wanted:
        message = _("Use one or more of: %(known)s. Not known: %(unknown)s.") % {
            "known": ", ".join(words),
            "unknown": ", ".join(unknown) or "-",
        }
        raise FieldErrors({"scopes": [("unknown_scope", message)]})
    return wanted


def expand(scopes: Iterable[str]) -> frozenset[str]:
    """Return what the scopes amount to, aliases spelled out."""
    found: set[str] = set()
    for scope in scopes:
        found |= ALIASES.get(scope, {scope})
    return frozenset(found)
