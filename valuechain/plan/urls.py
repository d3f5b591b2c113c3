"""The addresses of plan beyond those every record has."""

from django.urls import URLPattern, path

from valuechain.plan import views

_OF_POLICIES = {"resource": "policies"}

urlpatterns: list[URLPattern] = [
    path("plan/", views.PlanView.as_view(), name="plan"),
    path(
        "visions/<slug:number>/acknowledge/",
        views.AcknowledgeView.as_view(),
        name="vision-acknowledge",
    ),
    path(
        "policies/<slug:number>/uses/",
        views.ApplyPolicyView.as_view(),
        _OF_POLICIES,
        name="policy-apply",
    ),
    path(
        "policies/<slug:number>/uses/<int:pk>/remove/",
        views.StopApplyingView.as_view(),
        _OF_POLICIES,
        name="policy-unapply",
    ),
]
