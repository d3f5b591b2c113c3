"""What happened to records and what lies between them: events, links and handovers."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models.record import Record
from valuechain.records.querysets import EventQuerySet, HandoverQuerySet, LinkQuerySet
from valuechain.records.vocabulary import INVERSE, LinkKind, Via


class Event(models.Model):
    """One thing that happened to one record. Rows are only ever added; the database sees to it.

    The events of a record form a hash chain, so that a row changed behind the program's back is
    found by `manage.py verify_audit`. They are the audit trail, the timeline, the source of flow
    metrics and the outbox at once.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField(help_text=_("1 for the first event of the record."))
    verb = models.CharField(max_length=60)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty when the program itself acted."),
    )
    via = models.CharField(max_length=8, choices=Via)
    at = models.DateTimeField(help_text=_("When it happened."))
    recorded_at = models.DateTimeField(default=clock.now, help_text=_("When it was written down."))
    is_internal = models.BooleanField(
        default=False, help_text=_("Kept from everybody who does not work on the record.")
    )
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("record", "sequence")
        indexes: ClassVar = [
            models.Index(fields=["verb", "at"], name="event_by_verb"),
            models.Index(fields=["at", "id"], name="event_by_time"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("record", "sequence", name="event_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.sequence}"

    def reaches(self, *states: str) -> bool:
        """Whether the record moved into one of the states with this event, rather than was there."""
        return self.to_state in states and self.from_state not in ("", self.to_state)

    def chained(self, number: str, previous: str) -> str:
        """Return the hash that binds this event to its record's number and the event before it."""
        content = [
            number, self.sequence, self.verb, self.from_state, self.to_state, self.actor_id,
            self.via, self.at.isoformat(), self.is_internal, self.data,
        ]  # fmt: skip
        text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(previous.encode() + text.encode()).hexdigest()


class Link(models.Model):
    """A typed arrow from one record to another."""

    source = models.ForeignKey(Record, models.PROTECT, related_name="links_out")
    target = models.ForeignKey(Record, models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=16, choices=LinkKind)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("source", "target", "kind", name="link_once"),
            models.CheckConstraint(name="link_not_to_itself", condition=~Q(source=F("target"))),
        ]
        indexes: ClassVar = [models.Index(fields=["target", "kind"], name="link_by_target")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"

    @property
    def inverse_label(self) -> Any:
        """The relation in the target's words."""
        return INVERSE[LinkKind(self.kind)]


class Handover(models.Model):
    """Work that crossed from one activity to another: what went in, what came out, who took it.

    Flow time, waiting time and first-time-right are derived from these rows.
    """

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

    source = models.ForeignKey(Record, models.PROTECT, related_name="handovers_out")
    target = models.ForeignKey(Record, models.PROTECT, related_name="handovers_in")
    flow = models.CharField(max_length=60)
    from_activity = models.CharField(max_length=20)
    to_activity = models.CharField(max_length=20)
    trigger = models.CharField(_("what set it off"), max_length=200, blank=True)
    input = models.CharField(_("what was handed in"), max_length=200, blank=True)
    output = models.CharField(_("what is to come out"), max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OFFERED)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    return_reason = models.TextField(blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ("offered_at", "pk")
        indexes: ClassVar = [
            models.Index(fields=["to_activity", "status", "offered_at"], name="handover_waiting"),
            models.Index(fields=["from_activity", "offered_at"], name="handover_from"),
        ]

    def __str__(self) -> str:
        return f"{self.flow}: {self.source_id} → {self.target_id}"
