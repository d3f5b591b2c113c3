"""Addresses of the pages of webhooks."""

from django.urls import path

from itsm.webhooks import views

_HOOK = "admin/webhooks/<uuid:uid>/"

urlpatterns = [
    path("admin/webhooks/", views.WebhookListView.as_view(), name="admin-webhooks"),
    path("admin/webhooks/new/", views.NewWebhookView.as_view(), name="admin-webhook-new"),
    path(_HOOK, views.WebhookView.as_view(), name="admin-webhook"),
    path(f"{_HOOK}rotate/", views.RotateView.as_view(), name="admin-webhook-rotate"),
    path(f"{_HOOK}remove/", views.RemoveView.as_view(), name="admin-webhook-remove"),
    path(
        f"{_HOOK}deliveries/<uuid:delivery>/replay/",
        views.ReplayView.as_view(),
        name="admin-webhook-replay",
    ),
]
