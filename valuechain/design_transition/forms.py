"""The small forms on the pages of specifications."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.records.forms import RuledForm


class RemarkForm(RuledForm):
    """A comment on one part of a specification."""

    part = forms.CharField(widget=forms.HiddenInput)
    body = forms.CharField(
        label=_("Comment"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 3})
    )
