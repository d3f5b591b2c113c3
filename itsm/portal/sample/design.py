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
from valuechain.design_transition.actions import add_remark, settle_remark
from valuechain.design_transition.models import Remark
from valuechain.plan.actions import acknowledge
from valuechain.plan.models import Vision
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

    def remark(
        self, spec: Record, days: float, by: str, part: str, body: str, **more: Any
    ) -> Remark:
        """Comment on a part of a specification."""
        with clock.at(self.ago(days)):
            return add_remark(
                spec, part=part, body=body, actor=self.teller.people[by], via=Via.HTML, **more
            )

    def settle(self, remark: Remark, days: float, by: str) -> None:
        """Tick a comment off."""
        with clock.at(self.ago(days)):
            settle_remark(remark, is_settled=True, actor=self.teller.people[by], via=Via.HTML)

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
    edition = play.hand(vision, 100, "planner", "next_edition")
    play.write(
        edition, 99, "planner",
        statement=(
            "In two years no patient of ours waits because a system is slow, a form is missing "
            "or a device is in the wrong place, and no nurse writes a finding twice."
        ),
    )  # fmt: skip
    play.step(edition, 98, "planner", "submit")
    play.say(edition, 96, "budget", "approve")
    for days, who in ((95, "owner"), (94, "brm"), (90, "architect"), (61, "lead")):
        with clock.at(play.ago(days)):
            acknowledge(Vision.objects.get(pk=edition.pk), actor=play.teller.people[who])
    return edition


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
        risk="medium", size="m", horizon="next", score=62, organisation=_root(play),
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
        vision_line="No patient of ours waits because a system is slow",
        expected_benefit="Half a minute saved at each of 9,000 sign-ins a day.",
        cost=Decimal("120000.00"), risk="low", size="m", horizon="now", score=81,
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
    need = play.open(
        "need", 30, "matteo", title="See the pack before giving it",
        description="Two packs look alike and we find out at the bed. Show us what it looks like.",
        expected_benefit="No mix-up of look-alike packs",
    )  # fmt: skip
    need = play.step(need, 30, "matteo", "submit")
    need = play.step(need, 29, "brm", "take")
    need = play.decide(need, 28, {
        "classify": {"classification": "required",
                     "reason": "The inspection of spring asks for it."},
        "justify": {"reason": "Four near misses in a quarter.", "evidence": "CIRS 118 to 121."},
        "assess": {"fulfilability": "as_desired", "reason": "The pharmacy has the pictures."},
        "qualify": {},
    })  # fmt: skip
    spec = play.hand(
        need, 24.5, "brm", "specify", taker="architect", title="Medication photos at the bedside"
    )
    play.write(
        spec, 23.9, "architect",
        description="Nurses compare a photo with the pack before they give it.",
        blueprint="The picture service of the pharmacy, shown on the ward's devices.",
        options_considered="Printed sheets: out of date within a week.",
        risks="Pictures of new packs come late.",
        estimate=Decimal("23500.00"), time_to_market=play.day(120), duration_days=60,
        owner=play.teller.people["architect"],
    )  # fmt: skip
    photo = play.hand(
        need, 23, "architect", "require", title="A photo for each pack we hold",
        statement="Every pack in the pharmacy's list has a photo.", necessity="must",
        acceptance_test="Compare the list with the pictures.",
    )  # fmt: skip
    fast = play.open(
        "requirement", 23, "architect", title="The photo is there within two seconds",
        description="From the scan to the picture.", requirement_type="quality",
        necessity="should", measure="Time to the picture, 95th percentile", target="2 s",
        acceptance_test="Scan 50 packs on ward 2.", organisation=_root(play),
    )  # fmt: skip
    for requirement in (photo, fast):
        play.step(requirement, 22, "architect", "agree")
        play.step(requirement, 21, "architect", "allocate", spec=spec.number)
    play.step(spec, 9, "architect", "submit")
    asked = play.remark(spec, 8.2, "owner", "blueprint", "Who takes the pictures of new packs?")
    play.say(spec, 8, "owner", "changes", "Say who keeps the pictures up to date, and how fast.")
    play.remark(spec, 6, "architect", "blueprint", "The pharmacy, within a day. It says so now.",
                answers_to=asked)  # fmt: skip
    play.write(
        spec, 5, "architect",
        blueprint=(
            "The picture service of the pharmacy, shown on the ward's devices. The pharmacy takes "
            "a picture of each new pack within a day."
        ),
        risks="Pictures of new packs come late; the list shows which are missing.",
        estimate=Decimal("27800.00"), contingency=Decimal("2500.00"),
        yearly_cost=Decimal("3200.00"), lifetime_years=5, duration_days=75,
        quality_standards="Colours true to sRGB; readable with gloves on.",
    )  # fmt: skip
    play.write(fast, 5, "architect", target="1.5 s")
    play.settle(asked, 3, "owner")
    play.step(spec, 2, "architect", "submit")
    play.remark(spec, 1.5, "owner", "money", "Is the scanner of ward 2 in the estimate?")
    play.say(spec, 1, "owner", "approve", "Good: start with the pharmacy of North.")
