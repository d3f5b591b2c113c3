"""Filters over clocks, for REST and for pages alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from itsm.core import clock as time
from sla.models import Clock
from sla.vocabulary import AgreementKind, ClockState, Metric
from valuechain.records.filters import SpanFilter


class ClockFilter(django_filters.FilterSet):
    """Clocks by record, state, metric, agreement and time."""

    record = django_filters.CharFilter(label=_("Record"), method="by_record")
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=ClockState.choices)
    metric = django_filters.MultipleChoiceFilter(label=_("Metric"), choices=Metric.choices)
    agreement_kind = django_filters.MultipleChoiceFilter(
        label=_("Kind of agreement"), choices=AgreementKind.choices
    )
    agreement = django_filters.NumberFilter(
        label=_("Agreement"),
        field_name="agreement_version__agreement",
        min_value=1,
        max_value=2**62,
    )
    finished = django_filters.BooleanFilter(
        label=_("Finished"), field_name="finished_at", lookup_expr="isnull", exclude=True
    )
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="by_overdue")
    due = SpanFilter(label=_("Due"), field_name="due_at")
    started = SpanFilter(label=_("Started"), field_name="started_at")

    class Meta:
        model = Clock
        fields: tuple[str, ...] = ()

    def by_record(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(record__number=value.strip().upper())

    def by_overdue(self, queryset: Any, _name: str, value: bool) -> Any:  # noqa: FBT001 - django-filter calls it so
        late = queryset.unfinished().filter(due_at__lt=time.now())
        return late if value else queryset.exclude(pk__in=late.values("pk"))
