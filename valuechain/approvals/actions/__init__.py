"""The doors of the approval engine."""

from valuechain.approvals.actions.delegating import delegate, end_delegation
from valuechain.approvals.actions.keeping_policies import keep_policy
from valuechain.approvals.actions.reminding import nudge
from valuechain.approvals.actions.requesting import reopen, request_approval, withdraw
from valuechain.approvals.actions.voting import vote

__all__ = [
    "delegate",
    "end_delegation",
    "keep_policy",
    "nudge",
    "reopen",
    "request_approval",
    "vote",
    "withdraw",
]
