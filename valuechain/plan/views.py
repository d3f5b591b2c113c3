"""The one page action of plan that no record has: saying that one has read the vision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from itsm.core.errors import RuleViolation
from valuechain.plan.actions import acknowledge
from valuechain.records.views.access import visible_record


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
