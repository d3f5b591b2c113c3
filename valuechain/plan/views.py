"""The pages of plan that no record has: all of it at a glance, and having read the vision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from itsm.core.errors import RuleViolation
from valuechain.plan import overview
from valuechain.plan.actions import acknowledge, apply_policy, stop_applying
from valuechain.plan.forms import UseForm
from valuechain.records.views.access import OneRecordView, StaffView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via


class PlanView(StaffView):
    """Where we are going, what is chosen, and what pays for it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the vision, the objectives, the portfolio by stage, and the budgets."""
        actor: Any = request.user
        direction = overview.direction(actor)
        return render(
            request,
            "plan/overview.html",
            {
                **direction,
                **overview.portfolio(actor, direction["vision"]),
                "budgets": overview.budgets(actor),
                **overview.policies(actor),
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


class ApplyPolicyView(OneRecordView):
    """Says where a policy is applied."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Note it, or show what is wrong."""
        policy: Any = self.get_record()
        form = UseForm(request.POST, actor=request.user)

        def add(data: dict[str, Any]) -> Any:
            place, _colon, key = data["where"].partition(":")
            return apply_policy(policy, place, key, actor=request.user, via=Via.HTML)

        if attempt(form, add) is not None:
            return redirect(f"{policy.get_absolute_url()}#uses")
        context = {
            "form": form,
            "kind": policy.kind_entry,
            "record": policy,
            "title": _("Where it is applied"),
            "submit_label": _("Add"),
            "cancel_url": policy.get_absolute_url(),
        }
        return render(request, "records/form.html", context, status=UNPROCESSABLE)


class StopApplyingView(OneRecordView):
    """Says that something applies a policy no more."""

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Note it, or say why not."""
        policy: Any = self.get_record()
        use = policy.uses.filter(pk=pk).first()
        if use is None or not request.user.access.works_on(policy):  # type: ignore[union-attr]
            raise Http404
        try:
            stop_applying(use, actor=request.user, via=Via.HTML)
        except RuleViolation as problem:
            messages.error(request, str(problem.message))
        return redirect(f"{policy.get_absolute_url()}#uses")
