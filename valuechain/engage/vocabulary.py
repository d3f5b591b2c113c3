"""The closed lists that rules of engage share."""

from datetime import timedelta

#: How long after a need was turned down new evidence is heard.
APPEAL_WINDOW = timedelta(days=30)

#: Kinds a need can be routed to. They are names: most belong to other activities.
TARGETS = (
    "incident",
    "service_request",
    "change",
    "project_initiation",
    "improvement",
    "portfolio_item",
    "design_spec",
    "supplier_request",
    "problem",
)

#: States of a need in which its work may be handed on.
ROUTABLE = ("qualified", "routed", "in_fulfilment")

#: The query of the list of needs that wait for a decision.
UNDECIDED = "state=submitted&state=in_triage&state=needs_information"

#: The answer to "where does it go?" that ends the need.
DECLINE = "decline"
