"""Business calendars: their hours, their days off, what the next two weeks look like, publishing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core import clock as time
from itsm.core.errors import RuleViolation
from sla import actions
from sla.actions.calendars import active_holidays
from sla.calendars import BadInputError, read_calendar
from sla.calendars import Calendar as BusinessTime
from sla.calendars.windows import WEEKDAYS
from sla.examples import a_friday, due_on
from sla.foreseeing import Foresight, foresee_calendar
from sla.forms import (
    FeedForm,
    HolidayForm,
    HoursForm,
    NewCalendarForm,
    OverrideForm,
    PublishForm,
    RegionForm,
    TrialForm,
    write_windows,
)
from sla.holidays import regions
from sla.models import Calendar, Clock, Holiday
from sla.policies import may_set_service_levels
from sla.vocabulary import RolloutMode
from valuechain.records.forms import RuledForm
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt

PREVIEWED_DAYS = 14
FORMS: dict[str, type[RuledForm]] = {
    "holiday": HolidayForm,
    "override": OverrideForm,
    "region": RegionForm,
    "feed": FeedForm,
    "publish": PublishForm,
}


class CalendarListView(StaffView):
    """All calendars, and the form for another."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them by name."""
        return self._page(NewCalendarForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin a calendar with office hours."""
        form = NewCalendarForm(request.POST)

        def begin(data: dict[str, Any]) -> Any:
            weekly = {day: [["08:00", "17:00"]] for day in WEEKDAYS[:5]}
            return actions.create_calendar(
                name=data["name"], definition={"tz": data["tz"], "weekly": weekly},
                actor=request.user,
            )  # fmt: skip

        made = attempt(form, begin)
        if made is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(request, _("The draft is made. Write its hours."))
        return redirect("sla-calendar", pk=made.calendar_id)

    def _page(self, form: NewCalendarForm, code: int = 200) -> HttpResponse:
        found = Calendar.objects.visible_to(self.request.user).prefetch_related("versions")
        rows = [{"calendar": one, "newest": next(iter(one.versions.all()), None)} for one in found]
        return render(
            self.request,
            "sla/calendars.html",
            {"rows": rows, "form": form, "decision": may_set_service_levels(self.request.user)},
            status=code,
        )


class CalendarView(StaffView):
    """One calendar: edit the draft, the days off, look ahead, publish."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it as its newest edition or draft says."""
        return self._page(self._calendar(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do the one thing whose button was pressed."""
        calendar = self._calendar(pk)
        what = request.POST.get("do", "")
        if what in ("remove", "review", "as_usual"):
            return self._settle(calendar, what)
        if what == "hours":
            form: RuledForm = HoursForm(request.POST)
        elif what in FORMS:
            form = FORMS[what](request.POST, request.FILES, prefix=what)
        else:
            raise Http404
        said = attempt(form, lambda data: getattr(self, f"_{what}")(calendar, form, data))
        if said is None:
            return self._page(calendar, {what: form}, UNPROCESSABLE)
        messages.success(request, said)
        return redirect("sla-calendar", pk=calendar.pk)

    def _hours(self, calendar: Calendar, form: Any, _data: Any) -> str:
        made = form.definition(_definition(calendar))
        actions.draft_calendar(calendar, made, actor=self.request.user)
        return _("The draft is saved. It counts once it is published.")

    def _override(self, calendar: Calendar, _form: Any, data: dict[str, Any]) -> str:
        definition = _definition(calendar)
        days = definition.get("overrides", {}) | {data["day"].isoformat(): data["hours"]}
        made = definition | {"overrides": dict(sorted(days.items()))}
        actions.draft_calendar(calendar, _without_holidays(made), actor=self.request.user)
        return _("The day has hours of its own. They count once they are published.")

    def _holiday(self, calendar: Calendar, _form: Any, data: dict[str, Any]) -> str:
        actions.add_holiday(calendar, actor=self.request.user, **data)
        return _("The day is added. It counts once it is published.")

    def _region(self, calendar: Calendar, _form: Any, data: dict[str, Any]) -> str:
        added = actions.load_public_holidays(
            calendar, region=data["region"], years=[data["year"]], actor=self.request.user
        )
        return _("%(count)d days are added. They count once they are published.") % {"count": added}

    def _feed(self, calendar: Calendar, _form: Any, data: dict[str, Any]) -> str:
        waiting = actions.import_feed(
            calendar, text=data["file"].read(), origin=data["file"].name, actor=self.request.user
        )
        return _("%(count)d days wait for your review below.") % {"count": waiting}

    def _publish(self, calendar: Calendar, _form: Any, data: dict[str, Any]) -> str:
        made = actions.publish_calendar(calendar, actor=self.request.user, mode=data["mode"])
        return _("Version %(number)d is in force.") % {"number": made.number}

    def _settle(self, calendar: Calendar, what: str) -> HttpResponse:
        """Take a day away, or decide on imported ones."""
        post = self.request.POST
        try:
            if what == "as_usual":
                definition = _definition(calendar)
                days = dict(definition.get("overrides", {}))
                days.pop(post.get("day", ""), None)
                made = _without_holidays(definition | {"overrides": days})
                actions.draft_calendar(calendar, made, actor=self.request.user)
                messages.success(
                    self.request, _("The day is as its weekday once this is published.")
                )
            elif what == "remove":
                holiday = calendar.holidays.filter(pk__in=_ids([post.get("day", "")])).first()
                if holiday is None:
                    raise Http404
                actions.remove_holiday(holiday, actor=self.request.user)
                messages.success(self.request, _("The day is gone once this is published."))
            else:
                chosen = _ids(post.getlist("day"))
                is_taken = post.get("answer") == "accept"
                decided = actions.review_holidays(
                    calendar,
                    accept=chosen if is_taken else [],
                    decline=[] if is_taken else chosen,
                    actor=self.request.user,
                )
                messages.success(self.request, _("%(count)d days decided.") % {"count": decided})
        except RuleViolation as violation:
            messages.error(self.request, str(violation.message))
        return redirect("sla-calendar", pk=calendar.pk)

    def _calendar(self, pk: int) -> Calendar:
        found: Calendar | None = (
            Calendar.objects.visible_to(self.request.user).filter(pk=pk).first()
        )
        if found is None:
            raise Http404
        return found

    def _page(
        self, calendar: Calendar, bound: dict[str, RuledForm] | None = None, code: int = 200
    ) -> HttpResponse:
        bound = bound or {}
        definition = _definition(calendar)
        newest = calendar.versions.order_by("-number").first()
        days = list(calendar.holidays.all())
        context: dict[str, Any] = {
            f"{name}_form": bound.get(name) or made(prefix=name) for name, made in FORMS.items()
        }
        decision = may_set_service_levels(self.request.user)
        hours = bound.get("hours") or HoursForm.of(definition)
        failed = next(iter(bound.values()), None)
        context |= {
            "calendar": calendar,
            "form": failed or PublishForm(),
            "hours_form": hours if decision else hours.as_shown(),
            "newest": newest,
            "in_force": calendar.versions.published().order_by("-number").first(),
            "holidays": [day for day in days if day.status == Holiday.Status.ACTIVE],
            "waiting": [day for day in days if day.status == Holiday.Status.AWAITING_REVIEW],
            "preview": preview(definition, calendar),
            "overrides": [
                {"key": key, "day": date.fromisoformat(key), "hours": write_windows(windows)}
                for key, windows in sorted(definition.get("overrides", {}).items())
            ],
            "this_year": time.now().year,
            "regions": regions(),
            **self._worked_out(calendar, definition),
            "running": Clock.objects.unfinished()
            .filter(calendar_version__calendar=calendar).count(),
            "decision": decision,
        }  # fmt: skip
        return render(self.request, "sla/calendar.html", context, status=code)

    def _worked_out(self, calendar: Calendar, definition: dict[str, Any]) -> dict[str, Any]:
        """Work out one deadline by the draft and, when asked, what it would do to clocks that run."""
        hours = drafted_hours(definition, calendar)
        if hours is None:
            return {"trial_form": TrialForm(), "trial_due": None, "foresight": None}
        given = self.request.GET
        start = a_friday(hours)
        form = TrialForm(given if given.get("at") else {"at": start, "span": "4h"})
        due = None
        if form.is_valid():
            start = form.cleaned_data["at"].replace(tzinfo=ZoneInfo(hours.zone))
            due = due_on(hours, start, form.cleaned_data["span"])
        foresight: Foresight | None = None
        if (mode := given.get("foresee", "")) in RolloutMode.values:
            foresight = foresee_calendar(
                calendar.pk, hours, from_now=mode == RolloutMode.FROM_NOW, now=time.now(),
                visible=Clock.objects.visible_to(self.request.user),
            )  # fmt: skip
        return {
            "trial_form": form, "trial_start": start, "trial_due": due, "foresight": foresight,
            "foreseen_mode": mode,
        }  # fmt: skip


def _without_holidays(definition: dict[str, Any]) -> dict[str, Any]:
    """A published definition carries its days off; those of a draft are rows."""
    return {name: value for name, value in definition.items() if name != "holidays"}


def drafted_hours(definition: dict[str, Any], calendar: Calendar) -> BusinessTime | None:
    """Return the hours as the draft with its days off would have them, None when it has none yet."""
    try:
        return read_calendar({**definition, "holidays": active_holidays(calendar)})
    except BadInputError:
        return None


def _definition(calendar: Calendar) -> dict[str, Any]:
    newest = calendar.versions.order_by("-number").first()
    return dict(newest.definition) if newest is not None and newest.definition else {"tz": "UTC"}


def _ids(given: list[str]) -> list[int]:
    return [int(one) for one in given if one.isdecimal() and len(one) < 19]


def preview(definition: dict[str, Any], calendar: Calendar) -> list[dict[str, Any]]:
    """Return the next two weeks as the draft with its days off would have them."""
    hours = drafted_hours(definition, calendar)
    if hours is None:
        return []
    today = time.now().astimezone(ZoneInfo(hours.zone)).date()
    off = {day.date: day.name for day in calendar.holidays.filter(status=Holiday.Status.ACTIVE)}
    return [
        _previewed(day, hours.open_on(day), off.get(day, ""))
        for day in (today + timedelta(days=n) for n in range(PREVIEWED_DAYS))
    ]


def _previewed(day: date, windows: Any, name: str) -> dict[str, Any]:
    said = [f"{_clock(start)}–{_clock(end)}" for start, end in windows]  # noqa: RUF001 - a span in print
    return {"day": day, "hours": ", ".join(said), "holiday": name}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
