"""What follows from transitions of plan, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.machine import Change
from valuechain.approvals.actions import request_approval, withdraw
from valuechain.approvals.models import Approval
from valuechain.plan.models import Commitment, PolicyEdition, Vision
from valuechain.plan.policies import shortfall_of
from valuechain.records.actions import link_records, perform, set_aside
from valuechain.records.vocabulary import LinkKind


def approval_asked(record: Any, change: Change) -> None:
    """Ask those who decide on it."""
    request_approval(record, actor=change.actor, via=change.via, at=change.at)


def published(vision: Any, change: Change) -> None:
    """The edition that was published until now makes room."""
    others = Vision.objects.filter(
        organisation=vision.organisation_id, state="published"
    ).exclude(pk=vision.pk)  # fmt: skip
    for other in others.order_by("pk"):
        perform(other, "supersede", actor=SYSTEM, via=change.via, at=change.at)


def item_funded(item: Any, change: Change) -> None:
    """Set the missing money aside from the budget named."""
    set_aside(item, shortfall_of(item), change)


def reserved(budget: Any, change: Change) -> None:
    """Set money aside for a record. The budget's row is locked, so two cannot take the same."""
    record, amount = change.answers["record"], change.answers["amount"]
    commitment, _new = Commitment.objects.get_or_create(budget=budget, record_id=record.pk)
    commitment.reserved += amount
    commitment.save(update_fields=["reserved"])
    budget.reserved += amount
    link_records(record, budget, LinkKind.FUNDED_BY, actor=change.actor, via=change.via)


def released(budget: Any, change: Change) -> None:
    """Free money that was set aside for a record."""
    commitment = Commitment.objects.get(budget=budget, record=change.answers["record"])
    amount = change.answers.get("amount", commitment.reserved)
    commitment.reserved -= amount
    commitment.save(update_fields=["reserved"])
    budget.reserved -= amount


def consumed(budget: Any, change: Change) -> None:
    """Spend money that was set aside for a record."""
    commitment = Commitment.objects.get(budget=budget, record=change.answers["record"])
    amount = change.answers["amount"]
    commitment.reserved -= amount
    commitment.consumed += amount
    commitment.save(update_fields=["reserved", "consumed"])
    budget.reserved -= amount
    budget.consumed += amount


def free_money_of(record: Any, *, via: str, at: Any) -> None:
    """Free all that is still set aside for a record that came to nothing, in every budget."""
    for commitment in Commitment.objects.filter(record=record.pk, reserved__gt=0).order_by(
        "budget_id"
    ):
        perform(
            commitment.budget,
            "release",
            actor=SYSTEM,
            via=via,
            at=at,
            data={
                "record": record.number,
                "amount": commitment.reserved,
                "reason": _("%(number)s is %(state)s.")
                % {"number": record.number, "state": str(record.state_label).lower()},
            },
        )


def came_into_force(policy: Any, change: Change) -> None:
    """The text that was agreed to holds from now on, and is kept as the next edition."""
    if policy.next_text:
        policy.text, policy.next_text = policy.next_text, ""
    policy.edition += 1
    PolicyEdition.objects.create(
        policy=policy, edition=policy.edition, text=policy.text, at=change.at
    )


def change_turned_down(policy: Any, _change: Change) -> None:
    """What was proposed is forgotten; the trail keeps it."""
    policy.next_text = ""


def change_taken_back(policy: Any, change: Change) -> None:
    """Nobody is asked any more, and what was proposed is forgotten."""
    for approval in Approval.objects.pending().filter(subject_id=policy.pk):
        withdraw(
            approval, actor=change.actor, via=change.via, at=change.at, record=policy,
            reason=str(change.answers["reason"]),
        )  # fmt: skip
    change_turned_down(policy, change)


def exception_granted(exception: Any, change: Change) -> None:
    """Note who let whom off, and until when: it runs out by itself then."""
    exception.granted_by_id = change.actor.pk
    exception.granted_at = change.at
    exception.follow_up_at = change.answers["follow_up_at"]
    exception.waiting_reason = str(change.answers["reason"])[:300]
    exception.until = localtime(exception.follow_up_at).date()
