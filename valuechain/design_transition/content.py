"""What approvers of a specification read: its sections, its figures and its requirements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from valuechain.approvals.subjects import digest_of
from valuechain.design_transition.models import DesignSpec, Requirement, SpecVersion
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind

SECTIONS = (
    "title", "description", "blueprint", "quality_standards", "options_considered",
    "transition_approach", "risks",
)  # fmt: skip
FIGURES = (
    "estimate", "contingency", "yearly_cost", "currency", "duration_days", "time_to_market",
    "lifetime_years", "capacity_today", "capacity_horizon",
)  # fmt: skip
CELLS = (
    "title", "description", "requirement_type", "necessity", "measure", "target",
    "acceptance_test", "horizon",
)  # fmt: skip

#: What a reader can comment on; a single requirement by its number besides.
PARTS = (*SECTIONS[1:], "requirements", "money", "time")


def requirements_of(spec: Record) -> QuerySet[Requirement]:
    """Return the requirements a specification is to satisfy, dropped ones left out. One query."""
    return (
        Requirement.objects.filter(
            links_in__source=spec.pk, links_in__kind=LinkKind.SATISFIES
        )
        .exclude(state="dropped")
        .order_by("pk")
    )  # fmt: skip


def content_of(
    spec: DesignSpec, requirements: Iterable[Requirement] | None = None
) -> dict[str, Any]:
    """Return a specification as plain values, the same for the same words.

    Pass the requirements where they were read already.
    """
    rows = requirements_of(spec) if requirements is None else requirements
    figures = {name: getattr(spec, name) for name in FIGURES}
    return {
        "sections": {name: getattr(spec, name) for name in SECTIONS},
        "figures": {
            name: value if value is None or isinstance(value, int) else str(value)
            for name, value in figures.items()
        },
        "requirements": [
            {"number": requirement.number, **{name: getattr(requirement, name) for name in CELLS}}
            for requirement in rows
        ],
    }


def hash_of(spec: DesignSpec) -> str:
    """Return the hash of a specification as it reads now."""
    return digest_of(content_of(spec))


def version_number(spec: DesignSpec) -> int:
    """Return the number of the version being read: one written down, or the next to be."""
    known = spec.versions.filter(content_hash=hash_of(spec)).first()
    if known is not None:
        return known.number
    latest: SpecVersion | None = spec.versions.first()
    return 1 if latest is None else latest.number + 1
