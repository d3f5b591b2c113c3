"""Addresses for signing in and out and for one's password."""

from django.urls import path

from itsm.accounts.link_views import ForgotView, SignInByMailView, SignInLinkView
from itsm.accounts.sso import sso_back, sso_start
from itsm.accounts.views import (
    CodeView,
    PasswordView,
    SetPasswordView,
    SignInView,
    SignOutView,
)

urlpatterns = [
    path("login/", SignInView.as_view(), name="login"),
    path("login/code/", CodeView.as_view(), name="sign-in-code"),
    path("login/forgot/", ForgotView.as_view(), name="password-forgot"),
    path("login/link/", SignInByMailView.as_view(), name="sign-in-by-mail"),
    path("login/link/<str:token>/", SignInLinkView.as_view(), name="sign-in-link"),
    path("login/house/", sso_start, name="sso-start"),
    path("login/house/back/", sso_back, name="sso-back"),
    path("logout/", SignOutView.as_view(), name="logout"),
    path("welcome/<uidb64>/<token>/", SetPasswordView.as_view(), name="password-set"),
    path("me/password/", PasswordView.as_view(), name="password-change"),
]
