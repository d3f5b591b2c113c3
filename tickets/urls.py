"""Addresses of the desk's own pages; every other page of a ticket is that of any record."""

from django.urls import path

from tickets import views

urlpatterns = [
    path("tickets/call/", views.CallView.as_view(), name="ticket-call"),
    path("tickets/call/beside/", views.BesideView.as_view(), name="ticket-call-beside"),
    path("tickets/call/draft/", views.CallDraftView.as_view(), name="ticket-call-draft"),
    path("tickets/new/", views.NewTicketView.as_view(), name="ticket-new"),
    path("tickets/<slug:number>/take/", views.TakeView.as_view(), name="ticket-take"),
    path("tickets/<slug:number>/watch/", views.WatchView.as_view(), name="ticket-watch"),
    path("tickets/<slug:number>/time/", views.TimeView.as_view(), name="ticket-time"),
    path("tickets/<slug:number>/split/", views.SplitView.as_view(), name="ticket-split"),
]
