"""The addresses of every record page: /<resource>/ and /<resource>/<number>/."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from valuechain.records import views
from valuechain.records.kinds import kinds


class ResourceConverter:
    """Matches the resources there are, so that other addresses are left to others."""

    regex = "[a-z]+(?:-[a-z]+)*"

    def to_python(self, value: str) -> str:
        if not kinds.of_resource(value):
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter:
    """Matches a human number such as INC-1007, in either case."""

    regex = "[A-Za-z]{2,8}-[0-9]{1,12}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(ResourceConverter, "resource")
register_converter(NumberConverter, "number")

_RECORD = "<resource:resource>/<number:number>/"

urlpatterns: list[URLPattern] = [
    path("exports/", views.ExportsView.as_view(), name="exports"),
    path("exports/<int:pk>/", views.OneExportView.as_view(), name="export"),
    path("live/", views.LiveView.as_view(), name="live"),
    path("live/leave/", views.LeaveView.as_view(), name="live-leave"),
    path("<resource:resource>/", views.RecordListView.as_view(), name="record-list"),
    path("<resource:resource>/bulk/", views.BulkView.as_view(), name="record-bulk"),
    path(
        "<resource:resource>/bulk/<int:pk>/undo/", views.UndoView.as_view(), name="record-bulk-undo"
    ),
    path("<resource:resource>/export/", views.ExportView.as_view(), name="record-export"),
    path("<resource:resource>/columns/", views.ColumnsView.as_view(), name="record-columns"),
    path("<resource:resource>/views/", views.CountsView.as_view(), name="record-views-counted"),
    path("<resource:resource>/views/new/", views.SaveViewView.as_view(), name="record-view-new"),
    path("<resource:resource>/views/<int:pk>/", views.OneViewView.as_view(), name="record-view"),
    path("<resource:resource>/new/", views.NewRecordView.as_view(), name="record-new"),
    path(_RECORD, views.RecordDetailView.as_view(), name="record-detail"),
    path(f"{_RECORD}peek/", views.PeekView.as_view(), name="record-peek"),
    path(f"{_RECORD}edit/", views.EditRecordView.as_view(), name="record-edit"),
    path(f"{_RECORD}chain/", views.ChainView.as_view(), name="record-chain"),
    path(f"{_RECORD}link/", views.AddLinkView.as_view(), name="record-link"),
    path(f"{_RECORD}summary/", views.SummaryView.as_view(), name="record-summary"),
    path(f"{_RECORD}comment/", views.CommentView.as_view(), name="record-comment"),
    path(f"{_RECORD}drafts/<slug:name>/", views.DraftView.as_view(), name="record-draft"),
    path(f"{_RECORD}take-back/<int:pk>/", views.TakeBackView.as_view(), name="record-take-back"),
    path(f"{_RECORD}timeline/", views.TimelineView.as_view(), name="record-timeline"),
    path(f"{_RECORD}files/<int:pk>/", views.download, name="record-file"),
    path(f"{_RECORD}files/<int:pk>/preview/", views.preview, name="record-file-preview"),
    path(f"{_RECORD}do/<slug:name>/", views.TransitionView.as_view(), name="record-transition"),
    path(f"{_RECORD}hand-off/<slug:name>/", views.FlowView.as_view(), name="record-flow"),
]
