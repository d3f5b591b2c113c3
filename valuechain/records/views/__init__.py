"""Pages of any record: a list, a record, its forms. Each turns a request into one call."""

from valuechain.records.views.bulk import BulkView
from valuechain.records.views.changing import (
    AddLinkView,
    CommentView,
    EditRecordView,
    FlowView,
    NewRecordView,
    TransitionView,
)
from valuechain.records.views.reading import (
    ChainView,
    RecordDetailView,
    RecordListView,
    download,
)

__all__ = [
    "AddLinkView",
    "BulkView",
    "ChainView",
    "CommentView",
    "EditRecordView",
    "FlowView",
    "NewRecordView",
    "RecordDetailView",
    "RecordListView",
    "TransitionView",
    "download",
]
