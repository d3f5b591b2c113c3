"""What is quoted of a timeline: which entry, in which words, and who may read it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from valuechain.records.models import Record
from valuechain.records.panels import EntryUse
from valuechain.records.policies import may_work
from valuechain.records.timeline import Entry, timeline

MOST = 5_000
#: What its requester reads too; everything else stays among those who read notes.
_SAID_IN_PUBLIC = ("reply_in", "reply_out", "call")


def entry_at(record: Record, anchor: str, *, actor: Any) -> Entry | None:
    """Return the entry of the record's timeline that the actor reads at an anchor. Two queries."""
    found = timeline(record, actor=actor)
    return next((entry for entry in found if anchor and entry.anchor == anchor), None)


def is_public(entry: Entry) -> bool:
    """Whether whoever sees the record reads the entry too."""
    return entry.kind in _SAID_IN_PUBLIC and not entry.is_internal


def words_of(entry: Entry) -> str:
    """Return what an entry says: a message as it was written, anything else as it is told."""
    if entry.kind in (*_SAID_IN_PUBLIC, "note"):
        return entry.text[:MOST]
    changes = [
        f"{change['field']}: {change.get('before') or '—'} → {change.get('after') or '—'}"
        for change in entry.changes
    ]
    return "\n\n".join(part for part in (str(entry.label), *changes, entry.text) if part)[:MOST]


def make_of_an_entry(record: Record, actor: Any) -> EntryUse | None:
    """Offer those who work on a record to make an improvement of an entry of its timeline."""
    if not may_work(actor, record):
        return None
    # A timeline has hundreds of entries; their addresses differ in the last part alone.
    above = reverse("improve-quote", args=[record.resource, record.number, "x"]).removesuffix("x/")
    return EntryUse(
        label=_("Make an improvement of this"),
        icon="chart",
        url=lambda anchor: f"{above}{anchor}/",
    )
