"""The four answers of the decision card, given in one go; every one of them goes through `perform`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.machine import AskKind
from valuechain.engage.models import Need
from valuechain.engage.vocabulary import DECLINE, ROUTABLE, TARGETS
from valuechain.records.actions import hand_off, perform
from valuechain.records.flows import Flow, flows
from valuechain.records.models import Handover, Record

YES, NO, ASK = "yes", "no", "ask"

#: What a guard misses -> the question of the card that would give it.
_MISSING = {
    "classification": "classification",
    "justification": "verdict",
    "verdict": "verdict",
    "fulfilability": "fulfilability",
    "sponsor": "sponsor",
    "trade_off": "trade_off",
}


@dataclass(frozen=True)
class Step:
    """One transition the answers lead to; `asked` maps what it asks to the field of the card."""

    name: str
    data: Mapping[str, Any]
    asked: Mapping[str, str] = field(default_factory=dict)
    ends: bool = False


@transaction.atomic
def decide(
    need: Record,
    given: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Take every step the answers lead to: into triage, each decision, and the end of them.

    What was answered before and is given again unchanged is not decided twice. Nothing is kept when
    one step is refused. Raises FieldErrors with the names of the card's questions, and what
    `perform` raises.
    """
    if need.state == "submitted":
        need = perform(need, "take", actor=actor, via=via, expected_version=expected_version).record
        expected_version = None
    for step in _steps(need, given):
        try:
            event = perform(
                need, step.name, actor=actor, via=via, data=step.data,
                expected_version=expected_version,
            )  # fmt: skip
        except FieldErrors as problem:
            raise FieldErrors(
                {step.asked.get(name, name): found for name, found in problem.errors.items()}
            ) from problem
        except RuleViolation as problem:
            if problem.code != "not_qualified":
                raise
            raise _unanswered(problem) from problem
        expected_version = None
        need = event.record
        if step.ends:
            break
    return need


def _steps(need: Any, given: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the transitions that the answers ask for, leaving out what is decided already."""
    if need.state in ROUTABLE:
        reason = given.get("route_reason")
        if given.get("route") and reason and reason != need.route_reason:
            yield Step("explain_route", {"reason": reason}, {"reason": "route_reason"})
        return
    if _is_new(need, given, "classification", "classification_reason", "sponsor", "trade_off"):
        asked = {"reason": "classification_reason"}
        names = {"classification": "classification", "sponsor": "sponsor", "trade_off": "trade_off"}
        yield Step("classify", _given(given, asked | names), asked)
    yield from _verdict(need, given)
    if _is_new(need, given, "fulfilability", "fulfilability_note"):
        asked = {"reason": "fulfilability_note"}
        yield Step("assess", _given(given, asked | {"fulfilability": "fulfilability"}), asked)
    if given.get("later_until"):
        yield Step(
            "defer",
            {"reason": given["fulfilability_note"], "follow_up_at": morning(given["later_until"])},
            {"reason": "fulfilability_note", "follow_up_at": "later_until"},
            ends=True,
        )
    asked = {"reason": "route_reason"}
    if given.get("route") == DECLINE:
        yield Step("decline", _given(given, asked), asked, ends=True)
    elif given.get("route"):
        yield Step("qualify", _given(given, asked), asked)


def _verdict(need: Any, given: Mapping[str, Any]) -> Iterator[Step]:
    verdict, asked = given.get("verdict"), {"reason": "verdict_reason"}
    if verdict == ASK:
        data = {"reason": given["verdict_reason"], "follow_up_at": morning(given["ask_until"])}
        yield Step("ask_information", data, asked | {"follow_up_at": "ask_until"}, ends=True)
    elif verdict == NO:
        yield Step("decline", _given(given, asked | {"principle": "principle"}), asked, ends=True)
    elif verdict == YES:
        said = {"justification": given.get("verdict_reason"), "evidence": given.get("evidence")}
        if need.verdict != Need.Verdict.JUSTIFIED or _is_new(need, said, *said):
            names = {"evidence": "evidence", "principle": "principle"}
            yield Step("justify", _given(given, asked | names), asked)


def _is_new(need: Any, given: Mapping[str, Any], *names: str) -> bool:
    """Whether one of the answers is given and says something else than the need does."""
    return any(given.get(name) not in (None, "", getattr(need, name)) for name in names)


def _given(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ask: given[name] for ask, name in names.items() if given.get(name) not in (None, "")}


def _unanswered(problem: RuleViolation) -> FieldErrors:
    """Put what a guard misses beside the questions that would give it."""
    errors: dict[str, list[tuple[str, Any]]] = {}
    for name in problem.missing:
        message = _("Answer this first.")
        if name in ("sponsor", "trade_off"):
            message = str(problem.message)
        errors.setdefault(_MISSING.get(name, name), []).append((problem.code, message))
    return FieldErrors(errors)


def morning(day: date) -> datetime:
    """Return eight in the morning of a day, where the person who says it is."""
    return datetime.combine(day, time(hour=8), tzinfo=timezone.get_current_timezone())


def routes_of(need: Record, actor: Any) -> list[Flow]:
    """The ways on that a need may take and that the actor may open, in the order of TARGETS."""
    ways = [
        flow for flow in flows.leaving(need.kind) if flow.to in TARGETS and flow.may(actor, need)
    ]
    return sorted(ways, key=lambda flow: TARGETS.index(flow.to))


def route(need: Record, flow: str, *, actor: Any, via: str) -> Handover:
    """Hand a need on, with the questions of the flow answered by what the need says.

    Raises what `hand_off` raises; FieldErrors when the flow asks something the need does not say.
    """
    entry = flows.find(need.kind, flow)
    said = {AskKind.TEXT: need.description, AskKind.LINE: need.title}
    answers = {ask.name: said[ask.kind] for ask in entry.asks if ask.required and ask.kind in said}
    return hand_off(need, flow, actor=actor, via=via, data=answers)
