"""Forms of improve beyond those every record has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.records.answers import MAX_LINE, MAX_TEXT
from valuechain.records.forms import RecordInput, RuledForm


class QuoteForm(RuledForm):
    """What is to be better; or the improvement that the quote is added to."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"] = forms.CharField(
            label=_("What is to be better?"), max_length=MAX_LINE, required=False
        )
        self.fields["description"] = forms.CharField(
            label=_("What happens now, and what is to happen"), max_length=MAX_TEXT,
            required=False, widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("Everybody who sees the improvement reads this."),
        )  # fmt: skip
        self.fields["into"] = RecordInput(
            actor=actor, kinds=["improvement"], required=False,
            label=_("Or add the quote to an improvement that is open"),
            help_text=_("Its number or words of its title."),
        )  # fmt: skip
