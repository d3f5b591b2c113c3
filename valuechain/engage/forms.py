"""The decision card as a form: four questions, each answer with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors
from valuechain.engage.deciding import ASK, BESIDES, NO, REASONS, YES, completed, routes_of
from valuechain.engage.models import Need
from valuechain.engage.vocabulary import DECLINE, ROUTABLE
from valuechain.records.forms import Day, PersonInput, VersionedForm
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Principle

#: A question to the stakeholder comes back after this many days, unless another day is given.
ASKED_FOR = timedelta(days=7)

#: (question, its key, the keys of its answers; "" stands for the answer's place)
QUESTIONS = (
    ("classification", "", ("1", "2")),
    ("verdict", "", ("y", "n", "i")),
    ("fulfilability", "f", ()),
    ("route", "w", ()),
)


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
        for name, key, keys in QUESTIONS:
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
                "reason": self[REASONS[name]], "besides": self._besides(name),
            }  # fmt: skip

    def _besides(self, question: str) -> list[dict[str, BoundField | str]]:
        return [
            {"field": self[name], "answer": answer}
            for name, (of, answer) in BESIDES.items()
            if of == question and name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rule that REST holds them to."""
        given = super().clean() or {}
        try:
            return completed(given)
        except FieldErrors as problem:
            self.add_violation(problem)
            return given


def _said(need: Any) -> dict[str, Any]:
    """Return what was decided until now, as the form's first values."""
    names = ("classification", "classification_reason", "sponsor", "trade_off", "evidence",
             "fulfilability", "fulfilability_note", "route_reason", "version")  # fmt: skip
    said: dict[str, Any] = {name: getattr(need, name) for name in names}
    if need.verdict == Need.Verdict.JUSTIFIED:
        said |= {"verdict": YES, "verdict_reason": need.justification}
    return said | {"ask_until": timezone.localdate() + ASKED_FOR}
