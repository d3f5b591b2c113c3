"""Where a person sets up, renews and ends the second step of their own signing in."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts import second_step as steps
from itsm.accounts.views import FOR_ONE_PERSON
from itsm.branding.reading import look
from itsm.core import limits
from itsm.core.errors import RuleViolation
from itsm.portal.shell import base_template
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class CodeForm(RuledForm):
    """A code of the app."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("The six digits that the app shows now."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Show how to set the second step up, or that it is on; do what was pressed."""
    user: Any = request.user
    if request.method != "POST":
        return _page(request, CodeForm())
    form = CodeForm(request.POST)
    act = {"confirm": _confirm, "renew": _renew, "off": _off}.get(request.POST.get("do", "confirm"))
    if act is None:
        return redirect("second-step")
    done = attempt(form, lambda data: act(user, data["code"]))
    if done is None:
        return _page(request, form, status=UNPROCESSABLE)
    user.refresh_from_db()
    update_session_auth_hash(request, user)  # the others have ended, this one goes on
    if not done:
        messages.success(request, _("Signing in asks for no code any more."))
        return redirect("account")
    return _page(request, CodeForm(), spare=done)


def _confirm(user: Any, code: str) -> list[str]:
    _count(user)
    return steps.confirm(user, code)


def _renew(user: Any, code: str) -> list[str]:
    _let_through(user, code)
    return steps.renew_spare(user)


def _off(user: Any, code: str) -> list[str]:
    _let_through(user, code)
    steps.switch_off(user, actor=user)
    return []


def _count(user: Any) -> None:
    if limits.count(f"second-step:{user.pk}", FOR_ONE_PERSON).is_over:
        raise RuleViolation("too_many", _("Too many attempts. Try again in 15 minutes."))


def _let_through(user: Any, code: str) -> None:
    _count(user)
    if not steps.passes(user, code):
        message = _("This code does not fit. Wait for the next one and type it.")
        raise RuleViolation("wrong", message, field="code")


def _page(
    request: HttpRequest, form: CodeForm, *, spare: list[str] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    is_on = steps.is_asked_of(user)
    held = None if is_on else steps.begin(user)
    picture = (
        segno.make(held.address(look().name), error="m").svg_data_uri(scale=4, light="white")
        if held
        else ""
    )
    context = {
        "form": form,
        "is_on": is_on,
        "is_wanted": steps.is_missing_for(user),
        "authenticator": held,
        "picture": picture,
        "spare": spare,
        "base": base_template(request),
    }
    response = render(request, "portal/second_step.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
