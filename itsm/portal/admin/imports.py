"""The administrators' pages for bringing incidents in from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import Organisation
from itsm.core.spreadsheet import write_csv
from itsm.portal import importing
from itsm.portal.admin.views import AdminView
from itsm.portal.models import ImportRun
from itsm.portal.tasks import advance_imports
from itsm.portal.zones import ZoneField, zone_names
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt

SHOWN, SHOWN_REFUSALS = 30, 100
OUTCOMES = {
    "opened": gettext_lazy("New incidents"),
    "continued": gettext_lazy("Incidents taken further"),
    "unchanged": gettext_lazy("Here already, left as they are"),
    "refused": gettext_lazy("Incidents refused"),
    "people made": gettext_lazy("People added"),
    "teams made": gettext_lazy("Teams added"),
}


class UploadForm(RuledForm):
    """A file and where its incidents belong."""

    file = forms.FileField(
        label=gettext_lazy("Incident log (CSV)"),
        help_text=gettext_lazy(
            "One line for each update of an incident, in UTF-8, up to 64 MB. It is tried first; "
            "nothing is written before you say so."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy(
            "Where its people, teams and incidents belong. A new name makes a new one."
        ),
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
    )
    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("That of the local times in the file, such as Europe/Lisbon."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )


class ImportsView(AdminView):
    """What was brought in so far, and the form for more."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show both."""
        initial = {
            "organisation": _("Imported incidents"),
            "time_zone": timezone.get_current_timezone_name(),
        }
        return self._page(UploadForm(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the file and have it tried."""
        form = UploadForm(request.POST, request.FILES)

        def start(data: dict[str, Any]) -> ImportRun:
            return importing.start_import(**data, name=data["file"].name, actor=request.user)

        run = attempt(form, start)
        if run is None:
            return self._page(form, UNPROCESSABLE)
        transaction.on_commit(advance_imports.delay)
        return redirect("admin-import", pk=run.pk)

    def _page(self, form: UploadForm, code: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "runs": ImportRun.objects.select_related("started_by")[:SHOWN],
            "organisations": Organisation.objects.filter(is_active=True),
            "time_zones": zone_names(),
        }
        return render(self.request, "admin/imports.html", context, status=code)


class ImportView(AdminView):
    """One file: what bringing it in would do, how far it is, what it did."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it; alone the part that changes while a worker is at it, where that is asked for."""
        run = self.found(ImportRun, pk)
        if request.GET.get("format") == "csv":
            return self._refusals(run)
        name = "admin/_import.html" if request.headers.get("HX-Request") else "admin/import.html"
        response = render(request, name, self._context(run))
        response["Cache-Control"] = "private, no-store"
        return response

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Bring it in, or throw it away."""
        run = self.found(ImportRun, pk)
        do = request.POST.get("do", "")
        if do == "run":
            words = _("Workers bring it in now. You can leave this page.")
            self.settle(lambda: importing.bring_in(run, actor=request.user), words)
            transaction.on_commit(advance_imports.delay)
            return redirect("admin-import", pk=pk)
        if do == "remove":
            self.settle(
                lambda: importing.throw_away(run, actor=request.user), _("The file is removed.")
            )
            return redirect("admin-imports")
        raise Http404

    def _context(self, run: ImportRun) -> dict[str, Any]:
        is_trial = run.stage in (ImportRun.Stage.WAITING, ImportRun.Stage.TRIED)
        found = run.trial if is_trial else run.result
        outcomes = found.get("outcomes", {})
        return {
            "run": run,
            "found": found,
            "outcomes": [
                (label, outcomes[name]) for name, label in OUTCOMES.items() if outcomes.get(name)
            ],
            "notes": sorted(found.get("notes", {}).items()),
            "moves": sorted(found.get("moves", {}).items()),
            "refusals": found.get("refusals", [])[:SHOWN_REFUSALS],
            "shown": SHOWN_REFUSALS,
            "is_partly": bool(run.trial) and run.trial.get("tried", 0) < run.incidents,
            "is_at_work": run.stage in (ImportRun.Stage.WAITING, ImportRun.Stage.RUNNING),
        }

    def _refusals(self, run: ImportRun) -> HttpResponse:
        rows = (run.result or run.trial).get("refusals", [])
        text = write_csv([_("Line"), _("Column"), _("Reason")], rows)
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{run.pk}.csv"'
        return response
