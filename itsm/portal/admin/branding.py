"""The administrators' page for name, logo and colour of the house, and how its desk is reached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.branding.accents import THEMES, accent_in, nearest
from itsm.branding.actions import save_brand
from itsm.branding.models import ONLY, Brand
from itsm.core.colours import DARK, LIGHT, tokens
from itsm.portal.admin.views import AdminView
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class BrandForm(RuledForm):
    """What the house is called, how its desk is reached, its colours and its logo."""

    name = forms.CharField(
        label=gettext_lazy("Name of the house or product"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Left empty: Throughline."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone of the service desk"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Shown below each page of the portal, and when the portal fails."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Mail address of the service desk"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )
    accent = forms.CharField(
        label=gettext_lazy("Colour in the light theme"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("Such as #0b5d6b. Links and buttons are drawn in it."),
    )
    accent_dark = forms.CharField(
        label=gettext_lazy("Colour in the dark theme"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("Left empty: a lighter shade of the other."),
    )
    logo = forms.FileField(
        label=gettext_lazy("New logo"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, up to 512 KB. It is drawn 32 pixels high at most."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drops_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)

    def clean_logo(self) -> bytes:
        sent = self.cleaned_data["logo"]
        return sent.read() if sent else b""


class BrandingView(AdminView):
    """The one page on which the house's look is chosen, and seen."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show what is chosen."""
        row = self._row()
        names = ("name", "phone", "email", "accent", "accent_dark")
        return self._page(BrandForm(initial={name: getattr(row, name) for name in names}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, or say what is wrong with it."""
        form = BrandForm(request.POST, request.FILES)
        user: Any = request.user
        if attempt(form, lambda data: save_brand(data, actor=user)) is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(request, _("Saved. Everybody sees it within ten seconds."))
        return redirect("admin-branding")

    def _row(self) -> Brand:
        return Brand.objects.filter(pk=ONLY).select_related("changed_by").first() or Brand()

    def _page(self, form: BrandForm, code: int = 200) -> HttpResponse:
        row = self._row()
        light = accent_in(LIGHT, row.accent or tokens(LIGHT)["accent"])
        if row.accent:
            dark = (
                accent_in(DARK, row.accent_dark) if row.accent_dark else nearest(DARK, row.accent)
            )
        else:
            dark = accent_in(DARK, tokens(DARK)["accent"])
        if not row.logo:
            del form.fields["drops_logo"]
        context = {
            "form": form,
            "row": row,
            "samples": [
                {"key": key, "label": THEMES[key], "accent": accent}
                for key, accent in ((LIGHT, light), (DARK, dark))
            ],
        }
        return render(self.request, "admin/branding.html", context, status=code)
