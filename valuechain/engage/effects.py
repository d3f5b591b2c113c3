"""What follows from transitions of engage, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import RuleViolation
from itsm.core.machine import Change
from valuechain.engage.models import Need
from valuechain.records import events
from valuechain.records.actions import link_records, lock_record
from valuechain.records.models import Link, Participation
from valuechain.records.vocabulary import LinkKind, ParticipationRole


def take(record: Any, change: Change) -> None:
    """Whoever takes up a record that nobody owns becomes its liaison."""
    if record.owner_id is None and change.actor.pk is not None:
        record.owner_id = change.actor.pk


def notice_taken(notice: Any, change: Change) -> None:
    """Whoever notes it answers for it; the component it is about learns of the new date."""
    take(notice, change)
    component = change.answers.get("component")
    if component is not None and not _are_tied(component, notice):
        link_records(component, notice, LinkKind.SUPPLIED_BY, actor=change.actor, via=change.via)


def _are_tied(one: Any, other: Any) -> bool:
    """Whether two records are linked, whichever way round. One query."""
    return Link.objects.filter(
        Q(source_id=one.pk, target_id=other.pk) | Q(source_id=other.pk, target_id=one.pk)
    ).exists()


def justified(need: Any, change: Change) -> None:
    """Note the verdict."""
    need.verdict = Need.Verdict.JUSTIFIED
    need.verdict_reason = change.answers["reason"]
    need.decided_at = change.at


def turned_down(need: Any, change: Change) -> None:
    """Note the verdict and when it was given; the appeal window counts from here."""
    need.verdict = Need.Verdict.NOT_JUSTIFIED
    need.decided_at = change.at


def appealed(need: Any, change: Change) -> None:
    """Open the decision again; it can be appealed once."""
    need.appealed_at = change.at
    need.verdict = ""
    need.decided_at = None


def merged(need: Any, change: Change) -> None:
    """Add whoever asked to the need that stays; it weighs more, and keeps the earlier date."""
    survivor: Any = lock_record(change.answers["into"])
    if survivor.pk == need.pk:
        raise RuleViolation("merge_into_itself", _("Choose another need to stay."), field="into")
    if not survivor.is_live:
        raise RuleViolation(
            "survivor_finished",
            _("%(number)s is finished; choose a need that is still open.")
            % {"number": survivor.number},
            field="into",
        )
    need.merged_into = survivor
    there = set(survivor.participations.values_list("person_id", flat=True))
    asked = set(need.participations.values_list("person_id", flat=True))
    for person in sorted(asked - there):
        Participation.objects.create(
            record_id=survivor.pk, person_id=person, role=ParticipationRole.AFFECTED
        )
    link_records(need, survivor, LinkKind.DUPLICATES, actor=change.actor, via=change.via)
    survivor = lock_record(survivor)
    survivor.weight += need.weight
    survivor.received_at = min(survivor.received_at, need.received_at)
    event = events.compose(
        survivor,
        "need.absorbed",
        actor=change.actor,
        via=change.via,
        at=change.at,
        from_state=survivor.state,
        data={"other": need.number, "weight": survivor.weight},
        is_internal=True,
    )
    survivor.version += 1
    survivor.save(update_fields=["weight", "received_at", "version", *events.AUDIT_FIELDS])
    events.publish(survivor, event)
