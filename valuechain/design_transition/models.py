"""Requirements, specifications with their versions, and transition plans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models import Record

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Horizon(models.TextChoices):
    """Whether something is needed for the work of today, of tomorrow, or both."""

    TODAY = "today", _("Today")
    TOMORROW = "tomorrow", _("Tomorrow")
    BOTH = "both", _("Both")


class Requirement(Record):
    """One thing a service has to do or be, with the test that shows it."""

    KIND: ClassVar = "requirement"

    class Type(models.TextChoices):
        FUNCTIONAL = "functional", _("Function")
        QUALITY = "quality", _("Quality")
        STANDARD = "standard", _("Standard")
        CONSTRAINT = "constraint", _("Constraint")

    class Necessity(models.TextChoices):
        MUST = "must", _("Must")
        SHOULD = "should", _("Should")
        COULD = "could", _("Could")

    requirement_type = models.CharField(
        _("type"), max_length=10, choices=Type, default=Type.FUNCTIONAL
    )
    necessity = models.CharField(
        _("necessity"), max_length=6, choices=Necessity, default=Necessity.SHOULD
    )
    acceptance_test = models.TextField(
        _("acceptance test"), blank=True, help_text=_("How anybody can see that it is met.")
    )
    measure = models.CharField(_("measure"), max_length=200, blank=True)
    target = models.CharField(_("target"), max_length=200, blank=True)
    horizon = models.CharField(_("horizon"), max_length=8, choices=Horizon, default=Horizon.BOTH)
    evidence = models.TextField(_("evidence that it is met"), blank=True, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)


class DesignSpec(Record):
    """The blueprint of a service or a change to one. Its columns hold the version being written."""

    KIND: ClassVar = "design_spec"

    blueprint = models.TextField(
        _("blueprint"), blank=True, help_text=_("What is to be built, and how the parts fit.")
    )
    quality_standards = models.TextField(_("quality standards"), blank=True)
    options_considered = models.TextField(
        _("options considered"), blank=True, help_text=_("What else was looked at, and why not.")
    )
    transition_approach = models.TextField(
        _("transition"), blank=True, help_text=_("How it goes live, in short.")
    )
    risks = models.TextField(_("risks"), blank=True)
    capacity_today = models.CharField(_("capacity needed today"), max_length=200, blank=True)
    capacity_horizon = models.CharField(
        _("capacity needed at the horizon"), max_length=200, blank=True
    )
    lifetime_years = models.PositiveSmallIntegerField(_("lifetime (years)"), null=True, blank=True)
    estimate = models.DecimalField(
        _("cost estimate"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=NOT_NEGATIVE, help_text=_("All that has to be funded before it is built."),
    )  # fmt: skip
    contingency = models.DecimalField(
        _("of which contingency"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=NOT_NEGATIVE,
        help_text=_("The part of the estimate that is kept for surprises."),
    )  # fmt: skip
    yearly_cost = models.DecimalField(
        _("yearly running cost"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=NOT_NEGATIVE,
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    duration_days = models.PositiveIntegerField(_("duration (days)"), null=True, blank=True)
    time_to_market = models.DateField(
        _("time to market"), null=True, blank=True, help_text=_("The day it has to be live.")
    )
    in_force = models.ForeignKey(
        "SpecVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("version in force"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="spec_estimate_not_negative",
                condition=Q(estimate__isnull=True) | Q(estimate__gte=0),
            ),
            models.CheckConstraint(
                name="spec_contingency_within_estimate",
                condition=Q(contingency__isnull=True)
                | Q(contingency__gte=0, contingency__lte=F("estimate")),
                violation_error_message=_("The contingency is a part of the estimate."),
            ),
            models.CheckConstraint(
                name="spec_currency_code", condition=Q(currency__regex=r"^[A-Z]{3}$")
            ),
        ]

    def __str__(self) -> str:
        return Record.__str__(self)

    def label_of(self, name: str) -> str:
        """Return what a field is called on a page."""
        field: Any = self._meta.get_field(name)
        return str(field.verbose_name).capitalize()


class SpecVersion(models.Model):
    """A specification as it read when it was put up for approval. Rows are only ever added."""

    spec = models.ForeignKey(DesignSpec, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint("spec", "number", name="spec_version_once"),
            models.UniqueConstraint("spec", "content_hash", name="spec_version_differs"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def estimate(self) -> Decimal:
        """What has to be funded for this version."""
        return Decimal(str(self.content["figures"]["estimate"] or 0))

    @property
    def currency(self) -> str:
        found: Any = self.content["figures"]["currency"]
        return str(found)


class Remark(models.Model):
    """What a reader says about one part of a specification; a thread is settled by a tick."""

    spec = models.ForeignKey(DesignSpec, models.PROTECT, related_name="remarks")
    #: A section's name, `requirements`, `money`, `time`, or the number of a requirement.
    part = models.CharField(max_length=40)
    version_number = models.PositiveIntegerField(null=True)
    answers_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answers"
    )
    body = models.TextField(_("comment"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.part}: {self.body[:40]}"


class TransitionPlan(Record):
    """How a specification goes live: steps, cut-over, back-out, training, support."""

    KIND: ClassVar = "transition_plan"

    steps = models.TextField(_("steps"), blank=True)
    cut_over = models.TextField(_("cut-over"), blank=True)
    back_out = models.TextField(_("back-out"), blank=True)
    training = models.TextField(_("training"), blank=True)
    support_model = models.TextField(_("support model"), blank=True)
    acceptance_criteria = models.TextField(_("acceptance criteria"), blank=True)
    window_start = models.DateTimeField(_("window opens"), null=True, blank=True)
    window_end = models.DateTimeField(_("window closes"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="transition_window_forward",
                condition=Q(window_start__isnull=True)
                | Q(window_end__isnull=True)
                | Q(window_end__gt=F("window_start")),
                violation_error_message=_("The window has to close after it opens."),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
