"""The four answers of the decision card, given in one go; every one of them goes through `perform`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


#: question -> its reason
REASONS = {
    "classification": "classification_reason",
    "verdict": "verdict_reason",
    "fulfilability": "fulfilability_note",
    "route": "route_reason",
}
#: What is asked besides where one answer is given: field -> (question, answer).
BESIDES = {
    "sponsor": ("classification", Need.Classification.WANT),
    "trade_off": ("classification", Need.Classification.WANT),
    "ask_until": ("verdict", ASK),
    "later_until": ("fulfilability", Need.Fulfilability.DEFERRED),
}


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as they are to be kept: every one with its reason, a day where it is due.

    A day that no answer calls for is dropped, and so is the way on of a need that ends or waits.
    Raises FieldErrors with what is missing.
    """
    kept = dict(given)
    why = _("Give the reason in one line.")
    errors: dict[str, list[tuple[str, Any]]] = {
        reason: [("required", why)]
        for question, reason in REASONS.items()
        if kept.get(question) and not kept.get(reason)
    }
    for name in ("ask_until", "later_until"):
        question, answer = BESIDES[name]
        if kept.get(question) != answer:
            kept.pop(name, None)
        elif not kept.get(name):
            errors[name] = [("required", _("Say when."))]
    if not any(kept.get(question) for question in REASONS):
        errors[""] = [("empty", _("Answer at least one question."))]
    if errors:
        raise FieldErrors(errors)
    if kept.get("verdict") in (NO, ASK) or kept.get("later_until"):
        kept["route"] = ""
    return kept


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
        message = {
            "sponsor": _("A want needs a sponsor: name who stands up for it."),
            "trade_off": _("A want needs a trade-off: say what is not done for it."),
        }.get(name, _("Answer this first."))
        errors.setdefault(_MISSING.get(name, name), []).append((problem.code, message))
    return FieldErrors(errors)


def morning(day: date) -> datetime:
    """Return eight in the morning of a day, where the person who says it is."""
    return datetime.combine(day, time(hour=8), tzinfo=timezone.get_current_timezone())


def routes_of(need: Record, actor: Any) -> list[Flow]:
    """The ways on that a need may take and that the actor may open, in the order of TARGETS."""
    ways = [
        flow
        for flow in flows.leaving(need.kind)
        if flow.to in TARGETS and flow.permits(actor, need)
    ]
    return sorted(ways, key=lambda flow: TARGETS.index(flow.to))


def route(
    need: Record, flow: str, *, actor: Any, via: str, data: Mapping[str, Any] | None = None
) -> Handover:
    """Hand a need on, with the questions of the flow answered by what the need says.

    `data` are answers that count before these. Raises what `hand_off` raises; FieldErrors when the
    flow asks something that nobody says.
    """
    entry = flows.find(need.kind, flow)
    said = {AskKind.TEXT: need.description, AskKind.LINE: need.title}
    answers = {ask.name: said[ask.kind] for ask in entry.asks if ask.required and ask.kind in said}
    return hand_off(need, flow, actor=actor, via=via, data=answers | dict(data or {}))


@transaction.atomic
def decide_and_route(
    need: Record,
    given: Mapping[str, Any],
    routes: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> tuple[Record, list[Handover]]:
    """Decide on a need and make all that it leads to, or nothing at all.

    `routes` are flows with answers to what they ask, or `decline` alone. Raises what `completed`,
    `decide` and `route` raise, with `routes.0.title` for what the first of the flows asks.
    """
    names = [name for name, _data in routes]
    if DECLINE in names and len(names) > 1:
        raise FieldErrors({"routes": [("not_both", _("A need is declined or routed, not both."))]})
    try:
        kept = completed({**given, "route": names[0] if names else ""})
    except FieldErrors as problem:
        raise FieldErrors(
            {name or "decision": of for name, of in problem.errors.items()}
        ) from problem
    if names and not kept["route"]:
        message = _("A need that is not justified, or that waits, is not sent on.")
        raise FieldErrors({"routes": [("not_possible", message)]})
    need = decide(need, kept, actor=actor, via=via, expected_version=expected_version)
    handovers = []
    for place, (name, data) in enumerate(routes if names != [DECLINE] else ()):
        try:
            handovers.append(route(need, name, actor=actor, via=via, data=data))
        except FieldErrors as problem:
            raise FieldErrors(
                {f"routes.{place}.{field}": of for field, of in problem.errors.items()}
            ) from problem
    need.refresh_from_db()
    return need, handovers
