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
from valuechain.records.views.files import download, preview
from valuechain.records.views.reading import (
    ChainView,
    RecordDetailView,
    RecordListView,
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
    "preview",
]
