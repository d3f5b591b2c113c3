"""Addresses of notifications and of the links in mail."""

from django.urls import path
from django.views.generic import RedirectView

from itsm.notifications import views

_MOVED = RedirectView.as_view(url="/me/notifications/%(rest)s", query_string=True)

urlpatterns = [
    path("me/notifications/", views.notification_list, name="notification-list"),
    path("me/notifications/settings/", views.notification_settings, name="notification-settings"),
    path("me/notifications/read/", views.notification_read, name="notification-read-all"),
    path("me/notifications/<slug:number>/read/", views.notification_read, name="notification-read"),
    path("me/notifications/<slug:number>/mute/", views.notification_mute, name="notification-mute"),
    # Where they were first: bookmarks lead on.
    path("notifications/", _MOVED, {"rest": ""}, name="notification-moved"),
    path("notifications/<path:rest>", _MOVED, name="notification-part-moved"),
    path("mail/stop/<str:token>/", views.notification_stop, name="notification-stop"),
    path("mail/stop-daily/<str:token>/", views.digest_stop, name="digest-stop"),
    path("mail/approve/<str:token>/", views.approval_by_mail, name="approval-by-mail"),
    path("admin/mail/outbox/", views.outbox, name="admin-mail-outbox"),
]
