"""What mail adds to the page of a record: the mails it is made of, each as it came."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from itsm.accounts.roles import DESK_ROLES
from itsm.core.statements import Given, Statement
from tickets.mail.models import InboundMail
from valuechain.records.models import Event, Record
from valuechain.records.panels import Card, panels

MOST = 50


def register() -> None:
    """Tell the record pages which mails a record is made of."""
    if mails_of not in panels.cards:
        panels.cards.append(mails_of)
    panels.asks["has_mails"] = _has_mails
    panels.event_words["mail.unreached"] = ("system", _unreached)


def _unreached(event: Event) -> str:
    names = ", ".join(str(one) for one in event.data.get("addresses", ()))
    return _("Our mail did not reach %(addresses)s") % {"addresses": names}


def _has_mails() -> Exists:
    return Exists(InboundMail.objects.filter(record_id=OuterRef("pk")))


@Statement
def _taken() -> Any:
    mails = InboundMail.objects.filter(record_id=Given("record")).defer("raw")
    return mails.order_by("received_at", "pk")[:MOST]


def mails_of(record: Record, actor: Any) -> Card | None:
    """Return the card of a ticket's mails; one query, for those who keep the desk only."""
    access = actor.access
    if record.resource != "tickets" or not access.holds(DESK_ROLES):
        return None
    # Mail that a record has taken is for those who work on it: `InboundMail.visible_to`.
    has_mails = access.works_on(record) and getattr(record, "has_mails", True)
    found = _taken(record=record.pk) if has_mails else []
    return Card("mail/_card.html", {"mails": found}) if found else None
