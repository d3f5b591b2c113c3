"""The components behind a record of any kind, and how they stand together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.obtain_build.availability import Availability, Word, availability_of, worst_of
from valuechain.obtain_build.models import Component
from valuechain.records.forecasting import Awaited
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import LinkKind

#: Kinds whose pages show the components they wait for. That of a need tells of every part by itself.
WAITING_KINDS = (
    "portfolio_item", "requirement", "design_spec", "release", "milestone", "change",
    "improvement", "transition_plan",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One component and how it stands."""

    component: Component
    availability: Availability


def components_behind(record: Record, *, actor: Any) -> list[Component]:
    """Return the live components a record waits for, as far as the actor sees them. One query.

    Those linked to it, and those built to a specification linked to it.
    """
    of_record = Link.objects.filter(Q(source_id=record.pk) | Q(target_id=record.pk))
    specs = {record.pk} if record.kind == "design_spec" else set()
    beside: set[int] = set()
    for source, target, source_kind, target_kind in of_record.values_list(
        "source_id", "target_id", "source__kind", "target__kind"
    ):
        other, kind = (target, target_kind) if source == record.pk else (source, source_kind)
        if kind == "design_spec":
            specs.add(other)
        if kind == Component.KIND:
            beside.add(other)
    built = Link.objects.filter(
        kind=LinkKind.IMPLEMENTS, target_id__in=specs, source__kind=Component.KIND
    ).values("source_id")
    found = Component.objects.visible_to(actor).filter(Q(pk__in=beside) | Q(pk__in=built))
    return list(found.exclude(phase=Phase.VOID).order_by("needed_at", "pk"))


def availability_for(components: Iterable[Component]) -> list[Standing]:
    """Say how each of some components stands."""
    return [Standing(component, availability_of(component)) for component in components]


def together(standings: Iterable[Standing]) -> Availability | None:
    """Return what speaks for all of them; None when there is none."""
    return worst_of(standing.availability for standing in standings)


def late_for(specs: Collection[int]) -> dict[int, list[Awaited]]:
    """Map specifications to the components that come too late for them. One query."""
    today = clock.now().date()
    found: dict[int, list[Awaited]] = {}
    components = Component.objects.filter(
        links_out__kind=LinkKind.IMPLEMENTS, links_out__target__in=specs
    ).annotate(spec_id=F("links_out__target"))
    for component in components.exclude(phase=Phase.VOID).order_by("pk"):
        stands = availability_of(component, today=today)
        if stands.word is Word.LATE and component.needed_at is not None:
            expected = component.needed_at + timedelta(days=stands.days)
            late = Awaited(component, component.needed_at, expected)
            found.setdefault(component.spec_id, []).append(late)
    return found
