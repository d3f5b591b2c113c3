"""Where a record's approval stands, on the record's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.approvals.filters import ApprovalDecidedFilter, ApprovalFilter
from valuechain.approvals.models import Approval
from valuechain.approvals.policies import may_vote
from valuechain.approvals.reading import describe, latest_of
from valuechain.approvals.subjects import digest, subjects
from valuechain.approvals.vocabulary import Answer, Result
from valuechain.records.models import Record
from valuechain.records.panels import Card, panels

if TYPE_CHECKING:
    from valuechain.records.kinds import Kind


def register() -> None:
    """Tell the record pages how approvals are shown."""
    panels.cards.append(approval_card)
    panels.shared_filters |= {
        "approval": lambda of: (
            ApprovalFilter(label=_("Approval"), choices=Result.choices) if _approved(of) else None
        ),
        "approval_decided": lambda of: (
            ApprovalDecidedFilter(label=_("Approval decided")) if _approved(of) else None
        ),
    }
    panels.event_words |= {
        "approval.requested": ("system", _("asked for approval")),
        "approval.voted": ("transition", _how_they_voted),
        "approval.step_passed": ("system", _("one step of the approval is passed")),
        "approval.decided": ("system", _("the approval was decided")),
        "approval.withdrawn": ("system", _("the request for approval was withdrawn")),
        "approval.reminded": ("system", _("approvers were reminded")),
        "approval.overdue": ("system", _("the approval is overdue")),
    }


def _approved(of: tuple[Kind, ...]) -> bool:
    """Whether any of the kinds is approved at all."""
    return any(subjects.get(kind.name) for kind in of)


def _how_they_voted(event: Any) -> str:
    answers = dict(Answer.choices)
    return gettext("voted: %(answer)s") % {"answer": answers.get(event.data.get("answer"), "")}


def approval_card(record: Record, actor: Any) -> Card | None:
    """Show the newest approval of a record that can have one."""
    # What is still new is not put up for a decision; why it came back is told by its timeline.
    if subjects.get(record.kind) is None or record.phase == Phase.NEW:
        return None
    approval = latest_of(record)
    if approval is None:
        return None
    approval.subject = record
    context = context_of(approval, actor)
    return Card("approvals/_card.html", context, is_first=context["may_vote"])


def context_of(approval: Approval, actor: Any) -> dict[str, Any]:
    """Return what a page shows of one approval: the reader's own decision and the overall state."""
    state = describe(approval, digest(approval.subject))
    decision = may_vote(actor, approval, now=clock.now()) if approval.is_pending else None
    return {
        "approval": approval,
        "state": state,
        "may_vote": bool(decision) and state.is_current,
        "for_whom": decision.seat.person
        if decision is not None and decision.seat is not None and decision.seat.person != actor
        else None,
    }
