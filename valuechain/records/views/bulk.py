"""One thing done to many records: select, confirm what will be done to exactly what, see each result."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from itsm.core.sent_once import commits_as_it_goes
from valuechain.records.bulk import (
    CHANGED,
    FAILED,
    MOST,
    SKIPPED,
    Foreseen,
    Report,
    Scope,
    act_on_all,
    foreseen,
    may_undo,
    refuse_moved,
    undo_all,
)
from valuechain.records.forms import RuledForm, ask_form
from valuechain.records.listing import SHOWN_BY
from valuechain.records.models import BulkRun, Record
from valuechain.records.operations import Operation, operation, operations_of
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE

#: What this page adds to the address of the list it was reached from.
_OWN = (*SHOWN_BY, "number", "step", "everything")


@method_decorator(commits_as_it_goes, name="dispatch")
class BulkView(StaffView):
    """Does one thing to many records of a resource."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show what the address selects, what can be done, and the questions of what was chosen."""
        scope = self._selected(request, resource)
        return self._page(request, scope, operation(resource, request.GET.get("step", "")))

    def post(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show what was selected in a list; or, confirmed, do it and show what became of each."""
        quick = _quick(request)
        chosen = operation(resource, request.POST.get("step", ""))
        try:
            scope = self._posted(request, resource)
            if "scope" not in request.POST:
                refuse_moved(scope, scope.records(request.user, request).count())
        except RuleViolation as violation:
            return self._refused(request, resource, chosen, violation)
        if scope.resource != resource:
            raise Http404
        is_confirmed = "scope" in request.POST and "choose" not in request.POST
        # What names its rows one by one and can be taken back needs no second look.
        is_named = quick and bool(scope.versions)
        if chosen is None or not (is_confirmed or is_named):
            return self._page(request, scope, chosen)
        return self._do(request, scope, chosen)

    def _do(self, request: HttpRequest, scope: Scope, chosen: Operation) -> HttpResponse:
        form = ask_form(chosen.asks_of(request.user), actor=request.user)(request.POST)
        if not form.is_valid():
            return self._page(request, scope, chosen, form, status=UNPROCESSABLE)
        data = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        if chosen.foresee is not None and request.POST.get("foreseen") != _answers(request, chosen):
            seen = foreseen(scope, chosen, actor=request.user, request=request, data=data)
            return self._page(request, scope, chosen, form, foreseen=seen)
        try:
            report = act_on_all(scope, chosen, actor=request.user, request=request, data=data)
        except RuleViolation as violation:
            form.add_violation(violation)
            again = scope.counted(request.user, request)
            return self._page(request, again, chosen, form, status=UNPROCESSABLE)
        return done_page(request, scope.resource, report, chosen.label)

    def _posted(self, request: HttpRequest, resource: str) -> Scope:
        """Read the scope that was confirmed, all that match a list, or the rows ticked in it."""
        for name in ("scope", "all"):
            if name in request.POST:
                return Scope.from_token(request.POST[name])
        numbers = request.POST.getlist("number")[:MOST]
        pairs = (pair.rpartition(":") for pair in request.POST.getlist("seen"))
        seen = {number: int(version) for number, _colon, version in pairs if version.isdecimal()}
        found = Record.objects.visible_to(request.user).of_resource(resource)
        return Scope.of_numbers(resource, found.filter(number__in=numbers), seen)

    def _selected(self, request: HttpRequest, resource: str) -> Scope:
        if numbers := request.GET.getlist("number"):
            found = Record.objects.visible_to(request.user).of_resource(resource)
            return Scope.of_numbers(resource, found.filter(number__in=numbers[:MOST]))
        if "everything" not in request.GET:
            return Scope(resource)
        filters = request.GET.copy()
        for name in _OWN:
            filters.pop(name, None)
        return Scope(resource, filters=filters.urlencode()).counted(request.user, request)

    def _refused(
        self,
        request: HttpRequest,
        resource: str,
        chosen: Operation | None,
        violation: RuleViolation,
    ) -> HttpResponse:
        """Say why nothing was done; where a list moved, show what it holds now to be confirmed."""
        form = (
            RuledForm({})
            if chosen is None
            else ask_form(chosen.asks_of(request.user), actor=request.user)()
        )
        refusal = str(violation.message)
        scope = Scope(resource)
        if violation.code == "selection_moved":
            scope = Scope.from_token(request.POST["all"]).counted(request.user, request)
        return self._page(request, scope, chosen, form, status=UNPROCESSABLE, refusal=refusal)

    def _page(
        self,
        request: HttpRequest,
        scope: Scope,
        chosen: Operation | None,
        form: RuledForm | None = None,
        status: int = 200,
        refusal: str = "",
        foreseen: list[Foreseen] | None = None,
    ) -> HttpResponse:
        if form is None and chosen is not None:
            form = ask_form(chosen.asks_of(request.user), actor=request.user)(
                initial=_given(request, chosen)
            )
        first = list(scope.records(request.user, request).order_by("pk")[:5]) if scope.count else []
        return render(
            request,
            "records/bulk.html",
            {
                "resource": scope.resource,
                "scope": scope,
                "token": scope.token(),
                "is_too_many": scope.count > MOST,
                "most": MOST,
                "first": first,
                "more_count": scope.count - len(first),
                "steps": operations_of(scope.resource),
                "step": chosen,
                "form": form,
                "refusal": refusal,
                "foreseen": foreseen,
                "answers": _answers(request, chosen) if chosen and foreseen else "",
                "back": back_to(request, scope.resource),
            },
            status=status,
        )


def _quick(request: HttpRequest) -> bool:
    """Read a button that carries its answer, `owner:owner=me`, as if it had been asked for."""
    step, colon, answer = request.POST.get("do", "").partition(":")
    if not colon:
        return False
    name, _equals, value = answer.partition("=")
    posted = request.POST.copy()
    posted["step"], posted[name] = step, value
    request.POST = posted  # type: ignore[assignment]
    return True


def _given(request: HttpRequest, chosen: Operation) -> dict[str, str]:
    return {
        ask.name: request.POST[ask.name]
        for ask in chosen.asks_of(request.user)
        if ask.name in request.POST
    }


def _answers(request: HttpRequest, chosen: Operation) -> str:
    """Return what was answered in one line: what was shown before holds for these answers alone."""
    return "|".join(f"{name}={value}" for name, value in sorted(_given(request, chosen).items()))


def back_to(request: HttpRequest, resource: str) -> str:
    """Return the list the reader came from, or the list as it opens."""
    path = reverse("record-list", args=[resource])
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours and back.partition("?")[0] == path else path


def done_page(request: HttpRequest, resource: str, report: Report, label: Any) -> HttpResponse:
    """Show what became of each record, and the way to take it back."""
    run = report.run
    return render(
        request,
        "records/bulk_done.html",
        {
            "resource": resource,
            "label": label,
            "done": report.of(CHANGED),
            "skipped": report.of(SKIPPED),
            "failed": report.of(FAILED),
            "run": run if run is not None and may_undo(run, request.user) else None,
            "back": back_to(request, resource),
        },
    )


@method_decorator(commits_as_it_goes, name="dispatch")
class UndoView(StaffView):
    """Takes back what was done to many records."""

    def post(self, request: HttpRequest, resource: str, pk: int) -> HttpResponse:
        """Do so, and show what became of each; say when it is too late."""
        run = BulkRun.objects.filter(resource=resource, pk=pk, actor_id=request.user.pk).first()
        if run is None:
            raise Http404
        try:
            report = undo_all(run, actor=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(back_to(request, resource))
        return done_page(request, resource, report, _("Taken back"))
