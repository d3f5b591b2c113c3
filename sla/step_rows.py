"""The rows of a form in which escalation steps are written, and the steps they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sla.shapes import PEOPLE
from sla.vocabulary import Metric

PARTS = ("number", "unit", "metric", "who", "team", "do")
WHO = {
    "owner": _("owner"),
    "requester": _("requester"),
    "team": _("team"),
    "team_leads": _("team leads"),
}
WHEN = (
    ("percent", _("percent of the time")),
    ("before", _("minutes before it is due")),
    ("after", _("minutes after it is due")),
)
OTHER_ACTIONS = (
    ("raise_priority", _("raise the priority")),
    ("webhook", _("tell other systems")),
)
#: What stands for the promises a step had before, when they are more than one of them.
AS_BEFORE = "as_before"


def step_fields(n: int, before: Mapping[str, Any], teams: list[Any]) -> dict[str, forms.Field]:
    """Return the fields of one row, named `step0_number` and so on."""
    place = _now("Step %(n)d") % {"n": n + 1}
    metrics: list[tuple[str, Any]] = [("", _("every promise")), *Metric.choices]
    if len(before.get("metrics", ())) > 1:
        several = ", ".join(str(Metric(metric).label) for metric in before["metrics"])
        metrics.append((AS_BEFORE, several))
    made: dict[str, forms.Field] = {
        "number": forms.IntegerField(
            label=_("When"), required=False, min_value=1, max_value=100_000,
            widget=forms.NumberInput(attrs={"aria-label": f"{place}: {_now('when')}"}),
        ),
        "unit": _select(f"{place}: {_now('counted in')}", _("Counted in"), WHEN),
        "metric": _select(f"{place}: {_now('of which promise')}", _("Of"), metrics),
        "who": _checks(_("Tell"), list(WHO.items())),
        "team": _select(
            f"{place}: {_now('hand it to')}", _("Hand it to"), [("", _("nobody else")), *teams]
        ),
        "do": _checks(_("And"), OTHER_ACTIONS),
    }  # fmt: skip
    return {f"step{n}_{part}": field for part, field in made.items()}


def _select(spoken: str, label: Any, choices: Any) -> forms.Field:
    widget = forms.Select(attrs={"aria-label": spoken})
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


def _checks(label: Any, choices: Any) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def check_row(n: int, said: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return the field and the sentence for a row that says only half, None for one that is whole."""
    has_action = any(said.get(f"step{n}_{part}") for part in ("who", "team", "do"))
    has_number = bool(said.get(f"step{n}_number"))
    if has_action and not has_number:
        return f"step{n}_number", _("Say when this step is due.")
    if has_number and not has_action and not _named(before):
        return f"step{n}_who", _("Say what is to be done.")
    return None


def step_of_row(
    n: int, said: Mapping[str, Any], before: Mapping[str, Any], taken: set[str]
) -> dict[str, Any] | None:
    """Return the step a row stands for, None for an empty row."""
    row = {part: said.get(f"step{n}_{part}") for part in PARTS}
    number = row["number"]
    if not number:
        return None
    unit = row["unit"] or "percent"
    key = {"percent": f"{number}%", "before": f"{number}m-before"}.get(unit, f"{number}m-after")
    while key in taken:
        key += "+"
    step: dict[str, Any] = {"key": key}
    if unit == "percent":
        step["percent"] = number
    else:
        step["offset_s"] = number * 60 * (-1 if unit == "before" else 1)
    if row["metric"]:
        step["metrics"] = before["metrics"] if row["metric"] == AS_BEFORE else [row["metric"]]
    return step | {"actions": _actions(row, before)}


def _actions(row: Mapping[str, Any], before: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = _named(before)
    actions: list[dict[str, Any]] = []
    if row["who"] or named:
        actions.append({"do": "notify", "who": [*row["who"], *named]})
    if row["team"]:
        actions.append({"do": "reassign", "team": int(row["team"])})
    return actions + [{"do": what} for what in row["do"]]


def _named(before: Mapping[str, Any]) -> list[Any]:
    """People named one by one are not shown in a row, and stay."""
    return [
        one
        for action in before.get("actions", ())
        for one in action.get("who", ())
        if one not in PEOPLE
    ]


def row_of_step(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step as its row is filled in."""
    minutes = round(step.get("offset_s", 0) / 60)
    by_percent = step.get("percent") is not None
    actions = step.get("actions", [])
    metrics = step.get("metrics", [])
    return {
        "number": round(step["percent"]) if by_percent else abs(minutes),
        "unit": "percent" if by_percent else "before" if minutes < 0 else "after",
        "metric": AS_BEFORE if len(metrics) > 1 else next(iter(metrics), ""),
        "who": [one for action in actions for one in action.get("who", ()) if one in PEOPLE],
        "do": [action["do"] for action in actions if action["do"] in dict(OTHER_ACTIONS)],
        "team": next((str(action["team"]) for action in actions if "team" in action), ""),
    }
