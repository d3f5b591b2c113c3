"""One agreement: its terms, tried out on an example, on what runs and on the last weeks, then published."""

from __future__ import annotations

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
from sla.calendars import Calendar as BusinessTime
from sla.examples import a_friday, work_out
from sla.foreseeing import foresee_agreement
from sla.models import Agreement, AgreementVersion, Clock
from sla.policies import may_set_service_levels
from sla.published import business_time, to_promise
from sla.simulating import simulate
from sla.terms import TermsForm
from sla.vocabulary import ClockState, Metric
from valuechain.records.forms import RuledForm
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt

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
            if "try" in request.POST:
                return self._tried(agreement, form)
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

    def _tried(self, agreement: Agreement, form: Any) -> HttpResponse:
        """Show what the terms as typed would mean; nothing is saved."""
        newest = _newest(agreement)
        blank = AgreementVersion(agreement=agreement, number=newest.number)
        typed = attempt(form, lambda _data: actions.fill_draft(blank, form.terms()))
        if typed is None:
            return self._page(agreement, {"terms": form}, UNPROCESSABLE)
        return self._page(agreement, {"terms": form}, typed=typed)

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
        self,
        agreement: Agreement,
        bound: dict[str, RuledForm] | None = None,
        code: int = 200,
        *,
        typed: AgreementVersion | None = None,
    ) -> HttpResponse:
        bound = bound or {}
        versions = list(agreement.versions.select_related("calendar", "agreement", "published_by"))
        newest = versions[0]
        decision = may_set_service_levels(self.request.user)
        terms = bound.get("terms") or TermsForm(draft=newest, actor=self.request.user)
        publish_form = bound.get("publish") or PublishForm(prefix="publish")
        context: dict[str, Any] = {
            "agreement": agreement,
            "versions": versions,
            "newest": newest,
            "in_force": next((one for one in versions if one.is_published), None),
            "typed": typed,
            "terms_form": terms if decision else terms.as_shown(),
            "publish_form": publish_form,
            "retire_form": bound.get("retire") or RetireForm(prefix="retire"),
            "form": next(iter(bound.values()), publish_form),
            "metrics": Metric.labels,
            "running": Clock.objects.unfinished()
            .filter(agreement_version__agreement=agreement).count(),
            "decision": decision,
            "days": DAYS,
            **self._worked_out(typed or newest, is_typed=typed is not None),
            **self._simulated(newest),
        }  # fmt: skip
        return render(self.request, "sla/agreement.html", context, status=code)

    def _worked_out(self, draft: AgreementVersion, *, is_typed: bool) -> dict[str, Any]:
        """Work out the promises for a moment, and what the draft would do to clocks that run."""
        hours = _hours_of(draft)
        if hours is None:
            return {"example_form": ExampleForm(), "examples": [], "foresight": None}
        start = a_friday(hours)
        given = self.request.POST if is_typed else self.request.GET
        form = ExampleForm(given if given.get("at") else {"at": start})
        if form.is_valid():
            start = form.cleaned_data["at"].replace(tzinfo=ZoneInfo(hours.zone))
        rules = to_promise(draft)
        mine = Clock.objects.visible_to(self.request.user)
        is_asked = is_typed or "foresee" in self.request.GET
        return {
            "example_form": form,
            "examples": work_out(rules, hours, start),
            "example_calendar": draft.calendar,
            "foresight": foresee_agreement(rules, hours, visible=mine, now=time.now())
            if is_asked
            else None,
        }

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
        return said | {
            "simulation": found,
            "flips": [
                {
                    "flip": flip,
                    "metric": Metric(flip.metric).label,
                    "before": ClockState(flip.before).label,
                    "after": ClockState(flip.after).label,
                }
                for flip in (found.flips or [])[:SHOWN]
            ],
        }


def _newest(agreement: Agreement) -> AgreementVersion:
    newest = agreement.versions.select_related("calendar", "agreement").order_by("-number").first()
    if newest is None:
        raise Http404
    return newest


def _hours_of(draft: AgreementVersion) -> BusinessTime | None:
    """Return the hours in force of the calendar a draft counts by, None when none is published."""
    version = draft.calendar.versions.published().order_by("-number").first()
    return None if version is None else business_time(version.pk)
