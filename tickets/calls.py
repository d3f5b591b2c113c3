"""What is done with a telephone call: a ticket is logged, or the caller joins one that is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.actions import add_person
from itsm.accounts.models import Team, User
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.records.actions import add_comment, log_time, perform, watch
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Record
from valuechain.records.policies import may_desk
from valuechain.records.vocabulary import Channel, ParticipationRole, Via, Visibility

#: The steps from new to done, for what was solved while the caller was still there.
SOLVED_BY = {
    "incident": ("resolve",),
    "service_request": ("accept", "start", "fulfil"),
}


@transaction.atomic
def log_call(
    *, call: Mapping[str, Any], actor: User, now: datetime, opened: datetime | None, solved: bool
) -> Record:
    """Open a ticket for a caller and write down how long the call took.

    `call` holds what the form asks: person (or caller, phone and organisation of somebody new; unmatched, the words for a caller whom `person` stands in for),
    title, kind, impact, urgency, description, service, resolution_code, resolution, spent (in seconds).
    `opened` is when the call began; it gives the length where nobody wrote one. With `solved` the ticket is resolved at once. Raises Denied, FieldErrors.
    """
    person = caller_of(call, actor=actor)
    values: dict[str, Any] = {"service": call["service"]} if call.get("service") else {}
    record = kinds[call["kind"]].open(
        actor=actor,
        via=Via.HTML,
        title=call["title"],
        description=call.get("description", ""),
        requester=person,
        organisation=person.organisation,
        impact=call["impact"],
        urgency=call["urgency"],
        channel=Channel.PHONE,
        received_at=opened or now,
        at=now,
        team=_only_team(actor),
        **values,
    )
    if call.get("unmatched"):
        add_comment(
            record,
            body=_(
                "The caller said: %(words)s. Nobody known fits yet; change the requester once somebody does."
            )
            % {"words": call["unmatched"]},
            visibility=Visibility.INTERNAL,
            form=Comment.Form.CALL,
            actor=actor,
            via=Via.HTML,
        )
    _note_time(record, call.get("spent"), actor=actor, opened=opened, now=now)
    if (priority := call.get("priority")) and priority != record.priority:
        answers = {"priority": priority, "reason": call.get("priority_reason", "")}
        record = perform(record, "set_priority", actor=actor, via=Via.HTML, data=answers).record
    if solved:
        record = _solve(record, call, actor=actor)
    return record


@transaction.atomic
def join_caller(
    ticket: Record,
    *,
    call: Mapping[str, Any],
    actor: User,
    now: datetime,
    opened: datetime | None,
) -> Comment:
    """Write a call down as one more report of an open ticket; the caller follows it from now on.

    What the caller said is an internal note: the others who reported the same do not read it.
    Raises Denied, and RuleViolation("finished") when the ticket is over.
    """
    decision = may_desk(actor, ticket)
    if not decision:
        raise Denied.because(decision)
    if not ticket.is_live:
        raise RuleViolation(
            "finished",
            _("%(number)s is finished. Log the call as a ticket of its own.")
            % {"number": ticket.number},
        )
    person = caller_of(call, actor=actor)
    if not call.get("unmatched"):
        watch(ticket, person=person, role=ParticipationRole.AFFECTED, actor=actor, via=Via.HTML)
    said = "\n\n".join(text for text in (call.get("title"), call.get("description")) if text)
    words = _("%(name)s reported the same by phone.") % {
        "name": call.get("unmatched") or person.name
    }
    comment = add_comment(
        ticket,
        body=f"{words}\n\n{said}".strip(),
        visibility=Visibility.INTERNAL,
        form=Comment.Form.CALL,
        actor=actor,
        via=Via.HTML,
        at=opened or now,
    )
    _note_time(ticket, call.get("spent"), actor=actor, opened=opened, now=now)
    return comment


def caller_of(call: Mapping[str, Any], *, actor: User) -> User:
    """Return who calls, added to the people known when they are new."""
    person: User | None = call.get("person")
    if person is not None:
        return person
    return add_person(
        name=call["caller"],
        phone=call.get("phone", ""),
        organisation=call["organisation"],
        actor=actor,
    )


def _only_team(actor: User) -> Team | None:
    """Return the team of somebody who is in one; where there are several, the desk decides."""
    if len(actor.access.teams) != 1:
        return None
    return Team.objects.filter(pk__in=actor.access.teams, is_active=True).first()


def _note_time(
    record: Record, spent: int | None, *, actor: User, opened: datetime | None, now: datetime
) -> None:
    """Write down how long the call took: as the agent says, else since the page was opened."""
    since = int((now - opened).total_seconds()) if opened else 0
    seconds = since if spent is None else spent
    if seconds > 0:
        log_time(record, seconds=seconds, actor=actor, via=Via.HTML, note=_("Call"), at=now)


def _solve(record: Record, call: Mapping[str, Any], *, actor: User) -> Record:
    if not str(call.get("resolution", "")).strip():
        raise FieldErrors({"resolution": [("required", _("Write what was done."))]})
    for name in SOLVED_BY[record.kind]:
        asked = {ask.name for ask in record.kind_entry.machine.transition(name).asks}
        data: dict[str, Any] = {
            ask: call[ask] for ask in ("resolution", "resolution_code") if ask in asked
        }
        record = perform(record, name, actor=actor, via=Via.HTML, data=data).record
    return record
