"""What has to be done before specifications, budgets and the portfolio move on, through their doors."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from itsm.accounts.models import Organisation, RoleGrant, User
from itsm.core import clock
from valuechain.approvals.actions import vote
from valuechain.approvals.models import Approval
from valuechain.approvals.querysets import ApprovalQuerySet
from valuechain.approvals.resolving import holders
from valuechain.plan.models import PolicyException
from valuechain.records.actions import (
    accept_handover,
    edit_record,
    hand_off,
    link_records,
    perform,
)
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via

#: What the kinds are opened with beyond a title and a requester.
FILLED: dict[str, dict[str, Any]] = {
    "requirement": {
        "description": "The display shows every free berth.",
        "acceptance_test": "Count the berths and compare.",
        "necessity": "must",
    },
    "design_spec": {
        "description": "A display of the free berths.",
        "blueprint": "One radar, one screen.",
        "estimate": Decimal("1200.00"),
        "time_to_market": date(2030, 4, 1),
    },
    "transition_plan": {
        "steps": "Switch it on.",
        "cut_over": "At night.",
        "back_out": "Switch it off.",
        "acceptance_criteria": "It is on.",
    },
    "vision": {"statement": "Every ship finds its berth.", "horizon": date(2030, 12, 31)},
    "objective": {
        "measure": "Hours a ship waits",
        "baseline": Decimal(9),
        "target": Decimal(2),
        "due": date(2030, 6, 30),
    },
    "portfolio_item": {
        "expected_benefit": "Ships wait less.",
        "cost": Decimal("5000.00"),
        "risk": "low",
    },
    "policy": {"text": "Every berth is booked a day ahead.", "review_on": date(2030, 6, 30)},
    "policy_exception": {
        "applies_to": "The pilot boat",
        "grounds": "It saves lives.",
        "until": date(2030, 1, 31),
    },
    "budget": {
        "amount": Decimal("100000.00"),
        "period_start": date(2026, 1, 1),
        "period_end": date(2030, 12, 31),
    },
}

APPROVERS = {
    "Abel Architect": "architect",
    "Berta Budget": "budget_holder",
    "Pablo Planner": "planner",
}


def approvers_in(organisation: Organisation) -> None:
    """See to it that there is somebody in each role the policies ask."""
    for name, role in APPROVERS.items():
        address = f"{name.lower().replace(' ', '.')}@example.org"
        person, is_new = User.objects.get_or_create(
            email=address, defaults={"name": name, "organisation": organisation}
        )
        if is_new:
            RoleGrant.objects.create(user=person, role=role, organisation=organisation)


def holder(role: str, record: Record) -> User:
    """Return somebody who holds a role where a record belongs."""
    return next(iter(holders(role, record)))


def _waiting(record: Record) -> ApprovalQuerySet:
    found: ApprovalQuerySet = Approval.objects.pending().filter(subject_id=record.pk)
    return found


def ready_to_ask(record: Record, cast: Any) -> None:
    """Have approvers at hand."""
    approvers_in(cast.organisation)


def all_approve(record: Record, cast: Any) -> None:
    """Let everybody who is asked approve, step by step; ask first where nobody was."""
    ready_to_ask(record, cast)
    if not _waiting(record).exists() and record.kind == "portfolio_item":
        need_behind(record, cast)
        perform(record, "request_approval", actor=cast.admin, via=Via.HTML)
    while approval := _waiting(record).first():
        seat = approval.seats.filter(step=approval.current_step).exclude(
            person__in=approval.votes.values("approver")
        )[0]
        vote(approval, "approve", actor=seat.person, via=Via.HTML)


def _one_says(answer: str) -> Any:
    def say(record: Record, cast: Any) -> None:
        ready_to_ask(record, cast)
        approval = _waiting(record).first()
        seat = approval.seats.filter(step=approval.current_step)[0]
        vote(approval, answer, actor=seat.person, via=Via.HTML, comment="Not like this.")

    return say


def write_another_version(record: Record, cast: Any) -> None:
    """Change the text of a specification that is in force."""
    ready_to_ask(record, cast)
    text = {"blueprint": f"Two radars, one screen. {clock.now().isoformat()}"}
    record.kind_entry.edit(record, text, actor=cast.admin, via=Via.HTML)


def approve_another_version(record: Record, cast: Any) -> None:
    """Write, put up and approve a new version."""
    write_another_version(record, cast)
    perform(record, "submit_revision", actor=cast.admin, via=Via.HTML)
    all_approve(record, cast)


def turn_another_version_down(record: Record, cast: Any) -> None:
    """Write and put up a new version that somebody rejects."""
    write_another_version(record, cast)
    perform(record, "submit_revision", actor=cast.admin, via=Via.HTML)
    _one_says("reject")(record, cast)


def a_budget(cast: Any) -> Any:
    """Open a budget and have it approved."""
    budget = kinds["budget"].open(
        actor=cast.admin, via=Via.HTML, title="Harbour works", organisation=cast.organisation,
        **FILLED["budget"],
    )  # fmt: skip
    approvers_in(cast.organisation)
    perform(budget, "propose", actor=cast.admin, via=Via.HTML)
    all_approve(budget, cast)
    return budget.kind_entry.model._default_manager.get(pk=budget.pk)


def set_money_aside(record: Record, cast: Any) -> None:
    """Reserve what a specification or an item costs."""
    special: Any = record.specific
    amount = special.cost if record.kind == "portfolio_item" else special.estimate
    perform(
        a_budget(cast), "reserve", actor=cast.admin, via=Via.HTML,
        data={"record": record.number, "amount": amount},
    )  # fmt: skip


def take_over_to_build(record: Record, cast: Any) -> None:
    """Hand a funded specification to obtain & build, and accept it there."""
    handover = hand_off(
        record, "build", actor=cast.admin, via=Via.HTML,
        data={"sourcing": "build", "needed_at": "2030-01-01", "needed_location": "Pier 4"},
    )  # fmt: skip
    accept_handover(handover, actor=cast.admin, via=Via.HTML)


def accept_its_components(record: Record, cast: Any) -> None:
    """Walk every component of a specification to where it is accepted."""
    from tests.factories import walk

    for link in record.links_in.filter(source__kind="component", kind=LinkKind.IMPLEMENTS):
        walk(link.source, "accepted", cast)


def deploy_it(record: Record, cast: Any) -> None:
    """Deploy a release that implements a specification."""
    from tests.factories import at_state

    release = at_state("release", "deployed", cast)
    link_records(release, record, LinkKind.IMPLEMENTS, actor=cast.admin, via=Via.HTML)


def need_behind(record: Record, cast: Any) -> None:
    """Link a need that was found justified."""
    from tests.factories import at_state

    need = at_state("need", "qualified", cast)
    link_records(record, need, LinkKind.DERIVED_FROM, actor=cast.admin, via=Via.HTML)


def need_behind_and_ready(record: Record, cast: Any) -> None:
    """Link a justified need and have approvers at hand."""
    ready_to_ask(record, cast)
    need_behind(record, cast)


def specify(record: Record, cast: Any) -> None:
    """Begin a specification for a portfolio item."""
    hand_off(record, "specify", actor=cast.admin, via=Via.HTML)


def make_its_specs_live(record: Record, cast: Any) -> None:
    """Walk every specification of an item until it is deployed."""
    from tests.factories import walk

    for link in record.links_in.filter(source__kind="design_spec", kind=LinkKind.DERIVED_FROM):
        edit_record(
            link.source, FILLED["design_spec"] | {"title": "Berths"}, actor=cast.admin, via=Via.HTML
        )
        walk(link.source, "transitioned", cast)


def publish_the_next(record: Record, cast: Any) -> None:
    """Publish another vision of the same organisation."""
    ready_to_ask(record, cast)
    other = kinds["vision"].open(
        actor=cast.admin, via=Via.HTML, title="Next", organisation=record.organisation,
        **FILLED["vision"],
    )  # fmt: skip
    perform(other, "submit", actor=cast.admin, via=Via.HTML)
    all_approve(other, cast)


def let_the_day_pass(record: Record, cast: Any) -> None:
    """Put the day an objective was due on into the past."""
    past = (clock.now() - timedelta(days=2)).date()
    edit_record(record, {"due": past}, actor=cast.admin, via=Via.HTML)


def a_policy_in_force(cast: Any) -> dict[str, Any]:
    """Put a policy in force that somebody can be let off."""
    from tests.factories import at_state

    return {"for_policy": at_state("policy", "in_force", cast)}


def propose_another_text(record: Record, cast: Any) -> None:
    """Put another text of a policy up."""
    ready_to_ask(record, cast)
    special: Any = record
    if not special.next_text:
        words = {"next_text": f"Two days ahead. {clock.now().isoformat()}", "reason": "Storms."}
        perform(record, "propose_change", actor=cast.admin, via=Via.HTML, data=words)


def approve_another_text(record: Record, cast: Any) -> None:
    """Put another text up and have it approved."""
    propose_another_text(record, cast)
    all_approve(record, cast)


def turn_another_text_down(record: Record, cast: Any) -> None:
    """Put another text up that somebody rejects."""
    propose_another_text(record, cast)
    _one_says("reject")(record, cast)


def let_it_run_out(record: Record, _cast: Any) -> None:
    """Put the last day of an exception into the past."""
    past = clock.now() - timedelta(days=2)
    PolicyException.objects.filter(pk=record.pk).update(follow_up_at=past)


NEEDED = {
    "policy": lambda cast: {"owner": cast.admin},
    "policy_exception": a_policy_in_force,
}


def spec_and_change(record: Record, cast: Any) -> None:
    """Link a built specification and an authorised change."""
    from tests.factories import at_state

    spec = at_state("design_spec", "built", cast)
    change = at_state("change", "authorised", cast)
    link_records(record, spec, LinkKind.IMPLEMENTS, actor=cast.admin, via=Via.HTML)
    link_records(change, record, LinkKind.IMPLEMENTS, actor=cast.admin, via=Via.HTML)


def _a_spec(record: Record, cast: Any) -> str:
    spec = kinds["design_spec"].open(
        actor=cast.admin, via=Via.HTML, title="Berths", organisation=cast.organisation
    )
    return spec.number


def set_something_aside(record: Record, cast: Any) -> None:
    """Set money aside; a frozen budget is unfrozen for that moment."""
    asked = {"record": _a_spec(record, cast), "amount": Decimal(10)}
    is_frozen = record.state == "frozen"
    if is_frozen:
        perform(record, "unfreeze", actor=cast.admin, via=Via.HTML)
    perform(record, "reserve", actor=cast.admin, via=Via.HTML, data=asked)
    if is_frozen:
        perform(record, "freeze", actor=cast.admin, via=Via.HTML, data={"reason": "Year end."})


def _what_is_paid_for(record: Record, _cast: Any) -> str:
    budget: Any = record
    return str(budget.commitments.latest("pk").record.number)


def _what_the_money_is_for(record: Record, cast: Any) -> str:
    budget: Any = record
    return (
        _what_is_paid_for(record, cast)
        if budget.commitments.filter(reserved__gt=0).exists()
        else _a_spec(record, cast)
    )


#: Answers to questions for a record, where not any record will do.
ANSWERS = {
    ("requirement", "spec"): _a_spec,
    ("budget", "record"): _what_the_money_is_for,
}

PREPARATIONS = {
    ("design_spec", "submit"): ready_to_ask,
    ("design_spec", "approve"): all_approve,
    ("design_spec", "request_changes"): _one_says("changes"),
    ("design_spec", "reject"): _one_says("reject"),
    ("design_spec", "fund"): set_money_aside,
    ("design_spec", "release_to_build"): take_over_to_build,
    ("design_spec", "complete_build"): accept_its_components,
    ("design_spec", "transition"): deploy_it,
    ("design_spec", "submit_revision"): write_another_version,
    ("design_spec", "adopt_revision"): approve_another_version,
    ("design_spec", "turn_down_revision"): turn_another_version_down,
    ("transition_plan", "execute"): spec_and_change,
    ("vision", "submit"): ready_to_ask,
    ("vision", "publish"): all_approve,
    ("vision", "supersede"): publish_the_next,
    ("objective", "miss"): let_the_day_pass,
    ("portfolio_item", "request_approval"): need_behind_and_ready,
    ("portfolio_item", "approve"): all_approve,
    ("portfolio_item", "fund"): set_money_aside,
    ("portfolio_item", "start_delivery"): specify,
    ("portfolio_item", "deliver"): make_its_specs_live,
    ("policy", "submit"): ready_to_ask,
    ("policy", "publish"): all_approve,
    ("policy", "propose_change"): ready_to_ask,
    ("policy", "take_back_change"): propose_another_text,
    ("policy", "adopt_change"): approve_another_text,
    ("policy", "turn_down_change"): turn_another_text_down,
    ("policy_exception", "resume"): let_it_run_out,
    ("budget", "propose"): ready_to_ask,
    ("budget", "approve"): all_approve,
    ("budget", "release"): set_something_aside,
    ("budget", "spend"): set_something_aside,
}
