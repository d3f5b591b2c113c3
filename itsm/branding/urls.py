"""Addresses of the house's stylesheet and logo; everybody reads them, signed in or not."""

from django.urls import path

from itsm.branding import views

urlpatterns = [
    path("brand/<slug:digest>.css", views.styles, name="brand-styles"),
    path("brand/<slug:digest>.png", views.logo, name="brand-logo"),
]
