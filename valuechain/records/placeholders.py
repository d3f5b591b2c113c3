"""The words a written template may leave open, and what fills them: a fixed list, read by nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from itsm.core import clock, wording

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.models import Record

_OPEN = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
#: (record, actor) -> the words, empty when there are none.
Fill = Callable[["Record", Any], str]


def _first_name(person: Any) -> str:
    return str(person.name).split()[0] if person is not None and person.name.strip() else ""


def _due(moment: datetime | None) -> str:
    return wording.clock_time(moment, now=clock.now()) if moment else ""


#: name -> (what it says, how it is filled).
PLACEHOLDERS: dict[str, tuple[Sentence, Fill]] = {
    "first_name": (
        _("First name of who asked"),
        lambda record, _actor: _first_name(record.requester),
    ),
    "requester": (
        _("Full name of who asked"),
        lambda record, _actor: record.requester.name if record.requester else "",
    ),
    "number": (_("Number, such as INC-1007"), lambda record, _actor: record.number),
    "title": (_("Subject"), lambda record, _actor: record.title),
    "service": (
        _("Affected service"),
        lambda record, _actor: record.service.title if record.service else "",
    ),
    "team": (_("Team it is with"), lambda record, _actor: record.team.name if record.team else ""),
    "due": (_("When the next promise ends"), lambda record, _actor: _due(record.next_due_at)),
    "my_name": (_("Your full name"), lambda _record, actor: actor.name),
    "my_first_name": (_("Your first name"), lambda _record, actor: _first_name(actor)),
}


def fill(text: str, *, record: Record, actor: Any) -> str:
    """Replace every known placeholder that has words; what has none stays open and blocks sending."""

    def words(found: re.Match[str]) -> str:
        known = PLACEHOLDERS.get(found[1])
        return (known[1](record, actor) if known else "") or found[0]

    return _OPEN.sub(words, text)


def unfilled(text: str) -> list[str]:
    """Return what is still open in a text, each once, as it is written there."""
    return list(dict.fromkeys(match[0] for match in _OPEN.finditer(text)))


def unknown(text: str) -> list[str]:
    """Return the placeholders of a template that nothing can ever fill."""
    return [match[0] for match in _OPEN.finditer(text) if match[1] not in PLACEHOLDERS]
