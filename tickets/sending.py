"""The steps a reply on a ticket can bring along: wait for the answer, or be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.asks import TICKET_KINDS
from valuechain.records.models import Record
from valuechain.records.policies import may_desk
from valuechain.records.sending import SendStep, ready_texts, send_steps

#: How long a ticket waits for an answer before it comes back by itself.
ANSWER_WITHIN = timedelta(days=3)


def _waiting(_body: str, at: datetime) -> dict[str, Any]:
    return {"reason": _("An answer to our reply"), "follow_up_at": at + ANSWER_WITHIN}


def _resolved(body: str, _at: datetime) -> dict[str, Any]:
    return {"resolution_code": "fixed", "resolution": body}


def _fulfilled(body: str, _at: datetime) -> dict[str, Any]:
    return {"resolution": body}


_WAIT = SendStep("wait_for_customer", gettext_lazy("Send and wait"), _waiting)
_KEYS = "Control+Shift+Enter"


def _canned(record: Record, actor: Any) -> str:
    return reverse("ticket-canned", args=[record.number]) if may_desk(actor, record) else ""


def register() -> None:
    """Tell the reply form of tickets what it can do beside sending."""
    ready_texts.update(dict.fromkeys(TICKET_KINDS, _canned))
    send_steps["incident"] = (
        _WAIT,
        SendStep("resolve", gettext_lazy("Send and resolve"), _resolved, _KEYS),
    )
    send_steps["service_request"] = (
        _WAIT,
        SendStep("fulfil", gettext_lazy("Send and fulfil"), _fulfilled, _KEYS),
    )
