"""The forms of deliver & support beside those every record has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from valuechain.deliver_support.policies import freezes_for
from valuechain.deliver_support.questions import KINDS
from valuechain.records.forms import Instant, PersonInput, RuledForm
from valuechain.records.models import Record


class FreezeForm(RuledForm):
    """When, where and why nothing is changed."""

    name = forms.CharField(label=_("Name"), max_length=120)
    starts_at = Instant(label=_("From"))
    ends_at = Instant(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=300,
                             help_text=_("Whoever is refused a window reads this."))  # fmt: skip
    organisations = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Organisations"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to hold for all of them."),
    )  # fmt: skip
    services = forms.ModelMultipleChoiceField(
        Record.objects.none(), label=_("Services"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to hold for all of them."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations: Any = self.fields["organisations"]
        organisations.queryset = Organisation.objects.visible_to(actor).filter(is_active=True)
        own = freezes_for(actor)
        if own is not None:
            organisations.queryset = organisations.queryset.filter(pk__in=own)
            organisations.required = True
            organisations.help_text = _("Those you manage changes for.")
        services: Any = self.fields["services"]
        services.queryset = (
            Record.objects.visible_to(actor).of_kind("service").live().order_by("title")
        )


class StepForm(RuledForm):
    """One thing to do when a release goes live."""

    text = forms.CharField(label=_("What"), max_length=300)
    owner = forms.CharField(label=_("Who"), required=False)
    planned_at = Instant(label=_("When"), required=False)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = PersonInput(actor=actor, label=_("Who"), required=False)


class QuestionForm(RuledForm):
    """One question of a catalogue item."""

    label = forms.CharField(label=_("Question"), max_length=200)
    name = forms.CharField(
        label=_("Name for machines"), max_length=40,
        help_text=_("Small letters, digits and _; REST calls the answer so."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Answered with"), choices=list(KINDS.items()))
    required = forms.BooleanField(label=_("An answer is needed"), required=False, initial=True)
    help = forms.CharField(label=_("Help"), max_length=300, required=False)
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, where one of several is chosen."),
    )  # fmt: skip
