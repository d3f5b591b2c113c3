"""Addresses of the pages that span the apps."""

from django.urls import include, path
from django.views.generic import RedirectView

from itsm.portal import account, activities, catalogue, keyboard, needs, published, requests
from itsm.portal.appearance import appearance
from itsm.portal.beginning import BeginView
from itsm.portal.design import design
from itsm.portal.finding import portal_find, portal_home
from itsm.portal.home import home
from itsm.portal.palette import palette
from itsm.portal.people import PersonView, people_suggest
from itsm.portal.reports.entries import TimeEntriesView
from itsm.portal.reports.schedules import EndScheduleView, ScheduleView, report_stop
from itsm.portal.reports.views import ReportListView, ReportView
from itsm.portal.search import records_suggest, search, tags_suggest
from itsm.portal.second_step import second_step
from itsm.portal.suggesting import portal_suggest
from itsm.portal.tracking import track_open, track_request, track_show

_OF_ACTIVITY = RedirectView.as_view(pattern_name="activity")

urlpatterns = [
    path("", home, name="home"),
    path("begin/<str:code>/", BeginView.as_view(), name="begin"),
    path("palette/", palette, name="palette"),
    path("search/", search, name="search"),
    path("people/<int:pk>/", PersonView.as_view(), name="person"),
    path("suggest/people/", people_suggest, name="people-suggest"),
    path("suggest/tags/", tags_suggest, name="tags-suggest"),
    path("suggest/records/", records_suggest, name="records-suggest"),
    path("activity/<slug:activity>/", activities.activity, name="activity"),
    # What heads the addresses of an activity's own pages leads to the activity.
    path("build/", _OF_ACTIVITY, {"activity": "obtain-build"}, name="activity-build"),
    path("deliver/", _OF_ACTIVITY, {"activity": "deliver-support"}, name="activity-deliver"),
    path("handovers/", activities.handovers, name="handovers"),
    path(
        "handovers/<int:pk>/accept/",
        activities.settle_handover,
        {"answer": "accept"},
        name="handover-accept",
    ),
    path(
        "handovers/<int:pk>/return/",
        activities.settle_handover,
        {"answer": "return"},
        name="handover-return",
    ),
    path("portal/", portal_home, name="portal-home"),
    path("portal/find/", portal_find, name="portal-find"),
    path("portal/requests/", requests.portal_requests, name="portal-requests"),
    path("portal/requests/<slug:number>/", requests.portal_request, name="portal-request"),
    path("portal/requests/<slug:number>/sent/", requests.portal_sent, name="portal-sent"),
    path("portal/requests/<slug:number>/do/<slug:name>/", requests.portal_step, name="portal-step"),
    path("portal/needs/", needs.portal_needs, name="portal-needs"),
    path("portal/needs/<slug:number>/", needs.portal_need, name="portal-need"),
    path("portal/suggest/", portal_suggest, name="portal-suggest"),
    path("portal/services/", catalogue.portal_services, name="portal-services"),
    path("portal/services/<slug:slug>/", catalogue.portal_order, name="portal-order"),
    path("portal/published/", published.portal_published, name="portal-published"),
    path("portal/published/<slug:number>/", published.portal_text, name="portal-text"),
    path("portal/articles/<slug:number>/", catalogue.portal_article, name="portal-article"),
    path("track/", track_request, name="track"),
    path("track/open/<str:token>/", track_open, name="track-open"),
    path("track/<slug:number>/", track_show, name="track-show"),
    path("portal/request/<slug:slug>/", requests.portal_new, name="portal-new"),
    path("", include("itsm.portal.admin.urls")),
    path("reports/", ReportListView.as_view(), name="report-list"),
    path("reports/time-spent/entries/", TimeEntriesView.as_view(), name="report-time-entries"),
    path("reports/schedules/<int:pk>/end/", EndScheduleView.as_view(), name="report-schedule-end"),
    path("reports/stop/<str:token>/", report_stop, name="report-stop"),
    path("reports/<slug:key>/mail/", ScheduleView.as_view(), name="report-schedule"),
    path("reports/<slug:key>/", ReportView.as_view(), name="report"),
    path("me/", account.account, name="account"),
    path("me/keyboard/", keyboard.keyboard, name="keyboard"),
    path("me/second-step/", second_step, name="second-step"),
    path("me/tokens/", account.make_token, name="token-make"),
    path("me/tokens/<int:pk>/withdraw/", account.withdraw_token, name="token-withdraw"),
    path("help/", account.help_page, name="help"),
    path("design/", design, name="design"),
    path("appearance/", appearance, name="appearance"),
]
