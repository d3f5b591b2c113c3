"""The page of a person's keys: what they do, which others stand in their place, and whether at all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.accounts.actions import edit_profile
from itsm.portal.appearance import remember
from itsm.portal.keys import KEYS, chosen_from
from itsm.portal.shell import base_template
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class KeysForm(RuledForm):
    """One small field for each key; its name is the place of the key in the list."""

    def __init__(self, *args: Any, chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place, one in enumerate(KEYS):
            self.fields[f"key_{place}"] = forms.CharField(
                label=one.label,
                required=False,
                max_length=1,
                initial=chosen.get(one.key, one.key),
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
                ),
            )

    def given(self) -> dict[str, str]:
        """Return what was typed, by the usual key."""
        return {
            one.key: self.cleaned_data.get(f"key_{place}", "") for place, one in enumerate(KEYS)
        }

    def add_violation(self, violation: Any) -> None:
        """Put what a rule said of a key beside its field."""
        places = {one.key: f"key_{place}" for place, one in enumerate(KEYS)}
        for key, found in violation.errors.items():
            for code, message in found:
                self.add_error(places[key], forms.ValidationError(message, code=code))


@login_required
def keyboard(request: HttpRequest) -> HttpResponse:
    """List the keys, switch the single ones on or off, and put others in their place."""
    user: Any = request.user
    if request.method != "POST":
        return _page(request, KeysForm(chosen=user.key_map))
    if "keys" in request.POST:
        is_on = request.POST["keys"] == "on"
        edit_profile(user, {"has_key_shortcuts": is_on}, actor=user)
        response = redirect("keyboard")
        remember(request, response, "keys", "on" if is_on else "off")
        return response
    if request.POST.get("do") == "usual":
        edit_profile(user, {"key_map": {}}, actor=user)
        messages.success(request, _("The usual keys are back."))
        return redirect("keyboard")
    form = KeysForm(request.POST, chosen=user.key_map)
    saved = attempt(
        form, lambda _data: edit_profile(user, {"key_map": chosen_from(form.given())}, actor=user)
    )
    if saved is None:
        return _page(request, form, UNPROCESSABLE)
    messages.success(request, _("Your keys are kept."))
    return redirect("keyboard")


def _page(request: HttpRequest, form: KeysForm, status: int = 200) -> HttpResponse:
    user: Any = request.user
    is_on = user.has_key_shortcuts and request.COOKIES.get("keys") != "off"
    context = {
        "is_on": is_on,
        "is_staff": user.access.is_staff,
        "form": form,
        "rows": [{"key": one.key, "field": form[f"key_{place}"]} for place, one in enumerate(KEYS)],
        "base": base_template(request),
    }
    return render(request, "portal/keyboard.html", context, status=status)
