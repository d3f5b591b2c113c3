"""One step for many records: select, confirm what will be done to exactly what, see each result."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from itsm.core.errors import RuleViolation
from itsm.core.machine import Transition
from valuechain.records.bulk import MOST, Scope, move_all, steps_of
from valuechain.records.forms import RuledForm, ask_form
from valuechain.records.listing import SHOWN_BY
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE

#: What this page adds to the address of the list it was reached from.
_OWN = (*SHOWN_BY, "number", "step", "everything")


class BulkView(StaffView):
    """Takes one transition on many records of a resource."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show what is selected, the steps there are, and the questions of the one chosen."""
        scope = self._selected(request, resource)
        step = self._step(resource, request.GET.get("step", ""))
        form = ask_form(step.asks, actor=request.user)() if step else None
        return self._page(request, scope, step, form)

    def post(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Do it, and show what became of each record."""
        step = self._step(resource, request.POST.get("step", ""))
        if step is None:
            raise Http404
        form = ask_form(step.asks, actor=request.user)(request.POST)
        try:
            scope = Scope.from_token(request.POST.get("scope", ""))
        except RuleViolation as violation:
            form.add_violation(violation)
            empty = Scope(resource)
            return self._page(request, empty, step, form, status=UNPROCESSABLE)
        if scope.resource != resource:
            raise Http404
        if not form.is_valid():
            return self._page(request, scope, step, form, status=UNPROCESSABLE)
        data = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            results = move_all(scope, step.name, actor=request.user, request=request, data=data)
        except RuleViolation as violation:
            form.add_violation(violation)
            again = self._counted(request, scope)
            return self._page(request, again, step, form, status=UNPROCESSABLE)
        return render(
            request,
            "records/bulk_done.html",
            {
                "resource": resource,
                "step": step,
                "done": [result for result in results if result.is_done],
                "left": [result for result in results if not result.is_done],
                "list_url": reverse("record-list", args=[resource]),
            },
        )

    def _selected(self, request: HttpRequest, resource: str) -> Scope:
        if numbers := request.GET.getlist("number"):
            found = Record.objects.visible_to(request.user).of_resource(resource)
            return Scope.of_numbers(resource, found.filter(number__in=numbers[:MOST]))
        if "everything" not in request.GET:
            return Scope(resource)
        filters = request.GET.copy()
        for name in _OWN:
            filters.pop(name, None)
        return self._counted(request, Scope(resource, filters=filters.urlencode()))

    def _counted(self, request: HttpRequest, scope: Scope) -> Scope:
        if not scope.is_filter:
            return scope
        count = scope.records(request.user, request).count()
        return Scope(scope.resource, filters=scope.filters, count=count)

    def _step(self, resource: str, name: str) -> Transition | None:
        return next((step for step in steps_of(resource) if step.name == name), None)

    def _page(
        self,
        request: HttpRequest,
        scope: Scope,
        step: Transition | None,
        form: RuledForm | None,
        status: int = 200,
    ) -> HttpResponse:
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
                "steps": steps_of(scope.resource),
                "step": step,
                "form": form,
                "kept": [
                    (name, value)
                    for name, values in request.GET.lists()
                    for value in values
                    if name != "step"
                ],
                "list_url": reverse("record-list", args=[scope.resource]),
            },
            status=status,
        )
