"""The pages of specifications beside their own: versions, what changed, comments on sections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from valuechain.approvals.models import Approval
from valuechain.approvals.panels import context_of
from valuechain.design_transition import actions
from valuechain.design_transition.content import requirements_of
from valuechain.design_transition.diffing import compare
from valuechain.design_transition.forms import RemarkForm
from valuechain.design_transition.models import Remark, SpecVersion
from valuechain.design_transition.panels import part_label
from valuechain.records.models import Record
from valuechain.records.views.access import OneRecordView, StaffView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import LinkKind, Via


class SpecVersionView(StaffView):
    """One version as it was put up for approval; `?diff=3` shows what changed since version 3.

    `&only=changes` leaves out what stayed, `&view=beside` sets the two versions side by side.
    """

    def get(self, request: HttpRequest, number: str, version: int) -> HttpResponse:
        """Show the version, and the difference where one is asked for."""
        spec: Any = visible_record("specs", number, actor=request.user).specific
        versions = list(spec.versions.select_related("author"))
        shown = _version(versions, version)
        asked = request.GET.get("diff", "")
        older = _version(versions, int(asked)) if asked.isascii() and asked.isdigit() else None
        difference = compare((older or shown).content, shown.content)
        only, view = request.GET.get("only"), request.GET.get("view")
        return render(
            request,
            "specs/version.html",
            {
                "record": spec,
                "version": shown,
                "older": older,
                "difference": difference,
                "is_in_force": shown.pk == spec.in_force_id,
                "only_changes": older is not None and only == "changes",
                "is_beside": older is not None and view == "beside",
                "others": [v for v in versions if v.pk != shown.pk],
                "card": self._decision(spec, shown),
            },
        )

    def _decision(self, spec: Any, shown: SpecVersion) -> dict[str, Any] | None:
        """Return the approval this version is put up for, so that a reader decides right here."""
        pending = (
            Approval.objects.pending()
            .filter(subject_id=spec.pk, subject_hash=shown.content_hash)
            .first()
        )
        if pending is None:
            return None
        pending.subject = spec
        return context_of(pending, self.request.user)


def _version(versions: list[SpecVersion], number: int) -> SpecVersion:
    for version in versions:
        if version.number == number:
            return version
    raise Http404


class RequireView(StaffView):
    """Leads to where a requirement starts: the need behind the specification.

    With one need that is its form; with several, or none, the part of the page that lists them.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Redirect to the form of the only need, or back to the requirements."""
        spec: Any = visible_record("specs", number, actor=request.user)
        behind = Record.objects.visible_to(request.user).filter(
            kind="need", links_in__source=spec.pk, links_in__kind=LinkKind.FULFILS
        )
        needs = list(behind.distinct()[:2])
        if len(needs) == 1:
            return redirect("record-flow", "needs", needs[0].number, "require")
        return redirect(f"{spec.get_absolute_url()}#requirements")


class RemarkView(OneRecordView):
    """Takes a comment on a part of a specification; asks for it where none came."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Ask for the comment on the part that the address names."""
        spec = self.get_record()
        form = RemarkForm(initial={"part": request.GET.get("part", "")})
        return self._page(spec, form, request.GET.get("part", ""))

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Keep the comment, or show what is wrong."""
        spec: Any = self.get_record()
        form = RemarkForm(request.POST)
        first = request.POST.get("answers_to", "")
        answers_to = (
            Remark.objects.filter(spec=spec, pk=int(first)).first()
            if first.isdecimal() and len(first) < 19
            else None
        )

        def add(data: dict[str, Any]) -> Any:
            return actions.add_remark(
                spec, **data, answers_to=answers_to, actor=request.user, via=Via.HTML
            )

        remark = attempt(form, add)
        if remark is None:
            return self._page(spec, form, request.POST.get("part", ""), UNPROCESSABLE)
        return redirect(f"{spec.get_absolute_url()}#{anchor_of(remark.part)}")

    def _page(self, spec: Any, form: RemarkForm, part: str, code: int = 200) -> HttpResponse:
        known = part_label(spec, part)
        if not known and not requirements_of(spec).filter(number=part).exists():
            raise Http404
        return render(
            self.request,
            "records/form.html",
            {
                "form": form,
                "title": _("Comment on %(part)s") % {"part": known or part},
                "submit_label": _("Comment"),
                "cancel_url": spec.get_absolute_url(),
            },
            status=code,
        )


class SettleRemarkView(OneRecordView):
    """Ticks a thread off, or opens it again."""

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Settle it, or say why not."""
        spec: Any = self.get_record()
        remark = Remark.objects.filter(spec=spec, pk=pk).first()
        if remark is None:
            raise Http404
        try:
            actions.settle_remark(
                remark,
                is_settled=request.POST.get("settled") != "no",
                actor=request.user,
                via=Via.HTML,
            )
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(f"{spec.get_absolute_url()}#{anchor_of(remark.part)}")


def anchor_of(part: str) -> str:
    """Return the place on the page of a specification that shows the comments on a part."""
    return f"about-{part}"
