"""The page of an empty desk: the company and its first administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from itsm.accounts import beginning
from itsm.portal.zones import ZoneField, zone_names
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class BeginForm(RuledForm):
    """The company, who sets it up, and how they read."""

    company = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=200,
        help_text=gettext_lazy("Its units, customers and suppliers are added below it later."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        help_text=gettext_lazy("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )
    again = forms.CharField(
        label=gettext_lazy("The password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Whoever you add begins with yours, and may choose another."),
    )
    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Such as Europe/Vienna. Whoever you add begins with yours."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        if not self.is_bound:  # what they typed stays
            self.fields["time_zone"].widget.attrs["data-own-zone"] = True

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "password" in said and "again" in said and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords differ."))
        return said


@method_decorator(never_cache, name="dispatch")
class BeginView(View):
    """Makes the first administrator for whoever holds the link, signs them in, and shows what comes next."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not beginning.has_nobody():
            return redirect("login")
        if not beginning.fits(str(kwargs["code"])):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG002 - was looked at
        """Ask who they are."""
        initial = {"language": get_language(), "time_zone": settings.TIME_ZONE}
        return self._page(request, BeginForm(initial=initial))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG002 - was looked at
        """Make the company and its administrator."""
        form = BeginForm(request.POST)
        person = attempt(form, beginning.begin)
        if person is None:
            return self._page(request, form, UNPROCESSABLE)
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("admin-first-steps")

    def _page(self, request: HttpRequest, form: BeginForm, status: int = 200) -> HttpResponse:
        zones = zone_names()
        context = {"form": form, "time_zones": zones}
        return render(request, "registration/begin.html", context, status=status)
