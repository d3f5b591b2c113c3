"""Reads over clocks and what they obey that never show more than the record itself does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from sla.vocabulary import AgreementKind
from valuechain.records.querysets import staff_rule, visible_rule


class StaffOnlyQuerySet(models.QuerySet[Any]):
    """Calendars and agreements: read by the people who work here."""

    def visible_to(self, actor: Any) -> StaffOnlyQuerySet:
        return self if actor.access.is_staff else self.none()

    def published(self) -> StaffOnlyQuerySet:
        return self.filter(published_at__isnull=False)


class ClockQuerySet(models.QuerySet[Any]):
    """Clocks are as visible as their records; what teams and suppliers owe each other is for staff."""

    def visible_to(self, actor: Any) -> ClockQuerySet:
        """The customer's clocks on visible records, and all clocks on records the actor works on."""
        visible = visible_rule(actor.access, "record__")
        if visible is None:
            return self
        staff = staff_rule(actor.access, "record__") or Q()
        return self.filter(Q(agreement_kind=AgreementKind.SLA) & visible | staff)

    def of(self, record: Any) -> ClockQuerySet:
        return self.filter(record_id=record.pk)

    def unfinished(self) -> ClockQuerySet:
        return self.filter(finished_at__isnull=True)

    def due(self, now: datetime) -> ClockQuerySet:
        """Clocks with something to fire, the longest overdue first: answered by a partial index."""
        return self.filter(next_fire_at__lt=now, poisoned_at__isnull=True).order_by("next_fire_at")
