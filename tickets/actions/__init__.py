"""What people do with tickets beyond their transitions, and with the rules that place them."""

from tickets.actions.routing import move_rule, remove_rule, save_rule
from tickets.actions.ticketing import edit_ticket, open_ticket, split_ticket, survivor_of

__all__ = [
    "edit_ticket",
    "move_rule",
    "open_ticket",
    "remove_rule",
    "save_rule",
    "split_ticket",
    "survivor_of",
]
