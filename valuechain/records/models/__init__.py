"""The tables of the spine: records, the conversation on them, what links and moves them."""

from valuechain.records.models.conversation import (
    Attachment,
    Comment,
    Participation,
    TimeEntry,
    attachment_key,
)
from valuechain.records.models.draft import Draft
from valuechain.records.models.journey import Event, Handover, Link
from valuechain.records.models.record import Record

__all__ = [
    "Attachment",
    "Comment",
    "Draft",
    "Event",
    "Handover",
    "Link",
    "Participation",
    "Record",
    "TimeEntry",
    "attachment_key",
]
