"""Who changed what is set up: people, roles, organisations, teams, tokens, the look of the house.

What happens to records has a trail of its own. Rows here are only ever added: the database refuses the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models

from itsm.core import clock


class AdminEvent(models.Model):
    """One change to what is set up, with the names as they were, since people may go."""

    at = models.DateTimeField(default=clock.now)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["verb", "-id"], name="admin_event_by_verb")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


def note(actor: Any, verb: str, subject: object, **data: Any) -> None:
    """Write down a change, in the transaction that makes it."""
    AdminEvent.objects.create(
        actor_id=actor.pk,
        actor_name=str(actor.name)[:200],
        verb=verb,
        subject=str(subject)[:200],
        data=data,
    )


def values_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return what a row says today, in plain values."""
    said = {name: getattr(row, name, None) for name in names}
    return {name: _plain(value) for name, value in said.items()}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs, each with what it was and what it is."""
    return {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
