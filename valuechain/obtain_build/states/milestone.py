"""How a milestone is reported, and how it ends."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.obtain_build import asks, effects, policies

_REPORTED = ("on_track", "at_risk", "late")
_LIVE = ("planned", *_REPORTED)

MILESTONE = Machine(
    "milestone",
    states=(
        State("planned", _("Planned"), Phase.NEW),
        State("on_track", _("On track"), Phase.OPEN),
        State("at_risk", _("At risk"), Phase.OPEN),
        State("late", _("Late"), Phase.OPEN),
        State("achieved", _("Achieved"), Phase.DONE, is_final=True),
        State("missed", _("Missed"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("report_on_track", ("planned", "at_risk", "late"), "on_track",
                   _("It is on track"), asks=(asks.FORECAST,), may=policies.may_plan),
        Transition("report_at_risk", ("planned", "on_track", "late"), "at_risk",
                   _("It is at risk"), asks=(asks.REASON, asks.FORECAST), may=policies.may_plan),
        Transition("report_late", ("planned", "on_track", "at_risk"), "late", _("It is late"),
                   asks=(asks.REASON, asks.FORECAST), may=policies.may_plan),
        Transition("rebaseline", _LIVE, None, _("Set a new baseline"),
                   asks=(asks.NEW_BASELINE, asks.REASON), may=policies.may_plan,
                   check=policies.is_after_its_baseline, effect=effects.rebaselined),
        Transition("achieve", _LIVE, "achieved", _("It is achieved"), asks=(asks.ACHIEVED_ON,),
                   may=policies.may_plan, tone="primary"),
        Transition("miss", _LIVE, "missed", _("It is missed"), asks=(asks.REASON,),
                   may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip
