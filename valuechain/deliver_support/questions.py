"""What a catalogue item asks whoever orders it, and the reading of the answers.

A question is `{name, label, kind, required, help, choices}`; kinds are text, line, choice, integer,
date, boolean and person. The answers are read as those of a transition are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.errors import FieldErrors
from itsm.core.machine import Ask, AskKind
from valuechain.records.answers import clean_answers, for_audit

KINDS: dict[str, Any] = {
    "line": gettext_lazy("One line"),
    "text": gettext_lazy("Several lines"),
    "choice": gettext_lazy("One of several"),
    "integer": gettext_lazy("A whole number"),
    "date": gettext_lazy("A date"),
    "boolean": gettext_lazy("Yes or no"),
    "person": gettext_lazy("A person"),
}
MOST = 40
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_questions(raw: Any) -> list[dict[str, Any]]:
    """Return the questions in their one shape, or raise FieldErrors saying which is not."""
    if not isinstance(raw, list) or len(raw) > MOST:
        raise _refusal(_("Send a list of at most %(most)d questions.") % {"most": MOST})
    questions = [_read(place, item) for place, item in enumerate(raw, start=1)]
    names = [question["name"] for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise _refusal(_("Two questions are called “%(name)s”.") % {"name": name})
    return questions


def _read(place: int, item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise _refusal(_("Question %(place)d is not an object.") % {"place": place})
    name, label = str(item.get("name", "")).strip(), str(item.get("label", "")).strip()
    kind = str(item.get("kind", "line"))
    if not _NAME.fullmatch(name):
        raise _refusal(
            _("Question %(place)d needs a name of small letters, digits and _.") % {"place": place}
        )
    if not label or len(label) > 200:
        raise _refusal(_("Question “%(name)s” needs a label.") % {"name": name})
    if kind not in KINDS:
        raise _refusal(
            _("Question “%(name)s” can be one of: %(kinds)s.")
            % {"name": name, "kinds": ", ".join(KINDS)}
        )
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "required": item.get("required", True) is True,
        "help": str(item.get("help", "")).strip()[:300],
        "choices": _choices(name, kind, item.get("choices", [])),
    }


def _choices(name: str, kind: str, raw: Any) -> list[str]:
    given = raw if isinstance(raw, list) else []
    words = list(dict.fromkeys(str(word).strip()[:200] for word in given if str(word).strip()))
    if kind != "choice":
        return []
    if len(words) < 2:
        raise _refusal(_("Question “%(name)s” needs at least two choices.") % {"name": name})
    return words


def _refusal(message: str) -> FieldErrors:
    return FieldErrors({"form": [("not_understood", message)]})


def asks_of(offering: Any) -> tuple[Ask, ...]:
    """Return an item's questions as transitions ask theirs, so that the same forms serve."""
    return tuple(
        Ask(
            question["name"],
            question["label"],
            AskKind(question["kind"]),
            required=question["required"],
            help=question["help"],
            choices=tuple((word, word) for word in question["choices"]),
        )
        for question in offering.form
    )


def read_answers(
    offering: Any, answers: Mapping[str, Any], *, actor: Any
) -> list[tuple[str, str, Any]]:
    """Return (name, label, answer in words) of an order; raises FieldErrors for what is missing."""
    asks = asks_of(offering)
    given = clean_answers(asks, answers, actor=actor)
    return [
        (ask.name, str(ask.label), said_of(given[ask.name])) for ask in asks if ask.name in given
    ]


def said_of(value: Any) -> Any:
    """Return an answer in words; empty for none."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(for_audit(value))
