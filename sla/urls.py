"""Addresses of the pages of service levels."""

from django.urls import path

from sla.views.agreement import AgreementView
from sla.views.agreements import AgreementListView, NewAgreementView
from sla.views.calendars import CalendarListView, CalendarView
from sla.views.dashboard import DashboardView
from sla.views.explaining import WhyView

urlpatterns = [
    path("sla/", DashboardView.as_view(), name="sla-dashboard"),
    path("sla/calendars/", CalendarListView.as_view(), name="sla-calendars"),
    path("sla/calendars/<int:pk>/", CalendarView.as_view(), name="sla-calendar"),
    path("sla/agreements/", AgreementListView.as_view(), name="sla-agreements"),
    path("sla/agreements/new/", NewAgreementView.as_view(), name="sla-agreement-new"),
    path("sla/agreements/<int:pk>/", AgreementView.as_view(), name="sla-agreement"),
    path("sla/clocks/<int:pk>/", WhyView.as_view(), name="sla-why"),
]
