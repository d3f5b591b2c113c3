"""The value streams of the sample company, and what went along them."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.telling import Teller
from valuechain.records.models import Record
from valuechain.streams.actions import create_stream, start_instance

#: Name, trigger, outcome, the kind that begins a run, and the steps: activity, name, practice,
#: target in hours, whether it may be repeated.
_STREAMS: tuple[tuple[str, str, str, str, tuple[tuple[str, str, str, int, bool], ...]], ...] = (
    (
        "Restore service",
        "Somebody cannot work",
        "They can work again, and it does not come back",
        "incident",
        (
            ("engage", "Listen to who is affected", "service_desk", 1, True),
            ("deliver_support", "Restore the service", "incident", 8, False),
            ("deliver_support", "Find and remove the cause", "problem", 120, True),
            ("improve", "Learn from it", "continual_improvement", 240, True),
        ),
    ),
    (
        "New service",
        "A stakeholder needs something new",
        "They have it, and say that it brought what they needed",
        "need",
        (
            ("engage", "Understand the need", "relationship", 40, False),
            ("plan", "Decide whether and when", "portfolio", 80, True),
            ("design_transition", "Design it", "service_design", 120, True),
            ("obtain_build", "Obtain and build it", "software", 400, True),
            ("design_transition", "Prepare the transition", "validation", 80, True),
            ("deliver_support", "Put it live", "release", 40, True),
            ("engage", "Ask whether the value came", "relationship", 40, True),
        ),
    ),
)


def tell(teller: Teller) -> None:
    """Draw the streams and take along them what happened so far."""
    root = teller.organisations[company.ROOT]
    owner = teller.people["owner"]
    for name, trigger, outcome, kind, steps in _STREAMS:
        stream = create_stream(
            actor=SYSTEM, organisation=root, owner=owner, name=name, trigger=trigger,
            outcome=outcome,
            steps=[
                {"activity": activity, "name": what, "practice": practice, "target_hours": hours,
                 "is_repeatable": repeatable, "is_optional": place > 0}
                for place, (activity, what, practice, hours, repeatable) in enumerate(steps)
            ],
        )  # fmt: skip
        begun: Any = Record.objects.visible_to(SYSTEM).of_kind(kind).order_by("opened_at", "pk")
        for record in begun:
            with clock.at(record.opened_at):
                start_instance(stream, record, actor=SYSTEM)
