"""What may follow at once when a reply is sent: the kinds say which step, and with what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.models import Record

#: (what was written, when it is sent) -> the answers the transition asks for.
Answers = Callable[[str, datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SendStep:
    """One transition that a reply can bring along, by its name in the machine of the kind."""

    name: str
    label: Sentence
    answers: Answers
    keys: str = ""


#: kind -> the steps its replies can bring along.
send_steps: dict[str, tuple[SendStep, ...]] = {}


#: kind -> the address of the texts kept ready for its replies; empty for whom they are not.
ready_texts: dict[str, Callable[[Record, Any], str]] = {}


def beside_a_reply(record: Record, *, actor: Any) -> dict[str, Any]:
    """Return what a writer who works on the record finds beside the button that sends."""
    if not actor.access.works_on(record):
        return {}
    texts = ready_texts.get(record.kind)
    return {
        "send_steps": steps_of(record, actor=actor),
        "canned_url": texts(record, actor) if texts else "",
    }


def steps_of(record: Record, *, actor: Any) -> list[SendStep]:
    """Return the steps the actor could take on the record as it is now."""
    machine = record.kind_entry.machine
    possible = {t.name for t in machine.leaving(record.state) if machine.decide(t, record, actor)}
    return [step for step in send_steps.get(record.kind, ()) if step.name in possible]


def step_named(record: Record, name: str) -> SendStep | None:
    """Return a step of the record's kind by its name."""
    return next((step for step in send_steps.get(record.kind, ()) if step.name == name), None)
