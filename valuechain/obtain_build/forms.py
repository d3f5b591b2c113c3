"""The small forms on the pages of components and orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.records.forms import RecordInput, RuledForm


class CheckForm(RuledForm):
    """One thing a component has to show."""

    text = forms.CharField(label=_("What it has to show"), max_length=5_000,
                           widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip


class CheckAnswerForm(RuledForm):
    """Whether a check is passed, and what shows it."""

    passed = forms.ChoiceField(
        label=_("Does it?"),
        choices=[("yes", _("It is passed")), ("no", _("It is not passed"))],
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(label=_("What shows it?"), max_length=5_000,
                               widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


class LineForm(RuledForm):
    """What is ordered, how many, at what price."""

    component = forms.CharField()
    text = forms.CharField(
        label=_("What"), max_length=200, required=False,
        help_text=_("Leave it empty to take the component's title."),
    )  # fmt: skip
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, initial=1)
    unit_price = forms.DecimalField(
        label=_("Price of one"), min_value=0, max_digits=14, decimal_places=2
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["component"] = RecordInput(
            label=_("Component"), actor=actor, kinds=["component"], required=False
        )
