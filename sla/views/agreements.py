"""Agreements: what was promised, tried out on examples and on the last weeks before it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock as time
from itsm.core.errors import RuleViolation
from sla import actions
from sla.calendars import BadInputError
from sla.calendars import Calendar as BusinessTime
from sla.models import Agreement, AgreementVersion, Clock
from sla.policies import may_set_service_levels
from sla.published import business_time
from sla.simulating import simulate
from sla.terms import NewAgreementForm, TermsForm
from sla.vocabulary import Metric
from valuechain.records.forms import RuledForm
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Priority

DAYS = (7, 30, 90)
#: So many flips are listed; the sum counts all.
SHOWN = 100


class PublishForm(RuledForm):
    """Whether what runs already follows too."""

    apply_to_running = forms.BooleanField(
        label=gettext_lazy("Clocks that run follow too"), required=False
    )


class RetireForm(RuledForm):
    """The name, typed once more, so that nobody ends an agreement by accident."""

    typed = forms.CharField(label=gettext_lazy("Type its name to end it"), max_length=120)


class ExampleForm(forms.Form):
    """When an example is opened, on the wall clock of the calendar."""

    at = forms.DateTimeField(
        label=gettext_lazy("Opened"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class AgreementListView(StaffView):
    """All agreements with what is in force."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them by name."""
        found = Agreement.objects.visible_to(request.user).prefetch_related("versions__calendar")
        rows = [{"agreement": one, "newest": next(iter(one.versions.all()), None)} for one in found]
        return render(
            request,
            "sla/agreements.html",
            {"rows": rows, "decision": may_set_service_levels(request.user)},
        )


class NewAgreementView(StaffView):
    """Begins an agreement."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the short form."""
        return self._page(NewAgreementForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the draft, and go on to its page."""
        form = NewAgreementForm(request.POST)

        def begin(data: dict[str, Any]) -> AgreementVersion:
            targets = {"any": {Metric.RESOLUTION.value: data.pop("resolution")}}
            return actions.create_agreement(
                name=data["name"], kind=data["kind"], actor=request.user,
                terms={"calendar": data["calendar"], "targets": targets},
            )  # fmt: skip

        made = attempt(form, begin)
        if made is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(request, _("The draft is made. Say for what it holds."))
        return redirect("sla-agreement", pk=made.agreement_id)

    def _page(self, form: NewAgreementForm, code: int = 200) -> HttpResponse:
        context = {"form": form, "decision": may_set_service_levels(self.request.user)}
        return render(self.request, "sla/agreement_new.html", context, status=code)


class AgreementView(StaffView):
    """One agreement: write the draft, try it, publish it, end it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the newest edition or draft, with an example and, when asked, a simulation."""
        return self._page(self._agreement(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do the one thing whose button was pressed."""
        agreement = self._agreement(pk)
        what = request.POST.get("do", "")
        if what == "terms":
            form: RuledForm = TermsForm(request.POST, draft=_newest(agreement), actor=request.user)
        elif what == "publish":
            form = PublishForm(request.POST, prefix=what)
        elif what == "retire":
            form = RetireForm(request.POST, prefix=what)
        else:
            raise Http404
        said = attempt(form, lambda data: getattr(self, f"_{what}")(agreement, form, data))
        if said is None:
            return self._page(agreement, {what: form}, UNPROCESSABLE)
        messages.success(request, said)
        return redirect("sla-agreement", pk=agreement.pk)

    def _terms(self, agreement: Agreement, form: Any, _data: Any) -> str:
        actions.draft_agreement(agreement, form.terms(), actor=self.request.user)
        return _("The draft is saved. It counts once it is published.")

    def _publish(self, agreement: Agreement, _form: Any, data: dict[str, Any]) -> str:
        made = actions.publish_agreement(agreement, actor=self.request.user, **data)
        return _("Version %(number)d is in force.") % {"number": made.number}

    def _retire(self, agreement: Agreement, _form: Any, data: dict[str, Any]) -> str:
        if data["typed"] != agreement.name:
            message = _("This is not its name. It is: %(name)s") % {"name": agreement.name}
            raise RuleViolation("not_the_name", message, field="typed")
        actions.retire_agreement(agreement, actor=self.request.user)
        return _("The agreement has ended; so have its clocks.")

    def _agreement(self, pk: int) -> Agreement:
        found = Agreement.objects.visible_to(self.request.user).filter(pk=pk).first()
        if found is None or not found.versions.exists():
            raise Http404
        agreement: Agreement = found
        return agreement

    def _page(
        self, agreement: Agreement, bound: dict[str, RuledForm] | None = None, code: int = 200
    ) -> HttpResponse:
        bound = bound or {}
        newest = _newest(agreement)
        decision = may_set_service_levels(self.request.user)
        publish_form = bound.get("publish") or PublishForm(prefix="publish")
        example_form, examples = self._examples(newest)
        context: dict[str, Any] = {
            "agreement": agreement,
            "newest": newest,
            "in_force": agreement.versions.published().order_by("-number").first(),
            "terms_form": bound.get("terms") or TermsForm(draft=newest, actor=self.request.user),
            "publish_form": publish_form,
            "retire_form": bound.get("retire") or RetireForm(prefix="retire"),
            "form": next(iter(bound.values()), publish_form),
            "metrics": Metric.labels,
            "running": Clock.objects.unfinished()
            .filter(agreement_version__agreement=agreement).count(),
            "decision": decision,
            "example_form": example_form,
            "examples": examples,
            "days": DAYS,
            **self._simulated(newest),
        }  # fmt: skip
        return render(self.request, "sla/agreement.html", context, status=code)

    def _examples(self, newest: AgreementVersion) -> tuple[ExampleForm, list[dict[str, Any]]]:
        """Work out when each target would be due for the moment asked for."""
        version = newest.calendar.versions.published().order_by("-number").first()
        if version is None:
            return ExampleForm(), []
        hours = business_time(version.pk)
        start = _friday(hours)
        form = ExampleForm(self.request.GET if "at" in self.request.GET else {"at": start})
        if form.is_valid():
            start = form.cleaned_data["at"].replace(tzinfo=ZoneInfo(hours.zone))
        return form, [
            {
                "priority": _("Any priority") if name == "any" else Priority(int(name[1:])).label,
                "metric": Metric(metric).label,
                "start": start,
                "due": _due(hours, start, seconds),
                "seconds": seconds,
            }
            for name, row in sorted(newest.targets.items())
            for metric, seconds in row.items()
        ]

    def _simulated(self, newest: AgreementVersion) -> dict[str, Any]:
        asked = self.request.GET.get("simulate", "")
        if asked not in {str(days) for days in DAYS}:
            return {"simulation": None, "flips": [], "refusal": "", "simulated_days": 0}
        mine = Clock.objects.visible_to(self.request.user)
        said: dict[str, Any] = {
            "flips": [],
            "simulation": None,
            "refusal": "",
            "simulated_days": int(asked),
        }
        try:
            found = simulate(newest, days=int(asked), visible=mine)
        except RuleViolation as violation:
            return said | {"refusal": violation.message}
        return said | {"simulation": found, "flips": (found.flips or [])[:SHOWN]}


def _newest(agreement: Agreement) -> AgreementVersion:
    newest = agreement.versions.select_related("calendar", "agreement").order_by("-number").first()
    if newest is None:
        raise Http404
    return newest


def _friday(hours: BusinessTime) -> datetime:
    """Return the next Friday at half past four, where weekends show what they cost."""
    now = time.now().astimezone(ZoneInfo(hours.zone))
    day = now + timedelta(days=(4 - now.weekday()) % 7)
    return day.replace(hour=16, minute=30, second=0, microsecond=0)


def _due(hours: BusinessTime, start: datetime, seconds: int) -> datetime | None:
    try:
        due = hours.add(start, seconds)
    except BadInputError:
        return None
    return due.astimezone(ZoneInfo(hours.zone)) if due is not None else None
