"""The pages of obtain & build beside those of its records: checks, order lines, the plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core.errors import RuleViolation
from valuechain.obtain_build import actions
from valuechain.obtain_build.forms import CheckAnswerForm, CheckForm, ImportForm, LineForm
from valuechain.obtain_build.models import Component, Milestone, PurchaseOrder
from valuechain.obtain_build.plan import plan_of
from valuechain.records.models import Link
from valuechain.records.views.access import OneRecordView, StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import LinkKind, Via


class PlanView(StaffView):
    """Milestones and components on one time line, drawn and as a table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is needed when, by weeks or months."""
        actor: Any = request.user
        zoom = "weeks" if request.GET.get("zoom") == "weeks" else "months"
        milestones = Milestone.objects.visible_to(actor).live().order_by("baseline", "pk")[:60]
        components = (
            Component.objects.visible_to(actor)
            .live()
            .filter(needed_at__isnull=False)
            .select_related("supplier")
            .order_by("needed_at", "pk")[:100]
        )
        drawn = [*milestones, *components]
        ids = [record.pk for record in drawn]
        blocks = Link.objects.visible_to(actor).filter(
            kind=LinkKind.BLOCKS, source__in=ids, target__in=ids
        )
        plan = plan_of(
            list(milestones),
            list(components),
            blocks=blocks.order_by("pk").values_list("source_id", "target_id"),
            zoom=zoom,
        )
        return render(request, "build/plan.html", {"plan": plan, "zoom": zoom})


class _FormOnRecord(OneRecordView):
    """A small form about one record; what was typed stays when it is refused."""

    title = ""

    def show(self, form: Any, title: str, code: int = 200) -> HttpResponse:
        record = self.get_record()
        return render(
            self.request,
            "records/form.html",
            {
                "form": form,
                "kind": record.kind_entry,
                "record": record,
                "title": title,
                "submit_label": _("Save"),
                "cancel_url": record.get_absolute_url(),
            },
            status=code,
        )


class ImportView(OneRecordView):
    """Makes components of the requirements of a specification."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Ask which, and when and where they are needed."""
        spec: Any = self.get_record()
        unmet = actions.unmet_requirements(spec)
        due = getattr(spec, "time_to_market", None)
        form = ImportForm(unmet=unmet, initial={"needed_at": due, "sourcing": "procure"})
        return self._page(spec, form)

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Make them, or show what is wrong."""
        spec = self.get_record()
        form = ImportForm(request.POST, unmet=actions.unmet_requirements(spec))

        def make(data: dict[str, Any]) -> Any:
            return actions.import_components(spec, **data, actor=request.user, via=Via.HTML)

        made = attempt(form, make)
        if made is None:
            return self._page(spec, form, UNPROCESSABLE)
        messages.success(
            request,
            ngettext("%(count)d component is made.", "%(count)d components are made.", len(made))
            % {"count": len(made)},
        )
        return redirect(reverse("record-list", args=["components"]) + f"?for_record={spec.number}")

    def _page(self, spec: Any, form: ImportForm, code: int = 200) -> HttpResponse:
        return render(
            self.request,
            "records/form.html",
            {
                "form": form,
                "title": _("Import components from %(number)s") % {"number": spec.number},
                "submit_label": _("Import"),
                "cancel_url": spec.get_absolute_url(),
            },
            status=code,
        )


class AddCheckView(_FormOnRecord):
    """Writes down one thing a component has to show."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Add the check, or show what is wrong."""
        component = self.get_record().specific
        form = CheckForm(request.POST)

        def add(data: dict[str, Any]) -> Any:
            return actions.add_check(component, actor=request.user, via=Via.HTML, **data)

        if attempt(form, add) is None:
            return self.show(form, _("New check"), UNPROCESSABLE)
        return redirect(f"{component.get_absolute_url()}#checks")


class AnswerCheckView(_FormOnRecord):
    """Says whether a check is passed, and what shows it."""

    def get(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Ask for the answer and its evidence."""
        check = self._check(pk)
        form = CheckAnswerForm(initial={"evidence": check.evidence})
        return self.show(form, check.text)

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Keep the answer, or show what is wrong."""
        check = self._check(pk)
        form = CheckAnswerForm(request.POST)

        def answer(data: dict[str, Any]) -> Any:
            return actions.answer_check(
                check,
                passed=data["passed"] == "yes",
                evidence=data["evidence"],
                actor=request.user,
                via=Via.HTML,
            )

        if attempt(form, answer) is None:
            return self.show(form, check.text, UNPROCESSABLE)
        return redirect(f"{check.component.get_absolute_url()}#checks")

    def _check(self, pk: int) -> Any:
        component: Any = self.get_record().specific
        check = component.checks.filter(pk=pk).first() if component.kind == "component" else None
        if check is None:
            raise Http404
        return check


class TakeOverRequirementsView(OneRecordView):
    """Turns the requirements a component satisfies into its checks."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Write one check for each requirement that has none."""
        component = self.get_record().specific
        try:
            added = actions.take_over_requirements(component, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        else:
            messages.success(
                request,
                ngettext("%(count)d check is added.", "%(count)d checks are added.", added)
                % {"count": added},
            )
        return redirect(f"{component.get_absolute_url()}#checks")


class AddLineView(_FormOnRecord):
    """Adds a line to a draft order."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Add the line, or show what is wrong."""
        order = self.get_record().specific
        form = LineForm(request.POST, actor=request.user)

        def add(data: dict[str, Any]) -> Any:
            return actions.add_line(order, actor=request.user, via=Via.HTML, **data)

        if attempt(form, add) is None:
            return self.show(form, _("New line"), UNPROCESSABLE)
        return redirect(f"{order.get_absolute_url()}#lines")


class RemoveLineView(OneRecordView):
    """Takes a line off a draft order."""

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Remove the line, or say why not."""
        order: Any = self.get_record().specific
        line = order.lines.filter(pk=pk).first() if isinstance(order, PurchaseOrder) else None
        if line is None:
            raise Http404
        try:
            actions.remove_line(line, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(f"{order.get_absolute_url()}#lines")


class ReceiveView(OneRecordView):
    """Books goods in, line by line."""

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Keep what has arrived; the order moves on by itself."""
        order = self.get_record().specific
        quantities = {
            int(name.removeprefix("line-")): int(value)
            for name, value in request.POST.dict().items()
            if isinstance(value, str)
            and name.removeprefix("line-").isdecimal()
            and value.isdecimal()
            and len(value) < 8
        }
        try:
            actions.receive_goods(order, quantities=quantities, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(f"{order.get_absolute_url()}#lines")
