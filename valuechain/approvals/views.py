"""The pages of approvals: what waits for the reader, one decision, and who stands in for whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from itsm.core import clock
from valuechain.approvals.actions import delegate, end_delegation, vote
from valuechain.approvals.forms import DelegationForm, VoteForm
from valuechain.approvals.models import Approval, Delegation
from valuechain.approvals.panels import context_of
from valuechain.approvals.reading import newer_than, waiting_for
from valuechain.approvals.subjects import subjects
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

RECENT = 20


def voted_on_by(person: Any) -> QuerySet[Approval]:
    """Approvals somebody has voted on, newest first."""
    found = Approval.objects.filter(votes__cast_by=person).with_subject().distinct()
    result: QuerySet[Approval] = found
    return result


class ApprovalListView(LoginRequiredMixin, View):
    """What waits for the reader's vote, and what they voted on lately."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show both lists."""
        actor: Any = request.user
        waiting = list(waiting_for(actor).order_by("due_at", "pk"))
        return render(
            request,
            "approvals/list.html",
            {
                "waiting": [context_of(approval, actor) for approval in waiting],
                "recent": voted_on_by(actor).exclude(pk__in=[a.pk for a in waiting])[:RECENT],
                "delegations": Delegation.objects.visible_to(actor)
                .filter(ends_on__gte=clock.now().date())
                .select_related("giver", "receiver"),
            },
        )


class VoteView(LoginRequiredMixin, View):
    """One approval: where it stands, and the reader's own decision first."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form of the decision."""
        answer = request.GET.get("answer", "")
        return self._page(request, self._approval(pk), VoteForm(initial={"answer": answer}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Vote, or show what is missing with everything typed still there."""
        approval = self._approval(pk)
        form = VoteForm(request.POST)
        given = attempt(form, lambda data: vote(approval, actor=request.user, via=Via.HTML, **data))
        if given is None:
            return self._page(request, approval, form, status=UNPROCESSABLE)
        messages.success(
            request,
            _("%(number)s: your vote is “%(answer)s”.")
            % {"number": approval.subject.number, "answer": given.get_answer_display().lower()},
        )
        return redirect("approval-list")

    def _approval(self, pk: int) -> Approval:
        found: Approval | None = (
            Approval.objects.visible_to(self.request.user).with_subject().filter(pk=pk).first()
        )
        if found is None:
            raise Http404
        return found

    def _page(
        self, request: HttpRequest, approval: Approval, form: VoteForm, status: int = 200
    ) -> HttpResponse:
        newer = newer_than(approval)
        subject = subjects.get(approval.subject.kind)
        context = {
            "form": form,
            "card": context_of(newer or approval, request.user),
            "moved": newer is not None,
            "changes_url": subject.changes(approval.subject.specific, approval.subject_hash)
            if subject is not None and newer is not None
            else "",
        }
        return render(request, "approvals/vote.html", context, status=status)


class DelegateView(LoginRequiredMixin, View):
    """Lets the reader name somebody who votes for them while they are away."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        form = DelegationForm(actor=request.user, initial={"starts_on": clock.now().date()})
        return self._page(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Delegate, or show what is wrong."""
        form = DelegationForm(request.POST, actor=request.user)
        made = attempt(form, lambda data: delegate(actor=request.user, **data))
        if made is None:
            return self._page(request, form, status=UNPROCESSABLE)
        messages.success(request, _("%(name)s votes for you then.") % {"name": made.receiver})
        return redirect("approval-list")

    def _page(self, request: HttpRequest, form: DelegationForm, status: int = 200) -> HttpResponse:
        return render(request, "approvals/delegate.html", {"form": form}, status=status)


class EndDelegationView(LoginRequiredMixin, View):
    """Takes a delegation back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it at once."""
        found = Delegation.objects.visible_to(request.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        end_delegation(found, actor=request.user)
        return redirect("approval-list")
