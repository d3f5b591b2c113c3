"""The addresses of design & transition beyond those every record has."""

from django.urls import URLPattern, path

from valuechain.design_transition.views import (
    RemarkView,
    RequireView,
    SettleRemarkView,
    SpecVersionView,
)

urlpatterns: list[URLPattern] = [
    path(
        "specs/<slug:number>/versions/<int:version>/",
        SpecVersionView.as_view(),
        name="spec-version",
    ),
    path(
        "specs/<slug:number>/hand-off/require/",
        RequireView.as_view(),
        name="spec-require",
    ),
    path(
        "specs/<slug:number>/remarks/",
        RemarkView.as_view(),
        {"resource": "specs"},
        name="spec-remark",
    ),
    path(
        "specs/<slug:number>/remarks/<int:pk>/",
        SettleRemarkView.as_view(),
        {"resource": "specs"},
        name="spec-remark-settle",
    ),
]
