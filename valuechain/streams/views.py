"""Pages of value streams: the list, the designer, the map and the records behind its numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.machine import Phase
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import LIVE_PHASES
from valuechain.streams import actions
from valuechain.streams.drawing import ENOUGH, HEIGHT, stations
from valuechain.streams.flow import RULE, STEP, Figures, Flow, measure
from valuechain.streams.forms import (
    MapForm,
    NewStreamForm,
    RunForm,
    StepForm,
    StreamForm,
    TakeForm,
    runs_of,
)
from valuechain.streams.models import Step, ValueStream, Visit
from valuechain.streams.periods import Period, read_period
from valuechain.streams.policies import may_draw

ROWS = 50
#: So many runs are listed on the page of their stream.
LATEST = 8
FINISHED, IN_PROGRESS, ARRIVED = "finished", "in_progress", "arrived"
SHOWN = {
    FINISHED: gettext_lazy("Finished in the period"),
    IN_PROGRESS: gettext_lazy("In progress now"),
    ARRIVED: gettext_lazy("Arrived in the period"),
}


class StreamListView(StaffView):
    """All streams of the reader's organisations."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them with how many runs each has."""
        found = ValueStream.objects.visible_to(request.user).select_related("owner")
        rows = found.prefetch_related("steps").annotate(runs=Count("instances", distinct=True))
        return render(
            request, "streams/list.html", {"streams": rows, "decision": may_draw(request.user)}
        )


class NewStreamView(StaffView):
    """Begins a stream; its steps are added on its own page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._page(NewStreamForm(actor=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the stream."""
        form = NewStreamForm(request.POST, actor=request.user)
        made = attempt(form, lambda data: actions.create_stream(actor=request.user, **data))
        return self._page(form, UNPROCESSABLE) if made is None else redirect(made)

    def _page(self, form: NewStreamForm, code: int = 200) -> HttpResponse:
        context = {"form": form, "decision": may_draw(self.request.user)}
        return render(self.request, "streams/new.html", context, status=code)


class OneStreamView(StaffView):
    """A page about one stream that the reader may see."""

    def get_stream(self) -> ValueStream:
        """Return the stream, or raise 404: unseen and absent are the same."""
        found = ValueStream.objects.visible_to(self.request.user).select_related(
            "owner", "organisation"
        )
        stream: ValueStream | None = found.filter(slug=self.kwargs["slug"]).first()
        if stream is None:
            raise Http404
        return stream


class StreamView(OneStreamView):
    """The designer: the words of a stream and its steps, one button for each thing to do."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show the stream."""
        return self._page(self.get_stream())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Do the one thing whose button was pressed."""
        stream, what = self.get_stream(), request.POST.get("do", "")
        form: Any
        if what in ("up", "down", "remove"):
            self._arrange(stream, what)
            return redirect(stream)
        if what == "step":
            form = StepForm(request.POST, prefix="step")
            said = attempt(form, lambda data: actions.add_step(stream, actor=request.user, **data))
        elif what == "words":
            form = StreamForm(request.POST)
            said = attempt(
                form, lambda data: actions.change_stream(stream, data, actor=request.user)
            )
        elif what == "run":
            form = RunForm(request.POST, prefix="run")
            said = attempt(form, lambda data: self._run(stream, data["record"]))
        elif what == "take":
            form = TakeForm(request.POST, prefix="take", stream=stream, actor=request.user)
            said = attempt(form, self._take)
        else:
            raise Http404
        if said is None:
            return self._page(self.get_stream(), {what: form}, UNPROCESSABLE)
        messages.success(request, _told(what, said))
        return redirect(stream)

    def _run(self, stream: ValueStream, number: str) -> Any:
        return actions.start_instance(stream, self._record(number), actor=self.request.user)

    def _take(self, data: dict[str, Any]) -> Any:
        record = self._record(data["record"])
        return actions.take_step(data["run"], data["step"], record, actor=self.request.user)

    def _record(self, number: str) -> Record:
        seen: Any = Record.objects.visible_to(self.request.user)
        record: Record | None = seen.filter(number=number.strip().upper()).first()
        if record is None:
            message = _("There is no such record, or it is not yours to see.")
            raise FieldErrors({"record": [("not_found", message)]})
        return record

    def _arrange(self, stream: ValueStream, what: str) -> None:
        given = self.request.POST.get("step", "")
        step = (
            Step.objects.filter(stream=stream, pk=int(given)).select_related("stream").first()
            if given.isascii() and given.isdigit() and len(given) < 18
            else None
        )
        if step is None:
            raise Http404
        try:
            if what == "remove":
                actions.remove_step(step, actor=self.request.user)
            else:
                actions.move_step(step, up=what == "up", actor=self.request.user)
        except RuleViolation as violation:
            messages.error(self.request, str(violation.message))

    def _page(
        self, stream: ValueStream, forms: dict[str, Any] | None = None, code: int = 200
    ) -> HttpResponse:
        filled = forms or {}
        words = {name: getattr(stream, name) for name in StreamForm.base_fields}
        runs = _latest_runs(stream, self.request.user)
        take_form = filled.get("take") or TakeForm(
            prefix="take", stream=stream, actor=self.request.user
        )
        context = {
            "runs": runs,
            "take_form": take_form if runs else None,
            "stream": stream,
            "steps": list(stream.steps.all()),
            "decision": may_draw(self.request.user, stream.organisation),
            "form": filled.get("words") or StreamForm(initial=words),
            "step_form": filled.get("step") or StepForm(prefix="step"),
            "run_form": filled.get("run") or RunForm(prefix="run"),
            "problem": next(iter(filled.values()), None),
        }
        return render(self.request, "streams/detail.html", context, status=code)


def _told(what: str, said: Any) -> str:
    """Say what was done, by the name of what it was done to."""
    if what == "run":
        return _("%(number)s began a run.") % {"number": said.first.number}
    if what == "take":
        return _("%(number)s does the work of “%(step)s”.") % {
            "number": said.record.number, "step": said.step.name,
        }  # fmt: skip
    return _("Saved.")


def _latest_runs(stream: ValueStream, actor: Any) -> list[dict[str, Any]]:
    """Return the newest runs with the way each took so far, as far as the reader sees it."""
    runs = list(runs_of(stream, actor)[:LATEST])
    if not runs:
        return []
    seen = Record.objects.visible_to(actor).values("pk")
    visits = Visit.objects.filter(instance__in=runs, record__in=seen)
    ways: dict[int, list[Visit]] = {}
    for visit in visits.select_related("step", "record").defer("record__search"):
        ways.setdefault(visit.instance_id, []).append(visit)
    return [{"run": run, "visits": ways.get(run.pk, [])} for run in runs]


class MapView(OneStreamView):
    """Where the time of a stream goes, drawn as a line and written as a table."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show the period, percentile and record in the address."""
        stream = self.get_stream()
        form, period = _asked(request)
        percent = form.cleaned_data.get("p") or 50
        flow = _measured(request, stream, period)
        number = form.cleaned_data.get("record", "").strip().upper()
        own = self._way(stream, number) if number else []
        steps = list(stream.steps.all())
        total = flow.total
        earlier = measure(
            actor=request.user,
            begin=period.begin - (period.end - period.begin),
            end=period.begin,
            now=period.now,
            stream=stream,
            group=STEP,
        )
        is_compared = bool(form.cleaned_data.get("compare"))
        drawn, width = stations(steps, flow, own=own, before=earlier if is_compared else None)
        before = earlier.total
        old = {one.key: one for one in earlier.groups} if is_compared else {}
        context = {
            "stream": stream,
            "form": form,
            "stations": drawn,
            "width": width,
            "height": HEIGHT,
            "line_end": drawn[-1].x if drawn else 0,
            "line_start": drawn[0].x if drawn else 0,
            "total": total,
            "is_enough": total.finished >= ENOUGH,
            "enough": ENOUGH,
            "median": total.percentile("flow", 50),
            "late": total.percentile("flow", 85),
            "before": before.percentile("flow", 50) if before.finished >= ENOUGH else None,
            "efficiency": None if total.efficiency is None else round(100 * total.efficiency),
            "per_week": f"{total.per_week:.1f}",
            "percent": percent,
            "rows": [
                _row(stream, station, period, percent, old.get(station.figures.key))
                for station in drawn
            ],
            "is_compared": is_compared,
            "bottleneck": next((one for one in drawn if one.share is not None), None),
            "rule": RULE,
            "urls": _addresses(stream, period),
            "record": number,
            "own": own,
        }
        return render(request, "streams/map.html", context)

    def _way(self, stream: ValueStream, number: str) -> list[Visit]:
        """Return the steps of the newest run that the record takes part in."""
        seen: Any = Record.objects.visible_to(self.request.user)
        record = seen.filter(number=number).first()
        if record is None:
            return []
        run = stream.instances.filter(visits__record=record).first()
        if run is None:
            return []
        return list(
            run.visits.filter(record__in=seen.values("pk"))
            .select_related("record", "step")
            .defer("record__search", "record__description")
        )


class RecordsView(OneStreamView):
    """The records behind one number of the map, with their times."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """List the records of a step that finished, arrived or are in progress."""
        stream = self.get_stream()
        _form, period = _asked(request)
        what = request.GET.get("what", FINISHED)
        step = next(
            (one for one in stream.steps.all() if str(one.pk) == request.GET.get("step", "")), None
        )
        if what not in SHOWN:
            raise Http404
        seen: Any = Record.objects.visible_to(request.user)
        along = Visit.objects.filter(instance__stream=stream)
        found = seen.filter(pk__in=(along.filter(step=step) if step else along).values("record"))
        if what == FINISHED:
            found = found.filter(
                phase=Phase.DONE, closed_at__gte=period.begin, closed_at__lt=period.end
            )
        elif what == ARRIVED:
            found = found.filter(opened_at__gte=period.begin, opened_at__lt=period.end)
        else:
            found = found.filter(phase__in=LIVE_PHASES)
        page = Paginator(found.with_people().order_by("-opened_at", "-pk"), ROWS).get_page(
            request.GET.get("page")
        )
        facts = {}
        if what == FINISHED:
            flow = _measured(request, stream, period)
            groups = [one for one in flow.groups if step is None or one.key == str(step.pk)]
            facts = {fact.record: fact for one in groups for fact in one.facts}
        kept = request.GET.copy()
        kept.pop("page", None)
        context = {
            "stream": stream,
            "step": step,
            "label": SHOWN[what],
            "page": page,
            "rows": [(record, facts.get(record.pk)) for record in page],
            "has_times": what == FINISHED,
            "query": kept.urlencode(),
            "period": period,
        }
        return render(request, "streams/records.html", context)


def _asked(request: HttpRequest) -> tuple[MapForm, Period]:
    """Read what the form in the address asks for; what cannot be read is said, the rest counts."""
    form = MapForm(request.GET)
    form.is_valid()
    try:
        period = read_period(request.GET)
    except FieldErrors as problem:
        form.add_violation(problem)
        period = read_period({})
    form.initial = {"from": period.first, "to": period.last, "p": 50}
    if not form.errors:
        shown = {"from": period.first.isoformat(), "to": period.last.isoformat(), "p": "50"}
        form = MapForm(shown | {name: value for name, value in request.GET.items() if value})
        form.is_valid()
    return form, period


def _measured(request: HttpRequest, stream: ValueStream, period: Period) -> Flow:
    return measure(
        actor=request.user,
        begin=period.begin,
        end=period.end,
        now=period.now,
        stream=stream,
        group=STEP,
    )


def _addresses(stream: ValueStream, period: Period, **chosen: Any) -> dict[str, str]:
    """Return where the records behind each number of the stream, or of one step, are listed."""
    address = reverse("stream-records", args=[stream.slug])
    asked = chosen | {"from": period.first, "to": period.last}
    return {what: f"{address}?{urlencode(asked | {'what': what})}" for what in SHOWN}


def _row(
    stream: ValueStream, station: Any, period: Period, percent: int, old: Figures | None
) -> dict[str, Any]:
    figures = station.figures
    first_time = figures.first_time_right
    return {
        "station": station,
        "figures": figures,
        "urls": _addresses(stream, period, step=station.step.pk),
        "work": figures.percentile("touch", percent),
        "queue": figures.percentile("queue", percent),
        "wait": figures.percentile("wait", percent),
        "flow": figures.percentile("flow", percent),
        "before": old.percentile("flow", percent)
        if old is not None and old.finished >= ENOUGH
        else None,
        "first_time_right": None if first_time is None else round(100 * first_time),
    }
