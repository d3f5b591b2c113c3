"""Pages of any record: a list, a record, its forms. Each turns a request into one call."""

from valuechain.records.views.bulk import BulkView
from valuechain.records.views.changing import (
    AddLinkView,
    EditRecordView,
    FlowView,
    NewRecordView,
    TransitionView,
)
from valuechain.records.views.conversing import CommentView, DraftView, TakeBackView
from valuechain.records.views.files import download, preview
from valuechain.records.views.reading import (
    ChainView,
    RecordDetailView,
    RecordListView,
    TimelineView,
)

__all__ = [
    "AddLinkView",
    "BulkView",
    "ChainView",
    "CommentView",
    "DraftView",
    "EditRecordView",
    "FlowView",
    "NewRecordView",
    "RecordDetailView",
    "RecordListView",
    "TakeBackView",
    "TimelineView",
    "TransitionView",
    "download",
    "preview",
]
