"""The rules of the sample company: what holds, who is let off, and where a rule is applied."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils.timezone import make_aware

from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.design import Planning
from itsm.portal.sample.telling import Teller
from sla.models import Agreement
from valuechain.approvals.models import ApprovalPolicy
from valuechain.plan.actions import apply_policy
from valuechain.plan.models import Policy
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via


def tell(teller: Teller) -> None:
    """Play everything, in the order in which it happened."""
    play = Planning(teller)
    access = _in_force(
        play, 190, "One person, one account",
        (
            "Nobody signs in with an account that is not their own. A shared account is an exception "
            "with a last day.\n\nEach account is closed on the day somebody leaves."
        ),
        review_on=play.day(-12),
    )  # fmt: skip
    money = _in_force(
        play, 185, "Two people agree before money is spent",
        (
            "Whoever asks for a service, a change or a purchase does not approve it. Above "
            "10,000 EUR a budget holder agrees as well."
        ),
        review_on=play.day(150),
    )  # fmt: skip
    care = _in_force(
        play, 160, "Care comes first",
        "What stops work with patients is answered within 15 minutes, at any hour.",
        review_on=play.day(61),
    )  # fmt: skip
    play.step(
        care, 60, "planner", "propose_change",
        next_text="What stops work with patients is answered within 10 minutes, at any hour.",
        reason="The wards have had ten minutes by telephone since spring.",
    )  # fmt: skip
    play.say(care, 58, "budget", "approve")
    _use(play, money, "approval_policy", ApprovalPolicy.objects.order_by("pk").first())
    _use(play, care, "agreement", Agreement.objects.order_by("pk").first())
    _exceptions(play, access)


def _in_force(play: Planning, days: float, title: str, text: str, *, review_on: Any) -> Record:
    policy = play.open(
        "policy", days, "planner", title=title, text=text, review_on=review_on,
        organisation=play.teller.organisations[company.ROOT], owner=play.teller.people["planner"],
    )  # fmt: skip
    play.step(policy, days - 1, "planner", "submit")
    play.say(policy, days - 3, "budget", "approve")
    return policy


def _use(play: Planning, policy: Record, place: str, thing: Any) -> None:
    if thing is None:
        return
    with clock.at(play.ago(55)):
        apply_policy(
            Policy.objects.get(pk=policy.pk), place, str(thing.pk),
            actor=play.teller.people["planner"], via=Via.HTML,
        )  # fmt: skip


def _exceptions(play: Planning, policy: Record) -> None:
    shared = play.hand(
        policy, 40, "lead", "except", title="A shared account at the night desk",
        applies_to="Night desk, ward 3", until=play.day(45).isoformat(),
        grounds="Badge readers come with the new sign-in; until then nobody can change accounts "
                "between two calls.",
    )  # fmt: skip
    play.step(
        shared, 38, "planner", "grant", reason="Only on the two devices of the desk.",
        follow_up_at=make_aware(datetime.combine(play.day(45), time(23, 59))).isoformat(),
    )  # fmt: skip
    play.hand(
        policy, 2, "owner", "except", title="A test account for the suppliers",
        applies_to="Test system of the registration", until=play.day(20).isoformat(),
        grounds="The supplier tests the badge readers with ten people.",
    )  # fmt: skip
