"""Merging two tickets, with a look at what moves before it does, and taking a merge back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from tickets.actions.merging import moving, split_back
from tickets.views.working import TicketView
from valuechain.records.models import Record
from valuechain.records.views.changing import UNPROCESSABLE, TransitionView, attempt
from valuechain.records.vocabulary import Via


class MergeView(TransitionView):
    """Asks which ticket stays, shows what moves there, and merges when that is confirmed."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Stand at the address of the step itself, for tickets alone."""
        super().setup(request, *args, resource="tickets", name="merge", **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hand on what the step's own page is given."""
        return super().dispatch(request, *args, **self.kwargs)

    def post(self, request: HttpRequest, resource: str, number: str, name: str) -> HttpResponse:
        """Show what would move first; merge once that was seen."""
        record = self.get_record()
        form = self._form(record, name)(request.POST)
        if "confirmed" in request.POST:
            return super().post(request, resource, number, name)
        found = attempt(form, lambda data: moving(record, data["into"], actor=request.user))
        if found is None:
            return self._page(request, record, name, form, status=UNPROCESSABLE)
        return render(
            request,
            "tickets/merge.html",
            {
                "record": record,
                "kind": record.kind_entry,
                "survivor": form.cleaned_data["into"].specific,
                "moving": found,
                "version": form.cleaned_data["version"],
                "back_url": request.path,
            },
        )


class SplitBackView(TicketView):
    """Takes a merge back."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Take it back, or say why that is not possible any more."""
        record: Record = self.get_record()
        version = request.POST.get("version", "")
        try:
            back = split_back(
                record,
                actor=request.user,
                via=Via.HTML,
                expected_version=int(version) if version.isdecimal() else None,
            )
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
            return redirect(record)
        messages.success(request, _("%(number)s stands on its own again.") % {"number": number})
        return redirect(back)
