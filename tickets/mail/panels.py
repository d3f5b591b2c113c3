"""What mail adds to the page of a record: the mails it is made of, each as it came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.roles import DESK_ROLES
from tickets.mail.models import InboundMail
from valuechain.records.models import Event, Record
from valuechain.records.panels import Card, panels

MOST = 50


def register() -> None:
    """Tell the record pages which mails a record is made of."""
    if mails_of not in panels.cards:
        panels.cards.append(mails_of)
    panels.event_words["mail.unreached"] = ("system", _unreached)


def _unreached(event: Event) -> str:
    names = ", ".join(str(one) for one in event.data.get("addresses", ()))
    return _("Our mail did not reach %(addresses)s") % {"addresses": names}


def mails_of(record: Record, actor: Any) -> Card | None:
    """Return the card of a ticket's mails; one query, for those who keep the desk only."""
    if record.resource != "tickets" or not actor.access.holds(DESK_ROLES):
        return None
    mails = InboundMail.objects.visible_to(actor).filter(record_id=record.pk).defer("raw")
    found = list(mails.order_by("received_at", "pk")[:MOST])
    return Card("mail/_card.html", {"mails": found}) if found else None
