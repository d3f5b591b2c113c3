"""Reads over the money set aside."""

from __future__ import annotations

from typing import Any

from django.db import models

from valuechain.records.querysets import visible_rule


class CommitmentQuerySet(models.QuerySet[Any]):
    """Commitments; one is visible when its budget and the record it is for both are."""

    def visible_to(self, actor: Any) -> CommitmentQuerySet:
        access = actor.access
        budget, record = visible_rule(access, "budget__"), visible_rule(access, "record__")
        return self if budget is None or record is None else self.filter(budget & record)
