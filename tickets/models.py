"""The tables of the five tickets, each one step below Record and holding only what is special."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from tickets.prepared import CannedReply, Macro
from valuechain.records.models import Record
from valuechain.records.vocabulary import Channel, Impact, Priority, Urgency

__all__ = [
    "CannedReply",
    "Change",
    "Incident",
    "Macro",
    "PriorityCell",
    "Problem",
    "ProjectInitiation",
    "RoutingRule",
    "ServiceRequest",
    "Ticket",
]


class Ticket(models.Model):
    """The columns that all five kinds of ticket have beside the header."""

    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caller"),
        help_text=_("Who reported it, when that is not the person it is for."),
    )
    priority_override = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Why the priority differs from what impact and urgency give."),
    )
    resolution_code = models.CharField(max_length=20, blank=True, editable=False)
    resolution = models.TextField(_("resolution"), blank=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    reopened_count = models.PositiveSmallIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class Incident(Ticket, Record):
    """An unplanned interruption of a service, or a drop in its quality."""

    KIND: ClassVar = "incident"

    is_major = models.BooleanField(_("major incident"), default=False, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)


class ServiceRequest(Ticket, Record):
    """Something a person is entitled to ask for: access, equipment, information."""

    KIND: ClassVar = "service_request"

    def __str__(self) -> str:
        return Record.__str__(self)


class Change(Ticket, Record):
    """The addition, modification or removal of anything that could affect a service."""

    KIND: ClassVar = "change"

    class Type(models.TextChoices):
        STANDARD = "standard", _("Standard: pre-authorised")
        NORMAL = "normal", _("Normal")
        EMERGENCY = "emergency", _("Emergency: reviewed afterwards")

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    change_type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.NORMAL)
    risk = models.CharField(_("risk"), max_length=6, choices=Risk, blank=True)
    plan = models.TextField(_("implementation plan"), blank=True)
    backout_plan = models.TextField(_("back-out plan"), blank=True)
    test_plan = models.TextField(_("test plan"), blank=True)
    window_start = models.DateTimeField(_("window opens"), null=True, blank=True)
    window_end = models.DateTimeField(_("window closes"), null=True, blank=True)
    has_outage = models.BooleanField(_("the service is down meanwhile"), default=False)
    conflicts_accepted = models.CharField(max_length=300, blank=True, editable=False)
    authorised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["window_start"],
                name="change_window",
                condition=Q(window_start__isnull=False),
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="change_window_forward",
                condition=Q(window_start__isnull=True)
                | Q(window_end__isnull=True)
                | Q(window_end__gt=F("window_start")),
                violation_error_message=_("The window has to close after it opens."),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)


class Problem(Ticket, Record):
    """The cause, or possible cause, of one or more incidents."""

    KIND: ClassVar = "problem"

    root_cause = models.TextField(_("root cause"), blank=True)
    workaround = models.TextField(_("workaround"), blank=True)

    def __str__(self) -> str:
        return Record.__str__(self)


class ProjectInitiation(Ticket, Record):
    """A demand large enough to need a business case before anybody plans it."""

    KIND: ClassVar = "project_initiation"

    business_case = models.TextField(_("business case"), blank=True)
    scope = models.TextField(_("scope"), blank=True)
    options = models.TextField(_("options considered"), blank=True)
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sponsor"),
    )
    cost_low = models.DecimalField(
        _("cost, low estimate"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    cost_high = models.DecimalField(
        _("cost, high estimate"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    benefits = models.TextField(_("benefits"), blank=True)
    risks = models.TextField(_("risks"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="project_cost_range",
                condition=Q(cost_low__isnull=True)
                | Q(cost_high__isnull=True)
                | Q(cost_high__gte=F("cost_low")),
                violation_error_message=_("The high estimate cannot be below the low one."),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)


class PriorityCell(models.Model):
    """What one impact and one urgency make of a ticket, where the company wants it otherwise."""

    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("impact", "urgency", name="priority_cell_once"),
            models.CheckConstraint(
                name="priority_cell_known",
                condition=Q(priority__in=Priority.values, impact__in=Impact.values,
                            urgency__in=Urgency.values),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.impact} x {self.urgency} = {self.priority}"


class RoutingRule(models.Model):
    """Which new tickets go to which team, and with what priority. The first rule that fits decides.

    An empty condition fits everything; of several words one has to occur.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation, with those below"),
    )
    service = models.ForeignKey(
        Record,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "service"},
        verbose_name=_("service"),
    )
    words = models.CharField(_("words"), max_length=300, blank=True)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, null=True, blank=True
    )

    class Meta:
        ordering = ("place", "pk")

    def __str__(self) -> str:
        return self.name
