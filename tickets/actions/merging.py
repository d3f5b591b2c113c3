"""What a merge moves, shown before it is done, and taken back within days after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.errors import Denied, RuleViolation
from itsm.core.machine import Phase
from valuechain.records import events
from valuechain.records.actions import (
    link_records,
    lock_record,
    perform,
    put_back,
    unlink_records,
)
from valuechain.records.models import (
    Attachment,
    Comment,
    Event,
    Link,
    Participation,
    Record,
    TimeEntry,
)
from valuechain.records.policies import may_desk
from valuechain.records.vocabulary import LinkKind, ParticipationRole

#: How long after a merge the two tickets can be split back.
SPLIT_BACK_WINDOW = timedelta(days=7)


@dataclass(frozen=True)
class Moving:
    """What a merge would move from one ticket to another, counted."""

    messages: int
    notes: int
    files: int
    seconds: int
    people: tuple[str, ...]
    children: tuple[Record, ...]


def refuse_survivor(ticket: Any, survivor: Any, *, actor: Any) -> None:
    """Raise what stands against a ticket staying in another's place.

    Denied, and RuleViolation("merge_into_itself" | "survivor_finished").
    """
    if survivor.pk == ticket.pk:
        raise RuleViolation("merge_into_itself", _("Choose another ticket to stay."), field="into")
    decision = may_desk(actor, survivor)
    if not decision:
        raise Denied.because(decision)
    if not survivor.is_live:
        raise RuleViolation(
            "survivor_finished",
            _("%(number)s is finished; choose a ticket that is still open.")
            % {"number": survivor.number},
            field="into",
        )


def parts_of(ticket: Any, survivor: Any) -> list[Link]:
    """Return the links of a ticket's parts that go to the survivor; itself is no part of itself."""
    parts = Link.objects.filter(target_id=ticket.pk, kind=LinkKind.CHILD_OF)
    return list(parts.exclude(source_id=survivor.pk).select_related("source"))


def newcomers(ticket: Any, survivor: Any) -> list[Participation]:
    """Return who takes part in the ticket and does not yet in the survivor; nothing is saved."""
    there = set(survivor.participations.values_list("person_id", "role"))
    found = []
    for taking in ticket.participations.select_related("person"):
        role: str = taking.role
        if role == ParticipationRole.REQUESTER:
            role = ParticipationRole.AFFECTED.value
        if (taking.person_id, role) not in there:
            there.add((taking.person_id, role))
            found.append(Participation(record_id=survivor.pk, person=taking.person, role=role))
    return found


def moving(ticket: Any, survivor: Any, *, actor: Any) -> Moving:
    """Count what a merge would move. Raises what stands against it, as `refuse_survivor` does."""
    if not (may := may_desk(actor, ticket)):
        raise Denied.because(may)
    refuse_survivor(ticket, survivor, actor=actor)
    said = Comment.objects.filter(record_id=ticket.pk)
    notes = sum(1 for comment in said.only("visibility") if comment.is_internal)
    there = set(survivor.participations.values_list("person_id", flat=True))
    seen = Record.objects.visible_to(actor)
    children = seen.filter(pk__in=[link.source_id for link in parts_of(ticket, survivor)])
    return Moving(
        messages=said.count() - notes,
        notes=notes,
        files=Attachment.objects.filter(record_id=ticket.pk).count(),
        seconds=ticket.time_entries.aggregate(total=Sum("seconds"))["total"] or 0,
        people=tuple(
            str(taking.person)
            for taking in newcomers(ticket, survivor)
            if taking.person_id not in there
        ),
        children=tuple(children.order_by("number")),
    )


def move_all(ticket: Any, survivor: Any, *, actor: Any, via: str) -> dict[str, Any]:
    """Move everything of a ticket to the survivor and return what was moved, to be kept.

    Both are locked. Each message remembers the ticket it was written on.
    """
    mine = Comment.objects.filter(record_id=ticket.pk)
    files = Attachment.objects.filter(record_id=ticket.pk)
    times = TimeEntry.objects.filter(record_id=ticket.pk)
    people = newcomers(ticket, survivor)
    moved = {
        "comments": sorted(mine.values_list("pk", flat=True)),
        "files": sorted(files.values_list("pk", flat=True)),
        "time": sorted(times.values_list("pk", flat=True)),
        "people": [[taking.person_id, str(taking.role)] for taking in people],
        "children": [],
        "received_at": survivor.received_at,
    }
    mine.filter(moved_from=None).update(moved_from_id=ticket.pk)
    mine.update(record_id=survivor.pk)
    files.update(record_id=survivor.pk)
    times.update(record_id=survivor.pk)
    Participation.objects.bulk_create(people)
    for link in parts_of(ticket, survivor):
        moved["children"].append(link.source_id)
        _hang(link, survivor, actor=actor, via=via)
    return moved


def _hang(link: Link, other: Any, *, actor: Any, via: str) -> None:
    """Let a part of one ticket be a part of another."""
    unlink_records(link, actor=actor, via=via)
    link_records(link.source, other, LinkKind.CHILD_OF, actor=actor, via=via)


def absorption_of(ticket: Any) -> Event | None:
    """Return the event on the survivor that says what came from the ticket, or None."""
    told = Event.objects.filter(record_id=ticket.merged_into_id, verb="ticket.absorbed")
    return told.filter(data__other=ticket.number).order_by("-sequence").first()


def may_split_back(actor: Any, ticket: Any) -> Decision:
    """Whether a merged ticket can be taken out of the other again: soon, and by the desk of both."""
    return _desk_of_both(actor, ticket) and can_be_split_back(ticket)


def _desk_of_both(actor: Any, ticket: Any) -> Decision:
    mine = may_desk(actor, ticket)
    return mine if ticket.merged_into is None else mine and may_desk(actor, ticket.merged_into)


def can_be_split_back(ticket: Any) -> Decision:
    """Whether a ticket is merged, not for too long, and what moved is known."""
    if ticket.merged_into is None:
        return deny(_("This ticket is not merged into another."), code="not_merged")
    if clock.now() > ticket.state_since + SPLIT_BACK_WINDOW:
        return deny(
            _("It was merged more than 7 days ago; the two can no longer be split back."),
            code="split_back_too_late",
        )
    if ticket.merged_into.state == "merged":
        return deny(
            _("%(number)s was merged on into another. Split that back first.")
            % {"number": ticket.merged_into.number},
            missing=[ticket.merged_into.number],
            code="merged_on",
        )
    told = absorption_of(ticket)
    if told is None or "moved" not in told.data:
        return deny(
            _("What this merge moved was not kept; it cannot be split back."), code="not_kept"
        )
    return ALLOW


@transaction.atomic
def split_back(
    ticket: Record, *, actor: Any, via: str, expected_version: int | None = None
) -> Record:
    """Take a merged ticket out of the other again, with all that the merge moved.

    What was written on its number since goes with it; what was moved elsewhere since stays there.
    The ticket is back in the state it was merged from; one that waited is worked on again. A ticket
    that was only made to convert this one is merged into it, or cancelled. Raises Denied, and RuleViolation("not_merged" | "split_back_too_late" | "merged_on" | "not_kept").
    """
    gone: Any = lock_record(ticket, expected_version=expected_version)
    if not (may := _desk_of_both(actor, gone)):
        raise Denied.because(may)
    if not (can := can_be_split_back(gone)):
        raise RuleViolation(can.code, can.reason, missing=can.missing)
    survivor: Any = lock_record(gone.merged_into)
    told = absorption_of(gone)
    assert told is not None  # noqa: S101 - the decision looked
    moved = told.data["moved"]
    _bring_back(gone, survivor, moved)
    merged = Q(source=gone, target=survivor, kind=LinkKind.DUPLICATES)
    converted = Q(source=survivor, target=gone, kind=LinkKind.DERIVED_FROM)
    was_converted = Link.objects.filter(converted).exists()
    for link in Link.objects.filter(merged | converted):
        unlink_records(link, actor=actor, via=via)
    parts = Link.objects.filter(
        target=survivor, kind=LinkKind.CHILD_OF, source_id__in=moved["children"]
    )
    for link in parts.select_related("source"):
        _hang(link, gone, actor=actor, via=via)
    survivor = lock_record(survivor)  # its trail went on
    before = Record._meta.get_field("received_at").to_python(moved["received_at"])
    if survivor.received_at == gone.received_at:
        survivor.received_at = before
    event = events.compose(
        survivor,
        "ticket.released",
        actor=actor,
        via=via,
        at=clock.now(),
        from_state=survivor.state,
        data={"other": gone.number, "received_at": survivor.received_at},
        is_internal=True,
    )
    survivor.version += 1
    survivor.save(update_fields=["received_at", "version", *events.AUDIT_FIELDS])
    events.publish(survivor, event)
    state = _state_before(gone)
    columns = {
        "state": state,
        "phase": gone.kind_entry.machine.phase(state).value,
        "state_since": clock.now(),
        "closed_at": None,
        "merged_into_id": None,
    }
    back = put_back(
        gone, columns, actor=actor, via=via, expected_version=gone.version, verb="split_back"
    ).record
    if was_converted:
        _lead_back(survivor, back, actor=actor, via=via)
        back.refresh_from_db()
    return back


def _lead_back(made: Any, ticket: Record, *, actor: Any, via: str) -> None:
    """Let the ticket that a conversion made go: nobody asked for it, so all on it is the first one's.

    It is merged, or cancelled where its kind is never merged; one that has come too far for either
    stays as it is.
    """
    offered = {step.name for step in made.kind_entry.machine.leaving(made.state)}
    if not made.is_live:
        return
    if "merge" in offered:
        perform(made, "merge", actor=actor, via=via, data={"into": ticket})
    elif "cancel" in offered:
        move_all(made, ticket, actor=actor, via=via)
        reason = gettext("This goes on as %(number)s again.") % {"number": ticket.number}
        perform(made, "cancel", actor=actor, via=via, data={"reason": reason})


def _bring_back(gone: Any, survivor: Any, moved: dict[str, Any]) -> None:
    there = Comment.objects.filter(record_id=survivor.pk)
    back = list(
        there.filter(Q(moved_from_id=gone.pk) | Q(pk__in=moved["comments"])).values_list(
            "pk", flat=True
        )
    )
    Comment.objects.filter(pk__in=back).update(record_id=gone.pk)
    Comment.objects.filter(pk__in=back, moved_from_id=gone.pk).update(moved_from=None)
    files = Attachment.objects.filter(record_id=survivor.pk)
    files.filter(Q(pk__in=moved["files"], comment=None) | Q(comment_id__in=back)).update(
        record_id=gone.pk
    )
    times = TimeEntry.objects.filter(record_id=survivor.pk, pk__in=moved["time"])
    times.update(record_id=gone.pk)
    for person_id, role in moved["people"]:
        Participation.objects.filter(record_id=survivor.pk, person_id=person_id, role=role).delete()


def _state_before(gone: Any) -> str:
    """The state a ticket was merged from; from waiting, where taking it up again leads."""
    machine = gone.kind_entry.machine
    merge = gone.events.filter(verb__in=[f"{gone.kind}.merge", f"{gone.kind}.convert"])
    state: str = merge.order_by("-sequence").values_list("from_state", flat=True)[0]
    if machine.phase(state) is not Phase.WAITING:
        return state
    onward = [step for step in machine.leaving(state) if step.name == "resume" and step.target]
    return onward[0].target or state if onward else state
