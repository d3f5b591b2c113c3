"""Forms for business calendars: hours of a week, days off, and how a change is published."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core import clock as time
from sla.calendars import known_zones
from sla.calendars.windows import WEEKDAYS
from sla.spans import SpanField
from sla.vocabulary import RolloutMode
from valuechain.records.forms import Day, RuledForm

DAYS = dict(
    zip(
        WEEKDAYS,
        (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
         _("Sunday")),
        strict=True,
    )
)  # fmt: skip
_WINDOW = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?)\s*[-–]\s*(\d{1,2}:\d{2}(?::\d{2})?)")  # noqa: RUF001 - people paste it


class WindowsField(forms.CharField):
    """The open hours of a day: 08:00-12:00, 13:00-18:00; empty for a closed day."""

    def to_python(self, value: Any) -> list[list[str]]:  # type: ignore[override]
        words = super().to_python(value) or ""
        found = []
        for part in filter(None, (part.strip() for part in words.split(","))):
            match = _WINDOW.fullmatch(part)
            if match is None:
                message = _("Write the hours of “%(part)s” as 08:00-12:00.")
                raise forms.ValidationError(
                    message, code="not_understood", params={"part": part[:40]}
                )
            found.append(match.groups())
        return [[_full(start), _full(end)] for start, end in found]


def _full(edge: str) -> str:
    """Write 8:00 as 08:00."""
    return edge if edge[1] != ":" else f"0{edge}"


def write_windows(windows: Any) -> str:
    """Return windows as the field reads them."""
    return ", ".join(f"{start}-{end}" for start, end in windows or ())


class ZoneField(forms.CharField):
    """The name of a time zone."""

    def clean(self, value: Any) -> Any:
        zone = super().clean(value)
        if zone and zone not in known_zones():
            message = _("Use the name of a time zone, such as Europe/Vienna.")
            raise forms.ValidationError(message, code="not_understood")
        return zone


class NewCalendarForm(RuledForm):
    """A calendar to begin with: office hours that are edited next."""

    name = forms.CharField(label=_("Name"), max_length=120)
    tz = ZoneField(label=_("Time zone"), initial=timezone.get_current_timezone_name, max_length=64)


class HoursForm(RuledForm):
    """The hours of each weekday in one time zone."""

    tz = ZoneField(label=_("Time zone"), max_length=64)
    always_open = forms.BooleanField(
        label=_("Open around the clock"),
        required=False,
        help_text=_("The hours of the week below are then not looked at."),
    )
    holidays_apply = forms.BooleanField(
        label=_("Holidays close it also then"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in DAYS.items():
            self.fields[name] = WindowsField(label=label, required=False, max_length=200)
        self.fields["mon"].help_text = _(
            "Such as 08:00-12:00, 13:00-18:00. A night shift is 22:00-06:00. Empty: closed."
        )

    @classmethod
    def of(cls, definition: dict[str, Any]) -> HoursForm:
        """Return the form as a definition fills it in."""
        weekly = definition.get("weekly", {})
        plain = {name: definition.get(name) for name in ("tz", "always_open", "holidays_apply")}
        return cls(initial=plain | {day: write_windows(weekly.get(day)) for day in WEEKDAYS})

    def definition(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the definition the form describes; what it does not show stays as it was."""
        said = self.cleaned_data
        kept = {name: value for name, value in before.items() if name != "holidays"}
        weekly = {day: said[day] for day in WEEKDAYS if said[day]}
        made = kept | {"tz": said["tz"], "weekly": weekly}
        for name in ("always_open", "holidays_apply"):
            made.pop(name, None)
            if said[name]:
                made[name] = True
        return made


class HolidayForm(RuledForm):
    """A day off, or a part of one."""

    day = Day(label=_("Date"))
    name = forms.CharField(label=_("Name"), max_length=200)
    starts = forms.CharField(label=_("From"), required=False, max_length=8)
    ends = forms.CharField(label=_("To"), required=False, max_length=8)


class OverrideForm(RuledForm):
    """One day with hours of its own."""

    day = Day(label=_("Date"))
    hours = WindowsField(
        label=_("Open"), required=False, max_length=200, help_text=_("Empty: closed.")
    )


class TrialForm(forms.Form):
    """A target and a moment, to see when it would be due by the draft."""

    at = forms.DateTimeField(
        label=_("Opened"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    span = SpanField(label=_("Time allowed"))


class RegionForm(RuledForm):
    """The public holidays of a country in a year."""

    region = forms.CharField(
        label=_("Country or region"),
        max_length=60,
        help_text=_("DE, DE-BY or Bayern."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    year = forms.IntegerField(label=_("Year"), min_value=1970, max_value=2100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = time.now().year


class UsualForm(RuledForm):
    """Beginning with the usual hours and targets: whose public holidays count."""

    region = forms.CharField(
        label=_("Public holidays of"),
        max_length=60,
        required=False,
        help_text=_("DE, DE-BY or Bayern. Empty: none."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )


class FeedForm(RuledForm):
    """A file of days off in the iCalendar format."""

    file = forms.FileField(label=_("Calendar file (.ics)"))

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > 1_000_000:
            raise forms.ValidationError(_("At most 1 MB fits."), code="too_long")
        return given


class PublishForm(RuledForm):
    """How what is published reaches the clocks that run."""

    mode = forms.ChoiceField(
        label=_("Clocks that run"),
        choices=RolloutMode.choices,
        widget=forms.RadioSelect,
        initial=RolloutMode.RECOMPUTE,
    )
