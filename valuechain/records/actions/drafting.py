"""Keeping what people are still writing, and holding back what they sent until it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from valuechain.records.actions.conversing import (
    add_comment,
    attach_file,
    check_message,
    refuse_file,
)
from valuechain.records.actions.moving import perform
from valuechain.records.models import Comment, Draft, Record
from valuechain.records.sending import step_named
from valuechain.records.vocabulary import Via, Visibility

#: A draft nobody came back to is forgotten after this long.
KEPT_FOR = timedelta(days=30)
#: How long after sending a late autosave of the same words is recognised as such.
JUST_SENT = timedelta(minutes=2)


def save_draft(
    *, person: Any, name: str, values: Mapping[str, Any], record: Record | None = None
) -> Draft | None:
    """Keep the fields of a form as they are now; nothing filled in means nothing kept."""
    filled = {key: str(value)[:60_000] for key, value in values.items() if str(value).strip()}
    written = Draft.objects.visible_to(person).written()
    if not filled or (record is not None and _just_sent(record, person, filled.get("body", ""))):
        written.filter(record=record, name=name).delete()
        return None
    draft, _is_new = Draft.objects.update_or_create(
        person_id=person.pk,
        record=record,
        name=name,
        release_at=None,
        defaults={"values": filled, "saved_at": clock.now()},
    )
    return draft


def drop_draft(*, person: Any, name: str, record: Record | None = None) -> None:
    """Forget a draft: what it was for has been done."""
    for draft in Draft.objects.visible_to(person).written().filter(record=record, name=name):
        _forget(draft)


def _just_sent(record: Record, person: Any, body: str) -> bool:
    """Whether these words were sent a moment ago: the autosave that was on its way comes late."""
    body = body.strip()
    held = Draft.objects.visible_to(person).held().filter(record=record)
    if any(draft.body.strip() == body for draft in held):
        return True
    since = clock.now() - JUST_SENT
    said = Comment.objects.filter(record=record, author_id=person.pk, at__gte=since, body=body)
    return bool(body) and said.exists()


@transaction.atomic
def hold_reply(
    record: Record,
    *,
    body: str,
    actor: Any,
    seconds: int,
    file: File[bytes] | None = None,
    file_name: str = "",
    step: str = "",
    expected_events: int | None = None,
) -> Draft:
    """Send a reply that leaves after so many seconds and can be taken back until then.

    Everything that could be refused is refused now: raises what `add_comment` and `attach_file`
    raise, and what stands against the step that is to follow.
    """
    locked, body = check_message(
        record,
        body=body,
        visibility=Visibility.PUBLIC,
        actor=actor,
        expected_events=expected_events,
    )
    if file is not None:
        refuse_file(file, file_name)
    if step:
        _refuse_step(locked, step, actor=actor)
    now = clock.now()
    draft = Draft(
        person_id=actor.pk,
        record=locked,
        name=Draft.Name.REPLY,
        values={"body": body},
        saved_at=now,
        release_at=now + timedelta(seconds=seconds),
        step=step,
        file_name=file_name,
    )
    if file is not None:
        draft.file.save(file_name, file, save=False)
        file.close()
    draft.save(force_insert=True)
    return draft


def _refuse_step(record: Record, name: str, *, actor: Any) -> None:
    machine = record.kind_entry.machine
    decision = machine.decide(machine.transition(name, record.state), record, actor)
    if not decision:
        raise Denied.because(decision)


@transaction.atomic
def take_back(pk: int, *, actor: Any) -> Draft | None:
    """Make a held reply a draft again. None when it has left already."""
    held = Draft.objects.visible_to(actor).held().select_for_update().filter(pk=pk).first()
    return None if held is None else _make_draft(held)


def release_due(*, record: Record | None = None, now: datetime | None = None) -> int:
    """Send every held reply whose time has come, on one record or everywhere. Returns how many.

    Each goes in a transaction of its own; one that another worker holds is left to it, so this may
    run twice at once.
    """
    due = Draft.objects.due(now or clock.now())
    if record is not None:
        due = due.filter(record=record)
    return sum(_release_one(pk) for pk in due.order_by("release_at").values_list("pk", flat=True))


@transaction.atomic
def _release_one(pk: int) -> int:
    held = (
        Draft.objects.held()
        .select_related("person")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk)
        .first()
    )
    if held is None or held.record is None:
        return 0
    try:
        with transaction.atomic():
            _send(held, held.record.specific)
    except RuleViolation as refusal:
        _make_draft(held, problem=str(refusal.message))
        return 0
    _forget(held)
    return 1


def _send(held: Draft, record: Record) -> None:
    author = held.person
    if not author.is_active:
        raise RuleViolation("not_active", _("Its writer no longer works here."))
    comment = add_comment(
        record, body=held.body, visibility=Visibility.PUBLIC, actor=author, via=Via.HTML
    )
    if held.file:
        with held.file.open("rb") as file:
            attach_file(
                comment.record, file=file, name=held.file_name, visibility=Visibility.PUBLIC,
                actor=author, via=Via.HTML, comment=comment,
            )  # fmt: skip
    step = step_named(record, held.step) if held.step else None
    if step is not None:
        answers = step.answers(held.body, clock.now())
        perform(record, step.name, actor=author, via=Via.HTML, data=answers)


def _make_draft(held: Draft, problem: str = "") -> Draft:
    """Give a held reply back to its writer, in front of what they wrote since."""
    since = (
        Draft.objects.written()
        .filter(person_id=held.person_id, record_id=held.record_id, name=held.name)
        .first()
    )
    if since is not None:
        if since.body.strip():
            held.values = {"body": f"{held.body}\n\n{since.body}"}
        since.delete()
    held.release_at, held.step, held.saved_at, held.problem = None, "", clock.now(), problem[:500]
    held.save()
    return held


def _forget(draft: Draft) -> None:
    """Delete a draft with its file, once the deletion stands."""
    if draft.file:
        storage, key = draft.file.storage, str(draft.file.name)
        transaction.on_commit(lambda: storage.delete(key))
    draft.delete()


def forget_drafts(now: datetime) -> int:
    """Delete what was left unsent for so long that nobody comes back to it. Returns how many."""
    old = list(Draft.objects.written().filter(saved_at__lt=now - KEPT_FOR)[:1000])
    for draft in old:
        _forget(draft)
    return len(old)
