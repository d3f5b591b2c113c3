"""What the pages of requirements, specifications and transition plans show beyond the common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from itsm.core.templatetags.ui import badge, money
from valuechain.approvals.models import Approval
from valuechain.approvals.reading import waiting_for
from valuechain.design_transition.content import PARTS, content_of, requirements_of
from valuechain.design_transition.diffing import compare
from valuechain.design_transition.figures import Schedule, budget_of, schedule_of
from valuechain.design_transition.models import DesignSpec, SpecVersion
from valuechain.design_transition.policies import TAKES_ON, is_funded, may_open_requirement
from valuechain.design_transition.remarks import discussions_of
from valuechain.records.forecasting import forecasts
from valuechain.records.funding import funds
from valuechain.records.models import Link, Record
from valuechain.records.panels import panels
from valuechain.records.policies import may_work
from valuechain.records.ties import ties_of
from valuechain.records.vocabulary import LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.querysets import RecordQuerySet

_SECTIONS = (
    "blueprint", "quality_standards", "options_considered", "transition_approach", "risks",
)  # fmt: skip
_OTHER_PARTS: dict[str, Any] = {
    "description": _("Summary"),
    "requirements": _("Requirements"),
    "money": _("Budget"),
    "time": _("Time to market"),
}


class WaitsForMeFilter(django_filters.ChoiceFilter):
    """`mine`: what waits for the vote of whoever asks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("mine", _("Waits for my vote"))], **options)

    def filter(self, qs: Any, value: Any) -> Any:
        if value != "mine":
            return qs
        return qs.filter(pk__in=waiting_for(self.parent.actor).values("subject_id"))


def add_what_lists_show(records: Sequence[Record], _actor: Any) -> None:
    """Give the rows of a list of specifications their dates and money. Two queries, or none."""
    rows: dict[int, Any] = {r.pk: r for r in records if r.kind == DesignSpec.KIND}
    if not rows:
        return
    late = forecasts.late_for(rows)
    for spec in DesignSpec.objects.filter(pk__in=rows).select_related("in_force"):
        row, schedule = rows[spec.pk], schedule_of(spec, late.get(spec.pk, ()))
        row.target, row.forecast = spec.time_to_market, schedule.forecast
        row.slack = badge(schedule.short, schedule.tone, schedule.icon) if schedule.short else ""
        row.estimate = "" if spec.estimate is None else money(spec.estimate, spec.currency)


def totals(rows: RecordQuerySet, _actor: Any) -> list[tuple[Sentence, str]]:
    """Add up the money of a whole list of specifications, each currency by itself. Two queries."""
    found = DesignSpec.objects.filter(pk__in=rows.order_by().values("pk"), estimate__isnull=False)
    sums = found.order_by("currency").values_list("currency").annotate(Sum("estimate"))
    estimated = [money(amount, currency) for currency, amount in sums]
    set_aside = [
        money(funding.committed, currency) for currency, funding in funds.together(rows).items()
    ]
    told: list[tuple[Sentence, str]] = []
    if estimated:
        told.append((_("Estimates together"), " + ".join(estimated)))
    if set_aside:
        told.append((_("Of which set aside"), " + ".join(set_aside)))
    return told


def register() -> None:
    """Tell the record pages how this activity's records are shown."""
    panels.pages.append(page)
    panels.steps.append(before_a_step)
    panels.columns["requirements"] = (
        "number", "title", "state", "service", "owner", "updated_at",
    )  # fmt: skip
    panels.column_labels |= {
        "target": _("Live by"), "forecast": _("Forecast"), "slack": _("Slack"),
        "estimate": _("Estimate"),
    }  # fmt: skip
    panels.columns["specs"] = (
        "number", "title", "state", "service", "target", "forecast", "slack", "estimate", "owner",
    )  # fmt: skip
    panels.totals["specs"] = totals
    panels.orders["specs"] = {"target": "designspec__time_to_market"}
    panels.filters["specs"] = {"decision": WaitsForMeFilter(label=_("Decision"))}
    panels.rows.append(add_what_lists_show)
    panels.event_words |= {
        "design_spec.remarked": ("note", _("commented on a part")),
        "design_spec.remark_settled": ("change", _("settled a comment")),
        "design_spec.remark_reopened": ("change", _("opened a comment again")),
    }
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
        ("decide", _("Waiting for me"), "decision=mine"),
        ("review", _("In review"), "state=in_review"),
        ("unbuilt", _("Approved, not built"),
         "state=approved&state=funded&state=released_to_build"),
        ("by-date", _("By target date"), "state=open&ordering=target"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("finished", _("Finished"), "state=closed"),
        ("approved", _("Approved, not funded"), "state=approved"),
        ("funded", _("Funded, not built"), "state=funded&state=released_to_build"),
    )  # fmt: skip
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
    links = [link for link in ties_of(spec, actor=actor) if link.source_id == spec.pk]
    kinds = {link.kind for link in links}
    requirements = list(requirements_of(spec)) if LinkKind.SATISFIES in kinds else []
    sources, met_by = traced(requirements, actor)
    needs = [li.target for li in links if li.kind == LinkKind.FULFILS and li.target.kind == "need"]
    covered = {source.pk for found in sources.values() for source in found}
    uncovered = [need for need in needs if need.pk not in covered]
    remarks = discussions_of(spec)
    newer = newer_than_in_force(spec, requirements)
    versions = [] if spec.state == "draft" else versions_of(spec)
    return {
        "sections": [
            {
                "name": name,
                "label": spec.label_of(name),
                "text": getattr(spec, name),
                "talk": remarks.get(name),
            }
            for name in _SECTIONS
        ],
        "remarks": {part: remarks.get(part) for part in PARTS},
        "may_remark": bool(may_work(actor, spec)),
        # `n` comments on the part at hand, as approvers know it.
        "note_keys": "Shift+n",
        "decision_notes": decision_notes(versions, remarks),
        "requirement_rows": [
            {
                "requirement": requirement,
                "sources": sources.get(requirement.pk, []),
                "met_by": met_by.get(requirement.pk, []),
                "talk": remarks.get(requirement.number),
            }
            for requirement in requirements
        ],
        "coverage": {
            "needs": len(needs),
            "covered": len(needs) - len(uncovered),
            "uncovered": uncovered,
            "behind": needs,
            "requirements": len(requirements),
            "rooted": sum(1 for requirement in requirements if sources.get(requirement.pk)),
        },
        "may_require": bool(needs)
        and spec.state in TAKES_ON
        and bool(may_open_requirement(actor, spec)),
        "budget": budget_of(spec, is_funded=LinkKind.FUNDED_BY in kinds),
        "schedule": _schedule(spec, actor),
        "versions": versions,
        "newer": newer,
        "properties": [],
        "spec_facts": facts_of(spec),
    }


def _schedule(spec: Any, actor: Any) -> Schedule:
    """Say when it can be live; where nothing is linked nothing can come late."""
    return schedule_of(spec, None if spec.is_tied else ()).seen_by(actor)


def sources_of(requirements: Any, actor: Any) -> dict[int, list[Record]]:
    """Map requirements to the visible records they come from. One query, none for none."""
    return traced(requirements, actor)[0]


def traced(
    requirements: Any, actor: Any
) -> tuple[dict[int, list[Record]], dict[int, list[Record]]]:
    """Map requirements to the visible records they come from, and to the components that meet them.

    One query, none for none.
    """
    sources: dict[int, list[Record]] = {}
    met_by: dict[int, list[Record]] = {}
    if not requirements:
        return sources, met_by
    wanted = {requirement.pk for requirement in requirements}
    ties = (
        Link.objects.visible_to(actor)
        .filter(
            Q(source__in=wanted, kind=LinkKind.DERIVED_FROM)
            | Q(target__in=wanted, kind=LinkKind.SATISFIES, source__kind="component")
        )
        .select_related("source", "target")
    )
    for tie in ties:
        if tie.kind == LinkKind.DERIVED_FROM:
            sources.setdefault(tie.source_id, []).append(tie.target)
        else:
            met_by.setdefault(tie.target_id, []).append(tie.source)
    return sources, met_by


def decision_notes(
    versions: list[dict[str, Any]], remarks: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what whoever decides should have read: what changed, and what is still talked about."""
    notes: list[dict[str, Any]] = []
    if versions and versions[0]["diff_url"]:
        newest, older = versions[0]["version"], versions[1]["version"]
        count = compare(older.content, newest.content).count
        words = ngettext(
            "%(count)d change since version %(number)d", "%(count)d changes since version %(number)d",
            count,
        )  # fmt: skip
        notes.append(
            {
                "text": words % {"count": count, "number": older.number},
                "url": versions[0]["diff_url"] + "&only=changes",
            }
        )
    if waiting := sum(talk.open for talk in remarks.values()):
        words = ngettext("%(count)d comment open", "%(count)d comments open", waiting)
        notes.append({"text": words % {"count": waiting}, "url": "#contents"})
    return notes


def part_label(spec: Any, part: str) -> str:
    """Return what a part of a specification is called; nothing for what is no part."""
    if part in _SECTIONS:
        return str(spec.label_of(part))
    return str(_OTHER_PARTS.get(part, ""))


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


def before_a_step(record: Any, step: str, _actor: Any) -> list[Sentence]:
    """Say how much money is missing where a specification is to be funded."""
    if (record.kind, step) != ("design_spec", "fund"):
        return []
    decision = is_funded(record.specific)
    return [] if decision else [decision.reason]


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
