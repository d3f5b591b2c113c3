"""The small forms on the pages of components and orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.obtain_build.models import Component
from valuechain.records.forms import Day, RecordInput, RuledForm
from valuechain.records.models import Record


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


class ImportForm(RuledForm):
    """Which requirements become components, how they are obtained, when and where they are needed."""

    requirements = forms.MultipleChoiceField(
        label=_("Requirements that no component meets yet"), widget=forms.CheckboxSelectMultiple
    )
    sourcing = forms.ChoiceField(
        label=_("Sourcing"), choices=Component.Sourcing.choices, widget=forms.RadioSelect
    )
    needed_at = Day(label=_("Needed on"), required=False)
    needed_location = forms.CharField(
        label=_("Needed where"), max_length=120, required=False,
        help_text=_("A place or an environment."),
    )  # fmt: skip

    def __init__(self, *args: Any, unmet: list[Record], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["requirements"]
        field.choices = [(one.number, f"{one.number} {one.title}") for one in unmet]
        field.initial = [one.number for one in unmet]
