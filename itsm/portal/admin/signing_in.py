"""The administrators' page for how people sign in: what is chosen here, and what the server was started with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.administering import save_sign_in_rules
from itsm.accounts.models import Authenticator, SignInRules, User
from itsm.accounts.sign_in_links import rules
from itsm.portal.admin.views import AdminView
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class SignInForm(RuledForm):
    """Who signs in with a link by mail."""

    by_mail = forms.ChoiceField(
        label=gettext_lazy("Who may sign in with a link by mail"),
        choices=SignInRules.ByMail.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "The link works once and for 15 minutes. Whoever has set up a second step is asked for it as well."
        ),
    )


class SigningInView(AdminView):
    """How people sign in."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show what holds."""
        return self._page(SignInForm(initial={"by_mail": rules().by_mail}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was chosen."""
        form = SignInForm(request.POST)
        actor: Any = request.user
        if attempt(form, lambda data: save_sign_in_rules(data["by_mail"], actor=actor)) is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(request, _("Saved. It holds at once."))
        return redirect("admin-sign-in")

    def _page(self, form: SignInForm, code: int = 200) -> HttpResponse:
        people = User.objects.filter(is_active=True, is_service_account=False)
        context = {
            "form": form,
            "reached": people.exclude(email=None).count(),
            "unreached": people.filter(email=None).count(),
            "stepped": Authenticator.objects.filter(
                confirmed_at__isnull=False, user__is_active=True
            ).count(),
            "hours": settings.SESSION_COOKIE_AGE // 3600,
            "is_step_required": settings.MFA_REQUIRED_FOR_STAFF,
            "house_account": settings.OIDC_ISSUER,
        }
        return render(self.request, "admin/sign_in.html", context, status=code)
