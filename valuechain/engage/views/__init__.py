"""The pages of engage beside those of its records."""

from valuechain.engage.views.board import NeedBoardView
from valuechain.engage.views.inbox import InboxView

__all__ = ["InboxView", "NeedBoardView"]
