"""The pages of value streams."""

from django.urls import path

from valuechain.streams.views import MapView, NewStreamView, RecordsView, StreamListView, StreamView

urlpatterns = [
    path("streams/", StreamListView.as_view(), name="stream-list"),
    path("streams/new/", NewStreamView.as_view(), name="stream-new"),
    path("streams/<slug:slug>/", StreamView.as_view(), name="stream-detail"),
    path("streams/<slug:slug>/map/", MapView.as_view(), name="stream-map"),
    path("streams/<slug:slug>/records/", RecordsView.as_view(), name="stream-records"),
]
