"""How a release moves from a plan to something that runs."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.deliver_support import asks, effects, policies, readiness

RELEASE = Machine(
    "release",
    states=(
        State("planning", _("Planning"), Phase.NEW),
        State("building", _("Building"), Phase.OPEN),
        State("testing", _("Testing"), Phase.OPEN),
        State("ready", _("Ready"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN),
        State("deploying", _("Deploying"), Phase.OPEN),
        State("deployed", _("Deployed"), Phase.DONE, is_final=True),
        State("failed", _("Failed"), Phase.OPEN),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("build", ("planning",), "building", _("Start to build"),
                   may=policies.may_release, tone="primary"),
        Transition("test", ("building",), "testing", _("Start to test"),
                   may=policies.may_release, effect=effects.untested, tone="primary"),
        Transition("pass_tests", ("testing",), None, _("The tests passed"),
                   asks=(asks.TEST_EVIDENCE,), may=policies.may_release,
                   effect=effects.tests_passed),
        Transition("fail_tests", ("testing",), "building", _("The tests failed"),
                   asks=(asks.TEST_EVIDENCE,), may=policies.may_release,
                   effect=effects.untested),
        Transition("make_ready", ("testing",), "ready", _("It is ready"),
                   may=policies.may_release, guard=readiness.is_ready, tone="primary"),
        Transition("accept_overlap", ("planning", "building", "testing", "ready"), None,
                   _("Accept the overlap"), asks=(asks.OVERLAP,),
                   may=policies.may_accept_overlap, guard=readiness.is_overlapping,
                   effect=effects.overlap_accepted, tone="quiet"),
        Transition("return", ("ready", "approved"), "testing", _("Return to testing"),
                   asks=(asks.REASON,), may=policies.may_release),
        Transition("approve", ("ready",), "approved", _("Approve for deployment"),
                   asks=(asks.PRINCIPLE,), may=policies.may_release, guard=readiness.may_go_live, tone="primary"),
        Transition("deploy", ("approved",), "deploying", _("Start to deploy"),
                   may=policies.may_release, guard=readiness.may_go_live, tone="primary"),
        Transition("complete", ("deploying",), "deployed", _("It is deployed"),
                   may=policies.may_release, guard=policies.has_no_open_deployment,
                   tone="primary"),
        Transition("fail", ("deploying",), "failed", _("It failed"), asks=(asks.REASON,),
                   may=policies.may_release, tone="danger"),
        Transition("replan", ("failed",), "planning", _("Plan it again"),
                   may=policies.may_release, effect=effects.untested, tone="primary"),
        Transition("cancel", ("planning", "building", "testing", "ready", "approved", "failed"),
                   "cancelled", _("Cancel"), asks=(asks.REASON,), may=policies.may_release,
                   guard=policies.has_no_open_deployment, tone="danger"),
    ),
)  # fmt: skip
