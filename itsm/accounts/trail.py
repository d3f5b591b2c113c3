"""Who changed what is set up: people, rules, mailboxes, webhooks, calendars, the look of the house.

What happens to records has a trail of its own. Rows here are only ever added: the database refuses the rest.

Whatever writes a row of what is set up does so inside `changing`, which reads the row before and after and
writes down what differs, every column of it. A new column is told without a word more; one whose name says
that it holds a secret is told to have changed, never what it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from itsm.core import clock

#: Columns whose content nobody reads here, by their name.
_SECRET = re.compile(r"secret|password|token|digest|hash")
#: Longer texts are told by their beginning.
MOST_LETTERS = 500
EMPTY: tuple[Any, ...] = ("", None, [], {})


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


@dataclass
class Change:
    """What is being changed; whoever adds a row puts it here once it is there."""

    row: Any = None


@contextmanager
def changing(
    actor: Any,
    what: str,
    row: Any = None,
    *,
    verb: str = "",
    also: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Iterator[Change]:
    """Do what stands inside in one transaction, and write down what became of a row by it.

    The verb is `added`, `changed` or `removed`, unless a word of the caller's own says better what was
    done. Nothing is written where nothing differs. `also` reads more that belongs to the row.
    """
    change = Change(row)
    pk = getattr(row, "pk", None)
    with transaction.atomic():
        before = _read(row, pk, also)
        name = str(row) if before else ""
        yield change
        held = change.row
        after = _read(held, pk if pk is not None else getattr(held, "pk", None), also)
        if differing := _told(before, after):
            done = verb or ("changed" if before and after else "added" if after else "removed")
            note(actor, f"{what}.{done}", held if after else name, changed=differing)


def _read(row: Any, pk: Any, also: Callable[[Any], Mapping[str, Any]] | None) -> dict[str, Any]:
    """Return what the database holds of a row today; nothing of one that is not there."""
    held = None if pk is None else type(row)._base_manager.filter(pk=pk).first()  # noqa: SLF001
    if held is None:
        return {}
    said = {
        field.name: getattr(held, field.name)
        for field in held._meta.concrete_fields
        if not field.primary_key and (field.editable or _SECRET.search(field.name))
    }
    return said | dict(also(held) if also is not None else {})


def _told(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    told = {}
    for name in {**before, **after}:
        was, now = _plain(before.get(name)), _plain(after.get(name))
        if was == now or (was in EMPTY and now in EMPTY):
            continue
        told[name] = _hidden(was, now) if _SECRET.search(name) else _narrowed(was, now)
    return told


def _hidden(was: Any, now: Any) -> list[Any]:
    """Say that there is a secret, and that it is another one, and nothing more."""
    words = ["set" if was not in EMPTY else "", "set" if now not in EMPTY else ""]
    return ["set", "set anew"] if words == ["set", "set"] else words


def _narrowed(was: Any, now: Any) -> list[Any]:
    """Leave out of two lists, or of two tables, what both of them say."""
    if isinstance(was, list) and isinstance(now, list):
        gone, new = [x for x in was if x not in now], [x for x in now if x not in was]
        return [gone, new] if gone or new else [was, now]
    if isinstance(was, dict) and isinstance(now, dict):
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        return [{n: was[n] for n in names if n in was}, {n: now[n] for n in names if n in now}]
    return [_short(was), _short(now)]


def _short(value: Any) -> Any:
    is_long = isinstance(value, str) and len(value) > MOST_LETTERS
    return f"{value[:MOST_LETTERS]}…" if is_long else value


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
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, models.Model):
        return str(value)
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, default=str))
