"""The addresses of plan beyond those every record has."""

from django.urls import URLPattern, path

from valuechain.plan.views import AcknowledgeView, PlanView

urlpatterns: list[URLPattern] = [
    path("plan/", PlanView.as_view(), name="plan"),
    path(
        "visions/<slug:number>/acknowledge/", AcknowledgeView.as_view(), name="vision-acknowledge"
    ),
]
