"""The continual improvement register."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record
from valuechain.records.vocabulary import Activity

_ONE_TO_FIVE = [MinValueValidator(1), MaxValueValidator(5)]


class Improvement(Record):
    """Something to be done better, with the evidence for it and a measure before and after."""

    KIND: ClassVar = "improvement"

    class Cause(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested by somebody")
        LOW_SCORE = "low_score", _("Low scores")
        REOPENED = "reopened", _("Tickets opened again")
        REPEATED = "repeated", _("Repeated incidents")
        BREACHES = "breaches", _("Deadlines missed")
        AUDIT = "audit", _("An audit")
        MISSED_BENEFIT = "missed_benefit", _("A benefit that did not come")

    cause = models.CharField(
        _("what led to it"), max_length=14, choices=Cause, default=Cause.SUGGESTED
    )
    concerns = models.CharField(
        _("where in the chain"), max_length=18, choices=Activity, blank=True,
        help_text=_("The activity in which something is to be better."),
    )  # fmt: skip
    open_key = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text=_("Cause and place while it is open, so that evidence gathers on one of them."),
    )
    measure = models.CharField(_("measure"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(
        _("value before"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    baseline_on = models.DateField(
        _("measured before on"),
        null=True,
        blank=True,
        help_text=_("Left empty, it is the day on which the improvement is accepted."),
    )
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    after_value = models.DecimalField(
        _("value after"), max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    after_on = models.DateField(_("measured on"), null=True, blank=True, editable=False)
    value = models.PositiveSmallIntegerField(
        _("value"),
        null=True,
        blank=True,
        validators=_ONE_TO_FIVE,
        help_text=_("1 (little) to 5 (a lot)."),
    )
    effort = models.PositiveSmallIntegerField(
        _("effort"),
        null=True,
        blank=True,
        validators=_ONE_TO_FIVE,
        help_text=_("1 (little) to 5 (a lot)."),
    )
    worth = models.GeneratedField(
        expression=F("value") * 100 / F("effort"),
        output_field=models.PositiveIntegerField(null=True),
        db_persist=True,
    )
    lesson = models.TextField(_("what was learnt"), blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-worth"], name="improvement_worth")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "open_key", name="improvement_one_candidate", condition=~Q(open_key="")
            ),
            models.CheckConstraint(
                name="improvement_estimates",
                condition=(Q(value__isnull=True) | Q(value__gte=1, value__lte=5))
                & (Q(effort__isnull=True) | Q(effort__gte=1, effort__lte=5)),
                violation_error_message=_("Estimate value and effort from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
