"""How a service moves from an idea to live, and one day out of use."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.deliver_support import asks, effects, policies

SERVICE = Machine(
    "service",
    states=(
        State("proposed", _("Proposed"), Phase.NEW),
        State("in_design", _("In design"), Phase.OPEN),
        State("in_build", _("In build"), Phase.OPEN),
        State("live", _("Live"), Phase.OPEN),
        State("degraded", _("Degraded"), Phase.OPEN),
        State("retiring", _("Retiring"), Phase.OPEN),
        State("retired", _("Retired"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("design", ("proposed",), "in_design", _("Start the design"),
                   may=policies.may_run_service, tone="primary"),
        Transition("adopt", ("proposed",), "live", _("It runs already"),
                   may=policies.may_run_service, effect=effects.working),
        Transition("build", ("in_design",), "in_build", _("Start to build"),
                   may=policies.may_run_service, tone="primary"),
        Transition("go_live", ("in_build",), "live", _("Go live"),
                   may=policies.may_run_service, effect=effects.working, tone="primary"),
        Transition("degrade", ("live",), "degraded", _("Report that it is not well"),
                   asks=(asks.HEALTH, asks.HEALTH_NOTE), may=policies.may_report_health),
        Transition("restore", ("degraded",), "live", _("It works again"),
                   asks=(asks.RESTORED_NOTE,), may=policies.may_report_health,
                   effect=effects.working, tone="primary"),
        Transition("update_health", ("degraded",), None, _("Change what people read"),
                   asks=(asks.HEALTH, asks.HEALTH_NOTE), may=policies.may_report_health),
        Transition("retire", ("live", "degraded"), "retiring", _("Begin to retire it"),
                   asks=(asks.REASON,), may=policies.may_run_service),
        Transition("complete_retirement", ("retiring",), "retired", _("Out of use"),
                   may=policies.may_run_service, effect=effects.out_of_use, tone="primary"),
        Transition("drop", ("proposed", "in_design", "in_build"), "retired",
                   _("Drop the idea"), asks=(asks.REASON,), may=policies.may_run_service,
                   tone="danger"),
    ),
)  # fmt: skip
