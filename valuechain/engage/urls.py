"""The pages of engage beside those of its records."""

from django.urls import path

from valuechain.engage.views import InboxView, NeedBoardView

urlpatterns = [
    path("engage/", InboxView.as_view(), name="engage-inbox"),
    path("engage/board/", NeedBoardView.as_view(), name="need-board"),
]
