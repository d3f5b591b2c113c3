"""The addresses of the approval pages."""

from django.urls import URLPattern, path

from valuechain.approvals import views

urlpatterns: list[URLPattern] = [
    path("approvals/", views.ApprovalListView.as_view(), name="approval-list"),
    path("approvals/<int:pk>/", views.VoteView.as_view(), name="approval-vote"),
    path("approvals/delegate/", views.DelegateView.as_view(), name="approval-delegate"),
    path(
        "approvals/delegations/<int:pk>/end/",
        views.EndDelegationView.as_view(),
        name="approval-delegation-end",
    ),
]
