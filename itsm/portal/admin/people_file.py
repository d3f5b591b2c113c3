"""The administrators' page for bringing people in from a file, looked at before anything is written."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts import bringing_in
from itsm.accounts.models import User
from itsm.core.errors import FieldErrors
from itsm.portal.admin.views import AdminView
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt

#: So many lines are shown; what is refused comes first.
SHOWN = 200
LARGEST = 1024 * 1024
OUTCOMES = {
    bringing_in.REFUSED: (gettext_lazy("Refused"), "bad", "octagon"),
    bringing_in.NEW: (gettext_lazy("New"), "info", "ring"),
    bringing_in.CHANGED: (gettext_lazy("Changes"), "warn", "pencil"),
    bringing_in.SAME: (gettext_lazy("Here already"), "neutral", "disc"),
}


class PeopleFileForm(RuledForm):
    """A table of people."""

    file = forms.FileField(
        label=gettext_lazy("Table of people (CSV)"),
        help_text=gettext_lazy(
            "As a spreadsheet saves it. The first line names the columns: name, email, phone, employee_number, place, "
            "organisation. Nothing is written before you have seen what it would do."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class PeopleFileView(AdminView):
    """Takes a table of people, shows what it would do, and does it once that was seen."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Ask for the file."""
        return self._page(PeopleFileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show what the file would do, or bring in what was shown."""
        if request.POST.get("do") == "bring":
            return self._bring(request.POST.get("table", ""))
        form = PeopleFileForm(request.POST, request.FILES)
        read = attempt(form, lambda data: _read(data["file"]))
        if read is None:
            return self._page(form, code=UNPROCESSABLE)
        return self._page(PeopleFileForm(), *read)

    def _bring(self, table: str) -> HttpResponse:
        try:
            done = bringing_in.bring_people(table, actor=self.request.user)
        except FieldErrors as problem:
            messages.error(self.request, str(problem.message))
            return redirect("admin-people-file")
        said = _("Added: %(new)d. Changed: %(changed)d.")
        messages.success(self.request, said % {"new": done["new"], "changed": done["changed"]})
        return redirect("admin-people")

    def _page(
        self, form: PeopleFileForm, table: str = "", lines: Any = None, code: int = 200
    ) -> HttpResponse:
        counts = Counter(line.outcome for line in lines or ())
        order = list(OUTCOMES)
        shown = sorted(lines or (), key=lambda line: (order.index(line.outcome), line.number))
        context = {
            "form": form,
            "table": table,
            "counts": [(OUTCOMES[one][0], counts[one]) for one in order if counts[one]],
            "total": counts[bringing_in.NEW] + counts[bringing_in.CHANGED],
            "rows": [_row(line) for line in shown[:SHOWN]],
            "more": max(0, len(shown) - SHOWN),
        }
        return render(self.request, "admin/people_file.html", context, status=code)


def _read(file: Any) -> tuple[str, list[bringing_in.Line]]:
    if file.size > LARGEST:
        raise FieldErrors({"file": [("too_large", _("Choose a file of at most 1 MB."))]})
    table = _text(file.read())
    return table, bringing_in.read_people(table)


def _text(content: bytes) -> str:
    """Read UTF-8, and else what spreadsheets of Western Europe write on Windows."""
    for encoding in ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if "\0" not in text:
                return text
    raise FieldErrors({"file": [("not_text", _("Save the file as CSV, in UTF-8."))]})


def _row(line: bringing_in.Line) -> dict[str, Any]:
    label, tone, icon = OUTCOMES[line.outcome]
    names = [
        str(getattr(User._meta.get_field(name), "verbose_name", name)) for name in line.changes
    ]
    return {
        "line": line,
        "place": str(line.said.get("organisation") or ""),
        "label": label, "tone": tone, "icon": icon,
        "words": line.reason or ", ".join(names),
    }  # fmt: skip
