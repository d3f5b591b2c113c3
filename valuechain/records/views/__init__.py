"""Pages of any record: a list, a record, its forms. Each turns a request into one call."""

from valuechain.records.views.bulk import BulkView, UndoView
from valuechain.records.views.changing import (
    AddLinkView,
    EditRecordView,
    FlowView,
    NewRecordView,
    TransitionView,
)
from valuechain.records.views.conversing import CommentView, DraftView, TakeBackView
from valuechain.records.views.exports import ExportsView, ExportView, OneExportView
from valuechain.records.views.files import download, preview
from valuechain.records.views.listing import (
    ColumnsView,
    CountsView,
    RecordListView,
)
from valuechain.records.views.live import LeaveView, LiveView
from valuechain.records.views.reading import (
    ChainView,
    PeekView,
    RecordDetailView,
    TimelineView,
)
from valuechain.records.views.saved import OneViewView, SaveViewView
from valuechain.records.views.summing_up import SummaryView

__all__ = [
    "AddLinkView",
    "BulkView",
    "ChainView",
    "ColumnsView",
    "CommentView",
    "CountsView",
    "DraftView",
    "EditRecordView",
    "ExportView",
    "ExportsView",
    "FlowView",
    "LeaveView",
    "LiveView",
    "NewRecordView",
    "OneExportView",
    "OneViewView",
    "PeekView",
    "RecordDetailView",
    "RecordListView",
    "SaveViewView",
    "SummaryView",
    "TakeBackView",
    "TimelineView",
    "TransitionView",
    "UndoView",
    "download",
    "preview",
]
