"""What happened to a record, as the entries of its timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core.markdown import NamedFile, to_html
from itsm.core.statements import Given, Statement
from itsm.core.wording import clock_time, kept
from valuechain.records.models import Attachment, Comment, Draft, Event, Record
from valuechain.records.querysets import reads_notes
from valuechain.records.sending import step_named
from valuechain.records.serving import named_files
from valuechain.records.telling import SIDES, describe, field_label, said_value
from valuechain.records.vocabulary import Principle, Via

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

#: What an outsider reads of a record's life; the rest is how the work is organised inside.
_PUBLIC_VERBS = ("opened", "attachment.added")

#: Filters of the timeline by what it shows; the first shows all.
ALL, CONVERSATION, NOTES, CHANGES = "all", "conversation", "notes", "changes"
_SHOWS = {
    CONVERSATION: ("reply_in", "reply_out", "call"),
    NOTES: ("note",),
    CHANGES: ("change", "transition", "link", "sla", "system"),
}


#: A longer timeline shows its beginning and its end, and folds what lies between.
FOLDED_OVER, FIRST, LAST = 30, 2, 10
#: Changes of fields by one person within this span are told as one.
TOGETHER = timedelta(minutes=5)
#: A line names who did it and shows nothing else of them.
_UNSHOWN_OF_PEOPLE = ("password", "last_login", "phone", "employee_number", "place", "created_at")


@Statement
def _said(insider: bool) -> Any:  # noqa: FBT001 - the shape of a statement
    said = Comment.objects.readable(insider=insider).filter(record=Given("record"))
    return said.select_related("author").defer(*(f"author__{name}" for name in _UNSHOWN_OF_PEOPLE))


@Statement
def _happened(insider: bool) -> Any:  # noqa: FBT001 - the shape of a statement
    happened = Event.objects.readable(insider=insider).filter(record=Given("record"))
    happened = happened.exclude(verb__startswith="comment.").select_related("actor")
    return happened.defer(*(f"actor__{name}" for name in _UNSHOWN_OF_PEOPLE))


@dataclass(frozen=True)
class Entry:
    """One line or box of the timeline."""

    kind: str
    at: datetime
    label: Sentence
    actor: str = ""
    text: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    via: Sentence = ""
    is_internal: bool = False
    anchor: str = ""
    file_name: str = ""
    principle: Sentence = ""
    files: tuple[NamedFile, ...] = ()
    held: Draft | None = None
    #: Who did it, by their key.
    by: int | None = None

    @cached_property
    def body_html(self) -> str:
        """What was said, sanitised; worked out only for what is drawn."""
        return to_html(self.text, self.files) if self.text else ""

    @property
    def is_grouped(self) -> bool:
        """Whether this is told in a line, with what changed folded below it."""
        return self.kind == "change"


def timeline(
    record: Record,
    *,
    actor: Any,
    show: str = ALL,
    held: Iterable[Draft] = (),
    files: Iterable[Attachment] = (),
) -> list[Entry]:
    """Return the entries the actor may read, oldest first. Two queries.

    `files` are those the actor may open; a message shows its own where it names them. `held` are the actor's own replies that have not left yet; they stand last, as theirs alone.
    """
    insider = reads_notes(actor, record)
    entries: list[Entry] = []
    if show != CHANGES:
        came: dict[int | None, list[Attachment]] = defaultdict(list)
        for file in files:
            came[file.comment_id].append(file)
        entries += [
            _from_comment(comment, record, came.get(comment.pk, ()))
            for comment in _said(insider, record=record.pk)
        ]
    if show not in (CONVERSATION, NOTES):
        entries += [
            _from_event(event, record, insider=insider)
            for event in _happened(insider, record=record.pk)
            if insider or _is_public(event)
        ]
    if show in _SHOWS:
        entries = [entry for entry in entries if entry.kind in _SHOWS[show]]
    told = _together(sorted(entries, key=lambda entry: entry.at))
    if show in (ALL, CONVERSATION):
        told += [_from_held(draft, record) for draft in held]
    return told


def marked(
    entries: list[Entry], *, since: datetime | None, actor: Any, now: datetime
) -> list[Entry]:
    """Put an entry of kind "new" before what others did since the reader was here last."""
    for place, entry in enumerate(entries if since is not None else ()):
        if since is not None and entry.at > since and entry.by != actor.pk:
            label = _("New since %(time)s") % {"time": clock_time(since, now=now)}
            mark = Entry(kind="new", at=entry.at, label=label, anchor="new")
            return [*entries[:place], mark, *entries[place:]]
    return entries


def folded(entries: list[Entry], *, whole: bool = False) -> list[Entry]:
    """Fold the middle of a long timeline into one entry of kind "gap", unless all is asked for.

    What is new to the reader is never folded.
    """
    new = next((place for place, one in enumerate(entries) if one.kind == "new"), len(entries))
    last = max(LAST, len(entries) - new)
    hidden = len(entries) - FIRST - last
    if whole or len(entries) <= FOLDED_OVER or hidden < 1:
        return entries
    label = ngettext("%(n)d earlier item", "%(n)d earlier items", hidden) % {"n": hidden}
    gap = Entry(kind="gap", at=entries[FIRST].at, label=label)
    return [*entries[:FIRST], gap, *entries[-last:]]


def _together(entries: list[Entry]) -> list[Entry]:
    """Tell changes that one person made in one go as one entry."""
    told: list[Entry] = []
    for entry in entries:
        before = told[-1] if told else None
        if (
            before is not None
            and entry.kind == before.kind == "change"
            and (entry.actor, entry.via) == (before.actor, before.via)
            and entry.at - before.at <= TOGETHER
        ):
            told[-1] = _changed(replace(before, changes=_net(before.changes + entry.changes)))
        else:
            told.append(_changed(entry) if entry.kind == "change" else entry)
    return told


def _net(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell a field changed twice as one change from first to last."""
    found: dict[str, dict[str, Any]] = {}
    for change in changes:
        name = change["field"]
        if name in found:
            found[name] = found[name] | {"after": change["after"]}
        else:
            found[name] = change
    return list(found.values())


def _changed(entry: Entry) -> Entry:
    names = ", ".join(str(change["field"]) for change in entry.changes)
    return replace(entry, label=_("changed %(fields)s") % {"fields": names}) if names else entry


def _from_held(draft: Draft, record: Record) -> Entry:
    step = step_named(record, draft.step) if draft.step else None
    label = _("is sending a reply")
    if step is not None:
        label = _("is sending a reply, then: %(step)s") % {"step": step.label}
    return Entry(
        kind="held",
        at=draft.saved_at,
        label=label,
        actor=str(draft.person),
        text=draft.body,
        anchor=f"held-{draft.pk}",
        file_name=draft.file_name,
        held=draft,
        by=draft.person_id,
    )


def _is_public(event: Event) -> bool:
    if event.from_state and event.from_state != event.to_state:
        return True
    return event.verb.endswith(_PUBLIC_VERBS)


def _from_comment(comment: Comment, record: Record, came: Iterable[Attachment]) -> Entry:
    if comment.is_internal:
        kind, label = "note", _("wrote an internal note")
    elif comment.form == Comment.Form.CALL:
        kind, label = "call", _("logged a call")
    elif comment.is_from_staff:
        kind, label = "reply_out", _("replied")
    else:
        kind, label = "reply_in", _("wrote")
    if comment.moved_from_id and comment.moved_from_id != record.pk:
        label = _("%(label)s on a merged record") % {"label": label}
    return Entry(
        kind=kind,
        at=comment.at,
        label=label,
        actor=str(comment.author or _("Throughline")),
        text=comment.body,
        via=_via(comment.via, comment.program),
        is_internal=comment.is_internal,
        anchor=f"comment-{comment.pk}",
        files=named_files(came, record) if came else (),
        by=comment.author_id,
    )


def _from_event(event: Event, record: Record, *, insider: bool) -> Entry:
    answers = dict(event.data.get("answers", {}))
    changes: list[dict[str, Any]] = list(event.data.get("changes", []))
    if insider:
        internal = event.data.get("internal", {})
        answers |= internal.get("answers", {})
        changes += internal.get("changes", [])
    kind, label = describe(event, record)
    stored = {change["field"] for change in changes}
    said = [
        str(value)
        for name, value in answers.items()
        if name not in stored and isinstance(value, str) and name in ("reason", "question")
    ]
    return Entry(
        kind=kind,
        at=event.at,
        label=label,
        actor=str(event.actor or _("Throughline")),
        text="\n\n".join(said),
        changes=[
            change
            | {"field": field_label(record, change["field"])}
            | {when: said_value(record, change["field"], change.get(when)) for when in SIDES}
            for change in changes
            # A reason that the record keeps is told once, in the words below.
            if change["after"] not in said
        ],
        via=_via(event.via, event.data.get("program", "")),
        anchor=f"event-{event.sequence}",
        by=event.actor_id,
        principle=_PRINCIPLES.get(answers.get("principle") or event.data.get("principle"), ""),
    )


_PRINCIPLES = dict(Principle.choices)


@kept
def _via(via: str, program: str = "") -> str:
    """Name the door, unless it is the one everybody comes through, and the program that came by it."""
    if program:
        return _("by %(program)s via %(door)s") % {"program": program, "door": Via(via).label}
    return "" if via == Via.HTML else _("by %(door)s") % {"door": Via(via).label}
