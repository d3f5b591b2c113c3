"""The decision card as a form: four questions, each answer with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from valuechain.engage.deciding import ASK, NO, YES, routes_of
from valuechain.engage.models import Need
from valuechain.engage.vocabulary import DECLINE, ROUTABLE
from valuechain.records.forms import Day, PersonInput, VersionedForm
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Principle

#: A question to the stakeholder comes back after this many days, unless another day is given.
ASKED_FOR = timedelta(days=7)

#: (question, its reason, its key, the keys of its answers; "" stands for the answer's place)
QUESTIONS = (
    ("classification", "classification_reason", "", ("1", "2")),
    ("verdict", "verdict_reason", "", ("y", "n", "i")),
    ("fulfilability", "fulfilability_note", "f", ()),
    ("route", "route_reason", "w", ()),
)
#: What is asked besides where one answer is given: field -> (question, answer).
BESIDES = {
    "sponsor": ("classification", Need.Classification.WANT),
    "trade_off": ("classification", Need.Classification.WANT),
    "ask_until": ("verdict", ASK),
    "later_until": ("fulfilability", Need.Fulfilability.DEFERRED),
}


def _why(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=300, widget=forms.TextInput(attrs={"data-reason": ""})
    )  # fmt: skip


def _pick(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


class DecisionForm(VersionedForm):
    """Whatever is answered is saved together; what is left open stays open."""

    classification = _pick(
        _("Wanted or required?"),
        [(Need.Classification.WANT, _("Wanted")), (Need.Classification.REQUIRED, _("Required"))],
    )
    trade_off = forms.CharField(
        label=_("What is not done for it?"), required=False, max_length=300,
        widget=forms.TextInput,
    )  # fmt: skip
    classification_reason = _why(_("Why?"))
    verdict = _pick(
        _("Justified?"), [(YES, _("Yes")), (NO, _("No")), (ASK, _("Not enough known: ask"))]
    )
    verdict_reason = _why(_("Why, or what do you ask?"))
    ask_until = Day(label=_("Ask again on"), required=False)
    evidence = forms.CharField(
        label=_("Evidence"), required=False, max_length=300, widget=forms.TextInput
    )
    principle = forms.ChoiceField(
        label=_("Guiding principle weighed"), required=False,
        choices=[("", "—"), *Principle.choices],
    )  # fmt: skip
    fulfilability = _pick(
        _("Can we fulfil it?"),
        [
            (Need.Fulfilability.AS_DESIRED, _("As asked")),
            (Need.Fulfilability.PARTIAL, _("In part")),
            (Need.Fulfilability.DEFERRED, _("Not now")),
            (Need.Fulfilability.CANNOT, _("No")),
        ],
    )
    fulfilability_note = _why(_("How, which part, or why not?"))
    later_until = Day(label=_("Decide again on"), required=False)
    route = _pick(_("Where does it go?"), [])
    route_reason = _why(_("Why there?"))

    def __init__(self, data: Any = None, *, need: Any, actor: Any) -> None:
        super().__init__(data, initial=_said(need))
        self.need = need
        self.fields["sponsor"] = PersonInput(
            label=_("Sponsor"), actor=actor, required=False, help_text=""
        )
        ways = [(flow.name, kinds[flow.to].label) for flow in routes_of(need, actor)]
        if need.state in ROUTABLE:
            for name in [*self.fields]:
                if name not in ("version", "route", "route_reason"):
                    del self.fields[name]
        else:
            ways.append((DECLINE, _("Decline")))
        route: Any = self.fields["route"]
        route.choices = ways

    @property
    def questions(self) -> Iterator[dict[str, Any]]:
        """Yield each question with its answers, their keys, and what is asked besides."""
        for name, reason, key, keys in QUESTIONS:
            if name not in self.fields:
                continue
            picks = [
                {
                    "radio": radio,
                    "key": keys[place] if keys else "",
                    "digit": place + 1 if not keys else "",
                    "sign": keys[place] if keys else place + 1,
                }
                for place, radio in enumerate(self[name])
            ]
            yield {
                "name": name, "field": self[name], "key": key, "picks": picks,
                "reason": self[reason], "besides": self._besides(name),
            }  # fmt: skip

    def _besides(self, question: str) -> list[dict[str, BoundField | str]]:
        return [
            {"field": self[name], "answer": answer}
            for name, (of, answer) in BESIDES.items()
            if of == question and name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of each answer, and for what an answer asks besides."""
        given = super().clean() or {}
        for question, reason, _key, _keys in QUESTIONS:
            if given.get(question) and not given.get(reason):
                self.add_error(reason, forms.ValidationError(_("Give the reason in one line.")))
        self._ask_when(given)
        if given.get("verdict") in (NO, ASK) or given.get("later_until"):
            given["route"] = ""
        if not any(given.get(question) for question, *_rest in QUESTIONS):
            raise forms.ValidationError(_("Answer at least one question."), code="empty")
        return given

    def _ask_when(self, given: dict[str, Any]) -> None:
        """Keep a day only where the answer calls for one, and ask for it there."""
        for name in ("ask_until", "later_until"):
            question, answer = BESIDES[name]
            if given.get(question) != answer:
                given.pop(name, None)
            elif not given.get(name):
                self.add_error(name, forms.ValidationError(_("Say when.")))


def _said(need: Any) -> dict[str, Any]:
    """Return what was decided until now, as the form's first values."""
    names = ("classification", "classification_reason", "sponsor", "trade_off", "evidence",
             "fulfilability", "fulfilability_note", "route_reason", "version")  # fmt: skip
    said: dict[str, Any] = {name: getattr(need, name) for name in names}
    if need.verdict == Need.Verdict.JUSTIFIED:
        said |= {"verdict": YES, "verdict_reason": need.justification}
    return said | {"ask_until": timezone.localdate() + ASKED_FOR}
