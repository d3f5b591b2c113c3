"""The addresses of deliver & support beside those of its records."""

from django.urls import path

from valuechain.deliver_support import views

_OF_RELEASES = {"resource": "releases"}

urlpatterns = [
    path("deliver/calendar/", views.CalendarView.as_view(), name="change-calendar"),
    path("deliver/calendar.ics", views.CalendarFileView.as_view(), name="change-calendar-file"),
    path("deliver/desk/", views.DeskView.as_view(), name="desk-board"),
    path("deliver/freezes/", views.FreezeListView.as_view(), name="freeze-list"),
    path("deliver/freezes/new/", views.FreezeView.as_view(), name="freeze-new"),
    path("deliver/freezes/<int:pk>/", views.FreezeView.as_view(), name="freeze-edit"),
    path("deliver/freezes/<int:pk>/lift/", views.LiftFreezeView.as_view(), name="freeze-lift"),
    path(
        "offerings/<slug:number>/questions/",
        views.QuestionsView.as_view(),
        {"resource": "offerings"},
        name="offering-questions",
    ),
    path(
        "releases/<slug:number>/steps/",
        views.AddStepView.as_view(),
        _OF_RELEASES,
        name="release-step-new",
    ),
    path(
        "releases/<slug:number>/steps/take-over/",
        views.TakeStepsOverView.as_view(),
        _OF_RELEASES,
        name="release-steps-take-over",
    ),
    path(
        "releases/<slug:number>/steps/<int:pk>/",
        views.MarkStepView.as_view(),
        _OF_RELEASES,
        name="release-step",
    ),
    path("articles/<slug:number>/vote/", views.VoteView.as_view(), name="article-vote"),
]
