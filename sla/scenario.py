"""Scenario files: questions about business time and clocks in JSON, answered by the real engine."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sla.calendars import (
    BadInputError,
    Calendar,
    CalendarError,
    OnUnknown,
    Pause,
    read_calendar,
    read_instant,
    refuse_unknown,
    report_unknown,
    target_us,
)
from sla.ledger import Reading
from sla.timeline import (
    KEEP_ELAPSED,
    METRICS,
    RESTART_ON_UPGRADE,
    Event,
    EventType,
    Policy,
    readings,
    replay,
)

ALL_METRICS = (*METRICS, "ownership", "approval", "fulfilment", "supplier")
REMARKS = {"name", "note", "comment", "description", "expect", "expected"}
"""Fields that anyone may add to a case and that mean nothing to the engine."""


class ScenarioError(BadInputError):
    """A scenario file, or a case in it, that cannot be read."""


Calendars = Mapping[str, "Calendar | CalendarError"]
Answer = dict[str, Any]


def run_scenario(text: str, *, on_unknown: OnUnknown = refuse_unknown) -> Iterator[Answer]:
    """Yield one answer for each case of a scenario file, in order: see docs/sla.md for both shapes.

    `on_unknown` is told the place of each field that has no meaning. Raises ScenarioError when the
    text is not a scenario at all; what is wrong in a case or its calendar is that case's answer.
    """
    scenario = _json(text)
    report_unknown(scenario, REMARKS | {"calendars", "cases"}, "", on_unknown)
    calendars = scenario.get("calendars", {})
    cases = scenario.get("cases")
    if not isinstance(calendars, dict):
        raise ScenarioError("an object of calendars by name is needed here", "calendars")
    if not isinstance(cases, list):
        raise ScenarioError("a list of cases is needed here", "cases")
    known = {name: _calendar(name, raw, on_unknown) for name, raw in calendars.items()}
    for n, case in enumerate(cases):
        yield _answer(case, known, f"cases[{n}].", on_unknown)


def _json(text: str) -> dict[str, Any]:
    try:
        scenario = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"this is not JSON: {error}") from None
    if not isinstance(scenario, dict):
        raise ScenarioError("a scenario is an object with `calendars` and `cases`")
    return scenario


def _calendar(name: str, raw: Any, on_unknown: OnUnknown) -> "Calendar | CalendarError":
    try:
        return read_calendar(
            _without_remarks(raw), on_unknown=lambda at: on_unknown(f"calendars.{name}.{at}")
        )
    except CalendarError as error:
        return CalendarError(error.message, f"calendars.{name}.{error.place}".rstrip("."))


def _without_remarks(raw: Any) -> Any:
    return {k: v for k, v in raw.items() if k not in REMARKS} if isinstance(raw, dict) else raw


def _answer(case: Any, calendars: Calendars, place: str, on_unknown: OnUnknown) -> Answer:
    name = case.get("id") if isinstance(case, dict) else None
    try:
        if not isinstance(case, dict):
            raise ScenarioError("a case is an object")
        if name is None:
            raise ScenarioError("a case needs an id", "id")
        kind = case.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise ScenarioError(f"{kind!r} is not one of {', '.join(_KINDS)}", "kind")
        fields, solve = _KINDS[kind]
        report_unknown(
            case,
            REMARKS | fields | {"id", "kind", "calendar"},
            place,
            on_unknown,
        )
        return {"id": name, **solve(case, calendars, lambda at: on_unknown(place + at))}
    except BadInputError as error:
        return {"id": name, "valid": False, "error": str(error)}


def _add(case: Answer, calendars: Calendars, _: OnUnknown) -> Answer:
    calendar = _named(case.get("calendar"), calendars, "calendar")
    start = _instant(case, "start", "")
    pauses = _pauses(case)
    target_us(case.get("target_s"))  # type: ignore[arg-type]  # says itself that a number is needed
    deadline = calendar.add(start, case["target_s"], pauses)
    return {"deadline": write_instant(deadline)}


def _between(case: Answer, calendars: Calendars, _: OnUnknown) -> Answer:
    calendar = _named(case.get("calendar"), calendars, "calendar")
    start, end = _instant(case, "from", ""), _instant(case, "to", "")
    return {"elapsed_s": calendar.elapsed(start, end, _pauses(case))}


def _is_open(case: Answer, calendars: Calendars, _: OnUnknown) -> Answer:
    calendar = _named(case.get("calendar"), calendars, "calendar")
    return {"open": calendar.is_open(_instant(case, "at", ""))}


def _timeline(case: Answer, calendars: Calendars, on_unknown: OnUnknown) -> Answer:
    calendar = _named(case.get("calendar"), calendars, "calendar")
    policy = _policy(case.get("policy"), on_unknown)
    events = [
        _event(raw, f"events[{n}]", calendars, policy, on_unknown)
        for n, raw in enumerate(_list(case.get("events"), "events"))
    ]
    now = _instant(case, "now", "")
    clocks = replay(policy, calendar, events, now)
    return {metric: _shown(reading) for metric, reading in readings(clocks, now).items()}


_KINDS: dict[str, tuple[set[str], Callable[[Answer, Calendars, OnUnknown], Answer]]] = {
    "add": ({"start", "target_s", "pauses"}, _add),
    "between": ({"from", "to", "pauses"}, _between),
    "is_open": ({"at"}, _is_open),
    "timeline": ({"policy", "events", "now"}, _timeline),
}


def write_instant(instant: datetime | None) -> str | None:
    """Write an instant in UTC with `Z`, with a fraction only where there is one."""
    if instant is None:
        return None
    text = instant.astimezone(UTC).isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0')}Z" if "." in text else f"{text}Z"


def _shown(reading: Reading) -> Answer:
    return {
        "state": reading.state.value,
        "deadline": write_instant(reading.due_at),
        "elapsed_s": reading.elapsed_s,
        "remaining_s": reading.remaining_s,
    }


def _instant(fields: Answer, name: str, prefix: str) -> datetime:
    place = prefix + name
    if name not in fields:
        raise ScenarioError("this instant is needed", place)
    return read_instant(fields[name], place)


def _list(raw: Any, place: str) -> list[Any]:
    if not isinstance(raw, list):
        raise ScenarioError("a list is needed here", place)
    return raw


def _object(raw: Any, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ScenarioError("an object with named fields is needed here", place)
    return raw


def _named(name: Any, calendars: Calendars, place: str) -> Calendar:
    found = calendars.get(name) if isinstance(name, str) else None
    if found is None:
        raise ScenarioError(f"there is no calendar named {name!r}", place)
    if isinstance(found, CalendarError):
        raise found
    return found


def _pauses(case: Answer) -> list[Pause]:
    pauses: list[Pause] = []
    for n, raw in enumerate(_list(case.get("pauses") or [], "pauses")):
        pause = _object(raw, f"pauses[{n}]")
        until = pause.get("to")
        pauses.append(
            (
                _instant(pause, "from", f"pauses[{n}]."),
                None if until is None else read_instant(until, f"pauses[{n}].to"),
            )
        )
    return pauses


def _policy(raw: Any, on_unknown: OnUnknown) -> Policy:
    fields = _object(raw, "policy")
    known = {"targets_s", "pausable", "priority_change", "grace_s", "reopen_window_s"}
    report_unknown(fields, REMARKS | known, "policy.", on_unknown)
    targets = {
        priority: _targets(metrics, f"policy.targets_s.{priority}")
        for priority, metrics in _object(fields.get("targets_s"), "policy.targets_s").items()
    }
    pausable = _list(fields.get("pausable", ["resolution"]), "policy.pausable")
    for n, metric in enumerate(pausable):
        _metric(metric, f"policy.pausable[{n}]")
    change = fields.get("priority_change", KEEP_ELAPSED)
    if change not in (KEEP_ELAPSED, RESTART_ON_UPGRADE):
        raise ScenarioError(f"use {KEEP_ELAPSED} or {RESTART_ON_UPGRADE}", "policy.priority_change")
    return Policy(
        targets_s=targets,
        pausable=frozenset(pausable),
        priority_change=change,
        grace_s=_seconds(fields, "grace_s") or 0,
        reopen_window_s=_seconds(fields, "reopen_window_s"),
    )


def _targets(raw: Any, place: str) -> dict[str, float]:
    targets = _object(raw, place)
    for metric, seconds in targets.items():
        _metric(metric, place)
        target_us(seconds, f"{place}.{metric}")
    return targets


def _metric(name: Any, place: str) -> None:
    if name not in ALL_METRICS:
        raise ScenarioError(f"{name!r} is not one of {', '.join(ALL_METRICS)}", place)


def _seconds(fields: Answer, name: str) -> float | None:
    value = fields.get(name)
    if value is None or value == 0:
        return None if value is None else 0
    target_us(value, f"policy.{name}")
    return float(value)


def _event(
    raw: Any, place: str, calendars: Calendars, policy: Policy, on_unknown: OnUnknown
) -> Event:
    fields = _object(raw, place)
    known = {"at", "type", "priority", "calendar", "mode"}
    report_unknown(fields, REMARKS | known, f"{place}.", on_unknown)
    name = fields.get("type")
    if name not in list(EventType):
        raise ScenarioError(f"{name!r} is not one of {', '.join(EventType)}", f"{place}.type")
    event_type = EventType(name)
    at = _instant(fields, "at", f"{place}.")
    if event_type in (EventType.CREATED, EventType.PRIORITY):
        return Event(at, event_type, priority=_priority(fields, place, policy))
    if event_type is EventType.CALENDAR_CHANGE:
        calendar = _named(fields.get("calendar"), calendars, f"{place}.calendar")
        if fields.get("mode") not in ("recompute", "from_now"):
            raise ScenarioError("the mode is recompute or from_now", f"{place}.mode")
        return Event(at, event_type, calendar=calendar, from_now=fields["mode"] == "from_now")
    return Event(at, event_type)


def _priority(fields: Answer, place: str, policy: Policy) -> str:
    priority = fields.get("priority")
    if not isinstance(priority, str) or priority not in policy.targets_s:
        raise ScenarioError(f"{priority!r} has no targets in policy.targets_s", f"{place}.priority")
    return priority
