"""Reads over value streams: staff see those of the organisations they work for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class StreamQuerySet(models.QuerySet[Any]):
    """Chainable reads over value streams."""

    def visible_to(self, actor: Any) -> StreamQuerySet:
        """Keep the streams the actor may see. Every read starts here."""
        rule = _rule(actor, "")
        return self if rule is None else self.filter(rule)


class InstanceQuerySet(models.QuerySet[Any]):
    """Chainable reads over the runs of value streams."""

    def visible_to(self, actor: Any) -> InstanceQuerySet:
        """Keep the runs of visible streams that began with a record the actor may see."""
        from valuechain.records.models import Record

        rule = _rule(actor, "stream__")
        found = self if rule is None else self.filter(rule)
        return found.filter(first__in=Record.objects.visible_to(actor).values("pk"))


def _rule(actor: Any, prefix: str) -> Q | None:
    access = actor.access
    if access.works_everywhere:
        return None
    if not access.is_staff:
        return Q(pk__in=[])
    return Q(**{f"{prefix}organisation_id__in": sorted(access.staff_organisations)})
