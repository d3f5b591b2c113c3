"""The tables of the spine: records, the conversation on them, what links and moves them."""

from valuechain.records.models.conversation import (
    Attachment,
    Comment,
    Participation,
    Summary,
    TimeEntry,
    attachment_key,
)
from valuechain.records.models.draft import Draft
from valuechain.records.models.export import Export
from valuechain.records.models.journey import Event, Handover, Link
from valuechain.records.models.record import Record
from valuechain.records.models.views import BulkRun, Density, SavedView

__all__ = [
    "Attachment",
    "BulkRun",
    "Comment",
    "Density",
    "Draft",
    "Event",
    "Export",
    "Handover",
    "Link",
    "Participation",
    "Record",
    "SavedView",
    "Summary",
    "TimeEntry",
    "attachment_key",
]
