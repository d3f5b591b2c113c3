"""The administrators' pages for API tokens: all of them, and new ones for programs and for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.actions import issue_token, revoke_token
from itsm.accounts.administering import add_integration
from itsm.accounts.models import ApiToken, Organisation, User
from itsm.core import clock
from itsm.portal.account import TokenForm
from itsm.portal.admin.forms import TypedForm
from itsm.portal.admin.views import AdminView
from valuechain.records.forms import PersonInput
from valuechain.records.views.changing import UNPROCESSABLE, attempt

SHOWN = 500


class TokensView(AdminView):
    """Every token of every program, without its secret."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, the newest first."""
        return tokens_page(request)


class WithdrawTokenView(AdminView):
    """Withdraws one token, once its name was typed: what comes in by it stops."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Say what stops working."""
        return self._page(self._token(pk), TypedForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraw it."""
        token, form = self._token(pk), TypedForm(request.POST)
        actor: Any = request.user

        def act(_data: dict[str, Any]) -> bool:
            form.refuse_unless(token.name)
            revoke_token(token, actor=actor)
            return True

        if attempt(form, act) is None:
            return self._page(token, form, UNPROCESSABLE)
        messages.success(request, _("The token no longer works."))
        return redirect("admin-tokens")

    def _token(self, pk: int) -> ApiToken:
        token = ApiToken.objects.select_related("user", "organisation").filter(pk=pk).first()
        if token is None or not token.is_live(clock.now()):
            raise Http404
        return token

    def _page(self, token: ApiToken, form: TypedForm, code: int = 200) -> HttpResponse:
        context = {
            "token": token,
            "form": form,
            "base": "base.html",
            "back_url": reverse("admin-tokens"),
            "back": _("API tokens"),
        }
        return render(self.request, "portal/withdraw_token.html", context, status=code)


def tokens_page(request: HttpRequest, *, made: ApiToken | None = None, written: str = "") -> Any:
    """Show all tokens, and once the spelling of the one just made."""
    now = clock.now()
    found = ApiToken.objects.select_related("user", "organisation").order_by("-created_at")
    tokens = [{"token": one, "is_live": one.is_live(now)} for one in found[:SHOWN]]
    context = {"tokens": tokens, "made": made, "written": written}
    response = render(request, "admin/tokens.html", context, status=201 if made else 200)
    if made:
        response["Cache-Control"] = "no-store, private"
    return response


class TokenForForm(TokenForm):
    """Whom a token acts as, what it may do, where and for how long."""

    account = forms.ModelChoiceField(
        User.objects.filter(is_service_account=True, is_active=True),
        label=gettext_lazy("A program that is known"),
        required=False,
    )
    new_account = forms.CharField(
        label=gettext_lazy("Or a new program"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "It gets an account of its own, with the role Integration in the organisation below."
        ),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(is_active=True),
        label=gettext_lazy("Organisation"),
        required=False,
        help_text=gettext_lazy(
            "The token sees this organisation and those below it only. Empty: all its account sees."
        ),
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = PersonInput(label=_("Or a person"), actor=actor, required=False)
        self.fields = {
            "account": self.fields["account"],
            "new_account": self.fields["new_account"],
            "person": person,
            **{name: self.fields[name] for name in ("organisation", "name", "scopes", "days")},
        }

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [name for name in ("account", "new_account", "person") if said.get(name)]
        if len(chosen) != 1 and not self.errors:
            self.add_error("account", _("Choose one of the three: whom does the token act as?"))
        if said.get("new_account") and not said.get("organisation"):
            self.add_error("organisation", _("Choose where the new program belongs."))
        return said


class NewTokenView(AdminView):
    """Makes a token for a program or for somebody else, and shows it once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._page(TokenForForm(actor=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it, or say what is missing."""
        actor: Any = request.user
        form = TokenForForm(request.POST, actor=actor)
        made = attempt(form, lambda data: _issue(data, actor=actor))
        if made is None:
            return self._page(form, UNPROCESSABLE)
        token, written = made
        answer: HttpResponse = tokens_page(request, made=token, written=written)
        return answer

    def _page(self, form: TokenForForm, code: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "title": _("New API token"),
            "back_url": reverse("admin-tokens"),
            "back": _("API tokens"),
        }
        return render(self.request, "admin/form.html", context, status=code)


@transaction.atomic
def _issue(data: dict[str, Any], *, actor: Any) -> tuple[ApiToken, str]:
    user = data["account"] or data["person"]
    if user is None:
        user = add_integration(data["new_account"], data["organisation"], actor=actor)
    return issue_token(
        user=user,
        name=data["name"],
        scopes=data["scopes"],
        lifetime=timedelta(days=data["days"]),
        organisation=data["organisation"],
        actor=actor,
    )
