"""Reads over approvals: who sees them, and whose vote they wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from valuechain.approvals.vocabulary import Result
from valuechain.records.querysets import visible_rule


class ApprovalQuerySet(models.QuerySet[Any]):
    """Approvals, by who may see them and who must act."""

    def visible_to(self, actor: Any) -> ApprovalQuerySet:
        """Whoever sees the subject sees its approvals."""
        rule = visible_rule(actor.access, "subject__")
        return self if rule is None else self.filter(rule)

    def pending(self) -> ApprovalQuerySet:
        return self.filter(result=Result.PENDING)

    def waiting_for(self, person: Any, *, now: datetime) -> ApprovalQuerySet:
        """Pending approvals in whose present step the person, or somebody they stand in for, is asked."""
        from valuechain.approvals.models import Delegation, Seat, Vote

        voices = [person.pk, *Delegation.objects.givers_of(person, now=now)]
        said = Vote.objects.filter(approval=OuterRef("approval"), step=OuterRef("step"))
        seats = (
            Seat.objects.filter(
                approval=OuterRef("pk"), step=OuterRef("current_step"), person_id__in=voices
            )
            .exclude(Exists(said.filter(approver=OuterRef("person"))))
            .exclude(Exists(said.filter(cast_by_id=person.pk)))
        )
        return self.pending().filter(Exists(seats)).exclude(barred__contains=[person.pk])

    def with_subject(self) -> ApprovalQuerySet:
        return self.select_related("subject", "policy", "requested_by").defer("subject__search")


class DelegationQuerySet(models.QuerySet[Any]):
    """Delegations, by person and day."""

    def visible_to(self, actor: Any) -> DelegationQuerySet:
        """Everybody sees those they gave or received; an administrator all."""
        if actor.access.is_admin:
            return self
        return self.filter(Q(giver_id=actor.pk) | Q(receiver_id=actor.pk))

    def on(self, now: datetime) -> DelegationQuerySet:
        """Keep those that hold today, by the day it is in UTC."""
        return self.filter(starts_on__lte=now.date(), ends_on__gte=now.date())

    def givers_of(self, person: Any, *, now: datetime) -> list[int]:
        """Ids of the active people the person may vote for today. One query."""
        found = self.on(now).filter(receiver_id=person.pk, giver__is_active=True)
        return list(found.values_list(F("giver_id"), flat=True))
