"""The pages of engage beside those of its records."""

from django.urls import path

from valuechain.engage.views import NeedBoardView

urlpatterns = [path("needs/board/", NeedBoardView.as_view(), name="need-board")]
