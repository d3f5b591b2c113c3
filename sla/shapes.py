"""Checks the JSON of agreements and calendars when it is written, and says what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors
from sla.calendars import TEN_YEARS_S, BadInputError, read_calendar
from sla.matching import ANY_PRIORITY, DIMENSIONS
from sla.quiet_hours import waking_hours
from sla.vocabulary import BREACH, Metric
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Channel, Priority

PRIORITIES = (*(f"P{priority}" for priority in Priority.values), ANY_PRIORITY)
ACTIONS = {
    "notify": {"who"},
    "reassign": {"team"},
    "raise_priority": set(),
    "webhook": set(),
}
PEOPLE = ("owner", "requester", "team", "team_leads")
_KEY = re.compile(r"[a-z0-9][a-z0-9_.%+-]{0,38}")
_WORDS = {"kinds": None, "channels": set(Channel.values), "priorities": set(Priority.values)}


def refuse(place: str, message: Any, code: str = "not_understood") -> FieldErrors:
    """Return the error for one place, such as `targets.P1.resolution`."""
    field = place.partition(".")[0].partition("[")[0]
    said = message if place == field else f"{place}: {message}"
    return FieldErrors({field: [(code, said)]})


def check_definition(raw: Any) -> dict[str, Any]:
    """Return a calendar as it may be stored. Raises FieldErrors with the place."""
    try:
        read_calendar(raw)
    except BadInputError as problem:
        message = f"{problem.place}: {problem.message}" if problem.place else problem.message
        raise FieldErrors({"definition": [("calendar", message)]}) from None
    return dict(raw)


def check_conditions(raw: Any) -> dict[str, Any]:
    """Return the limits of an agreement: lists under known names, empty ones left out."""
    limits = _object(raw, "conditions")
    for name, values in limits.items():
        place = f"conditions.{name}"
        if name not in DIMENSIONS:
            raise refuse(place, _("Use one or more of: %s.") % ", ".join(DIMENSIONS))
        if not isinstance(values, list):
            raise refuse(place, _("A list is needed here."))
        known = {kind.name for kind in kinds} if name == "kinds" else _WORDS.get(name)
        for value in values:
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise refuse(place, _("“%s” is not known.") % value)
            if known is not None and value not in known:
                raise refuse(place, _("“%s” is not known.") % value)
            if known is None and not isinstance(value, int):
                raise refuse(place, _("Ids are whole numbers."))
    return {name: sorted(set(values)) for name, values in limits.items() if values}


def check_targets(raw: Any) -> dict[str, dict[str, int]]:
    """Return business seconds by priority and metric."""
    matrix = _object(raw, "targets")
    if not any(matrix.values()):
        raise refuse("targets", _("Promise something: set at least one target."), "required")
    for priority, targets in matrix.items():
        place = f"targets.{priority}"
        if priority not in PRIORITIES:
            raise refuse(place, _("Use one of: %s.") % ", ".join(PRIORITIES))
        for metric, seconds in _object(targets, place).items():
            if metric not in Metric.values:
                raise refuse(f"{place}.{metric}", _("Use one of: %s.") % ", ".join(Metric.values))
            _seconds(seconds, f"{place}.{metric}", low=1)
    return {priority: dict(targets) for priority, targets in matrix.items() if targets}


def check_pausable(raw: Any) -> list[str]:
    """Return the metrics that a waiting record pauses."""
    if not isinstance(raw, list) or any(metric not in Metric.values for metric in raw):
        raise refuse("pausable", _("Use one or more of: %s.") % ", ".join(Metric.values))
    return sorted(set(raw))


def check_steps(raw: Any) -> list[dict[str, Any]]:
    """Return escalation steps, each with a key of its own."""
    if not isinstance(raw, list):
        raise refuse("steps", _("A list is needed here."))
    seen: set[str] = set()
    for n, item in enumerate(raw):
        place = f"steps[{n}]"
        step = _object(item, place)
        _known(step, {"key", "percent", "offset_s", "metrics", "actions"}, place)
        key = step.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key == BREACH or key in seen:
            raise refuse(f"{place}.key", _("Give each step a short name of its own, such as 75%."))
        seen.add(key)
        _check_when(step, place)
        metrics = step.get("metrics", [])
        if not isinstance(metrics, list) or any(m not in Metric.values for m in metrics):
            raise refuse(
                f"{place}.metrics", _("Use one or more of: %s.") % ", ".join(Metric.values)
            )
        actions = step.get("actions")
        if not isinstance(actions, list) or not actions:
            raise refuse(f"{place}.actions", _("Say what is to be done."), "required")
        for m, action in enumerate(actions):
            _check_action(action, f"{place}.actions[{m}]")
    return raw


def check_quiet_hours(raw: Any) -> dict[str, Any]:
    """Return the hours in which people are left alone; empty for none."""
    quiet = _object(raw, "quiet_hours")
    _known(quiet, {"tz", "from", "to", "days"}, "quiet_hours")
    if quiet:
        try:
            waking_hours(quiet)
        except (BadInputError, TypeError) as problem:
            raise refuse("quiet_hours", str(problem)) from None
    return dict(quiet)


def _check_when(step: Mapping[str, Any], place: str) -> None:
    percent, offset = step.get("percent"), step.get("offset_s")
    if (percent is None) == (offset is None):
        raise refuse(place, _("Say when: a percent of the target, or seconds before or after it."))
    if percent is not None and (
        isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 < percent <= 1000
    ):
        raise refuse(f"{place}.percent", _("Between 0 and 1000."))
    if offset is not None:
        _seconds(offset, f"{place}.offset_s", low=-TEN_YEARS_S)


def _check_action(raw: Any, place: str) -> None:
    action = _object(raw, place)
    what = action.get("do")
    if what not in ACTIONS:
        raise refuse(f"{place}.do", _("Use one of: %s.") % ", ".join(ACTIONS))
    _known(action, {"do", *ACTIONS[what]}, place)
    if what == "notify":
        who = action.get("who")
        if not isinstance(who, list) or not who:
            raise refuse(f"{place}.who", _("Say who is told."), "required")
        for person in who:
            if person not in PEOPLE and (isinstance(person, bool) or not isinstance(person, int)):
                raise refuse(f"{place}.who", _("Use %s, or a person's id.") % ", ".join(PEOPLE))
    if what == "reassign" and (
        isinstance(action.get("team"), bool) or not isinstance(action.get("team"), int)
    ):
        raise refuse(f"{place}.team", _("Name the team by its id."), "required")


def _object(raw: Any, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise refuse(place, _("An object with named fields is needed here."))
    return raw


def _known(fields: Mapping[str, Any], names: set[str], place: str) -> None:
    for name in fields:
        if name not in names:
            raise refuse(f"{place}.{name}", _("This field is not known."))


def _seconds(value: Any, place: str, *, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= TEN_YEARS_S:
        raise refuse(
            place, _("Whole business seconds are needed, at most %d (ten years).") % TEN_YEARS_S
        )
