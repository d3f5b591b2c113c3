"""Links with which a person rates a finished ticket without signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.urls import reverse

from itsm.accounts.models import User
from itsm.core.machine import Phase
from valuechain.improve.models import Feedback
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

_SALT = "valuechain.improve.csat"
#: How long a link can be used.
LASTS = timedelta(days=60)
#: What is rated: finished work that somebody asked for.
RATED = ("incident", "service_request")


def link_for(record: Record, person: Any) -> str:
    """Return the path of the page on which this person, and nobody else, rates this ticket."""
    token = signing.dumps([record.pk, person.pk], salt=_SALT, compress=False)
    return reverse("csat", args=[token])


def read(token: str) -> tuple[Record, User] | None:
    """Return ticket and person a link was made for; None when it was altered or is too old."""
    try:
        record_id, person_id = signing.loads(token, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    record = Record.objects.filter(pk=record_id, kind__in=RATED).first()
    person = User.objects.filter(pk=person_id, is_active=True).first()
    return None if record is None or person is None else (record, person)


def may_be_rated(record: Record) -> bool:
    """Whether the work is finished."""
    return record.kind in RATED and record.phase == Phase.DONE


def rating_of(record: Record, person: Any) -> Feedback | None:
    """Return what the person said already, if they did."""
    return Feedback.objects.filter(
        about_id=record.pk, respondent_id=person.pk, nature=Feedback.Nature.CSAT
    ).first()


def offered_link(record: Record, actor: Any) -> str:
    """Return the link shown on a requester's own finished ticket; empty when there is none."""
    if actor.pk is None or record.requester_id != actor.pk or not may_be_rated(record):
        return ""
    return "" if rating_of(record, actor) is not None else link_for(record, actor)


def may_reopen(record: Record, person: Any) -> bool:
    """Whether the person may still have the work taken up again."""
    work = record.specific
    offers = work.kind_entry.machine.offers(work, person)
    return any(offer.name == "reopen" and offer.decision for offer in offers)


def reopen(record: Record, person: Any, reason: str) -> None:
    """Have the work taken up again, for the reason the person gave. Raises RuleViolation."""
    perform(record.specific, "reopen", actor=person, via=Via.HTML, data={"reason": reason[:2000]})
