"""What others changed while a form was open: told beside what was typed, and never written over unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from valuechain.records.forms import VersionedForm
from valuechain.records.models import Record
from valuechain.records.timeline import CHANGES, Entry, timeline


def changed_meanwhile(record: Record, form: VersionedForm, *, actor: Any) -> list[Entry]:
    """Return what happened to the record since the form was opened, where that stopped it.

    A field that its writer had left alone takes over what others wrote in it, so that saving once
    more keeps both people's words.
    """
    if form.seen_version is None:
        return []
    missed = record.version - form.seen_version
    newer = timeline(record, actor=actor, show=CHANGES)[-missed:] if missed > 0 else []
    events = record.events.order_by("-sequence")[: max(missed, 0)]
    first: dict[str, Any] = {}
    for event in events:
        first |= {one["field"]: one["before"] for one in event.data.get("changes", [])}
    data: Any = form.data
    for name, before in first.items():
        if name in form.fields and _alike(data.get(name), before):
            now = form.fields[name].prepare_value(getattr(record, name))
            data[name] = "" if now is None else now
    # Folded away it would tell nobody what to look at.
    return [replace(entry, kind="system") if entry.is_grouped else entry for entry in newer]


def _alike(typed: Any, before: Any) -> bool:
    return " ".join(str(typed or "").split()) == " ".join(str(before or "").split())
