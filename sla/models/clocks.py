"""Clocks, the ledger they are derived from, and what has fired."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core.clock import written_down
from sla.models.agreements import AgreementVersion
from sla.models.calendars import CalendarVersion
from sla.querysets import ClockQuerySet
from sla.vocabulary import AgreementKind, ClockState, Metric, Turn
from valuechain.records.models import Record


class Clock(models.Model):
    """One promise on one record: a metric of an agreement, in one cycle.

    The ledger is the truth. Everything here that can change is worked out from it and kept so that
    lists are quick and the sweep finds what is due; `manage.py check_clocks` proves the two equal.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="clocks")
    agreement_kind = models.CharField(max_length=3, choices=AgreementKind)
    metric = models.CharField(max_length=16, choices=Metric)
    cycle = models.PositiveSmallIntegerField(default=1)
    agreement_version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="clocks")
    calendar_version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="clocks")
    target_s = models.PositiveIntegerField(help_text=_("Business seconds allowed."))
    started_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ClockState)
    due_at = models.DateTimeField(
        null=True, help_text=_("The deadline; empty while paused before it.")
    )
    remaining_s = models.FloatField(
        null=True, help_text=_("Business seconds left while nothing counts; empty while it runs.")
    )
    breached_at = models.DateTimeField(null=True, help_text=_("The deadline that was missed."))
    detected_at = models.DateTimeField(null=True, help_text=_("When the breach was noticed."))
    finished_at = models.DateTimeField(null=True)
    breached_by_change = models.BooleanField(default=False)
    next_fire_at = models.DateTimeField(
        null=True, help_text=_("When the next escalation or the breach is due.")
    )
    arming = models.PositiveSmallIntegerField(
        default=1, help_text=_("Grows when a change takes a breach back, so that it can fire anew.")
    )
    armed_at = models.DateTimeField(null=True)
    fired = ArrayField(models.CharField(max_length=40), default=list)
    poisoned_at = models.DateTimeField(null=True, help_text=_("Set aside: it could not be fired."))
    error = models.TextField(blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ("record", "agreement_kind", "metric", "cycle")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "record", "agreement_kind", "metric", "cycle", name="clock_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_fire_at"],
                name="clock_to_fire",
                condition=Q(next_fire_at__isnull=False, poisoned_at__isnull=True),
            ),
            models.Index(
                fields=["poisoned_at"],
                name="clock_poisoned",
                condition=Q(poisoned_at__isnull=False),
            ),
            models.Index(
                fields=["calendar_version", "id"],
                name="clock_by_calendar",
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(
                fields=["agreement_version", "id"],
                name="clock_by_agreement",
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(fields=["state", "metric", "due_at"], name="clock_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.cycle} on {self.record_id}"

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class LedgerLine(models.Model):
    """One line of a clock's ledger: from `at` on it runs, is paused, or has ended, and under which terms.

    A line lasts until the next one in order of `at`. Lines are only ever added; the database sees to
    it. A line may be dated before the others when a merge showed that the demand came earlier.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="lines")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=9, choices=Turn)
    cause = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    agreement_version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+")
    calendar_version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="+")
    is_calendar_from_here = models.BooleanField(
        default=False, help_text=_("The calendar counts from this line on, not over the history.")
    )
    target_s = models.PositiveIntegerField()
    grace_s = models.PositiveIntegerField(default=0)
    counts_from = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(default=written_down)

    class Meta:
        ordering = ("clock", "at", "sequence")
        constraints: ClassVar = [
            models.UniqueConstraint("clock", "sequence", name="ledger_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.kind}: {self.cause}"


class ClockFiring(models.Model):
    """A breach or an escalation step that came due: fired once, and delivered from here.

    The unique key makes a second firing impossible. `delivered_at` is empty until every effect is
    done; a sweep finds what is left.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="firings")
    step = models.CharField(max_length=40)
    arming = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(help_text=_("The instant it was due."))
    fired_at = models.DateTimeField(help_text=_("When it was noticed."))
    actions = models.JSONField(default=list)
    deliver_at = models.DateTimeField(
        help_text=_("Not before this: after quiet hours, or a retry.")
    )
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("clock", "due_at")
        constraints: ClassVar = [
            models.UniqueConstraint("clock", "step", "arming", name="firing_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["deliver_at"],
                name="firing_to_deliver",
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of clock {self.clock_id}"
