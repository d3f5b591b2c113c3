"""How an objective moves from a proposal to what came of it."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.plan import asks, policies

_UNDER_WAY = ("agreed", "on_track", "at_risk", "off_track")
_REPORT = (asks.ACTUAL, asks.REMARK)

OBJECTIVE = Machine(
    "objective",
    states=(
        State("proposed", _("Proposed"), Phase.NEW),
        State("agreed", _("Agreed"), Phase.OPEN),
        State("on_track", _("On track"), Phase.OPEN),
        State("at_risk", _("At risk"), Phase.OPEN),
        State("off_track", _("Off track"), Phase.OPEN),
        State("achieved", _("Achieved"), Phase.DONE, is_final=True),
        State("missed", _("Missed"), Phase.DONE, is_final=True),
        State("dropped", _("Dropped"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("agree", ("proposed",), "agreed", _("Agree on it"), may=policies.may_plan,
                   guard=policies.is_measurable, tone="primary"),
        Transition("report_on_track", _UNDER_WAY, "on_track", _("Report: on track"),
                   asks=_REPORT, may=policies.may_plan),
        Transition("report_at_risk", _UNDER_WAY, "at_risk", _("Report: at risk"), asks=_REPORT,
                   may=policies.may_plan),
        Transition("report_off_track", _UNDER_WAY, "off_track", _("Report: off track"),
                   asks=_REPORT, may=policies.may_plan),
        Transition("achieve", _UNDER_WAY, "achieved", _("It is achieved"), asks=(asks.ACTUAL,),
                   may=policies.may_plan, check=policies.meets_its_target, tone="primary"),
        Transition("miss", _UNDER_WAY, "missed", _("It was missed"), asks=(asks.REASON,),
                   may=policies.may_plan, guard=policies.is_past_due),
        Transition("drop", ("proposed", *_UNDER_WAY), "dropped", _("Drop"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip
