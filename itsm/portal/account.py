"""A person's own settings: how they are addressed and shown things, their API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from itsm.accounts import scopes
from itsm.accounts.actions import edit_profile, issue_token, revoke_token
from itsm.accounts.models import ApiToken, User
from itsm.core import clock
from itsm.portal.appearance import remember
from itsm.portal.shell import base_template
from itsm.portal.zones import ZoneField, zone_names
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class ProfileForm(RuledForm):
    """Name, language, time zone and looks."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Such as Europe/Vienna. Every time is shown in it."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect
    )
    is_compact = forms.BooleanField(label=gettext_lazy("Compact rows in lists"), required=False)
    undo_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds to take a reply back"),
        help_text=gettext_lazy("0 sends at once, 60 at most."),
        min_value=0,
        max_value=60,
        required=False,
    )

    after_resolve = forms.ChoiceField(
        label=gettext_lazy("After a record is resolved"),
        choices=User.AfterResolve.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not person.access.is_staff:
            del self.fields["undo_seconds"], self.fields["after_resolve"]

    def clean_after_resolve(self) -> str:
        return str(self.cleaned_data["after_resolve"] or User.AfterResolve.STAY)

    def clean_undo_seconds(self) -> int:
        given = self.cleaned_data["undo_seconds"]
        return User._meta.get_field("undo_seconds").get_default() if given is None else int(given)


class TokenForm(RuledForm):
    """A token to be made: for which program, what it may do, for how long."""

    name = forms.CharField(
        label=gettext_lazy("Which program uses it?"), max_length=120, required=True
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"), min_value=1, max_value=366, initial=90
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["scopes"]
        choice.choices = list(scopes.known().items())


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show and keep the reader's own settings."""
    user: Any = request.user
    if request.method != "POST":
        initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
        return _page(request, ProfileForm(initial=initial, person=user), TokenForm(prefix="token"))
    form = ProfileForm(request.POST, person=user)
    saved = attempt(form, lambda data: edit_profile(user, data, actor=user))
    if saved is None:
        return _page(request, form, TokenForm(prefix="token"), status=UNPROCESSABLE)
    messages.success(request, _("Your settings are kept."))
    response = redirect("account")
    remember(request, response, "theme", saved.theme)
    remember(request, response, "density", "compact" if saved.is_compact else "comfortable")
    return response


def _page(
    request: HttpRequest, form: ProfileForm, token_form: TokenForm, *, status: int = 200,
    written: str = "",
) -> HttpResponse:  # fmt: skip
    now = clock.now()
    tokens = [
        {"token": token, "is_live": token.is_live(now)}
        for token in ApiToken.objects.visible_to(request.user)[:50]
    ]
    return render(
        request,
        "portal/account.html",
        {
            "form": form,
            "token_form": token_form,
            "tokens": tokens,
            "written": written,
            "time_zones": zone_names(),
            "base": base_template(request),
        },
        status=status,
    )


@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    user: Any = request.user
    token_form = TokenForm(request.POST, prefix="token")
    made = attempt(
        token_form,
        lambda data: issue_token(
            user=user,
            name=data["name"],
            scopes=data["scopes"],
            lifetime=timedelta(days=data["days"]),
            actor=user,
        ),
    )
    initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(initial=initial, person=user)
    if made is None:
        return _page(request, form, token_form, status=UNPROCESSABLE)
    response = _page(request, form, TokenForm(prefix="token"), status=201, written=made[1])
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stops working without one of the reader's tokens, and withdraw it."""
    user: Any = request.user
    token = get_object_or_404(ApiToken.objects.visible_to(user), pk=pk)
    if request.method != "POST":
        context = {
            "token": token,
            "base": base_template(request),
            "back_url": reverse("account"),
            "back": _("Account"),
        }
        return render(request, "portal/withdraw_token.html", context)
    revoke_token(token, actor=user)
    messages.success(request, _("“%(name)s” no longer works.") % {"name": token.name})
    return redirect("account")


@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Say in a few lines how to find one's way around."""
    return render(request, "portal/help.html", {"base": base_template(request)})
