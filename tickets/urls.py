"""Addresses of the desk's own pages; every other page of a ticket is that of any record."""

from django.urls import path

from tickets import views

urlpatterns = [
    path("tickets/call/", views.CallView.as_view(), name="ticket-call"),
    path("tickets/call/beside/", views.BesideView.as_view(), name="ticket-call-beside"),
    path("tickets/call/draft/", views.CallDraftView.as_view(), name="ticket-call-draft"),
    path("tickets/new/", views.NewTicketView.as_view(), name="ticket-new"),
    path("tickets/take-next/", views.TakeNextView.as_view(), name="ticket-take-next"),
    path("tickets/prepared/", views.ShelfView.as_view(), name="ticket-prepared"),
    path("tickets/prepared/<slug:shelf>/new/", views.KeepView.as_view(), name="ticket-keep-new"),
    path("tickets/prepared/<slug:shelf>/<int:pk>/", views.KeepView.as_view(), name="ticket-keep"),
    path(
        "tickets/prepared/<slug:shelf>/<int:pk>/drop/",
        views.DropView.as_view(),
        name="ticket-drop",
    ),
    path("tickets/<slug:number>/known/", views.KnownView.as_view(), name="ticket-known"),
    path("tickets/<slug:number>/canned/", views.CannedView.as_view(), name="ticket-canned"),
    path("tickets/<slug:number>/macros/", views.MacrosView.as_view(), name="ticket-macros"),
    path("tickets/<slug:number>/take/", views.TakeView.as_view(), name="ticket-take"),
    path("tickets/<slug:number>/watch/", views.WatchView.as_view(), name="ticket-watch"),
    path("tickets/<slug:number>/tags/", views.TagsView.as_view(), name="ticket-tags"),
    path("tickets/<slug:number>/time/", views.TimeView.as_view(), name="ticket-time"),
    path("tickets/<slug:number>/do/merge/", views.MergeView.as_view(), name="ticket-merge"),
    path(
        "tickets/<slug:number>/split-back/",
        views.SplitBackView.as_view(),
        name="ticket-split-back",
    ),
    path("tickets/<slug:number>/split/", views.SplitView.as_view(), name="ticket-split"),
]
