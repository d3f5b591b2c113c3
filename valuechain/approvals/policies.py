"""Who may vote, and who never may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision, deny
from valuechain.approvals.models import Approval, Delegation, Seat


@dataclass(frozen=True, slots=True)
class VoteDecision(Decision):
    """Whether somebody may vote, and whose say it would be."""

    seat: Seat | None = None


def may_vote(actor: Any, approval: Approval, *, now: datetime) -> VoteDecision:
    """Those asked in the present step, or who they delegated to; never requester or author."""
    if actor.pk is None:
        return _no(_("Only a person can vote."), code="not_a_person")
    if actor.pk in approval.barred or actor.pk == approval.requested_by_id:
        return _no(
            _("Nobody approves what they asked for or wrote themselves."), code="own_subject"
        )
    seats = list(approval.seats.filter(step=approval.current_step).select_related("person"))
    votes = list(approval.votes.filter(step=approval.current_step))
    if any(vote.cast_by_id == actor.pk or vote.approver_id == actor.pk for vote in votes):
        return _no(_("You have voted on this step already."), code="voted_already")
    said = {vote.approver_id for vote in votes}
    voices = {actor.pk, *Delegation.objects.givers_of(actor, now=now)}
    open_seats = [s for s in seats if s.person_id in voices and s.person_id not in said]
    own_first = sorted(open_seats, key=lambda seat: seat.person_id != actor.pk)
    if own_first:
        return VoteDecision(allowed=True, seat=own_first[0])
    return _no(
        _("You are not asked in this step. It waits for: %(names)s.")
        % {"names": ", ".join(str(s.person) for s in seats if s.person_id not in said)},
        code="not_an_approver",
    )


def _no(reason: Any, *, code: str) -> VoteDecision:
    return VoteDecision(allowed=False, reason=reason, code=code)


def may_keep_policies(actor: Any) -> Decision:
    """Administrators decide who decides."""
    if actor.access.is_admin:
        return ALLOW
    return deny(_("Only an administrator changes approval policies."))


def may_follow_votes(actor: Any, _record: Any) -> Decision:
    """A transition that the program alone takes, when the votes are in."""
    if actor.access.is_system:
        return ALLOW
    return deny(_("The approvers' votes decide this; nobody sets it by hand."), code="by_votes")
