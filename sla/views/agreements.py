"""Agreements: all of them with what is in force, and the beginning of another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sla import actions
from sla.defaults import KINDS, install_defaults
from sla.forms import UsualForm
from sla.holidays import regions
from sla.models import Agreement, AgreementVersion, Calendar
from sla.policies import may_set_service_levels
from sla.terms import NewAgreementForm
from sla.vocabulary import Metric
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt


class AgreementListView(StaffView):
    """All agreements with what is in force."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them by name."""
        return self._page(UsualForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin with the usual hours and targets, where nothing is promised yet."""
        form = UsualForm(request.POST)

        def begin(data: dict[str, Any]) -> bool:
            zone = timezone.get_current_timezone_name()
            install_defaults(zone=zone, region=data["region"], actor=request.user)
            return True

        if Agreement.objects.exists():
            return redirect("sla-agreements")
        if attempt(form, begin) is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(
            request, _("The usual hours and targets are in force. Change them to what you promise.")
        )
        return redirect("sla-agreements")

    def _page(self, form: UsualForm, code: int = 200) -> HttpResponse:
        request = self.request
        found = Agreement.objects.visible_to(request.user).prefetch_related("versions__calendar")
        rows = [{"agreement": one, "newest": next(iter(one.versions.all()), None)} for one in found]
        context = {
            "rows": rows,
            "decision": may_set_service_levels(request.user),
            "form": form,
            "regions": [] if rows else regions(),
        }
        return render(request, "sla/agreements.html", context, status=code)


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
                terms={
                    "calendar": data["calendar"], "targets": targets,
                    "conditions": {"kinds": KINDS},  # else its clocks run on services and budgets, too
                },
            )  # fmt: skip

        made = attempt(form, begin)
        if made is None:
            return self._page(form, UNPROCESSABLE)
        messages.success(
            request,
            _(
                "The draft is made. It holds for incidents and service requests until you say otherwise."
            ),
        )
        return redirect("sla-agreement", pk=made.agreement_id)

    def _page(self, form: NewAgreementForm, code: int = 200) -> HttpResponse:
        has_calendar = Calendar.objects.exists()
        context = {
            "form": form,
            "has_calendar": has_calendar,
            "decision": may_set_service_levels(self.request.user),
        }
        return render(self.request, "sla/agreement_new.html", context, status=code)
