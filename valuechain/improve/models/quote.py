"""What was said or done elsewhere and is kept, word for word, as evidence for an improvement."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from itsm.accounts.access import NOTES_SCOPE
from itsm.core import clock
from valuechain.improve.models.improvement import Improvement
from valuechain.records.models import Record
from valuechain.records.querysets import staff_rule, visible_rule


class QuoteQuerySet(models.QuerySet[Any]):
    """Quotes; one is read by those who may read it where it was said."""

    def readable_by(self, actor: Any) -> QuoteQuerySet:
        """Keep what the actor may read on the record it came from; a note stays a note."""
        access = actor.access
        visible, works = visible_rule(access, "record__"), staff_rule(access, "record__")
        found = self if visible is None else self.filter(visible)
        if not access.may_use(NOTES_SCOPE):
            return found.filter(is_internal=False)
        return found if works is None else found.filter(Q(is_internal=False) | works)


class Quote(models.Model):
    """An entry of a record's timeline, as it read when somebody kept it."""

    improvement = models.ForeignKey(Improvement, models.CASCADE, related_name="quotes")
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    anchor = models.CharField(max_length=40)
    text = models.TextField()
    said_by = models.CharField(max_length=200, blank=True)
    said_at = models.DateTimeField()
    is_internal = models.BooleanField(
        default=True, help_text="Read only by those who read notes on the record it came from."
    )
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    kept_at = models.DateTimeField(default=clock.now)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ("said_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("improvement", "record", "anchor", name="quote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}#{self.anchor} for {self.improvement_id}"

    @property
    def url(self) -> str:
        """Where it was said; a long timeline is unfolded there."""
        return f"{self.record.get_absolute_url()}?whole=1#{self.anchor}"
