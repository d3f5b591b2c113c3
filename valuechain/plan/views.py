"""The pages of plan that no record has: all of it at a glance, and having read the vision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from itsm.core.errors import RuleViolation
from valuechain.plan import overview
from valuechain.plan.actions import acknowledge
from valuechain.records.views.access import StaffView, visible_record


class PlanView(StaffView):
    """Where we are going, what is chosen, and what pays for it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the vision, the objectives, the portfolio by stage, and the budgets."""
        actor: Any = request.user
        return render(
            request,
            "plan/overview.html",
            {
                **overview.direction(actor),
                **overview.portfolio(actor),
                "budgets": overview.budgets(actor),
            },
        )


class AcknowledgeView(LoginRequiredMixin, View):
    """Notes that the reader has read a published vision."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Note it, or say why not."""
        vision: Any = visible_record("visions", number, actor=request.user).specific
        try:
            acknowledge(vision, actor=request.user)
        except RuleViolation as problem:
            messages.error(request, str(problem.message))
        else:
            messages.success(request, _("Noted: you have read it."))
        return redirect(vision)
