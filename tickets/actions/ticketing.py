"""The desk's verbs beyond a single transition: open, edit, split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import Denied, FieldErrors
from tickets import routing
from tickets.asks import TICKET_KINDS
from tickets.priority import priority_of
from valuechain.records import events
from valuechain.records.actions import edit_record, link_records, lock_record, open_record
from valuechain.records.actions.opening import CHANNELS
from valuechain.records.models import Attachment, Comment, Record
from valuechain.records.policies import may_desk
from valuechain.records.vocabulary import Channel, LinkKind, ParticipationRole


def open_ticket(
    *,
    kind: str,
    title: str,
    actor: Any,
    via: str,
    requester: Any = None,
    caller: Any = None,
    participants: Mapping[str, list[Any]] | None = None,
    at: datetime | None = None,
    **values: Any,
) -> Record:
    """Open a ticket of any of the five kinds, with its priority worked out.

    Without a requester the actor is one. A caller who is not the requester takes part too. Raises
    what `open_record` raises.
    """
    if values.get("tags") and not (actor.pk is None or actor.access.is_staff):
        raise Denied("not_allowed", _("Only staff put tags on tickets."))
    requester = requester or (actor if actor.pk is not None else None)
    people = {role: list(who) for role, who in (participants or {}).items()}
    if caller is not None and caller != requester:
        people.setdefault(ParticipationRole.CALLER, []).append(caller)
    values.setdefault("priority", priority_of(values.get("impact"), values.get("urgency")))
    data = dict(values.pop("data", None) or {})
    data |= routing.settle(_as_announced(kind, title, requester or actor, via, values), values)
    return open_record(
        kind,
        actor=actor,
        via=via,
        at=at,
        participants=people,
        data=data,
        title=title,
        requester=requester,
        caller=caller,
        **values,
    )


def _as_announced(
    kind: str, title: str, person: Any, via: str, values: Mapping[str, Any]
) -> SimpleNamespace:
    """What is known of a ticket before it is opened, for the rules that say where it goes."""
    service = values.get("service")
    return SimpleNamespace(
        kind=kind,
        title=title,
        description=values.get("description") or "",
        channel=values.get("channel") or CHANNELS.get(via, Channel.PORTAL),
        organisation=values.get("organisation") or getattr(person, "organisation", None),
        service_id=service.pk if service is not None else None,
    )


def edit_ticket(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Edit a ticket; a new impact or urgency gives a new priority unless it was overridden."""
    return edit_record(
        record,
        changes,
        actor=actor,
        via=via,
        expected_version=expected_version,
        derive=_priority_that_follows,
    )


def _priority_that_follows(ticket: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    if ticket.priority_override or not changes.keys() & {"impact", "urgency"}:
        return {}
    impact = changes.get("impact", ticket.impact)
    urgency = changes.get("urgency", ticket.urgency)
    return {"priority": int(priority_of(impact, urgency))}


def survivor_of(ticket: Any) -> Record | None:
    """Return the ticket that a merged ticket became part of, as its own kind; None when live."""
    return None if ticket.merged_into_id is None else ticket.merged_into.specific


@transaction.atomic
def split_ticket(
    ticket: Record,
    *,
    title: str,
    comments: Iterable[int],
    actor: Any,
    via: str,
    kind: str | None = None,
    team: Any = None,
) -> Record:
    """Open a second ticket from some of the messages of a first.

    The messages move and remember where they were written; the new ticket keeps the first's
    requester, service and `received_at`, so that nobody waits longer for being split off. Raises
    Denied, and FieldErrors when a message is not on the ticket or the kind is not a ticket's.
    """
    if kind is not None and kind not in TICKET_KINDS:
        words = ", ".join(TICKET_KINDS)
        raise FieldErrors(
            {"kind": [("not_understood", _("Choose one of: %(words)s.") % {"words": words})]}
        )
    source = lock_record(ticket)
    decision = may_desk(actor, source)
    if not decision:
        raise Denied.because(decision)
    wanted = set(comments)
    moving = Comment.objects.filter(record_id=source.pk, pk__in=wanted)
    if not wanted or moving.count() != len(wanted):
        raise FieldErrors({"comments": [("unknown", _("Choose messages of this ticket."))]})
    split = open_ticket(
        kind=kind or source.kind,
        title=title,
        actor=actor,
        via=via,
        requester=source.requester,
        organisation=source.organisation,
        service=source.service,
        impact=source.impact,
        urgency=source.urgency,
        channel=source.channel,
        received_at=source.received_at,
        team=team or source.team,
    )
    moving.filter(moved_from=None).update(moved_from_id=source.pk)
    Attachment.objects.filter(comment_id__in=wanted).update(record_id=split.pk)
    Comment.objects.filter(pk__in=wanted).update(record_id=split.pk)
    link_records(split, source, LinkKind.DERIVED_FROM, actor=actor, via=via)
    events.append(
        source,
        "ticket.split",
        actor=actor,
        via=via,
        data={"other": split.number, "comments": sorted(wanted)},
        is_internal=True,
    )
    return split
