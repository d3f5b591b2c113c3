"""Forms for value streams: the words of a stream, one step, and what a map shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from valuechain.records.forms import Day, RuledForm
from valuechain.records.vocabulary import Activity
from valuechain.streams.models import LONGEST_TARGET, Instance, Step, ValueStream
from valuechain.streams.policies import organisations_of
from valuechain.streams.querysets import InstanceQuerySet
from valuechain.streams.vocabulary import Order, Practice

PERCENTILES = ((50, _("half of the records")), (85, _("85 of 100")), (95, _("95 of 100")))


class StreamForm(RuledForm):
    """The words of a stream."""

    name = forms.CharField(label=_("Name"), max_length=120)
    trigger = forms.CharField(label=_("What sets it off"), max_length=300)
    outcome = forms.CharField(label=_("What comes out of it"), max_length=300)
    order = forms.ChoiceField(label=_("Order"), choices=Order.choices, initial=Order.FREE)


class NewStreamForm(StreamForm):
    """A stream and the organisation it belongs to."""

    organisation: Any = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = organisations_of(actor)
        found = Organisation.objects.order_by("name")
        self.fields["organisation"].queryset = (  # type: ignore[attr-defined]
            found if ours is None else found.filter(pk__in=ours)
        )


class StepForm(RuledForm):
    """One step."""

    activity = forms.ChoiceField(label=_("Activity"), choices=Activity.choices)
    name = forms.CharField(label=_("What happens there"), max_length=120)
    practice = forms.ChoiceField(
        label=_("Practice"), choices=[("", _("None")), *Practice.choices], required=False
    )
    entry = forms.CharField(label=_("What comes in"), max_length=200, required=False)
    exit = forms.CharField(label=_("What goes out"), max_length=200, required=False)
    target_hours = forms.IntegerField(
        label=_("Target in hours"), min_value=1, max_value=LONGEST_TARGET, required=False
    )
    is_optional = forms.BooleanField(label=_("May be left out"), required=False)
    is_repeatable = forms.BooleanField(label=_("May be repeated"), required=False)


class RunForm(RuledForm):
    """The record a run begins with."""

    record = forms.CharField(label=_("Number of its first record"), max_length=24)


class RunField(forms.ModelChoiceField):
    """A run, told by the record it began with."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.first.number} {obj.first.title}"


class TakeForm(RuledForm):
    """The record that does the work of a step in a run, where nothing linked it there by itself."""

    run = RunField(label=_("Run"), queryset=Instance.objects.none(), empty_label=None)
    step = forms.ModelChoiceField(label=_("Step"), queryset=Step.objects.none(), empty_label=None)
    record = forms.CharField(label=_("Number of the record"), max_length=24)

    def __init__(self, *args: Any, stream: ValueStream, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["run"].queryset = runs_of(stream, actor)
        fields["step"].queryset = stream.steps.all()


def runs_of(stream: ValueStream, actor: Any) -> InstanceQuerySet:
    """Return the runs of a stream that somebody may see, the newest first."""
    found: InstanceQuerySet = Instance.objects.visible_to(actor).filter(stream=stream)
    return found.select_related("first")


class MapForm(RuledForm):
    """The period and the percentile a map shows, and the record whose way it draws."""

    p = forms.TypedChoiceField(
        label=_("Times within which"), choices=PERCENTILES, coerce=int, required=False
    )
    record = forms.CharField(label=_("The way of record"), max_length=24, required=False)
    compare = forms.BooleanField(label=_("Beside the period before"), required=False)

    field_order = ("from", "to", "p", "record", "compare")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a word of the language, so these two cannot be written as the others are.
        self.fields["from"] = Day(label=_("From"), required=False)
        self.fields["to"] = Day(label=_("To"), required=False)
        self.order_fields(self.field_order)
