"""How lists of improve look: columns, named views, filters, orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.improve.asks import ESTIMATES
from valuechain.improve.csat import offered_link
from valuechain.improve.models import Benefit, Feedback, Improvement, Quote
from valuechain.improve.quoting import make_of_an_entry
from valuechain.improve.scores import trend_of
from valuechain.records.models import Link, Record
from valuechain.records.operations import Operation, own_operations
from valuechain.records.panels import Card, panels
from valuechain.records.vocabulary import INVERSELY, Activity, LinkKind, Via


def register() -> None:
    """Tell the record pages how the records of improve are shown."""
    panels.column_labels |= {
        "worth": _("Worth"),
        "csat": _("CSAT"),
        "cause_words": _("What led to it"),
        "concerns_words": _("Where"),
        "evidence_count": _("Evidence"),
        "measured_words": _("Measure"),
        "value_words": _("Value / effort"),
        "score_words": _("Score"),
        "nature_words": _("Kind"),
        "about_words": _("About"),
        "check_on": _("Ask on"),
    }
    panels.default_ordering["improvements"] = "-worth"
    panels.orders["improvements"] = {
        "worth": "improvement__worth",
        "value_words": "improvement__value",
    }
    panels.columns["improvements"] = (
        "number", "title", "cause_words", "measured_words", "value_words", "worth",
        "evidence_count", "state", "owner",
    )  # fmt: skip
    panels.more_columns["improvements"] = ("concerns_words",)
    panels.named_views["improvements"] = (
        ("open", _("Open"), "state=open"),
        ("candidates", _("Candidates"), "state=candidate"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("doing", _("Doing and measuring"), "state=in_progress&state=measuring"),
        ("done", _("Measured"), "state=succeeded&state=partly&state=no_effect"),
        ("all", _("All"), ""),
    )
    panels.filters["improvements"] = {
        "cause": django_filters.MultipleChoiceFilter(
            label=_("What led to it"),
            field_name="improvement__cause",
            choices=Improvement.Cause.choices,
        ),
        "concerns": django_filters.MultipleChoiceFilter(
            label=_("Where in the chain"),
            field_name="improvement__concerns",
            choices=Activity.choices,
        ),
        "evidence_from": django_filters.CharFilter(
            label=_("Evidence from kind"), method=_by_evidence
        ),
    }
    panels.columns["feedback"] = (
        "number", "title", "score_words", "nature_words", "about_words", "requester", "state",
        "opened_at",
    )  # fmt: skip
    panels.named_views["feedback"] = (
        ("new", _("To be answered"), "state=open"),
        ("ratings", _("Ratings"), "nature=csat"),
        ("low", _("Low scores"), "score_max=2"),
        ("complaints", _("Complaints"), "nature=complaint"),
        ("ideas", _("Ideas"), "nature=idea"),
        ("all", _("All"), ""),
    )
    panels.filters["feedback"] = {
        "nature": django_filters.MultipleChoiceFilter(
            label=_("Kind of feedback"),
            field_name="feedback__nature",
            choices=Feedback.Nature.choices,
        ),
        "score_max": django_filters.NumberFilter(
            label=_("Score at most"), field_name="feedback__score", lookup_expr="lte",
            min_value=1, max_value=5,
        ),
    }  # fmt: skip
    panels.columns["benefits"] = (
        "number", "title", "about_words", "requester", "check_on", "state",
    )  # fmt: skip
    panels.named_views["benefits"] = (
        ("open", _("Open"), "state=open"),
        ("asked", _("Stakeholder asked"), "state=asked"),
        ("missed", _("Missed"), "state=missed&state=partly"),
        ("all", _("All"), ""),
    )
    own_operations["improvements"] = (
        Operation("estimate", _("Value and effort"), ESTIMATES, _estimate, keys="v"),
    )
    panels.rows.append(add_what_lists_show)
    panels.pages.append(add_to_page)
    panels.cards.append(trend_card)
    panels.entry_uses.append(make_of_an_entry)
    panels.event_words["improvement.quoted"] = ("link", _what_was_quoted)


def _what_was_quoted(event: Any) -> str:
    return gettext("kept a quote from %(number)s") % {"number": event.data.get("record", "")}


def _estimate(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
    """Say what an improvement is worth and costs, in whatever state it is."""
    record.kind_entry.edit(
        record,
        {name: int(data[name]) for name in ("value", "effort")},
        actor=actor,
        via=Via.HTML,
        expected_version=version,
    )
    return True


def _by_evidence(queryset: Any, _name: str, value: str) -> Any:
    return queryset.filter(
        pk__in=Link.objects.filter(
            kind=LinkKind.EVIDENCE_FOR, source__kind=value.replace("-", "_")
        ).values("target_id")
    )


def add_to_page(record: Record, actor: Any) -> dict[str, Any]:
    """Give an improvement its evidence, and a requester's finished ticket the way to rate it."""
    if record.kind == Improvement.KIND:
        evidence = Record.objects.visible_to(actor).filter(
            links_out__target_id=record.pk, links_out__kind=LinkKind.EVIDENCE_FOR
        )
        quotes = Quote.objects.readable_by(actor).filter(improvement=record.pk)
        return {
            "ties_shown": (f"{INVERSELY}{LinkKind.EVIDENCE_FOR.value}",),
            "evidence": list(evidence.order_by("-opened_at")[:50]),
            "quotes": list(quotes.select_related("record")[:50]),
        }
    url = offered_link(record, actor)
    return {"rating_url": url} if url else {}


def trend_card(record: Record, _actor: Any) -> Card | None:
    """Show on a stakeholder's page how content the person behind it was, month by month."""
    if record.kind != "stakeholder":
        return None
    person: Any = getattr(record.specific, "person_id", None)
    if person is None:
        return None
    months = trend_of(person, now=clock.now())
    if not any(month.answers for month in months):
        return Card("improve/_trend.html", {"months": []})
    answered = [(place, month) for place, month in enumerate(months) if month.average is not None]
    points = [(8 + 16 * place, round(27 - 5 * (month.average or 0))) for place, month in answered]
    return Card(
        "improve/_trend.html",
        {
            "months": months,
            "points": " ".join(f"{x},{y}" for x, y in points),
            "last": {"x": points[-1][0], "y": points[-1][1], "of": answered[-1][1]},
        },
    )


def add_what_lists_show(records: Sequence[Record], _actor: Any) -> None:
    """Give the rows of one page what their own tables hold. Two queries for each kind at most."""
    for kind, add in _ROWS.items():
        rows = {record.pk: record for record in records if record.kind == kind}
        if rows:
            add(rows)


def _add_improvements(rows: dict[int, Any]) -> None:
    evidence = (
        Link.objects.filter(target_id__in=rows, kind=LinkKind.EVIDENCE_FOR)
        .values_list("target_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = dict(evidence)
    for found in Improvement.objects.filter(pk__in=rows):
        row = rows[found.pk]
        row.cause_words = found.get_cause_display()
        row.concerns_words = found.get_concerns_display()
        row.evidence_count = counts.get(found.pk, 0)
        row.measured_words = _measured(found)
        row.value_words = f"{found.value or '?'} / {found.effort or '?'}" if found.value else ""
        row.worth = "" if found.worth is None else f"{found.worth / 100:.1f}"


def _measured(found: Improvement) -> str:
    """Say the value before, the target, and the value after once there is one."""
    if found.baseline is None:
        return ""
    numbers = [found.baseline, found.target if found.after_value is None else found.after_value]
    said = " → ".join(f"{number.normalize():f}" for number in numbers if number is not None)
    return f"{said} {found.unit}".strip()


def _add_feedback(rows: dict[int, Any]) -> None:
    for found in Feedback.objects.filter(pk__in=rows).select_related("about"):
        row = rows[found.pk]
        row.score_words = "" if found.score is None else f"{found.score} / 5"
        row.nature_words = found.get_nature_display()
        row.about_words = found.about.number if found.about else ""


def _add_benefits(rows: dict[int, Any]) -> None:
    for found in Benefit.objects.filter(pk__in=rows).select_related("about"):
        row = rows[found.pk]
        row.about_words = found.about.number
        row.check_on = found.check_on


_ROWS: dict[str, Callable[[dict[int, Any]], None]] = {
    "improvement": _add_improvements,
    "feedback": _add_feedback,
    "benefit": _add_benefits,
}
