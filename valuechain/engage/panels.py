"""How lists of engage look: columns, named views, filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.engage import pages, receivers
from valuechain.engage.models import Interaction, Need, Stakeholder, SupplierRequest
from valuechain.engage.vocabulary import UNDECIDED
from valuechain.records.filters import SpanFilter
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LIVE_PHASES


def register() -> None:
    """Tell the record pages how the records of engage are shown."""
    panels.default_ordering["needs"] = "received_at"
    panels.orders["needs"] = {
        "received_at": "received_at",
        "promised_on": "need__promised_on",
        "weight": "need__weight",
        "stakeholder": "need__stakeholder__title",
    }
    panels.columns["needs"] = (
        "number", "title", "requester", "classification_words", "state", "promised_on",
        "owner", "age_days",
    )  # fmt: skip
    panels.column_labels |= {
        "classification_words": _("Wanted or required"),
        "promised_on": _("Promised for"),
        "age_days": _("Days"),
        "health_words": _("Relationship"),
        "stands_for": _("Stands for"),
        "held_on": _("When"),
        "with_whom": _("Stakeholder"),
        "supplier_name": _("Supplier"),
        "due_on": _("Answer due on"),
    }
    panels.named_views["needs"] = (
        ("undecided", _("Undecided"), UNDECIDED),
        ("ageing", _("Undecided > 5 days"), f"{UNDECIDED}&older_than=5"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("promised", _("Promised this month"), "promised=this_month"),
        ("late", _("Promise missed"), "promised=late"),
        ("unjustified", _("Wanted, not justified"), "classification=want&verdict=not_justified"),
        ("waiting", _("Put off"), "state=deferred"),
        ("by_stakeholder", _("By stakeholder"), "state=open&ordering=stakeholder"),
        ("all", _("All"), ""),
    )
    panels.filters["needs"] = {
        "stakeholder": django_filters.CharFilter(
            label=_("Stakeholder"), field_name="need__stakeholder__number", lookup_expr="iexact"
        ),
        "classification": django_filters.ChoiceFilter(
            label=_("Wanted or required"),
            field_name="need__classification",
            choices=Need.Classification.choices,
        ),
        "verdict": django_filters.ChoiceFilter(
            label=_("Verdict"), field_name="need__verdict", choices=Need.Verdict.choices
        ),
        "promised": django_filters.ChoiceFilter(
            label=_("Promised"),
            method=_by_promise,
            choices=[("this_month", _("This month")), ("late", _("Missed"))],
        ),
        "decided": django_filters.ChoiceFilter(
            label=_("Decided"), method=_by_decision, choices=[("this_month", _("This month"))]
        ),
        "decision": SpanFilter(label=_("Decided between"), field_name="need__decided_at"),
        "older_than": django_filters.NumberFilter(
            label=_("Older than days"), method=_by_age, min_value=0, max_value=36500
        ),
    }
    panels.filters["stakeholders"] = {
        "health": django_filters.MultipleChoiceFilter(
            label=_("Relationship"),
            field_name="as_stakeholder__health",
            choices=Stakeholder.Health.choices,
        ),
        "role": django_filters.ChoiceFilter(
            label=_("Role"), field_name="as_stakeholder__role", choices=Stakeholder.Role.choices
        ),
    }
    panels.filters["interactions"] = {
        "stakeholder": django_filters.CharFilter(
            label=_("Stakeholder"),
            field_name="interaction__stakeholder__number",
            lookup_expr="iexact",
        ),
    }
    panels.default_ordering["stakeholders"] = "-updated_at"
    panels.columns["stakeholders"] = (
        "number", "title", "stands_for", "health_words", "state", "owner", "updated_at",
    )  # fmt: skip
    panels.named_views["stakeholders"] = (
        ("active", _("Active"), "state=open"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("strained", _("Strained or broken"), "health=amber&health=red"),
        ("all", _("All"), ""),
    )
    panels.columns["interactions"] = (
        "number", "title", "with_whom", "held_on", "state", "owner",
    )  # fmt: skip
    panels.columns["supplier-requests"] = (
        "number", "title", "supplier_name", "due_on", "state", "owner", "updated_at",
    )  # fmt: skip
    panels.named_views["supplier-requests"] = (
        ("open", _("Open"), "state=open"),
        ("waiting", _("They wait for us"), "state=waiting_us"),
        ("finished", _("Finished"), "state=closed"),
    )
    panels.event_words[receivers.PART_LATE] = ("system", receivers.part_late)
    panels.news_words[receivers.PART_LATE] = receivers.part_late
    panels.rows.append(add_what_lists_show)
    panels.pages.append(pages.add_to_page)


def _by_promise(queryset: Any, _name: str, value: str) -> Any:
    today = clock.now().date()
    if value == "late":
        live = [phase.value for phase in LIVE_PHASES]
        return queryset.filter(need__promised_on__lt=today, phase__in=live)
    first = today.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return queryset.filter(need__promised_on__gte=first, need__promised_on__lt=after)


def _by_decision(queryset: Any, _name: str, _value: str) -> Any:
    now = clock.now()
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return queryset.filter(need__decided_at__gte=first)


def _by_age(queryset: Any, _name: str, value: Any) -> Any:
    return queryset.filter(received_at__lt=clock.now() - timedelta(days=int(value)))


_SHORT = {"required": _("Required"), "want": _("Wanted"), "": ""}


def add_what_lists_show(records: Sequence[Record], _actor: Any) -> None:
    """Give the rows of one page what their own tables hold. One query for each kind on it."""
    for kind, add in _ROWS.items():
        rows = {record.pk: record for record in records if record.kind == kind}
        if rows:
            add(rows)


def _add_needs(rows: dict[int, Any]) -> None:
    now = clock.now()
    for need in Need.objects.filter(pk__in=rows):
        row = rows[need.pk]
        row.classification_words = _SHORT[need.classification]
        row.promised_on = need.promised_on
        row.age_days = (now - row.received_at).days


def _add_stakeholders(rows: dict[int, Any]) -> None:
    for found in Stakeholder.objects.filter(pk__in=rows).select_related("represents"):
        row = rows[found.pk]
        row.health_words = found.get_health_display()
        row.stands_for = found.represents or ""


def _add_interactions(rows: dict[int, Any]) -> None:
    for found in Interaction.objects.filter(pk__in=rows).select_related("stakeholder"):
        row = rows[found.pk]
        row.held_on = found.held_at
        row.with_whom = found.stakeholder.title if found.stakeholder else ""


def _add_supplier_requests(rows: dict[int, Any]) -> None:
    for found in SupplierRequest.objects.filter(pk__in=rows).select_related("supplier"):
        row = rows[found.pk]
        row.supplier_name = found.supplier or ""
        row.due_on = found.due_on


_ROWS: dict[str, Callable[[dict[int, Any]], None]] = {
    "need": _add_needs,
    "stakeholder": _add_stakeholders,
    "interaction": _add_interactions,
    "supplier_request": _add_supplier_requests,
}
