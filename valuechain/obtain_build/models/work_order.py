"""Work on one component."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class WorkOrder(Record):
    """What a team is to do for a component, and how long it should take."""

    KIND: ClassVar = "work_order"

    component = models.ForeignKey(
        Record,
        models.PROTECT,
        related_name="work_orders",
        limit_choices_to={"kind": "component"},
        verbose_name=_("component"),
    )
    estimate_hours = models.DecimalField(
        _("estimate in hours"), max_digits=7, decimal_places=1, null=True, blank=True
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    result = models.TextField(_("what was done"), blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="work_estimate_not_negative",
                condition=Q(estimate_hours__isnull=True) | Q(estimate_hours__gte=0),
                violation_error_message=_("The estimate cannot be below zero."),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
