"""Agreements: all of them with what is in force, and the beginning of another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sla import actions
from sla.models import Agreement, AgreementVersion
from sla.policies import may_set_service_levels
from sla.terms import NewAgreementForm
from sla.vocabulary import Metric
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt


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
