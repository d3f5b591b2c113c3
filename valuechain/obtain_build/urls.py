"""The addresses of obtain & build beside those of its records."""

from django.urls import path

from valuechain.obtain_build import views

_COMPONENT = "components/<slug:number>/"
_ORDER = "purchase-orders/<slug:number>/"
_OF_COMPONENTS = {"resource": "components"}
_OF_ORDERS = {"resource": "purchase-orders"}

urlpatterns = [
    path("build/plan/", views.PlanView.as_view(), name="build-plan"),
    path(
        "specs/<slug:number>/import/",
        views.ImportView.as_view(),
        {"resource": "specs"},
        name="component-import",
    ),
    path(f"{_COMPONENT}checks/", views.AddCheckView.as_view(), _OF_COMPONENTS, name="check-new"),
    path(
        f"{_COMPONENT}checks/<int:pk>/",
        views.AnswerCheckView.as_view(),
        _OF_COMPONENTS,
        name="check-answer",
    ),
    path(
        f"{_COMPONENT}checks/take-over/",
        views.TakeOverRequirementsView.as_view(),
        _OF_COMPONENTS,
        name="check-take-over",
    ),
    path(f"{_ORDER}lines/", views.AddLineView.as_view(), _OF_ORDERS, name="line-new"),
    path(
        f"{_ORDER}lines/<int:pk>/remove/",
        views.RemoveLineView.as_view(),
        _OF_ORDERS,
        name="line-remove",
    ),
    path(f"{_ORDER}receive/", views.ReceiveView.as_view(), _OF_ORDERS, name="goods-receive"),
]
