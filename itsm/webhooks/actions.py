"""What is done with webhooks: subscribe, change, rotate the secret, send again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.trail import changing, note
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from itsm.webhooks.models import Delivery, Webhook
from itsm.webhooks.targets import check_url

OVERLAP = timedelta(hours=24)
EDITABLE = ("name", "url", "verbs", "is_active")


def subscribe(*, name: str, url: str, verbs: list[str], actor: Any) -> tuple[Webhook, str]:
    """Add a webhook of the actor's; the secret returned is shown this once. Raises FieldErrors."""
    if not actor.access.is_staff:
        raise Denied("not_allowed", _("Only the people who work here subscribe to events."))
    check_url(url)
    secret = _spell()
    with changing(actor, "webhook") as change:
        hook = change.row = Webhook.objects.create(
            owner_id=actor.pk, name=name, url=url, verbs=_checked(verbs), secret=secret
        )
    return hook, secret


def change(hook: Webhook, changes: Mapping[str, Any], *, actor: Any) -> Webhook:
    """Change a webhook. Raises Denied, FieldErrors."""
    _own(hook, actor)
    if "url" in changes:
        check_url(changes["url"])
    values = {name: changes[name] for name in EDITABLE if name in changes}
    if "verbs" in values:
        values["verbs"] = _checked(values["verbs"])
    with changing(actor, "webhook", hook):
        Webhook.objects.filter(pk=hook.pk).update(**values)
    hook.refresh_from_db()
    return hook


def remove(hook: Webhook, *, actor: Any) -> None:
    """Remove a webhook and its deliveries. Raises Denied."""
    _own(hook, actor)
    with changing(actor, "webhook", hook):
        hook.delete()


@transaction.atomic
def rotate(hook: Webhook, *, actor: Any) -> tuple[Webhook, str]:
    """Give a webhook a new secret; for a day every delivery is signed with the old one as well."""
    _own(hook, actor)
    held = Webhook.objects.select_for_update().get(pk=hook.pk)
    fresh = _spell()
    with changing(actor, "webhook", held, verb="secret_renewed"):
        held.old_secret, held.secret = held.secret, fresh
        held.old_secret_until = clock.now() + OVERLAP
        held.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return held, fresh


def replay(delivery: Delivery, *, actor: Any) -> Delivery:
    """Send a delivery again that was made or given up. Raises Denied, RuleViolation("waiting")."""
    _own(delivery.webhook, actor)
    changed = (
        Delivery.objects.filter(pk=delivery.pk)
        .exclude(status=Delivery.Status.QUEUED)
        .update(
            status=Delivery.Status.QUEUED, attempts=0, first_try_at=None, next_try_at=clock.now()
        )
    )
    if not changed:
        raise RuleViolation("waiting", _("It waits to be delivered already."))
    note(actor, "webhook.sent_again", delivery.webhook, delivery=str(delivery.uid))
    delivery.refresh_from_db()
    return delivery


def _own(hook: Webhook, actor: Any) -> None:
    if hook.owner_id != actor.pk and not actor.access.is_admin:
        raise Denied("not_yours", _("Only its owner or an administrator changes a webhook."))


def _checked(verbs: list[str]) -> list[str]:
    wanted = list(dict.fromkeys(verb.strip() for verb in verbs if verb.strip()))
    if not wanted or len(wanted) > 100:
        raise FieldErrors({"verbs": [("required", _("Name 1 to 100 events, such as incident.*."))]})
    return wanted


def _spell() -> str:
    return f"whs_{secrets.token_urlsafe(32)}"
