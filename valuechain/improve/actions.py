"""How feedback, improvements and benefits are opened, and how evidence gathers on one candidate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.improve.models import Feedback, Improvement, Quote
from valuechain.improve.quoting import entry_at, is_public, words_of
from valuechain.records import events
from valuechain.records.actions import (
    edit_record,
    link_records,
    lock_record,
    open_record,
    perform,
)
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import LinkKind

#: A score of this or less routes itself into an improvement.
LOW_SCORE = 2
#: What benefits can be expected of.
BRINGS_BENEFIT = ("need", "release")


@transaction.atomic
def give_feedback(
    *,
    kind: str,
    actor: Any,
    via: str,
    about: Record | None = None,
    score: int | None = None,
    requester: Any = None,
    **values: Any,
) -> Record:
    """Keep what somebody says; a low score becomes evidence for an improvement at once.

    Feedback belongs where the record it is about belongs, so that the people who did the work read
    it. Raises RuleViolation("answered_already") when a finished ticket was rated before, FieldErrors
    for a score out of range, and what `open_record` raises.
    """
    requester = requester or (actor if actor.pk is not None else None)
    if score is not None and not 1 <= score <= 5:
        raise FieldErrors({"score": [("not_in_range", _("Choose a score from 1 to 5."))]})
    if about is not None:
        values = {"organisation": about.organisation, "service": about.service} | values
        values.setdefault("team", about.team)
    if values.get("nature") == Feedback.Nature.CSAT and score is None:
        raise FieldErrors({"score": [("required", _("Choose a score from 1 to 5."))]})
    try:
        with transaction.atomic():
            feedback = open_record(
                kind,
                actor=actor,
                via=via,
                requester=requester,
                respondent=requester,
                about=about,
                score=score,
                data={"score": score} if score is not None else None,
                **values,
            )
    except IntegrityError as problem:
        if "csat_answered_once" in str(problem):
            raise RuleViolation(
                "answered_already", _("You rated this already. Thank you.")
            ) from problem
        raise
    if about is not None:
        link_records(feedback, about, LinkKind.RELATES_TO, actor=SYSTEM, via=via)
    if score is None or score > LOW_SCORE:
        return feedback
    gather(
        Improvement.Cause.LOW_SCORE,
        evidence=[feedback],
        title=_("People are not content: %(where)s")
        % {"where": feedback.service.title if feedback.service else feedback.organisation.name},
        via=via,
    )
    perform(feedback, "acknowledge", actor=SYSTEM, via=via)
    return perform(feedback, "route", actor=SYSTEM, via=via).record


@transaction.atomic
def gather(
    cause: str, *, evidence: Iterable[Record], title: str, via: str, at: datetime | None = None
) -> Record:
    """Add evidence to the open improvement of this cause and service, or open a candidate.

    Evidence without a service gathers by organisation. However many arrive at once, there is one
    candidate: writers queue on the pair, and the database would refuse a second.
    """
    evidence = list(evidence)
    first = evidence[0]
    key = open_key(cause, first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"improvement:{key}"])
    found: Record | None = Improvement.objects.filter(open_key=key).first()
    if found is None:
        place = first.service or first
        found = open_record(
            Improvement.KIND,
            actor=SYSTEM,
            via=via,
            at=at,
            title=title[:200],
            cause=cause,
            concerns=first.activity,
            open_key=key,
            organisation=place.organisation,
            service=first.service,
            team=first.team,
        )
    for record in evidence:
        link_records(record, found, LinkKind.EVIDENCE_FOR, actor=SYSTEM, via=via)
    return found


def open_key(cause: str, record: Record) -> str:
    """Name what evidence gathers on: the cause, and the service or else the organisation."""
    if record.service_id is not None:
        return f"{cause}:service:{record.service_id}"
    return f"{cause}:organisation:{record.organisation_id}"


@transaction.atomic
def expect_benefit(
    *, kind: str, actor: Any, via: str, about: Record, check_on: date, **values: Any
) -> Record:
    """Write down what a need or a release is to bring, and when its stakeholder is asked.

    The person asked is the requester of the record it is expected of, unless another is named.
    """
    if about.kind not in BRINGS_BENEFIT:
        raise FieldErrors(
            {"about": [("not_understood", _("Name a need or a release by its number."))]}
        )
    decision = may_work(actor, about)
    if not decision:
        raise Denied.because(decision)
    if values.get("requester") in (None, actor) and about.requester is not None:
        values["requester"] = about.requester
    values = {"organisation": about.organisation, "service": about.service} | values
    benefit = open_record(
        kind,
        actor=actor,
        via=via,
        about=about,
        check_on=check_on,
        follow_up_at=_morning_of(check_on),
        waiting_reason=_("The day on which its stakeholder is asked."),
        **values,
    )
    link_records(benefit, about, LinkKind.DERIVED_FROM, actor=actor, via=via)
    return benefit


def edit_benefit(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Edit a benefit; another day moves the question with it."""
    return edit_record(
        record,
        changes,
        actor=actor,
        via=via,
        expected_version=expected_version,
        derive=_asked_on_that_day,
    )


def _asked_on_that_day(benefit: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    if changes.get("check_on") is None or benefit.state != "expected":
        return {}
    return {"follow_up_at": _morning_of(changes["check_on"])}


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(hour=6), tzinfo=UTC)


# Quotes -------------------------------------------------------------------------------------------


@transaction.atomic
def improve_from(
    record: Record,
    anchor: str,
    *,
    actor: Any,
    via: str,
    into: Record | None = None,
    title: str = "",
    description: str = "",
) -> Record:
    """Make an improvement of one entry of a record's timeline, or add it to one that is open.

    Raises Denied, FieldErrors, and what `keep_quote` raises.
    """
    if into is None:
        if not title.strip():
            message = _("Say what is to be better, or name an improvement that is open.")
            raise FieldErrors({"title": [("required", message)]})
        into = kinds[Improvement.KIND].open(
            actor=actor,
            via=via,
            title=title,
            description=description,
            organisation=record.organisation,
            service=record.service,
            team=record.team,
            cause=Improvement.Cause.SUGGESTED,
            concerns=record.activity,
        )
    keep_quote(into, record, anchor, actor=actor, via=via)
    return into


@transaction.atomic
def keep_quote(improvement: Record, record: Record, anchor: str, *, actor: Any, via: str) -> Quote:
    """Keep an entry of a record's timeline as evidence for an improvement; twice changes nothing.

    The quote says who said what, when, and stays as visible as it was: a note is read only by those
    who read notes on the record. The trail of the improvement names the record and not the words.
    Raises Denied, RuleViolation("finished"), FieldErrors for an entry that the actor cannot read.
    """
    for decision in (may_work(actor, record), may_work(actor, improvement)):
        if not decision:
            raise Denied.because(decision)
    locked: Any = lock_record(improvement)
    if not locked.is_live:
        raise RuleViolation(
            "finished",
            _("%(number)s is finished; choose one that is still open.") % {"number": locked.number},
            field="into",
        )
    entry = entry_at(record, anchor, actor=actor)
    if entry is None:
        message = _("Nothing like that happened here.")
        raise FieldErrors({"anchor": [("not_found", message)]})
    link_records(record, locked, LinkKind.EVIDENCE_FOR, actor=actor, via=via)
    quote, is_new = Quote.objects.get_or_create(
        improvement=locked,
        record=record,
        anchor=anchor,
        defaults={
            "text": words_of(entry),
            "said_by": entry.actor[:200],
            "said_at": entry.at,
            "is_internal": not is_public(entry),
            "kept_by_id": actor.pk,
        },
    )
    if is_new:
        events.append(
            lock_record(locked), "improvement.quoted", actor=actor, via=via, is_internal=True,
            data={"record": record.number, "anchor": anchor},
        )  # fmt: skip
    return quote
