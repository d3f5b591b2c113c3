"""The pages on which a report is put on a schedule, and on which that ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from itsm.core.errors import RuleViolation
from itsm.portal.models import ReportSchedule
from itsm.portal.reports import mailing
from itsm.portal.reports.shelf import REPORTS
from itsm.portal.zones import ZoneField, zone_names
from valuechain.records.forms import PersonInput, RuledForm
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class ScheduleForm(RuledForm):
    """How often, when, in which zone, and to whom."""

    every = forms.ChoiceField(
        label=gettext_lazy("How often?"),
        choices=ReportSchedule.Every.choices,
        widget=forms.RadioSelect,
        initial=ReportSchedule.Every.MONTH,
    )
    span = forms.ChoiceField(
        label=gettext_lazy("Which month does it show?"),
        choices=ReportSchedule.Span.choices,
        widget=forms.RadioSelect,
        initial=ReportSchedule.Span.BEFORE,
    )
    at = forms.TimeField(
        label=gettext_lazy("At"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="07:00",
    )
    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["service"]
        services = Record.objects.visible_to(actor).of_resource("services").order_by("title")
        chosen.choices = [("", _("all")), *services.values_list("number", "title")]
        self.fields["person"] = PersonInput(
            label=_("To whom?"),
            actor=actor,
            help_text=_("They see what they themselves may see, and can end it at any time."),
        )


class ScheduleView(StaffView):
    """One report's schedules, and the form for another."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show them."""
        user: Any = request.user
        initial = {
            "person": user,
            "time_zone": user.time_zone,
            "service": request.GET.get("service", ""),
        }
        return self._page(key, ScheduleForm(actor=user, initial=initial))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Make one, or say what is missing."""
        user: Any = request.user
        form = ScheduleForm(request.POST, actor=user)
        if key not in REPORTS:
            raise Http404
        made = attempt(
            form, lambda data: mailing.schedule_report({**data, "report": key}, actor=user)
        )
        if made is None:
            return self._page(key, form, UNPROCESSABLE)
        messages.success(request, _("It is mailed from now on."))
        return redirect("report-schedule", key=key)

    def _page(self, key: str, form: ScheduleForm, code: int = 200) -> HttpResponse:
        report = REPORTS.get(key)
        if report is None:
            raise Http404
        user: Any = self.request.user
        context = {
            "report": report,
            "form": form,
            "schedules": mailing.schedules_of(user, key),
            "time_zones": zone_names(),
        }
        return render(self.request, "reports/schedule.html", context, status=code)


class EndScheduleView(StaffView):
    """Ends one schedule."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it, or say who may."""
        user: Any = request.user
        schedule = ReportSchedule.objects.filter(pk=pk).first()
        if schedule is None or not mailing.schedules_of(user, schedule.report).filter(pk=pk):
            raise Http404
        try:
            mailing.stop_schedule(schedule, actor=user)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        else:
            messages.success(request, _("It is no longer mailed."))
        return redirect("report-schedule", key=schedule.report)


@csrf_exempt  # A mail program follows List-Unsubscribe without a cookie; the signature stands for it.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of one report: a page that asks, and does so only when the form is sent."""
    found = mailing.stopped_by(token)
    if found is False:
        raise Http404
    if isinstance(found, ReportSchedule) and request.method == "POST":
        mailing.stop_schedule(found, actor=found.person)
        found = None
    name = REPORTS[found.report].name if isinstance(found, ReportSchedule) else ""
    return render(request, "reports/stop.html", {"is_done": found is None, "name": name})
