"""The forms of the desk: a call with the caller first, time spent, messages split off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team, User
from tickets.asks import RESOLUTION_CODES
from valuechain.records.answers import MAX_LINE, MAX_TEXT, NotUnderstood, find_person
from valuechain.records.forms import RecordInput, RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Impact, Priority, Urgency

_signer = signing.TimestampSigner(salt="tickets.call")
#: A page left open longer than this was not opened for the call that is logged on it.
LONGEST_CALL = timedelta(hours=4)


def sign_opening(now: datetime) -> str:
    """Return the instant a call began, in a spelling only this program makes."""
    return _signer.sign_object(now.isoformat())


def read_opening(written: str, *, now: datetime) -> datetime | None:
    """Return the instant the page was opened, or None when it is no use: altered, or too long ago."""
    try:
        opened = datetime.fromisoformat(_signer.unsign_object(written))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return opened if now - LONGEST_CALL <= opened <= now else None


_SPAN = re.compile(
    r"\+?\s*(?:(?P<hours>\d{1,2})\s*h(?:ours?)?)?\s*(?:(?P<minutes>\d{1,3})\s*(?:m(?:in(?:utes?)?)?)?)?"
)


class SpanField(forms.CharField):
    """A span of working time as people write it: 15m, 1h 20m, 45."""

    def clean(self, value: Any) -> int | None:
        """Return the seconds; a bare number is minutes. None where nothing need be said."""
        words = super().clean(value).strip().lower()
        if not words and not self.required:
            return None
        match = _SPAN.fullmatch(words)
        hours, minutes = (match["hours"], match["minutes"]) if match else (None, None)
        seconds = int(hours or 0) * 3600 + int(minutes or 0) * 60
        if not 0 < seconds <= 24 * 3600:
            raise forms.ValidationError(_("Write a span such as 15m or 1h 20m, up to 24 hours."))
        return seconds


class CallForm(RuledForm):
    """Who calls, what is wrong, how many it holds up and how badly; the rest may wait."""

    caller = forms.CharField(
        label=_("Caller"),
        max_length=MAX_LINE,
        help_text=_("Name, e-mail address, phone or employee number"),
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "data-suggest": "people",
                "data-suggest-new": "new-caller",
                "data-suggest-next": "id_title",
                "enterkeyhint": "next",
            }
        ),
    )
    caller_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    #: Sent where the search of people did not answer, or the agent will not wait for a match.
    caller_late = forms.BooleanField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=_("What's wrong?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    impact = forms.TypedChoiceField(
        label=_("Who is held up?"),
        choices=sorted(Impact.choices, reverse=True),
        coerce=int,
        initial=Impact.PERSON,
        widget=forms.RadioSelect,
    )
    urgency = forms.TypedChoiceField(
        label=_("How badly?"),
        choices=sorted(Urgency.choices, reverse=True),
        coerce=int,
        initial=Urgency.SLOWED,
        widget=forms.RadioSelect,
    )
    description = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    new_caller = forms.BooleanField(
        label=_("This caller is not known yet: add them under that name"), required=False
    )
    phone = forms.CharField(label=_("Their phone"), required=False, max_length=40)
    organisation = forms.ModelChoiceField(
        label=_("Where they belong"), queryset=Organisation.objects.none(), required=False
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[("incident", _("Something is broken")), ("service_request", _("A request"))],
        initial="incident",
        widget=forms.RadioSelect,
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=[("", _("As impact and urgency give it")), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    priority_reason = forms.CharField(
        label=_("Why not the one impact and urgency give?"), max_length=MAX_LINE, required=False
    )
    resolution_code = forms.ChoiceField(
        label=_("How was it resolved?"), choices=RESOLUTION_CODES, initial="fixed"
    )
    resolution = forms.CharField(
        label=_("What was done"),
        required=False,
        max_length=MAX_TEXT,
        help_text=_("The caller reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)
    spent = SpanField(
        label=_("Call length"),
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "data-call-length": True,
                "data-no-draft": True,
                "size": 6,
            }
        ),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.candidates: list[User] = []
        places: Any = self.fields["organisation"]
        places.queryset = Organisation.objects.visible_to(actor).filter(is_active=True)
        if "service" in kinds:
            place = list(self.fields).index("impact")
            service = RecordInput(
                label=_("Service"), actor=actor, kinds=["service"], required=False
            )
            ordered = list(self.fields.items())
            self.fields = dict([*ordered[:place], ("service", service), *ordered[place:]])

    def clean(self) -> dict[str, Any]:
        """Find out who calls: the person picked, the one typed, or somebody new."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("priority") and not data.get("priority_reason"):
            self.add_error("priority_reason", _("Write why the priority is another."))
        words = data.get("caller", "")
        data["person"], data["unmatched"] = None, ""
        if not words:
            return data
        if data.get("new_caller"):
            if not data.get("organisation"):
                data["organisation"] = self.actor.organisation
            return data
        try:
            data["person"] = self._who(words, data.get("caller_id"))
        except NotUnderstood as problem:
            if data.get("caller_late"):
                # Whoever took the call stands in for them until somebody says who it was.
                data["person"], data["unmatched"] = self.actor, words
                return data
            self.candidates = list(
                User.objects.visible_to(self.actor).matching(words).order_by("name")[:7]
            )
            self.add_error("caller", forms.ValidationError(str(problem), code="not_understood"))
        return data

    def _who(self, words: str, picked: int | None) -> User:
        if picked is not None:
            person = User.objects.visible_to(self.actor).filter(pk=picked, is_active=True).first()
            if person is not None and words in _spellings(person):
                return person
        if re.fullmatch(r"[0-9+ ()/-]+", words):
            return self._by_digits(words)
        return find_person(words, actor=self.actor)

    def _by_digits(self, words: str) -> User:
        """Digits from a caller are a phone or an employee number, never our own id."""
        found = list(
            User.objects.visible_to(self.actor).filter(
                Q(phone=words) | Q(employee_number=words), is_active=True
            )[:2]
        )
        if len(found) == 1:
            return found[0]
        raise NotUnderstood(_("Nobody alone has the number “%(words)s”.") % {"words": words})


def _spellings(person: User) -> tuple[str, ...]:
    return (person.name, f"{person.name} <{person.email}>")


class TimeForm(RuledForm):
    """Working time spent on a ticket."""

    spent = SpanField(label=_("Time spent"), max_length=20, help_text=_("Such as 15m or 1h 20m."))
    note = forms.CharField(label=_("On what"), max_length=200, required=False)


class SplitForm(RuledForm):
    """Which messages go to a second ticket, and what it is called."""

    title = forms.CharField(label=_("What is the second ticket about?"), max_length=200)
    comments = forms.TypedMultipleChoiceField(
        label=_("Messages that go there"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one message.")},
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.filter(is_active=True),
        required=False,
        empty_label=_("The same team"),
    )

    def __init__(self, *args: Any, messages: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["comments"]
        choice.choices = list(messages)
