"""How stakeholders come and go, and how an interaction is planned, held and followed up."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.engage import asks, policies

STAKEHOLDER = Machine(
    "stakeholder",
    states=(
        State("active", _("Active"), Phase.OPEN),
        State("dormant", _("Dormant"), Phase.WAITING),
        State("left", _("Left"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("report_health", ("active", "dormant"), None, _("Report the relationship"),
                   asks=asks.HEALTH, may=policies.may_keep_relations, tone="primary"),
        Transition("assign_liaison", ("active", "dormant"), None, _("Change the liaison"),
                   asks=(asks.LIAISON,), may=policies.may_keep_relations, tone="quiet"),
        Transition("rest", ("active",), "dormant", _("Nothing at stake for now"),
                   asks=asks.HOLD, may=policies.may_keep_relations, tone="quiet"),
        Transition("resume", ("dormant",), "active", _("Active again"),
                   may=policies.may_keep_relations, tone="primary"),
        Transition("leave", ("active", "dormant"), "left", _("No longer a stakeholder"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_keep_relations, tone="danger"),
    ),
)  # fmt: skip

INTERACTION = Machine(
    "interaction",
    states=(
        State("planned", _("Planned"), Phase.NEW),
        State("held", _("Held"), Phase.OPEN),
        State("closed", _("Followed up"), Phase.DONE, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    starts=("planned", "held"),
    transitions=(
        Transition("write_up", ("planned",), "held", _("Write up what was said"),
                   asks=asks.SUMMARY, may=policies.may_log_interaction, tone="primary"),
        Transition("close", ("held",), "closed", _("Everything is followed up"),
                   may=policies.may_log_interaction, tone="primary"),
        Transition("cancel", ("planned",), "cancelled", _("Cancel"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_log_interaction, tone="danger"),
    ),
)  # fmt: skip
