"""Reads of deliver & support that chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from itsm.accounts.access import Access


class ChangeFreezeQuerySet(models.QuerySet[Any]):
    """Reads over change freezes."""

    def visible_to(self, actor: Any) -> ChangeFreezeQuerySet:
        """Staff see the freezes that hold for all, and those of organisations they work for."""
        access: Access = actor.access
        if access.works_everywhere:
            return self
        if not access.is_staff:
            return self.none()
        ours = Q(organisations__in=access.staff_organisations)
        return self.filter(Q(organisations=None) | ours).distinct()

    def between(self, start: datetime, end: datetime) -> ChangeFreezeQuerySet:
        """Keep those that hold at some time from `start` to before `end`."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def holding_for(self, record: Any) -> ChangeFreezeQuerySet:
        """Keep those that hold where the record belongs and for the service it is about."""
        lineage = record.organisation.lineage
        here = Q(organisations=None) | Q(organisations__in=lineage)
        about = Q(services=None)
        if record.service_id is not None:
            about |= Q(services=record.service_id)
        return self.filter(here).filter(about).distinct()
