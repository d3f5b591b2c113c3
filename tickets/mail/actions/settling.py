"""What the desk decides about mail that no rule could place."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.models import Organisation
from itsm.accounts.roles import DESK_ROLES
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tickets.mail import senders
from tickets.mail.addresses import Address
from tickets.mail.intake import Received, place
from tickets.mail.models import InboundMail
from tickets.mail.placing import Outcome, Plan
from valuechain.records.models import Participation, Record
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import Visibility

_UNSETTLED = {Outcome.PARKED, Outcome.QUARANTINED}


@transaction.atomic
def accept(
    mail: InboundMail, *, actor: Any, via: str, organisation: Organisation | None = None
) -> Received:
    """Open a ticket from a mail for whoever sent it; a stranger becomes known in `organisation`.

    Raises Denied, RuleViolation("settled"), FieldErrors when nobody knows whose the sender is.
    """
    kept = _hold(mail, actor)
    person = senders.find_person(kept.sender)
    if person is None and not senders.is_usable(kept.sender):
        raise RuleViolation(
            "no_sender", _("Its sender cannot be written to. Attach it to a ticket instead.")
        )
    if person is None and organisation is None:
        sender = Address(kept.sender_name, kept.sender)
        organisation = senders.organisation_for(sender, kept.mailbox)
    if person is None and organisation is None:
        message = _("Say which organisation the sender belongs to.")
        raise FieldErrors({"organisation": [("required", message)]})
    made = Plan(
        Outcome.TICKET, _("Accepted by hand."), person=person,
        organisation=person.organisation if person else organisation,
    )  # fmt: skip
    return place(kept, made, by=actor, via=via, at=kept.received_at)


@transaction.atomic
def attach_to(mail: InboundMail, record: Record, *, actor: Any, via: str) -> Received:
    """Add a mail to a record the actor works on, as said by its sender, who follows it from then on.

    Mail by a machine, or by nobody one could write to, becomes an internal note of the actor's.
    Raises Denied and RuleViolation("settled").
    """
    kept = _hold(mail, actor)
    decision = may_work(actor, record)
    if not decision:
        raise Denied.because(decision)
    if kept.is_machine or not senders.is_usable(kept.sender):
        made = Plan(
            Outcome.COMMENT, _("Attached by hand."), record=record, person=actor,
            visibility=Visibility.INTERNAL, is_machine=kept.is_machine,
        )  # fmt: skip
        return place(kept, made, by=actor, via=via, at=clock.now())
    person = senders.find_person(kept.sender)
    sender = Address(kept.sender_name, kept.sender)
    organisation = senders.organisation_for(sender, kept.mailbox) or record.organisation
    takes_part = person is not None and (
        person.access.works_on(record)
        or Participation.objects.filter(record_id=record.pk, person=person).exists()
    )
    made = Plan(
        Outcome.COMMENT, _("Attached by hand."), record=record, person=person,
        organisation=organisation, joins=not takes_part,
    )  # fmt: skip
    return place(kept, made, by=actor, via=via, at=clock.now())


@transaction.atomic
def dismiss(mail: InboundMail, *, actor: Any, via: str) -> InboundMail:
    """Say that a mail is not a ticket. It is kept. Raises Denied and RuleViolation("settled")."""
    kept = _hold(mail, actor)
    why = _("Not a ticket.")
    made = Plan(Outcome.DISMISSED, why, record=kept.record, is_machine=kept.is_machine)
    return place(kept, made, by=actor, via=via, at=clock.now()).mail


def _hold(mail: InboundMail, actor: Any) -> InboundMail:
    """Lock the mail, so that two people do not place it twice."""
    if not actor.access.holds(DESK_ROLES):
        raise Denied("not_allowed", _("Only the service desk says what becomes of mail."))
    kept = InboundMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if kept.outcome not in _UNSETTLED:
        raise RuleViolation(
            "settled",
            _("Somebody settled this mail already: %(what)s.")
            % {"what": kept.get_outcome_display().lower()},
        )
    return kept
