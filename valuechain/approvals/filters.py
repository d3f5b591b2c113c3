"""What lists of kinds that are approved can be narrowed by: how approvals ended, and when."""

from __future__ import annotations

from typing import Any

import django_filters

from valuechain.approvals.models import Approval
from valuechain.records.filters import RecordFilter, SpanFilter
from valuechain.records.filters_of_work import between


def approved(found: Any, filterset: RecordFilter, results: Any) -> Any:
    """Keep what has an approval with one of the results and in the span chosen, both of one."""
    approvals = Approval.objects.visible_to(filterset.actor)
    if results:
        approvals = approvals.filter(result__in=results)
    span = filterset.form.cleaned_data.get("approval_decided")
    approvals = approvals.filter(**between("decided_at", span))
    return found.filter(pk__in=approvals.order_by().values("subject"))


class ApprovalFilter(django_filters.MultipleChoiceFilter):
    """How it ended."""

    def filter(self, qs: Any, value: Any) -> Any:
        return approved(qs, self.parent, value) if value else qs


class ApprovalDecidedFilter(SpanFilter):
    """When it ended; reads the results chosen beside it."""

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        return approved(qs, self.parent, self.parent.form.cleaned_data.get("approval"))
