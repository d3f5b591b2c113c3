"""What was said and decided on a request, as far as the person who asked reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from itsm.branding.reading import look
from itsm.core.markdown import to_html
from itsm.portal.progress import RECEIVED, Progress, change_of
from valuechain.records.models import Attachment, Comment, Record
from valuechain.records.serving import ShownFile, named_files, shown_files
from valuechain.records.vocabulary import Visibility

#: Answers to a step that are written for the requester: why, and what was done.
_TOLD = ("reason", "question", "resolution")

#: What only whoever asked says of a need.
_OWN_WORD = frozenset(
    f"need.{name}"
    for name in ("appeal", "confirm_value", "confirm_partly", "report_no_value", "dispute")
)


@dataclass(frozen=True)
class Line:
    """One message, or one change of the word that says where the request stands."""

    at: datetime
    who: str = ""
    body_html: str = ""
    is_from_staff: bool = False
    progress: Progress | None = None
    #: The question that was settled, where one was.
    about: str = ""
    anchor: str = ""
    files: list[ShownFile] = field(default_factory=list)


def conversation(record: Record, *, with_files: bool = True) -> tuple[list[Line], list[Progress]]:
    """Return the public lines, oldest first, and the words the request has been through.

    Always the requester's view, whoever reads: a note cannot reach this page by any reader's rights.
    Files are left out for who is not signed in and could not open them. Three queries.
    """
    files: dict[int, list[Attachment]] = {}
    attached = Attachment.objects.filter(record=record, visibility=Visibility.PUBLIC)
    for attachment in attached.exclude(comment=None) if with_files else ():
        files.setdefault(attachment.comment_id or 0, []).append(attachment)
    lines = [
        Line(
            at=comment.at,
            who=str(comment.author or look().name),
            body_html=to_html(comment.body, named_files(files.get(comment.pk, ()), record)),
            is_from_staff=comment.is_from_staff,
            anchor=f"comment-{comment.pk}",
            files=[
                file
                for file in shown_files(files.get(comment.pk, ()), record)
                if not (file.preview_url and f"[{file.name}]" in comment.body)
            ],
        )
        for comment in Comment.objects.filter(
            record=record, visibility=Visibility.PUBLIC
        ).select_related("author")
    ]
    seen = [RECEIVED]
    happened = record.events.filter(is_internal=False).exclude(from_state="")
    for event in happened.select_related("actor").order_by("sequence"):
        step = change_of(event, record.kind)
        said = _said(event.data.get("answers", {}))
        if step is not None and step not in seen:
            seen.append(step)
        if step is not None or said:
            who = str(event.actor) if event.actor and said else ""
            about = "" if step is not None else _settled(record, event)
            if event.verb in _OWN_WORD:
                # What whoever asked said themselves is named as the button they pressed.
                step, who, about = None, str(event.actor or ""), _label(record, event)
            lines.append(Line(at=event.at, who=who, body_html=said, progress=step, about=about))
    return sorted(lines, key=lambda line: line.at), seen


def _settled(record: Record, event: Any) -> str:
    """Name the question of a need that was answered: the step, or what it asked where it moved on."""
    if record.kind != "need":
        return ""
    name = event.verb.partition(".")[2]
    for step in record.kind_entry.machine.transitions:
        if step.name == name and event.from_state == event.to_state:
            return str(step.label)
        if step.name == name:
            return next(
                (str(ask.label) for ask in step.asks if ask.stores and ask.name == "reason"), ""
            )
    return ""


def _label(record: Record, event: Any) -> str:
    name = event.verb.partition(".")[2]
    steps = record.kind_entry.machine.transitions
    return next((str(step.label) for step in steps if step.name == name), "")


def _said(answers: dict[str, Any]) -> str:
    words = [str(answers[name]) for name in _TOLD if answers.get(name)]
    return to_html("\n\n".join(words)) if words else ""
