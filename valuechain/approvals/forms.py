"""The three answers an approver can give, as a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.approvals.vocabulary import Answer
from valuechain.records.forms import Day, PersonInput, RuledForm
from valuechain.records.vocabulary import Principle


class VoteForm(RuledForm):
    """One approver's answer and the reason for it."""

    answer = forms.ChoiceField(
        label=_("Your decision"), choices=Answer.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you ask for changes or reject; the author reads it."),
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What has to be kept in mind, if you approve."),
    )
    principle = forms.ChoiceField(
        label=_("Guiding principle that weighed most"),
        required=False,
        choices=[("", "—"), *Principle.choices],
    )


class DelegationForm(RuledForm):
    """Who votes for me, from which day to which."""

    starts_on = Day(label=_("From"))
    ends_on = Day(label=_("Until"))
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: object, actor: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["receiver"] = PersonInput(label=_("Who votes for you"), actor=actor)
        self.order_fields(["receiver", "starts_on", "ends_on", "note"])
