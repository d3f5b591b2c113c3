"""The form in which an agreement is written: for whom, how fast, what pauses it, who is told."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from sla.calendars import TEN_YEARS_S
from sla.models import AgreementVersion, Calendar
from sla.shapes import PEOPLE, PRIORITIES
from sla.vocabulary import AgreementKind, Metric, OnChange
from valuechain.records.forms import RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Channel, Priority

_SPAN = re.compile(r"(?:(\d{1,5}(?:\.\d{1,3})?)\s*h)?\s*(?:(\d{1,7})\s*(?:min|m))?", re.IGNORECASE)
#: So many rows for escalation steps beyond those there are.
SPARE_STEPS = 2
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


class SpanField(forms.CharField):
    """A span of business time, 4h or 30min or 1h 30min, as seconds; empty for none."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        words = super().to_python(value)
        if not words:
            return None
        match = _SPAN.fullmatch(words)
        if match is None or not any(match.groups()):
            raise forms.ValidationError(
                _("Write the time as 4h, 30min or 1h 30min."), code="not_understood"
            )
        seconds = round(float(match[1] or 0) * 3600) + int(match[2] or 0) * 60
        if seconds > TEN_YEARS_S:
            raise forms.ValidationError(_("At most ten years fit."), code="too_long")
        return seconds


def write_span(seconds: int | None) -> str:
    """Return seconds as the field reads them; parts of a minute are rounded."""
    if seconds is None:
        return ""
    hours, minutes = divmod(round(seconds / 60), 60)
    said = [f"{hours}h"] if hours else []
    return " ".join([*said, f"{minutes}min"] if minutes or not hours else said)


class NewAgreementForm(RuledForm):
    """A name, between whom, and one promise to begin with."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Between whom"), choices=AgreementKind.choices, widget=forms.RadioSelect,
        initial=AgreementKind.SLA,
    )  # fmt: skip
    calendar = forms.ModelChoiceField(Calendar.objects.all(), label=_("Calendar"))
    resolution = SpanField(label=_("Time to resolve"), help_text=_("Such as 4h or 30min."))


def _choices(label: Any, choices: Any, *, coerce: Any = str) -> forms.Field:
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, coerce=coerce, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class TermsForm(RuledForm):
    """Everything an agreement says. Nothing chosen under a limit: no limit."""

    calendar = forms.ModelChoiceField(Calendar.objects.all(), label=_("Calendar"))
    on_change = forms.ChoiceField(
        label=_("When the priority changes"), choices=OnChange.choices, widget=forms.RadioSelect
    )
    grace_s = SpanField(
        label=_("Grace after a change"),
        required=False,
        help_text=_("Business time in which a change alone makes nothing late."),
    )
    reopen_window_s = SpanField(
        label=_("A reopened record begins anew after"),
        required=False,
        help_text=_("Empty: its time goes on, however late it comes back."),
    )

    def __init__(self, *args: Any, draft: AgreementVersion, actor: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", terms_of(draft))
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.rows = max(len(draft.steps), 0) + SPARE_STEPS
        self.fields |= {
            "kinds": _choices(_("Kinds"), [(kind.name, kind.label) for kind in kinds]),
            "priorities": _choices(_("Priorities"), Priority.choices, coerce=int),
            "channels": _choices(_("Channels"), Channel.choices),
            "organisations": _several(_("Customers, with all below"),
                                      Organisation.objects.visible_to(actor)),
            "services": _several(_("Services"), Record.objects.visible_to(actor)
                                 .of_resource("services").order_by("title")),
            "teams": _several(_("Teams"), Team.objects.visible_to(actor)),
            "pausable": _choices(_("Waiting pauses"), Metric.choices),
        }  # fmt: skip
        for priority in PRIORITIES:
            for metric, label in Metric.choices:
                words = {"aria-label": f"{_priority(priority)}: {label}"}
                self.fields[f"target_{priority}_{metric}"] = SpanField(
                    label=words["aria-label"], required=False,
                    widget=forms.TextInput(attrs=words),
                )  # fmt: skip
        for n in range(self.rows):
            self._add_step(n)

    def _add_step(self, n: int) -> None:
        place = _now("Step %(n)d") % {"n": n + 1}
        number = forms.IntegerField(
            label=_("When"), required=False, min_value=1, max_value=100_000,
            widget=forms.NumberInput(attrs={"aria-label": f"{place}: {_now('when')}"}),
        )  # fmt: skip
        unit = forms.ChoiceField(
            label=_("Counted in"), choices=WHEN, required=False,
            widget=forms.Select(attrs={"aria-label": f"{place}: {_now('counted in')}"}),
        )  # fmt: skip
        self.fields |= {
            f"step{n}_number": number,
            f"step{n}_unit": unit,
            f"step{n}_who": _choices(_("Tell"), list(WHO.items())),
            f"step{n}_do": _choices(_("And"), OTHER_ACTIONS),
            f"step{n}_team": forms.ModelChoiceField(
                Team.objects.filter(is_active=True), label=_("Hand it to"), required=False
            ),
        }

    def limits(self) -> list[Any]:
        """The fields that say for what the agreement holds."""
        names = ("kinds", "priorities", "channels", "services", "organisations", "teams")
        return [self[name] for name in names]

    def plain(self) -> list[Any]:
        """The fields that say how it counts."""
        names = ("calendar", "pausable", "on_change", "grace_s", "reopen_window_s")
        return [self[name] for name in names]

    def matrix(self) -> list[tuple[Any, list[Any]]]:
        """The targets: a row for each priority, a cell for each metric."""
        return [
            (_priority(priority), [self[f"target_{priority}_{metric}"] for metric in Metric.values])
            for priority in PRIORITIES
        ]

    def steps(self) -> list[dict[str, Any]]:
        """The escalation steps, with some empty ones."""
        return [
            {part: self[f"step{n}_{part}"] for part in ("number", "unit", "who", "do", "team")}
            for n in range(self.rows)
        ]

    def terms(self) -> dict[str, Any]:
        """Return what was written as the terms an action takes."""
        said = self.cleaned_data
        chosen = {
            **{name: said[name] for name in ("kinds", "priorities", "channels")},
            **{name: [one.pk for one in said[name]]
               for name in ("organisations", "services", "teams")},
        }  # fmt: skip
        targets: dict[str, dict[str, int]] = {}
        for priority in PRIORITIES:
            for metric in Metric.values:
                seconds = said[f"target_{priority}_{metric}"]
                if seconds:
                    targets.setdefault(priority, {})[metric] = seconds
        return {
            "calendar": said["calendar"],
            "conditions": {name: values for name, values in chosen.items() if values},
            "targets": targets,
            "pausable": said["pausable"],
            "on_change": said["on_change"],
            "grace_s": said["grace_s"] or 0,
            "reopen_window_s": said["reopen_window_s"],
            "steps": self._steps(),
        }

    def _steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for n in range(self.rows):
            number = self.cleaned_data.get(f"step{n}_number")
            if number:
                before = self.draft.steps[n] if n < len(self.draft.steps) else {}
                found.append(self._step(n, number, before, {step["key"] for step in found}))
        return found

    def _step(self, n: int, number: int, before: dict[str, Any], taken: set[str]) -> dict[str, Any]:
        said = {
            part: self.cleaned_data[f"step{n}_{part}"] for part in ("unit", "who", "do", "team")
        }
        unit = said["unit"] or "percent"
        key = {"percent": f"{number}%", "before": f"{number}m-before"}.get(unit, f"{number}m-after")
        while key in taken:
            key += "+"
        step: dict[str, Any] = {"key": key}
        if unit == "percent":
            step["percent"] = number
        else:
            step["offset_s"] = number * 60 * (-1 if unit == "before" else 1)
        if before.get("metrics"):
            step["metrics"] = before["metrics"]
        # People named one by one are not shown here, and stay.
        named = [
            one for action in before.get("actions", ()) for one in action.get("who", ())
            if one not in PEOPLE
        ]  # fmt: skip
        actions: list[dict[str, Any]] = []
        if said["who"] or named:
            actions.append({"do": "notify", "who": [*said["who"], *named]})
        if said["team"]:
            actions.append({"do": "reassign", "team": said["team"].pk})
        actions += [{"do": what} for what in said["do"]]
        return step | {"actions": actions}


def _several(label: Any, found: Any) -> forms.Field:
    return forms.ModelMultipleChoiceField(
        found, label=label, required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )


def _priority(name: str) -> str:
    return _now("Any priority") if name == "any" else str(Priority(int(name[1:])).label)


def terms_of(draft: AgreementVersion) -> dict[str, Any]:
    """Return an edition as the form is filled in with it."""
    initial: dict[str, Any] = {
        "calendar": draft.calendar_id,
        "on_change": draft.on_change,
        "grace_s": write_span(draft.grace_s) if draft.grace_s else "",
        "reopen_window_s": write_span(draft.reopen_window_s),
        "pausable": draft.pausable,
        **draft.conditions,
    }
    for priority, row in draft.targets.items():
        for metric, seconds in row.items():
            initial[f"target_{priority}_{metric}"] = write_span(seconds)
    for n, step in enumerate(draft.steps):
        initial |= {f"step{n}_{part}": value for part, value in _step_of(step).items()}
    return initial


def _step_of(step: dict[str, Any]) -> dict[str, Any]:
    minutes = round(step.get("offset_s", 0) / 60)
    by_percent = step.get("percent") is not None
    actions = step.get("actions", [])
    return {
        "number": round(step["percent"]) if by_percent else abs(minutes),
        "unit": "percent" if by_percent else "before" if minutes < 0 else "after",
        "who": [one for action in actions for one in action.get("who", ()) if one in PEOPLE],
        "do": [action["do"] for action in actions if action["do"] in dict(OTHER_ACTIONS)],
        "team": next((action["team"] for action in actions if "team" in action), None),
    }
