"""What people say on a record, the files and minutes they add, and who follows it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.records import events, policies, scanning
from valuechain.records.actions.locking import lock_record, lock_survivor
from valuechain.records.actions.thumbnails import DRAWN
from valuechain.records.answers import MAX_TEXT
from valuechain.records.models import Attachment, Comment, Participation, Record, TimeEntry
from valuechain.records.sniffing import HEAD, content_type_of, refuse_programs
from valuechain.records.vocabulary import ParticipationRole, Visibility


@transaction.atomic
def add_comment(
    record: Record,
    *,
    body: str,
    visibility: str,
    actor: Any,
    via: str,
    form: str = Comment.Form.MESSAGE,
    at: datetime | None = None,
    is_automatic: bool = False,
    expected_events: int | None = None,
) -> Comment:
    """Add a public reply, a logged call or an internal note.

    What is written on a record that another took the place of (a merged ticket) is added there, and
    remembers where it was written.

    `body` is Markdown as typed. `at` is when it was said (default now). `expected_events` is the
    number of events the writer had seen; when somebody else wrote since, RuleViolation("newer_reply")
    is raised and nothing is lost. Raises Denied and FieldErrors.
    """
    locked, body = check_message(
        record, body=body, visibility=visibility, actor=actor, expected_events=expected_events
    )
    at = at or clock.now()
    comment: Comment = Comment.objects.create(
        record_id=locked.pk,
        author_id=actor.pk,
        visibility=visibility,
        form=form,
        is_from_staff=actor.access.works_on(locked) and not policies.is_requester(actor, locked),
        is_automatic=is_automatic,
        body=body,
        via=via,
        program=events.program_of(actor, via),
        at=at,
        moved_from_id=None if locked.pk == record.pk else record.pk,
    )
    events.append(
        locked,
        f"comment.{'note' if comment.is_internal else 'reply'}",
        actor=actor,
        via=via,
        at=at,
        data={
            "comment": comment.pk,
            "form": str(form),
            "from_staff": comment.is_from_staff,
            "automatic": is_automatic,
        },
        is_internal=comment.is_internal,
    )
    return comment


def check_message(
    record: Record, *, body: str, visibility: str, actor: Any, expected_events: int | None = None
) -> tuple[Record, str]:
    """Return the record that takes a message, locked, and the message as it is kept.

    Raises whatever stands against it: FieldErrors, Denied, RuleViolation("newer_reply").
    """
    if visibility not in Visibility.values:
        raise FieldErrors({"visibility": [("not_understood", _("Write public or internal."))]})
    body = body.strip()
    if not body:
        raise FieldErrors({"body": [("required", _("Write the message."))]})
    if len(body) > MAX_TEXT or "\x00" in body:
        raise FieldErrors({"body": [("too_long", _("At most 50,000 characters fit."))]})
    locked = lock_survivor(record)
    decision = policies.may_comment(actor, locked, visibility)
    if not decision:
        raise Denied.because(decision)
    seen = expected_events if locked.pk == record.pk else None
    if seen is not None and _others_wrote(locked, seen, actor):
        raise RuleViolation(
            "newer_reply",
            _("Somebody wrote on this record while you were typing. Read it, then send again."),
        )
    return locked, body


def _others_wrote(record: Record, seen: int, actor: Any) -> bool:
    return (
        record.events.filter(sequence__gt=seen, verb__startswith="comment.")
        .exclude(actor_id=actor.pk)
        .exists()
    )


@transaction.atomic
def attach_file(
    record: Record,
    *,
    file: File[bytes],
    name: str,
    visibility: str,
    actor: Any,
    via: str,
    comment: Comment | None = None,
) -> Attachment:
    """Keep a file with a record, or with what took its place, whole or not at all.

    The file is written under a random key before the row; when the row fails the file is removed
    again. What it is, its first bytes say. Where a scanner is set up nobody opens it before that has
    looked at it. Raises Denied, and RuleViolation("file_too_large" |
    "file_empty" | "file_type_refused").
    """
    size = refuse_file(file, name)
    locked = lock_survivor(record)
    decision = policies.may_comment(actor, locked, visibility)
    if not decision:
        raise Denied.because(decision)
    head = file.read(HEAD)
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    kind = content_type_of(name, head)
    waits = scanning.is_set_up()
    attachment = Attachment(
        record_id=locked.pk,
        comment=comment,
        visibility=visibility,
        name=name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")[:200] or "file",
        content_type=kind,
        size=size,
        sha256=digest.hexdigest(),
        uploaded_by_id=actor.pk,
        standing=Attachment.Standing.WAITING if waits else Attachment.Standing.UNCHECKED,
        next_look_at=clock.now() if waits or kind in DRAWN else None,
    )
    attachment.file.save(name, file, save=False)
    try:
        attachment.save(force_insert=True)
        events.append(
            locked,
            "attachment.added",
            actor=actor,
            via=via,
            data={"attachment": attachment.pk, "name": attachment.name, "size": size},
            is_internal=visibility == Visibility.INTERNAL,
        )
    except BaseException:
        attachment.file.storage.delete(str(attachment.file.name))
        raise
    return attachment


def refuse_file(file: File[bytes], name: str) -> int:
    """Return the size of a file that can be kept.

    Raises RuleViolation("file_too_large" | "file_empty" | "file_type_refused").
    """
    limit: int = settings.ATTACHMENT_MAX_BYTES
    size = file.size or 0
    if size > limit:
        raise RuleViolation(
            "file_too_large",
            _("“%(name)s” has %(size)d MB; files of up to %(limit)d MB can be attached.")
            % {"name": name, "size": size // 1_000_000 + 1, "limit": limit // 1_000_000},
            field="file",
        )
    if size == 0:
        raise RuleViolation("file_empty", _("“%(name)s” is empty.") % {"name": name}, field="file")
    refuse_programs(name, file.read(HEAD))
    file.seek(0)
    return size


@transaction.atomic
def log_time(
    record: Record,
    *,
    seconds: int,
    actor: Any,
    via: str,
    note: str = "",
    at: datetime | None = None,
) -> TimeEntry:
    """Write down time spent on a record. Raises FieldErrors outside 1 second to 24 hours."""
    if not 0 < seconds <= 86_400:
        raise FieldErrors({"seconds": [("out_of_range", _("Between one second and 24 hours."))]})
    locked = lock_record(record)
    decision = policies.may_work(actor, locked)
    if not decision:
        raise Denied.because(decision)
    entry = TimeEntry.objects.create(
        record_id=locked.pk, person_id=actor.pk, seconds=seconds, note=note, at=at or clock.now()
    )
    events.append(
        locked, "time.logged", actor=actor, via=via, data={"seconds": seconds}, is_internal=True
    )
    return entry


@transaction.atomic
def watch(
    record: Record,
    *,
    person: Any,
    actor: Any,
    via: str,
    role: str = ParticipationRole.WATCHER,
) -> Participation:
    """Let a person follow a record. Staff may add anybody; others only themselves."""
    locked = lock_record(record)
    if person.pk != actor.pk:
        decision = policies.may_work(actor, locked)
        if not decision:
            raise Denied.because(decision)
    participation, is_new = Participation.objects.get_or_create(
        record_id=locked.pk, person=person, role=role
    )
    if is_new:
        events.append(
            locked,
            "participant.added",
            actor=actor,
            via=via,
            data={"person": str(person), "role": str(role)},
            is_internal=True,
        )
    return participation


@transaction.atomic
def remove_participant(record: Record, *, person: Any, role: str, actor: Any, via: str) -> None:
    """Take a person off a record. The requester always stays."""
    if role == ParticipationRole.REQUESTER:
        raise RuleViolation("requester_stays", _("The requester always takes part."))
    locked = lock_record(record)
    if person.pk != actor.pk:
        decision = policies.may_work(actor, locked)
        if not decision:
            raise Denied.because(decision)
    gone, _rows = Participation.objects.filter(
        record_id=locked.pk, person=person, role=role
    ).delete()
    if gone:
        events.append(
            locked,
            "participant.removed",
            actor=actor,
            via=via,
            data={"person": str(person), "role": str(role)},
            is_internal=True,
        )
