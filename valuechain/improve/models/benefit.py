"""What a need or a release is expected to bring, and whether it did."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Benefit(Record):
    """An expected benefit with a measure and a date on which its stakeholder is asked about it."""

    KIND: ClassVar = "benefit"

    about = models.ForeignKey(
        Record,
        models.PROTECT,
        related_name="expected_benefits",
        verbose_name=_("expected of"),
        help_text=_("A need or a release, by its number."),
    )
    measure = models.CharField(_("measure"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(
        _("today"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    check_on = models.DateField(_("ask on"), help_text=_("The stakeholder is asked on this day."))
    actual = models.DecimalField(
        _("what it came to"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
    )
    said = models.TextField(_("what its stakeholder says"), blank=True, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)
