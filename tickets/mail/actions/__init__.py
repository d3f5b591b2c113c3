"""What people do about mail: place what no rule could, and set up mailboxes."""

from tickets.mail.actions.mailboxes import add_rule, drop_rule, keep_mailbox
from tickets.mail.actions.settling import accept, attach_to, dismiss

__all__ = ["accept", "add_rule", "attach_to", "dismiss", "drop_rule", "keep_mailbox"]
