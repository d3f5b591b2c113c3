"""The form in which an agreement is written: for whom, how fast, what pauses it, who is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from sla.forms import DAYS, ZoneField
from sla.models import AgreementVersion, Calendar
from sla.shapes import PRIORITIES
from sla.spans import SpanField, write_span
from sla.step_rows import PARTS, check_row, row_of_step, step_fields, step_of_row
from sla.vocabulary import AgreementKind, Metric, OnChange
from valuechain.records.forms import RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Channel, Priority

#: So many rows for escalation steps beyond those there are.
SPARE_STEPS = 2
QUIET = ("from", "to", "tz", "days")
#: Above so many choices a list to pick from is shorter than boxes to tick.
MOST_BOXES = 40


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
        help_text=_("Leave it empty to let the old time run on, however late it is reopened."),
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
            "quiet_from": _time(_("From")),
            "quiet_to": _time(_("To")),
            "quiet_tz": ZoneField(label=_("Time zone"), required=False, max_length=64),
            "quiet_days": _choices(_("And all day on"), list(DAYS.items())),
        }  # fmt: skip
        for priority in PRIORITIES:
            for metric, label in Metric.choices:
                words = {"aria-label": f"{_priority(priority)}: {label}"}
                self.fields[f"target_{priority}_{metric}"] = SpanField(
                    label=words["aria-label"], required=False,
                    widget=forms.TextInput(attrs=words),
                )  # fmt: skip
        active = Team.objects.filter(is_active=True).order_by("name")
        teams = [(str(pk), name) for pk, name in active.values_list("pk", "name")]
        for n in range(self.rows):
            self.fields |= step_fields(n, self._before(n), teams)

    def _before(self, n: int) -> dict[str, Any]:
        steps: list[dict[str, Any]] = self.draft.steps
        return steps[n] if n < len(steps) else {}

    def clean(self) -> dict[str, Any]:
        """Refuse a step that says only half, and quiet hours without an end."""
        said = super().clean() or self.cleaned_data
        for n in range(self.rows):
            problem = check_row(n, said, self._before(n))
            if problem is not None and problem[0] not in self.errors:
                self.add_error(*problem)
        if bool(said.get("quiet_from")) != bool(said.get("quiet_to")):
            self.add_error("quiet_to", _("Write both ends, or neither."))
        if said.get("quiet_days") and not said.get("quiet_from"):
            self.add_error(
                "quiet_from", _("Write from when to when it is quiet on the other days.")
            )
        return said

    def limits(self) -> list[dict[str, Any]]:
        """The fields that say for what the agreement holds, each with what is chosen in words."""
        names = ("kinds", "priorities", "services", "organisations", "teams", "channels")
        return [{"field": self[name], "chosen": _chosen(self[name])} for name in names]

    def quiet(self) -> list[Any]:
        """The fields that say when people are left alone."""
        return [self[f"quiet_{part}"] for part in QUIET]

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
        return [{part: self[f"step{n}_{part}"] for part in PARTS} for n in range(self.rows)]

    def terms(self) -> dict[str, Any]:
        """Return what was written as the terms an action takes."""
        said = self.cleaned_data
        limits = ("kinds", "priorities", "channels", "organisations", "services", "teams")
        chosen = {name: said[name] for name in limits}
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
            "quiet_hours": self._quiet_hours(),
        }

    def _steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for n in range(self.rows):
            taken = {step["key"] for step in found}
            step = step_of_row(n, self.cleaned_data, self._before(n), taken)
            if step is not None:
                found.append(step)
        return found

    def _quiet_hours(self) -> dict[str, Any]:
        said = {part: self.cleaned_data[f"quiet_{part}"] for part in QUIET}
        if not said["from"]:
            return {}
        said["tz"] = said["tz"] or "UTC"
        if not said["days"]:
            del said["days"]
        return said


def _time(label: Any) -> forms.Field:
    return forms.RegexField(
        r"^\d{2}:\d{2}$", label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": _("Write the time as 20:00.")},
    )  # fmt: skip


def _chosen(bound: Any) -> str:
    """Say in words which choices of a field are ticked; empty when none is."""
    ticked = {str(one) for one in bound.value() or ()}
    return ", ".join(str(label) for key, label in bound.field.choices if str(key) in ticked)


def _several(label: Any, found: Any) -> forms.Field:
    """Boxes to tick, or a list to pick from when they are many. One query."""
    choices = [(one.pk, str(one)) for one in found]
    is_long = len(choices) > MOST_BOXES
    widget = forms.SelectMultiple(attrs={"size": 8}) if is_long else forms.CheckboxSelectMultiple()
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, coerce=int, required=False, widget=widget
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
        initial |= {f"step{n}_{part}": value for part, value in row_of_step(step).items()}
    initial |= {f"quiet_{part}": draft.quiet_hours.get(part) for part in QUIET}
    return initial
