"""Addresses of the mail inbox and of the mailboxes."""

from django.urls import path

from tickets.mail import views

urlpatterns = [
    path("tickets/inbox/", views.InboxView.as_view(), name="mail-inbox"),
    path("tickets/inbox/<int:pk>/", views.MailView.as_view(), name="mail-detail"),
    path("tickets/inbox/<int:pk>/raw/", views.RawMailView.as_view(), name="mail-raw"),
    path("tickets/inbox/<int:pk>/accept/", views.AcceptView.as_view(), name="mail-accept"),
    path("tickets/inbox/<int:pk>/attach/", views.AttachView.as_view(), name="mail-attach"),
    path("tickets/inbox/<int:pk>/dismiss/", views.DismissView.as_view(), name="mail-dismiss"),
    path("admin/mail/", views.MailboxListView.as_view(), name="admin-mail"),
    path("admin/mail/new/", views.MailboxView.as_view(), name="admin-mail-new"),
    path("admin/mail/<int:pk>/", views.MailboxView.as_view(), name="admin-mail-edit"),
    path(
        "admin/mail/rules/<int:pk>/drop/", views.DropRuleView.as_view(), name="admin-mail-rule-drop"
    ),
]
