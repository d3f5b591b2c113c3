"""The pages of improve beside those of its records."""

from django.urls import path

from valuechain.improve.views import ImproveView, QuoteView, RatingView, ScoresView

urlpatterns = [
    path("improve/", ImproveView.as_view(), name="improve"),
    path("portal/csat/<str:token>/", RatingView.as_view(), name="csat"),
    path("improve/csat/", ScoresView.as_view(), name="csat-scores"),
    path(
        "improve/quote/<slug:resource>/<slug:number>/<slug:anchor>/",
        QuoteView.as_view(),
        name="improve-quote",
    ),
]
