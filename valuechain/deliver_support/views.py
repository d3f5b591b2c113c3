"""The pages of deliver & support beside those of its records: calendar, freezes, questions, votes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View
from icalendar import Calendar, Event

from itsm.core import clock
from itsm.core.errors import RuleViolation
from valuechain.deliver_support import actions, policies
from valuechain.deliver_support.calendar import (
    agenda_of,
    entries,
    month_of,
    read_day,
    read_month,
    week_of,
)
from valuechain.deliver_support.desk import desk_of
from valuechain.deliver_support.forms import FreezeForm, QuestionForm, StepForm
from valuechain.deliver_support.models import ChangeFreeze, ReleaseStep
from valuechain.deliver_support.questions import KINDS
from valuechain.records.views.access import OneRecordView, StaffView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

#: How often a board on a wall is loaded afresh.
WALL_SECONDS = 30
#: How far a subscribed calendar looks back and ahead.
BACK, AHEAD = timedelta(days=31), timedelta(days=366)


class CalendarView(StaffView):
    """The change calendar: a month or a week as a table, or the coming weeks as a list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the month in the address, or this one; `view=week` and `view=agenda` do otherwise."""
        today = timezone.localdate(clock.now())
        view = request.GET.get("view", "")
        context: dict[str, Any] = {"may_freeze": _may_freeze(request.user), "today": today}
        if view == "week":
            day = read_day(request.GET.get("d", ""), today=today)
            context |= {"view": view, "week": week_of(day, request.user, today=today)}
        elif view == "agenda":
            day = read_day(request.GET.get("d", ""), today=today)
            context |= {"view": view, "agenda": agenda_of(day, request.user)}
        else:
            first = read_month(request.GET.get("m", ""), today=today)
            context |= {"view": "month", "month": month_of(first, request.user, today=today)}
        return render(request, "deliver/calendar.html", context)


class DeskView(StaffView):
    """The desk's board; `?wall=1` shows it large, without anything to press, and afresh by itself."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how the queues do right now."""
        now = clock.now()
        is_wall = request.GET.get("wall") == "1"
        template = "deliver/wall.html" if is_wall else "deliver/desk.html"
        answer = render(request, template, {"desk": desk_of(request.user, now=now), "now": now})
        if is_wall:
            answer["Refresh"] = str(WALL_SECONDS)
        return answer


def _may_freeze(actor: Any) -> bool:
    return bool(actor.access.holds(policies.FREEZERS))


class CalendarFileView(StaffView):
    """The same calendar as a file that other calendars read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send what is planned from a month ago to a year ahead."""
        now = clock.now()
        made = Calendar()
        made.add("prodid", "-//Throughline//Change calendar//EN")
        made.add("version", "2.0")
        for entry in entries(request.user, now - BACK, now + AHEAD):
            event = Event()
            event.add("uid", f"{entry.uid}@{request.get_host()}")
            event.add("dtstamp", now)
            event.add("dtstart", entry.start)
            event.add("dtend", entry.end)
            event.add("summary", f"{entry.label}: {entry.title}")
            if entry.url:
                event.add("url", request.build_absolute_uri(entry.url))
            if entry.clashes:
                event.add("description", "\n".join(entry.clashes))
            made.add_component(event)
        response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="changes.ics"'
        return response


class FreezeListView(StaffView):
    """All change freezes that concern the reader."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, the latest first."""
        found = ChangeFreeze.objects.visible_to(request.user).order_by("-starts_at")
        return render(
            request,
            "deliver/freezes.html",
            {
                "freezes": found.prefetch_related("organisations", "services")[:200],
                "may_freeze": _may_freeze(request.user),
            },
        )


class FreezeView(StaffView):
    """Declares a freeze, or changes one."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form, with what the freeze says."""
        freeze = self._freeze(pk)
        initial: dict[str, Any] = {}
        if freeze is not None:
            initial = {name: getattr(freeze, name)
                       for name in ("name", "starts_at", "ends_at", "reason")}  # fmt: skip
            initial["organisations"] = freeze.organisations.all()
            initial["services"] = freeze.services.all()
        return self._page(FreezeForm(initial=initial, actor=request.user), freeze)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save it, or show what is wrong."""
        freeze = self._freeze(pk)
        form = FreezeForm(request.POST, actor=request.user)

        def save(data: dict[str, Any]) -> ChangeFreeze:
            return actions.save_freeze(freeze, actor=request.user, **data)

        if attempt(form, save) is None:
            return self._page(form, freeze, UNPROCESSABLE)
        messages.success(request, _("The freeze is saved."))
        return redirect("freeze-list")

    def _freeze(self, pk: int | None) -> ChangeFreeze | None:
        if pk is None:
            return None
        return _visible_freeze(pk, self.request.user)

    def _page(self, form: FreezeForm, freeze: ChangeFreeze | None, code: int = 200) -> HttpResponse:
        title = _("Change the freeze") if freeze is not None else _("Declare a change freeze")
        return render(
            self.request,
            "deliver/freeze.html",
            {"form": form, "freeze": freeze, "title": title, "submit_label": _("Save")},
            status=code,
        )


class LiftFreezeView(StaffView):
    """Takes a freeze back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lift it, or say why not."""
        try:
            actions.lift_freeze(_visible_freeze(pk, request.user), actor=request.user)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        else:
            messages.success(request, _("The freeze is lifted."))
        return redirect("freeze-list")


def _visible_freeze(pk: int, actor: Any) -> ChangeFreeze:
    freeze: ChangeFreeze | None = ChangeFreeze.objects.visible_to(actor).filter(pk=pk).first()
    if freeze is None:
        raise Http404
    return freeze


class QuestionsView(OneRecordView):
    """The questions a catalogue item asks: add, remove, move up and down."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the questions in their order, and the form for another."""
        return self._page(QuestionForm())

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Do one thing to the list: up, down, remove, or add what the form holds."""
        offering: Any = self.get_record().specific
        if "add" in request.POST:
            return self._add(offering)
        moved = _moved(offering.form, request.POST)
        try:
            actions.set_questions(
                offering, moved, actor=request.user, via=Via.HTML,
                expected_version=_version(request),
            )  # fmt: skip
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(request.path)

    def _add(self, offering: Any) -> HttpResponse:
        form = QuestionForm(self.request.POST)

        def add(data: dict[str, Any]) -> Any:
            question = {**data, "choices": data["choices"].splitlines()}
            return actions.set_questions(
                offering, [*offering.form, question], actor=self.request.user, via=Via.HTML,
                expected_version=_version(self.request),
            )  # fmt: skip

        if attempt(form, add) is None:
            return self._page(form, UNPROCESSABLE)
        return redirect(self.request.path)

    def _page(self, form: QuestionForm, code: int = 200) -> HttpResponse:
        offering: Any = self.get_record().specific
        return render(
            self.request,
            "offerings/questions.html",
            {
                "record": offering,
                "questions": [
                    {**one, "kind_label": KINDS.get(one["kind"], one["kind"])}
                    for one in offering.form
                ],
                "form": form,
                "decision": policies.may_offer(self.request.user, offering),
            },
            status=code,
        )


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _moved(questions: list[Any], said: Any) -> list[Any]:
    """Return the list with one question moved or gone; unchanged when the place is not in it."""
    made = list(questions)
    for verb, step in (("up", -1), ("down", 1), ("remove", 0)):
        if verb not in said or not said[verb].isdecimal():
            continue
        place = int(said[verb])
        if place >= len(made):
            return made
        question = made.pop(place)
        if step:
            made.insert(max(0, place + step), question)
    return made


class VoteView(LoginRequiredMixin, View):
    """Keeps a reader's word on whether an article was useful."""

    def post(self, request: Any, number: str) -> HttpResponse:
        """Keep it, and go back to where the reader was."""
        article: Any = visible_record("articles", number, actor=request.user).specific
        try:
            actions.vote(article, is_useful=request.POST.get("useful") == "yes", actor=request.user)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        else:
            messages.success(request, _("Thank you; your answer is kept."))
        if not request.user.access.is_staff:
            return redirect("portal-article", number=article.number)
        return redirect(article)


def _to_steps(release: Any) -> HttpResponse:
    return redirect(f"{release.get_absolute_url()}#steps")


class AddStepView(OneRecordView):
    """Writes down one thing to do when the release goes live."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Ask for it."""
        return self._page(StepForm(actor=request.user))

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Keep it, or show what is wrong."""
        release = self.get_record()
        form = StepForm(request.POST, actor=request.user)

        def add(data: dict[str, Any]) -> ReleaseStep:
            return actions.add_step(release, **data, actor=request.user, via=Via.HTML)

        if attempt(form, add) is None:
            return self._page(form, UNPROCESSABLE)
        return _to_steps(release)

    def _page(self, form: StepForm, code: int = 200) -> HttpResponse:
        release = self.get_record()
        return render(
            self.request,
            "records/form.html",
            {
                "form": form,
                "kind": release.kind_entry,
                "record": release,
                "title": _("A step of %(number)s") % {"number": release.number},
                "submit_label": _("Save"),
                "cancel_url": release.get_absolute_url(),
            },
            status=code,
        )


class TakeStepsOverView(OneRecordView):
    """Makes a step of each line that was written in the field for steps."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Make them, or say why not."""
        release = self.get_record()
        try:
            actions.take_steps_over(release, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return _to_steps(release)


class MarkStepView(OneRecordView):
    """Says that a step is done, that it is not, or takes it off."""

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Do what was pressed, or say why not."""
        release: Any = self.get_record()
        step = ReleaseStep.objects.filter(release_id=release.pk, pk=pk).first()
        if step is None:
            raise Http404
        pressed = request.POST.get("do", "")
        try:
            if pressed == "remove":
                actions.remove_step(step, actor=request.user, via=Via.HTML)
            else:
                is_done = pressed != "reopen"
                actions.mark_step(step, is_done=is_done, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return _to_steps(release)
