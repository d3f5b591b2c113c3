"""The form of a webhook: what it is called, where it leads, of which events it is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.webhooks.models import Webhook
from valuechain.records.forms import RuledForm


class WebhookForm(RuledForm):
    """A webhook as an administrator sets it up."""

    name = forms.CharField(label=_("Name"), max_length=120)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("It begins with https:// and lies outside private networks."),
        widget=forms.URLInput,
    )
    verbs = forms.CharField(
        label=_("Events"),
        max_length=2000,
        help_text=_("One on each line, such as incident.resolve, incident.* or * for all."),
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="incident.*",
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    @staticmethod
    def initial_of(hook: Webhook) -> dict[str, Any]:
        """Return what the form of an existing webhook holds."""
        return {
            "name": hook.name,
            "url": hook.url,
            "verbs": "\n".join(hook.verbs),
            "is_active": hook.is_active,
        }

    def clean_verbs(self) -> list[str]:
        return str(self.cleaned_data["verbs"]).replace(",", " ").split()
