"""Where the sample company wants to be, what it pays for, and what it has drawn up to be built."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.engage import Engagement
from itsm.portal.sample.telling import Teller
from valuechain.approvals.actions import vote
from valuechain.approvals.models import Approval
from valuechain.records.actions import link_records
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via


class Planning(Engagement):
    """Plays plans, votes and money, each step at its own time before now."""

    def say(self, record: Record, days: float, by: str, answer: str, comment: str = "") -> None:
        """Vote on what is waiting for a decision about a record."""
        approval = Approval.objects.pending().get(subject_id=record.pk)
        at = self.ago(days)
        with clock.at(at):
            vote(
                approval, answer, actor=self.teller.people[by], via=Via.HTML, comment=comment, at=at
            )  # fmt: skip

    def link(self, source: Record, days: float, by: str, kind: str, target: Record) -> None:
        """Say how one record relates to another."""
        with clock.at(self.ago(days)):
            link_records(source, target, kind, actor=self.teller.people[by], via=Via.HTML)

    def write(self, record: Record, days: float, by: str, **changes: Any) -> None:
        """Edit a record through its kind's own door."""
        with clock.at(self.ago(days)):
            record.kind_entry.edit(
                record, changes, actor=self.teller.people[by], via=Via.HTML
            )  # fmt: skip


def tell(teller: Teller) -> None:
    """Play everything, in the order in which it happened."""
    play = Planning(teller)
    vision = _vision(play)
    objectives = _objectives(play, vision)
    budget = _budget(play)
    item = _portfolio(play, objectives)
    _spec_being_built(play, item, budget)
    _spec_in_review(play)


def _root(play: Planning) -> Any:
    return play.teller.organisations[company.ROOT]


def _vision(play: Planning) -> Record:
    vision = play.open(
        "vision", 200, "planner", title="Care without waiting", organisation=_root(play),
        statement=(
            "In three years no patient of ours waits because a system is slow, a form is missing "
            "or a device is in the wrong place."
        ),
        horizon=play.day(900), owner=play.teller.people["planner"],
    )  # fmt: skip
    play.step(vision, 198, "planner", "submit")
    play.say(vision, 195, "budget", "approve")
    return vision


def _objectives(play: Planning, vision: Record) -> list[Record]:
    found = []
    for title, measure, unit, baseline, target, report in (
        ("Sign-in at the bedside in seconds", "Median time to sign in", "s", 48, 10, "at_risk"),
        ("Referrals without paper", "Share of referrals sent on paper", "%", 35, 5, "on_track"),
    ):
        objective = play.open(
            "objective", 180, "planner", title=title, measure=measure, unit=unit,
            baseline=Decimal(baseline), target=Decimal(target), due=play.day(240),
            for_vision=vision, organisation=_root(play), owner=play.teller.people["planner"],
        )  # fmt: skip
        play.step(objective, 178, "planner", "agree")
        play.step(
            objective, 20, "planner", f"report_{report}", actual=str((baseline + target) // 2)
        )
        found.append(objective)
    return found


def _budget(play: Planning) -> Record:
    budget = play.open(
        "budget", 170, "budget", title="Digital care", amount=Decimal("480000.00"),
        period_start=play.day(-170), period_end=play.day(195), organisation=_root(play),
        owner=play.teller.people["budget"],
    )  # fmt: skip
    play.step(budget, 169, "budget", "propose")
    play.say(budget, 166, "planner", "approve")
    return budget


def _portfolio(play: Planning, objectives: list[Record]) -> Record:
    need = Record.objects.filter(kind="need", state="qualified").order_by("pk").first()
    waiting = play.open(
        "portfolio_item", 30, "planner", title="Tablets on every ward round",
        expected_benefit="Findings are written once, at the bedside.", cost=Decimal("96000.00"),
        risk="medium", size="m", horizon="next", organisation=_root(play),
        requester=play.teller.people["requester"], owner=play.teller.people["planner"],
    )  # fmt: skip
    play.step(waiting, 29, "planner", "evaluate")
    project = next(
        (r for r in Record.objects.filter(kind="project_initiation", state="approved")), None
    )
    source = project or need
    if source is not None:
        play.link(waiting, 28, "planner", LinkKind.DERIVED_FROM, source)
        play.step(waiting, 3, "planner", "request_approval")

    item = play.open(
        "portfolio_item", 120, "planner", title="One sign-in for the clinics",
        expected_benefit="Half a minute saved at each of 9,000 sign-ins a day.",
        cost=Decimal("120000.00"), risk="low", size="m", horizon="now",
        organisation=_root(play), requester=play.teller.people["requester"],
        owner=play.teller.people["planner"],
    )  # fmt: skip
    play.link(item, 119, "planner", LinkKind.FULFILS, objectives[0])
    play.step(item, 118, "planner", "evaluate")
    if source is not None:
        play.link(item, 117, "planner", LinkKind.DERIVED_FROM, source)
        play.step(item, 116, "planner", "request_approval")
        play.say(item, 114, "budget", "approve")
    return item


def _spec_being_built(play: Planning, item: Record, budget: Record) -> None:
    """One specification that is approved and funded, with a newer version being written."""
    spec = play.hand(item, 110, "architect", "specify", title="One sign-in at the bedside")
    play.write(
        spec, 109, "architect",
        description="A badge held to the reader opens the session that was left elsewhere.",
        blueprint=(
            "Badge readers on 140 devices, one session broker, the directory we have.\n\n"
            "The broker keeps no password; a lost badge is blocked within a minute."
        ),
        quality_standards="Sign-in within 10 s at the 95th percentile; EN 301 549.",
        options_considered="Passwords kept by the browser: refused by data protection.",
        transition_approach="Ward by ward, two weeks apart, badge and password side by side.",
        risks="Readers from one supplier only.",
        capacity_today="9,000 sign-ins a day", capacity_horizon="14,000 sign-ins a day",
        lifetime_years=6, estimate=Decimal("84000.00"), yearly_cost=Decimal("9500.00"),
        duration_days=120, time_to_market=play.day(75),
        owner=play.teller.people["architect"],
    )  # fmt: skip
    for title, kind, necessity, test in (
        ("Sign in with a badge", "functional", "must", "Hold the badge: the session opens."),
        ("Ready within 10 seconds", "quality", "must", "Measure 200 sign-ins on ward 3."),
        ("Block a lost badge", "functional", "must", "Block it; try it a minute later."),
        ("Work with gloves", "quality", "should", "Ten people with gloves sign in."),
    ):
        requirement = play.hand(
            item, 108, "architect", "require", title=title, statement=title, necessity=necessity,
            acceptance_test=test,
        )  # fmt: skip
        play.write(requirement, 107.9, "architect", requirement_type=kind)
        play.step(requirement, 107, "architect", "agree")
        play.step(requirement, 106, "architect", "allocate", spec=spec.number)
    spec = play.step(spec, 100, "architect", "submit")
    play.say(spec, 98, "owner", "approve", "Support will carry it.")
    play.say(spec, 95, "budget", "approve")
    play.step(spec, 90, "budget", "fund", budget=budget.number)
    play.write(spec, 6, "architect", estimate=Decimal("91500.00"),
               risks="Readers from one supplier only; a second one is being tried.")  # fmt: skip


def _spec_in_review(play: Planning) -> None:
    """One specification that waits for the holder of the budget."""
    spec = play.open(
        "design_spec", 24, "architect", title="Medication photos at the bedside",
        description="Nurses compare a photo with the pack before they give it.",
        blueprint="The picture service of the pharmacy, shown on the ward's devices.",
        options_considered="Printed sheets: out of date within a week.",
        risks="Pictures of new packs come late.",
        estimate=Decimal("23500.00"), time_to_market=play.day(120), duration_days=60,
        organisation=_root(play), requester=play.teller.people["matteo"],
        owner=play.teller.people["architect"],
    )  # fmt: skip
    requirement = play.open(
        "requirement", 23, "architect", title="A photo for each pack we hold",
        description="Every pack in the pharmacy's list has a photo.", necessity="must",
        acceptance_test="Compare the list with the pictures.", organisation=_root(play),
    )  # fmt: skip
    play.step(requirement, 22, "architect", "agree")
    play.step(requirement, 21, "architect", "allocate", spec=spec.number)
    play.step(spec, 2, "architect", "submit")
    play.say(spec, 1, "owner", "approve", "Good: start with the pharmacy of North.")
