"""The desk's own pages, beside those of any record."""

from tickets.views.calling import BesideView, CallDraftView, CallView, NewTicketView
from tickets.views.merging import MergeView, SplitBackView
from tickets.views.preparing import CannedView, DropView, KeepView, MacrosView, ShelfView
from tickets.views.working import (
    KnownView,
    SplitView,
    TagsView,
    TakeNextView,
    TakeView,
    TimeView,
    WatchView,
)

__all__ = [
    "BesideView",
    "CallDraftView",
    "CallView",
    "CannedView",
    "DropView",
    "KeepView",
    "KnownView",
    "MacrosView",
    "MergeView",
    "NewTicketView",
    "ShelfView",
    "SplitBackView",
    "SplitView",
    "TagsView",
    "TakeNextView",
    "TakeView",
    "TimeView",
    "WatchView",
]
