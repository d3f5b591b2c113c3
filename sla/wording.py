"""What clocks did, said in the timeline of their record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core.wording import absolute
from sla.vocabulary import BREACH, Metric


def missed(event: Any) -> str:
    """Say which promise missed which deadline."""
    data = event.data
    words = {"metric": _metric(data), "due": _moment(data.get("breached_at"))}
    if data.get("by_change"):
        return _("noticed: %(metric)s is late by a change alone, due %(due)s") % words
    return _("noticed: %(metric)s missed its deadline, %(due)s") % words


def escalated(event: Any) -> str:
    """Say which step was taken, and what came of each of its actions."""
    data = event.data
    done = "; ".join(_done(action) for action in data.get("done", ()))
    words = {"metric": _metric(data), "step": data.get("step", ""), "done": done}
    if data.get("step") == BREACH:
        return _("escalated the missed %(metric)s: %(done)s") % words
    return _("escalated %(metric)s at %(step)s: %(done)s") % words


def news(event: Any) -> str:
    """Say in one line what happened to which promise, to whom a clock is to hurry."""
    data = event.data
    due = data.get("breached_at") or data.get("due_at")
    words = {"metric": _metric(data), "due": _moment(due), "step": data.get("step", "")}
    if event.verb == "clock.breached" or data.get("step") == BREACH:
        return _("%(metric)s is missed, it was due %(due)s") % words
    return _("%(metric)s: %(step)s of the time is used, due %(due)s") % words


def _metric(data: dict[str, Any]) -> str:
    known = dict(Metric.choices)
    return str(known.get(data.get("metric", ""), _("a promise")))


def _moment(written: Any) -> str:
    return absolute(datetime.fromisoformat(written)) if written else ""


def _done(action: dict[str, Any]) -> str:
    what = action.get("do")
    if what == "notify":
        count = len(action.get("people", ()))
        told = ngettext("%(count)d person was told", "%(count)d people were told", count)
        return told % {"count": count}
    if action.get("unchanged"):
        return _("it was with the team already")
    said = {
        "reassign": (_("handed to another team"), _("could not be handed to the team")),
        "raise_priority": (_("the priority was raised"), _("the priority could not be raised")),
        "webhook": (_("other systems were told"), _("other systems were not told")),
    }.get(str(what))
    return said["refused" in action] if said else str(what)
