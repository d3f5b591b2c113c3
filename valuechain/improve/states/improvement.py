"""How an improvement moves from a candidate to a measured effect."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.improve import asks, effects, policies

_LIVE = ("candidate", "triaged", "parked", "accepted", "in_progress", "measuring")

IMPROVEMENT = Machine(
    "improvement",
    states=(
        State("candidate", _("Candidate"), Phase.NEW),
        State("triaged", _("Triaged"), Phase.OPEN),
        State("parked", _("Parked"), Phase.WAITING),
        State("accepted", _("Accepted"), Phase.OPEN),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("measuring", _("Measuring"), Phase.OPEN),
        State("succeeded", _("Succeeded"), Phase.DONE, is_final=True),
        State("partly", _("Partly"), Phase.DONE, is_final=True),
        State("no_effect", _("No effect"), Phase.DONE, is_final=True),
        State("declined", _("Declined"), Phase.VOID, is_final=True),
        State("duplicate", _("Duplicate"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("triage", ("candidate",), "triaged", _("Triage"), asks=asks.ESTIMATES,
                   may=policies.may_decide, effect=effects.take, tone="primary"),
        Transition("accept", ("triaged",), "accepted", _("Accept"), may=policies.may_decide,
                   guard=policies.has_owner_and_measure, effect=effects.accepted,
                   tone="primary"),
        Transition("park", ("candidate", "triaged"), "parked", _("Park"), asks=asks.HOLD,
                   may=policies.may_decide),
        Transition("resume", ("parked",), "triaged", _("Take up again"),
                   may=policies.may_decide, tone="primary"),
        Transition("start", ("accepted",), "in_progress", _("Start work"),
                   may=policies.may_decide, tone="primary"),
        Transition("measure", ("in_progress",), "measuring", _("Measure the effect"),
                   may=policies.may_decide, guard=policies.something_was_done, tone="primary"),
        Transition("iterate", ("measuring",), "in_progress", _("Try again"),
                   asks=(asks.LESSON,), may=policies.may_decide),
        Transition("confirm_success", ("measuring",), "succeeded", _("It worked"),
                   asks=(*asks.AFTER, asks.LEARNT), may=policies.may_decide,
                   check=policies.meets_target, effect=effects.over, tone="primary"),
        Transition("confirm_partly", ("measuring",), "partly", _("It helped in part"),
                   asks=(*asks.AFTER, asks.LESSON), may=policies.may_decide,
                   check=policies.is_better_than_before, effect=effects.over),
        Transition("confirm_no_effect", ("measuring",), "no_effect", _("It had no effect"),
                   asks=(*asks.AFTER, asks.LESSON), may=policies.may_decide,
                   effect=effects.over),
        Transition("assign", _LIVE, None, _("Change the owner"), asks=(asks.OWNER,),
                   may=policies.may_decide, tone="quiet"),
        Transition("mark_duplicate", ("candidate", "triaged"), "duplicate",
                   _("It is a duplicate"), asks=(asks.INTO,), may=policies.may_decide,
                   effect=effects.duplicated, tone="quiet"),
        Transition("decline", ("candidate", "triaged", "parked"), "declined", _("Decline"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_decide, effect=effects.over,
                   tone="danger"),
    ),
)  # fmt: skip
