"""The desk's own pages, beside those of any record."""

from tickets.views.calling import BesideView, CallDraftView, CallView, NewTicketView
from tickets.views.working import SplitView, TakeView, TimeView, WatchView

__all__ = [
    "BesideView",
    "CallDraftView",
    "CallView",
    "NewTicketView",
    "SplitView",
    "TakeView",
    "TimeView",
    "WatchView",
]
