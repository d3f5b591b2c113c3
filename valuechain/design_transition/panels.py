"""What the pages of requirements, specifications and transition plans show beyond the common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.approvals.models import Approval
from valuechain.design_transition.content import content_of, requirements_of
from valuechain.design_transition.diffing import compare
from valuechain.design_transition.models import DesignSpec, SpecVersion
from valuechain.records.funding import Funding, funds
from valuechain.records.models import Link, Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LinkKind

_SECTIONS = (
    "blueprint", "quality_standards", "options_considered", "transition_approach", "risks",
)  # fmt: skip


def register() -> None:
    """Tell the record pages how this activity's records are shown."""
    panels.pages.append(page)
    panels.columns["requirements"] = (
        "number", "title", "state", "service", "owner", "updated_at",
    )  # fmt: skip
    panels.columns["specs"] = ("number", "title", "state", "service", "owner", "updated_at")
    panels.columns["transition-plans"] = (
        "number",
        "title",
        "state",
        "service",
        "owner",
        "updated_at",
    )
    panels.named_views["specs"] = (
        ("open", _("All open"), "state=open"),
        ("review", _("In review"), "state=in_review"),
        ("approved", _("Approved, not funded"), "state=approved"),
        ("funded", _("Funded, not built"), "state=funded&state=released_to_build"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("finished", _("Finished"), "state=closed"),
    )
    panels.named_views["requirements"] = (
        ("open", _("All open"), "state=open"),
        ("draft", _("To agree on"), "state=draft"),
        ("agreed", _("To allocate"), "state=agreed"),
        ("finished", _("Finished"), "state=closed"),
    )


def page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what a specification's or a requirement's page shows besides."""
    if record.kind == "design_spec":
        return spec_page(record, actor)
    if record.kind == "requirement":
        return {"has_no_need": not sources_of([record], actor).get(record.pk)}
    return {}


def spec_page(spec: Any, actor: Any) -> dict[str, Any]:
    """Return sections, requirements with their sources, money, time, coverage and versions."""
    links = list(Link.objects.visible_to(actor).filter(source=spec).select_related("target"))
    kinds = {link.kind for link in links}
    requirements = list(requirements_of(spec)) if LinkKind.SATISFIES in kinds else []
    sources, met_by = sources_of(requirements, actor), met_by_of(requirements, actor)
    needs = [li.target for li in links if li.kind == LinkKind.FULFILS and li.target.kind == "need"]
    covered = {source.pk for found in sources.values() for source in found}
    uncovered = [need for need in needs if need.pk not in covered]
    return {
        "sections": [
            {"name": name, "label": spec.label_of(name), "text": getattr(spec, name)}
            for name in _SECTIONS
        ],
        "requirement_rows": [
            {
                "requirement": requirement,
                "sources": sources.get(requirement.pk, []),
                "met_by": met_by.get(requirement.pk, []),
            }
            for requirement in requirements
        ],
        "coverage": {
            "needs": len(needs),
            "covered": len(needs) - len(uncovered),
            "uncovered": uncovered,
        },
        "money": money_of(spec, is_funded=LinkKind.FUNDED_BY in kinds),
        "time": time_of(spec),
        "versions": [] if spec.state == "draft" else versions_of(spec),
        "newer": newer_than_in_force(spec, requirements),
        "properties": [],
        "spec_facts": facts_of(spec),
    }


def sources_of(requirements: Any, actor: Any) -> dict[int, list[Record]]:
    """Map requirements to the visible records they come from. One query, none for none."""
    if not requirements:
        return {}
    links = (
        Link.objects.visible_to(actor)
        .filter(source__in=[r.pk for r in requirements], kind=LinkKind.DERIVED_FROM)
        .select_related("target")
    )
    found: dict[int, list[Record]] = {}
    for link in links:
        found.setdefault(link.source_id, []).append(link.target)
    return found


def met_by_of(requirements: Any, actor: Any) -> dict[int, list[Record]]:
    """Map requirements to the visible components that satisfy them. One query, none for none."""
    if not requirements:
        return {}
    links = (
        Link.objects.visible_to(actor)
        .filter(
            target__in=[r.pk for r in requirements],
            kind=LinkKind.SATISFIES,
            source__kind="component",
        )
        .select_related("source")
    )
    found: dict[int, list[Record]] = {}
    for link in links:
        found.setdefault(link.target_id, []).append(link.source)
    return found


def money_of(spec: Any, *, is_funded: bool) -> dict[str, Any]:
    """Return planned, set aside, spent and missing, in the specification's currency."""
    funding = funds.of(spec, spec.currency) if is_funded else Funding()
    in_force = spec.in_force.estimate if spec.in_force else None
    needed = in_force if in_force is not None else spec.estimate or Decimal(0)
    return {
        "planned": spec.estimate,
        "in_force": in_force,
        "committed": funding.committed,
        "spent": funding.spent,
        "shortfall": max(needed - funding.committed, Decimal(0)),
        "yearly": spec.yearly_cost,
        "currency": spec.currency,
    }


def time_of(spec: Any) -> dict[str, Any]:
    """Return the day it has to be live and how many days are left, or by how many it is late."""
    if spec.time_to_market is None:
        return {"date": None, "days": None, "late": 0}
    days = (spec.time_to_market - clock.now().date()).days
    return {"date": spec.time_to_market, "days": max(days, 0), "late": max(-days, 0)}


def versions_of(spec: Any) -> list[dict[str, Any]]:
    """Return the versions, newest first, each with what was decided on it. Two queries."""
    decided = {
        approval.subject_hash: approval
        for approval in Approval.objects.filter(subject_id=spec.pk).order_by("requested_at")
    }
    versions = list(SpecVersion.objects.filter(spec=spec).select_related("author"))
    rows = []
    for place, version in enumerate(versions):
        older = versions[place + 1] if place + 1 < len(versions) else None
        url = reverse("spec-version", args=[spec.number, version.number])
        rows.append(
            {
                "version": version,
                "approval": decided.get(version.content_hash),
                "is_in_force": version.pk == spec.in_force_id,
                "url": url,
                "diff_url": f"{url}?diff={older.number}" if older else "",
            }
        )
    return rows


def newer_than_in_force(spec: Any, requirements: list[Any]) -> dict[str, Any] | None:
    """Say how the text being written differs from the version in force, if it does."""
    if spec.in_force is None:
        return None
    count = compare(spec.in_force.content, content_of(spec, requirements)).count
    return {"number": spec.in_force.number, "count": count} if count else None


def facts_of(spec: DesignSpec) -> list[dict[str, Any]]:
    """Return the short facts of a specification for the panel beside it."""
    names = (
        "service", "requester", "owner", "team", "organisation", "capacity_today",
        "capacity_horizon", "lifetime_years", "duration_days",
    )  # fmt: skip
    people = {"requester", "owner"}
    return [
        {
            "label": spec.label_of(name),
            "value": getattr(spec, name) if name in people else str(getattr(spec, name) or ""),
            "kind": "person" if name in people else "text",
            "url": "",
        }
        for name in names
    ]
