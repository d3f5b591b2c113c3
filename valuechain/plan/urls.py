"""The addresses of plan beyond those every record has."""

from django.urls import URLPattern, path

from valuechain.plan.views import AcknowledgeView

urlpatterns: list[URLPattern] = [
    path(
        "visions/<slug:number>/acknowledge/", AcknowledgeView.as_view(), name="vision-acknowledge"
    ),
]
