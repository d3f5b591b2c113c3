"""Addresses of notifications and of the links in mail."""

from django.urls import path

from itsm.notifications import views

urlpatterns = [
    path("notifications/", views.notification_list, name="notification-list"),
    path("notifications/settings/", views.notification_settings, name="notification-settings"),
    path("notifications/read/", views.notification_read, name="notification-read-all"),
    path("notifications/<slug:number>/read/", views.notification_read, name="notification-read"),
    path("notifications/<slug:number>/mute/", views.notification_mute, name="notification-mute"),
    path("mail/stop/<str:token>/", views.notification_stop, name="notification-stop"),
    path("mail/stop-daily/<str:token>/", views.digest_stop, name="digest-stop"),
    path("mail/approve/<str:token>/", views.approval_by_mail, name="approval-by-mail"),
    path("admin/mail/outbox/", views.outbox, name="admin-mail-outbox"),
]
