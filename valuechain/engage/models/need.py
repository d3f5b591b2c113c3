"""What somebody needs, in their words, and what was decided about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Need(Record):
    """What a stakeholder needs: verbatim in the description, with the verdict and the reasons.

    Its liaison is the header's owner; the person who says whether the value came is its requester,
    or the person behind its stakeholder.
    """

    KIND: ClassVar = "need"

    class Classification(models.TextChoices):
        REQUIRED = "required", _("Required: by law, by contract, or to work at all")
        WANT = "want", _("Wanted: it would be better with it")

    class Fulfilability(models.TextChoices):
        AS_DESIRED = "as_desired", _("As asked for")
        PARTIAL = "partial", _("In part")
        DEFERRED = "deferred", _("Later")
        CANNOT = "cannot", _("Not at all")

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", _("Justified")
        NOT_JUSTIFIED = "not_justified", _("Not justified")

    class Horizon(models.TextChoices):
        TODAY = "today", _("For today")
        TOMORROW = "tomorrow", _("For the future")
        BOTH = "both", _("For today and the future")

    class Size(models.TextChoices):
        SMALL = "s", _("Small")
        MEDIUM = "m", _("Medium")
        LARGE = "l", _("Large")

    stakeholder = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stated_needs",
        limit_choices_to={"kind": "stakeholder"},
        verbose_name=_("stakeholder"),
    )
    expectations = models.TextField(
        _("expectations"),
        blank=True,
        help_text=_("What will be different, so that it can be measured."),
    )
    expected_benefit = models.TextField(_("expected benefit"), blank=True)
    desired_by = models.DateField(_("desired by"), null=True, blank=True)
    horizon = models.CharField(_("horizon"), max_length=8, choices=Horizon, blank=True)
    value_size = models.CharField(_("estimated value"), max_length=1, choices=Size, blank=True)
    effort_size = models.CharField(_("estimated effort"), max_length=1, choices=Size, blank=True)
    classification = models.CharField(
        _("wanted or required"), max_length=8, choices=Classification, blank=True
    )
    classification_reason = models.CharField(
        _("why wanted or required"), max_length=300, blank=True
    )
    justification = models.TextField(_("justification"), blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    fulfilability = models.CharField(
        _("can it be fulfilled"), max_length=10, choices=Fulfilability, blank=True
    )
    fulfilability_note = models.CharField(
        _("what can be fulfilled, and when"), max_length=300, blank=True
    )
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sponsor"),
        help_text=_("Who stands up for it; a want needs one."),
    )
    trade_off = models.TextField(
        _("trade-off"), blank=True, help_text=_("What is not done for it; a want needs one.")
    )
    verdict = models.CharField(
        _("verdict"), max_length=13, choices=Verdict, blank=True, editable=False
    )
    verdict_reason = models.TextField(_("reason for the verdict"), blank=True, editable=False)
    route_reason = models.CharField(
        _("where it goes, and why"), max_length=300, blank=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    promise = models.CharField(_("promise"), max_length=300, blank=True, editable=False)
    promised_on = models.DateField(_("promised for"), null=True, blank=True, editable=False)
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True, editable=False)
    appeal_evidence = models.TextField(_("new evidence"), blank=True, editable=False)
    value_note = models.TextField(_("what its stakeholder says"), blank=True, editable=False)
    weight = models.PositiveSmallIntegerField(
        _("asked for by"), default=1, editable=False, help_text=_("Grows when needs are merged.")
    )
    merged_into = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["promised_on"],
                name="need_promised",
                condition=models.Q(promised_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
