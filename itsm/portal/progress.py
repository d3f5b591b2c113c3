"""How a record's progress is said to the person who asked: seven words, and the steps behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Phase
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Record

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass(frozen=True)
class Progress:
    """One of the words a requester reads in place of the desk's own states."""

    key: str
    label: Sentence
    next_step: Sentence
    tone: str = "neutral"
    icon: str = "half"


RECEIVED = Progress(
    "received", _("Received"), _("Somebody reads it and takes it up."), "info", "ring"
)
LOOKED_AT = Progress(
    "looked_at", _("Being looked at"), _("We are working on it and write to you here.")
)
FOR_YOU = Progress(
    "for_you",
    _("Waiting for you"),
    _("Answer below, so that we can go on."),
    "warn",
    "triangle-up",
)
FOR_APPROVAL = Progress(
    "for_approval",
    _("Waiting for approval"),
    _("Somebody has to agree first. You will read here what they say."),
    "hold",
    "bars",
)
DONE = Progress("done", _("Done"), _("If it is not right yet, say so below."), "ok", "disc-tick")
#: Done, and only whoever asked can say whether it was worth it.
YOUR_WORD = Progress(
    "your_word",
    _("Done: your word counts"),
    _("Did it bring what you needed? Only you can say so."),
    "warn",
    "triangle-up",
)
STOPPED = Progress("stopped", _("Stopped"), _("Nothing more happens here."), "neutral", "void")

#: States in which the desk waits for the person who asked.
FOR_YOU_STATES = ("waiting_customer", "needs_information")
#: Kinds and states in which only whoever asked can say what came of it.
YOUR_WORD_STATES = {"need": ("fulfilled",), "benefit": ("asked",)}
_FOR_APPROVAL = ("awaiting_approval", "awaiting_authorisation")


def progress_of(record: Record) -> Progress:
    """Return where a record stands, in the requester's words."""
    return _of_state(record.kind, record.state)


def _of_state(kind: str, state: str) -> Progress:
    if state in FOR_YOU_STATES:
        return FOR_YOU
    if state in YOUR_WORD_STATES.get(kind, ()):
        return YOUR_WORD
    if state in _FOR_APPROVAL:
        return FOR_APPROVAL
    return {
        Phase.NEW: RECEIVED,
        Phase.OPEN: LOOKED_AT,
        Phase.WAITING: LOOKED_AT,
        Phase.DONE: DONE,
        Phase.VOID: STOPPED,
    }[kinds[kind].machine.phase(state)]


def change_of(event: Event, kind: str) -> Progress | None:
    """Return the word an event led to, or None when the requester's word stayed the same."""
    if not event.from_state or event.from_state == event.to_state:
        return None
    after = _of_state(kind, event.to_state)
    return None if _of_state(kind, event.from_state) == after else after


def track(record: Record, seen: list[Progress]) -> list[dict[str, Any]]:
    """Return the steps of the status track: those that happened, the present one, the end to come.

    `seen` are the words the record has been through. A step that this record never needs, such as an
    approval, is not shown.
    """
    now = progress_of(record)
    before = [step for step in (RECEIVED, FOR_APPROVAL, LOOKED_AT, FOR_YOU) if step in seen]
    steps = [step for step in before if step != now]
    if now in (DONE, YOUR_WORD, STOPPED):
        return [_step(step, "done") for step in steps if step is not FOR_YOU] + [
            _step(now, "done" if now is DONE else "now")
        ]
    if now is RECEIVED:
        to_come = [LOOKED_AT, DONE]
    elif now is FOR_APPROVAL:
        to_come = [step for step in (LOOKED_AT,) if step not in seen] + [DONE]
    else:
        to_come = [DONE]
    return [
        *(_step(step, "done") for step in steps if step is not FOR_YOU),
        _step(now, "now"),
        *(_step(step, "next") for step in to_come),
    ]


def _step(step: Progress, state: str) -> dict[str, Any]:
    return {"label": step.label, "state": state}
