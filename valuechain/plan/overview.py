"""Plan on one page: the direction, what is measured, what was chosen, and the money behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from valuechain.plan.models import (
    Budget,
    Objective,
    Policy,
    PolicyException,
    PortfolioItem,
    Vision,
)
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import LinkKind

MOST = 200
#: Column of the board -> the states in it.
STAGES = (
    (_("Idea"), ("candidate", "under_evaluation", "deferred")),
    (_("Approved"), ("approved",)),
    (_("Funded"), ("funded",)),
    (_("In delivery"), ("in_delivery", "on_hold")),
    (_("Live, value open"), ("delivered",)),
)
_NEEDS = ("need", "project_initiation")
_HORIZONS = {"now": 0, "next": 1, "later": 2}


def direction(actor: Any) -> dict[str, Any]:
    """Return the published vision, who has read it, and the objectives below it. Four queries."""
    vision = (
        Vision.objects.visible_to(actor)
        .filter(state="published")
        .with_people()
        .order_by("-state_since")
        .first()
    )
    objectives = Objective.objects.visible_to(actor).live().with_people().order_by("due", "pk")
    found: dict[str, Any] = {"vision": vision, "objectives": list(objectives[:MOST])}
    if vision is None:
        return found
    readings = vision.readings.all()
    return found | {
        "readers": readings.count(),
        "has_read": readings.filter(person_id=actor.pk).exists(),
    }


def portfolio(actor: Any, vision: Vision | None = None) -> dict[str, Any]:
    """Return the items by stage, each with what stands behind it, and those that serve no vision.

    Those that name a line which the published vision no longer holds are told too.

    Two queries.
    """
    items = list(
        PortfolioItem.objects.visible_to(actor)
        .filter(state__in=[state for _label, states in STAGES for state in states])
        .with_people()
        .order_by("pk")[:MOST]
    )
    add_what_is_behind(items, actor=actor)
    items.sort(key=lambda one: (-(one.score or 0), _HORIZONS.get(one.horizon, 9), one.pk))
    return {
        "stages": [
            {"label": label, "items": [item for item in items if item.state in states]}
            for label, states in STAGES
        ],
        "without_direction": [item for item in items if not (item.serves or item.vision_line)],
        "lost_direction": [item for item in items if _names_a_line_that_is_gone(item, vision)],
    }


def _names_a_line_that_is_gone(item: Any, vision: Vision | None) -> bool:
    if vision is None or not item.vision_line:
        return False
    line, text = (
        " ".join(words.casefold().split()) for words in (item.vision_line, vision.statement)
    )
    return line.rstrip(".") not in text


def add_what_is_behind(items: Iterable[Any], *, actor: Any) -> None:
    """Set on each item how many needs and specifications it has, and what it serves. One query."""
    known = {item.pk: item for item in items}
    behind: dict[int, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    links = (
        Link.objects.visible_to(actor)
        .filter(Q(source_id__in=known) | Q(target_id__in=known))
        .filter(kind__in=[LinkKind.DERIVED_FROM, LinkKind.FULFILS])
        .select_related("source", "target")
        .order_by("pk")
    )
    for link in links:
        if link.source_id in known:
            behind[link.source_id][link.target.kind].append(link.target)
        else:
            behind[link.target_id][link.source.kind].append(link.source)
    for pk, item in known.items():
        kinds = behind[pk]
        item.need_count = sum(len(kinds[name]) for name in _NEEDS)
        item.spec_count = len(kinds["design_spec"])
        item.serves = [*kinds["objective"], *kinds["vision"]]


def budgets(actor: Any) -> list[dict[str, Any]]:
    """Return the budgets that are open, each with its parts as shares of the whole. One query."""
    found = Budget.objects.visible_to(actor).live().with_people().order_by("-period_start", "pk")
    return [
        {
            "budget": budget,
            "spent": _share(budget.consumed, budget.amount),
            "reserved": _share(budget.reserved, budget.amount),
        }
        for budget in found[:MOST]
    ]


def policies(actor: Any) -> dict[str, Any]:
    """Return the policies in force, those nobody has read again in time, and who is let off.

    Two queries.
    """
    found = list(
        Policy.objects.visible_to(actor)
        .filter(state="in_force")
        .with_people()
        .order_by("review_on", "pk")[:MOST]
    )
    let_off = list(
        PolicyException.objects.visible_to(actor)
        .filter(state__in=("requested", "granted", "expired"))
        .select_related("for_policy")
        .order_by("until", "pk")[:MOST]
    )
    return {
        "policies": found,
        "overdue_policies": [policy for policy in found if policy.is_overdue],
        "exceptions": let_off,
    }


def _share(part: Any, whole: Any) -> int:
    return round(100 * part / whole) if whole else 0
