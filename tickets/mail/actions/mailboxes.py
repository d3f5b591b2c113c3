"""Setting up mailboxes and the rules of whose people write from where."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.models import Organisation
from itsm.accounts.trail import changing
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from tickets.mail.models import Mailbox, SenderRule


def _admin_only(actor: Any) -> None:
    if not actor.access.is_admin:
        raise Denied("not_allowed", _("Only an administrator sets up mail."))


def keep_mailbox(mailbox: Mailbox, *, actor: Any) -> Mailbox:
    """Write a new or edited mailbox down; it is visited at once. Raises Denied."""
    _admin_only(actor)
    with changing(actor, "mailbox", mailbox) as change:
        mailbox.next_fetch_at = clock.now()
        mailbox.failures = 0
        mailbox.save()
        change.row = mailbox
    return mailbox


def add_rule(*, domain: str, organisation: Organisation, actor: Any) -> SenderRule:
    """Say whose people write from a domain. Raises Denied, FieldErrors."""
    _admin_only(actor)
    name = domain.strip().lower().lstrip("@").rstrip(".")
    if "." not in name or " " in name:
        message = _("Write a domain such as example.org.")
        raise FieldErrors({"domain": [("not_understood", message)]})
    held = SenderRule.objects.filter(domain=name, mailbox=None).first()
    with changing(actor, "sender_rule", held) as change:
        rule, _is_new = SenderRule.objects.update_or_create(
            domain=name, mailbox=None, defaults={"organisation": organisation}
        )
        change.row = rule
    return rule


def drop_rule(pk: int, *, actor: Any) -> None:
    """Take a rule away; people known by it stay. Raises Denied."""
    _admin_only(actor)
    for rule in SenderRule.objects.filter(pk=pk):
        with changing(actor, "sender_rule", rule):
            rule.delete()
