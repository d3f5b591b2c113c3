"""Signing in, signing out, and changing one's password."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import limits
from itsm.core.network import client_address

#: Wrong passwords for one person from one place, and from one place for anybody.
FOR_ONE_PERSON = limits.Rate(5, 15 * 60)
FROM_ONE_PLACE = limits.Rate(50, 15 * 60)


class SignInForm(AuthenticationForm):
    """Address and password; one sentence for whatever does not fit, known person or not."""

    error_messages = {
        "invalid_login": gettext_lazy("Address and password do not belong together."),
        "inactive": gettext_lazy("Address and password do not belong together."),
    }

    def __init__(self, *args: Any, refusal: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusal = refusal

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        if self.refusal:
            raise ValidationError(self.refusal, code="too_many")
        return super().clean()


class SignInView(views.LoginView):
    """Signs a person in, into a new session, and goes back to where they wanted to be.

    Attempts are counted before a password is looked at, for known and unknown people alike.
    """

    authentication_form = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True
    wait = 0  # seconds until another attempt is looked at

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        usages = [limits.count(what, rate) for what, rate in self._counted(request)]
        self.wait = max((usage.resets_in for usage in usages if usage.is_over), default=0)
        response = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            limits.forget(self._counted(request)[0][0])
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.wait:
            minutes = -(-self.wait // 60)
            words = _("Too many attempts. Try again in %(minutes)s min.") % {"minutes": minutes}
            kwargs["refusal"] = words
        return kwargs

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        status = 429 if self.wait else 422
        response = self.render_to_response(self.get_context_data(form=form), status=status)
        if self.wait:
            response["Retry-After"] = str(self.wait)
        return response

    def _counted(self, request: HttpRequest) -> list[tuple[str, limits.Rate]]:
        place = client_address(request)
        address = request.POST.get("username", "").strip().lower()
        person = hashlib.sha256(address.encode(errors="replace")).hexdigest()[:32]
        return [
            (f"sign-in:{person}:{place}", FOR_ONE_PERSON),
            (f"sign-in:{place}", FROM_ONE_PLACE),
        ]


class SignOutView(views.LogoutView):
    """Ends the session; only a POST does, so that no link can."""


class SetPasswordView(views.PasswordResetConfirmView):
    """Sets the first or a new password with the link an administrator made; it works once."""

    template_name = "registration/password_set.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class PasswordView(views.PasswordChangeView):
    """Changes one's password, which ends every other session of that person."""

    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is changed. Other sessions have ended."))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
