"""How an expected benefit waits for its day and is confirmed or missed."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.improve import asks, policies
from valuechain.records.policies import may_work

BENEFIT = Machine(
    "benefit",
    states=(
        State("expected", _("Expected"), Phase.WAITING),
        State("asked", _("Stakeholder asked"), Phase.OPEN),
        State("realised", _("Realised"), Phase.DONE, is_final=True),
        State("partly", _("Realised in part"), Phase.DONE, is_final=True),
        State("missed", _("Missed"), Phase.DONE, is_final=True),
        State("dropped", _("Dropped"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("resume", ("expected",), "asked", _("Ask the stakeholder"), may=may_work,
                   tone="primary"),
        Transition("confirm", ("asked",), "realised", _("It came"),
                   asks=(asks.ACTUAL, asks.SAID), may=policies.is_its_stakeholder,
                   tone="primary"),
        Transition("confirm_partly", ("asked",), "partly", _("It came in part"),
                   asks=(asks.ACTUAL, asks.MISSING), may=policies.is_its_stakeholder),
        Transition("report_missed", ("asked",), "missed", _("It did not come"),
                   asks=(asks.ACTUAL, asks.MISSING), may=policies.is_its_stakeholder),
        Transition("drop", ("expected", "asked"), "dropped", _("No longer expected"),
                   asks=(asks.PUBLIC_REASON,), may=may_work, tone="danger"),
    ),
)  # fmt: skip
