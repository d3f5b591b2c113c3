"""The addresses of design & transition beyond those every record has."""

from django.urls import URLPattern, path

from valuechain.design_transition.views import SpecVersionView

urlpatterns: list[URLPattern] = [
    path(
        "specs/<slug:number>/versions/<int:version>/",
        SpecVersionView.as_view(),
        name="spec-version",
    ),
]
