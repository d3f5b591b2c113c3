"""The closed lists that rules of engage share."""

from datetime import timedelta

#: How long after a need was turned down new evidence is heard.
APPEAL_WINDOW = timedelta(days=30)

#: Kinds a need can be routed to. They are names: most belong to other activities.
TARGETS = (
    "incident",
    "service_request",
    "change",
    "problem",
    "project_initiation",
    "portfolio_item",
    "improvement",
    "supplier_request",
    "design_spec",
)

#: States of a need in which its work may be handed on.
ROUTABLE = ("qualified", "routed", "in_fulfilment")

#: The query of the list of needs that wait for a decision.
UNDECIDED = "state=submitted&state=in_triage&state=needs_information"
