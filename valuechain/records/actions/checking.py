"""What is done about files after they came: scanned where a scanner is set up, and drawn small."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from valuechain.records import events, scanning
from valuechain.records.actions.locking import lock_record
from valuechain.records.actions.thumbnails import DRAWN, thumbnail_of
from valuechain.records.models import Attachment
from valuechain.records.vocabulary import Via

log = logging.getLogger(__name__)

BATCH = 50
#: A picture that brought the program down twice is not tried a third time.
MOST_DRAWINGS = 2
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=30)

Standing = Attachment.Standing


def check_due() -> int:
    """Look at every file whose turn it is. Returns how many. Safe to run twice at once."""
    due = Attachment.objects.filter(next_look_at__lte=clock.now()).order_by("next_look_at", "pk")
    found = list(due.values_list("pk", flat=True)[:BATCH])
    return sum(_check(pk) for pk in found)


def _check(pk: int) -> bool:
    """Scan a file, then draw it small; False when it was not its turn after all.

    That it is looked at is committed first: what kills the worker is not tried for ever.
    """
    now = clock.now()
    mine = Attachment.objects.filter(pk=pk, next_look_at__lte=now).update(
        next_look_at=now + timedelta(minutes=5), looks=F("looks") + 1
    )
    if not mine:
        return False
    attachment = Attachment.objects.get(pk=pk)
    if attachment.standing == Standing.WAITING and not _scan(attachment):
        return True
    _draw(attachment)
    return True


def _scan(attachment: Attachment) -> bool:
    """Ask the scanner; True when the file may be opened. Without a verdict it waits on."""
    try:
        with attachment.file.open("rb") as file:
            verdict = scanning.scan(file.chunks())
    except (scanning.ScannerAway, OSError) as problem:
        pause = min(SHORTEST_PAUSE * 2 ** min(attachment.looks, 10), LONGEST_PAUSE)
        Attachment.objects.filter(pk=attachment.pk).update(
            next_look_at=clock.now() + pause, finding=str(problem)[:200]
        )
        log.warning("A file could not be scanned.", extra={"code": type(problem).__name__})
        return False
    if verdict.found:
        _quarantine(attachment, verdict.found)
        return False
    Attachment.objects.filter(pk=attachment.pk).update(standing=Standing.CLEAN, finding="", looks=1)
    attachment.looks = 1
    return True


@transaction.atomic
def _quarantine(attachment: Attachment, found: str) -> None:
    """Let nobody open a harmful file, and tell those who work on the record."""
    Attachment.objects.filter(pk=attachment.pk).update(
        standing=Standing.QUARANTINED, finding=found, next_look_at=None
    )
    record = lock_record(attachment.record)
    events.append(
        record,
        "attachment.quarantined",
        actor=SYSTEM,
        via=Via.WORKER,
        data={"attachment": attachment.pk, "name": attachment.name, "found": found},
        is_internal=True,
    )


def _draw(attachment: Attachment) -> None:
    drawn: bytes | None = None
    if attachment.content_type in DRAWN and attachment.looks <= MOST_DRAWINGS:
        with attachment.file.open("rb") as file:
            drawn = thumbnail_of(file, attachment.content_type)
    changes: dict[str, object] = {"next_look_at": None}
    if drawn:
        attachment.thumbnail.save("thumbnail", ContentFile(drawn), save=False)
        changes["thumbnail"] = attachment.thumbnail.name
    Attachment.objects.filter(pk=attachment.pk).update(**changes)
