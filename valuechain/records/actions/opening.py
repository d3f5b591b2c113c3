"""Opening a record of any kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from itsm.core.machine import Phase
from itsm.core.statements import insert
from valuechain.records import events
from valuechain.records.actions.holding import refuse_broken
from valuechain.records.kinds import kinds
from valuechain.records.models import Participation, Record
from valuechain.records.numbers import next_number
from valuechain.records.vocabulary import Channel, ParticipationRole, Via

#: What a door says about how a demand reached us, unless it is told.
CHANNELS: dict[str, Channel] = {Via.API: Channel.API, Via.EMAIL: Channel.EMAIL}


@transaction.atomic
def open_record(
    kind: str,
    *,
    actor: Any,
    via: str,
    state: str | None = None,
    at: datetime | None = None,
    participants: dict[str, list[Any]] | None = None,
    data: dict[str, Any] | None = None,
    **values: Any,
) -> Record:
    """Open a record and write its first event.

    1. May the actor open this kind?   2. Are the required values there?   3. Number it.
    4. Write header, special part, participants and the event.   5. Tell the listeners.

    `at` is when it was opened (default now); `received_at` among the values is when the demand
    reached us (default `at`). `participants` maps a ParticipationRole to people; the requester
    always takes part. Raises Denied, FieldErrors, or RuleViolation("duplicate_external_id").
    """
    entry = kinds[kind]
    at = at or clock.now()
    values.setdefault("received_at", at)
    values.setdefault("channel", CHANNELS.get(via, Channel.PORTAL))
    if "organisation" not in values and (requester := values.get("requester")):
        values["organisation"] = requester.organisation
    if "organisation" not in values and actor.organisation_id is not None:
        values["organisation"] = actor.organisation
    record = entry.model(**values)
    _refuse_missing(record, entry.required)
    decision = entry.may_open(actor, record)
    if not decision:
        raise Denied.because(decision)

    first = entry.machine.state(state or entry.machine.initial)
    record.number = next_number(entry)
    record.kind = entry.name
    record.resource = entry.resource
    record.state = first.name
    record.phase = first.phase.value
    record.state_since = record.opened_at = at
    record.closed_at = at if first.phase in (Phase.DONE, Phase.VOID) else None
    refuse_broken(record)
    event = events.compose(
        record,
        f"{kind}.opened",
        actor=actor,
        via=via,
        at=at,
        data={"title": record.title, "channel": record.channel, **(data or {})},
    )
    try:
        with transaction.atomic(savepoint=bool(record.external_id)):
            insert([record])
    except IntegrityError as problem:
        if "record_external_once" in str(problem):
            raise RuleViolation(
                "duplicate_external_id",
                _("A record with this external source and id exists already."),
                field="external_id",
            ) from problem
        raise
    _add_participants(record, participants or {})
    events.publish(record, event)
    return record


def _refuse_missing(record: Record, required: tuple[str, ...]) -> None:
    errors: dict[str, list[tuple[str, Any]]] = {}
    for name in (*required, "organisation"):
        field = record._meta.get_field(name)
        value = getattr(record, getattr(field, "attname", name))
        if value is None or (isinstance(value, str) and not value.strip()):
            label = str(getattr(field, "verbose_name", name)).capitalize()
            errors[name] = [("required", _("%(label)s is needed.") % {"label": label})]
    if errors:
        raise FieldErrors(errors)


def _add_participants(record: Record, participants: dict[str, list[Any]]) -> None:
    wanted = {(person.pk, str(role)) for role, people in participants.items() for person in people}
    if record.requester_id is not None:
        wanted.add((record.requester_id, ParticipationRole.REQUESTER.value))
    insert([Participation(record=record, person_id=pk, role=role) for pk, role in sorted(wanted)])
