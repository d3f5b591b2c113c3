"""What an event was, in people's words: what the timeline and the audit log say of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.wording import absolute
from valuechain.records.models import Event, Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import INVERSE, LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


def field_label(record: Record, name: str) -> str:
    """Return a field's name as people read it, in their language."""
    if name == "summary":
        return _("Summary")
    try:
        label = getattr(record.kind_entry.model._meta.get_field(name), "verbose_name", name)
    except FieldDoesNotExist:
        label = name
    return str(label).replace("_", " ").capitalize()


def said_value(record: Record, name: str, value: Any) -> Any:
    """Return a field's value as people read it, also one that an event keeps as text.

    Moments are told in the reader's time zone; a measure as it was typed, money with its cents.
    Whatever else it is comes back as it came.
    """
    model = record.kind_entry.model
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    with suppress(ValidationError):
        if isinstance(value, str) and value and isinstance(field, _KEPT_AS_TEXT):
            value = field.to_python(value)
    if isinstance(value, datetime):
        return absolute(value)
    if isinstance(value, date):
        return formats.date_format(value, "j M Y")
    if isinstance(value, Decimal):
        is_whole = hasattr(model, "measure") and value == value.to_integral_value()
        return formats.number_format(value, 0 if is_whole else None, force_grouping=True)
    return value


#: What a change keeps of a field.
SIDES = ("before", "after")
_KEPT_AS_TEXT = (models.DateField, models.DecimalField)

_FIXED = {
    "attachment.added": ("system", gettext_lazy("attached a file")),
    "attachment.quarantined": ("system", gettext_lazy("held back a harmful file")),
    "comment.reply": ("reply_out", gettext_lazy("wrote a reply")),
    "comment.note": ("note", gettext_lazy("wrote an internal note")),
    "participant.added": ("system", gettext_lazy("added somebody")),
    "participant.removed": ("system", gettext_lazy("took somebody off")),
    "time.logged": ("system", gettext_lazy("logged time")),
}


_ANY_KIND = {
    "opened": ("system", gettext_lazy("opened this")),
    "edited": ("change", gettext_lazy("edited")),
    "put_back": ("change", gettext_lazy("took the last step back")),
    "summarised": ("change", gettext_lazy("wrote the summary")),
}


def fixed_words() -> dict[str, tuple[str, Sentence]]:
    """Return what events say that say the same each time; by their verbs, or by how those end."""
    known = {verb: (kind, words) for verb, (kind, words) in panels.event_words.items()
             if not callable(words)}  # fmt: skip
    return {**{f".{verb}": said for verb, said in _ANY_KIND.items()}, **_FIXED, **known}


def describe(event: Event, record: Record) -> tuple[str, Sentence]:
    """Say in words what an event was, and where it brought the record; with its kind of entry."""
    kind, words = what_it_was(event, record)
    is_said = event.verb in panels.event_words
    if (
        kind == "transition"
        and not is_said
        and event.from_state != event.to_state
        and event.to_state
    ):
        state = record.kind_entry.machine.state(event.to_state).label
        return kind, _("%(verb)s → %(state)s") % {"verb": words, "state": state}
    return kind, words


def what_it_was(event: Event, record: Record) -> tuple[str, Sentence]:
    """Say in words what an event was, with its kind of entry."""
    noun, _dot, verb = event.verb.partition(".")
    known = _FIXED.get(event.verb) or panels.event_words.get(event.verb)
    if known is not None:
        kind, words = known
        return kind, words(event) if callable(words) else words
    if noun in ("link", "handover"):
        return "link", _tie_words(noun, verb, event)
    if noun == "clock":
        return "sla", event.data.get("label") or _("clock %(what)s") % {"what": verb}
    if verb in _ANY_KIND:
        return _ANY_KIND[verb]
    if verb == "absorbed":
        return "link", _("merged %(number)s into this") % {"number": event.data.get("other", "")}
    labels = {t.name: t.label for t in record.kind_entry.machine.transitions}
    return "transition", labels.get(verb, verb.replace("_", " "))


def _tie_words(noun: str, verb: str, event: Event) -> Sentence:
    other = event.data.get("other", "")
    if noun == "handover":
        return {
            "offered": _("handed over: %(other)s"),
            "accepted": _("handover accepted: %(other)s"),
            "returned": _("handover returned: %(other)s"),
        }[verb] % {"other": other}
    kind = LinkKind(event.data["kind"])
    words = kind.label if event.data.get("direction") == "out" else INVERSE[kind]
    if verb == "removed":
        return _("took the link off: %(words)s %(other)s") % {"words": words, "other": other}
    return _("linked this: %(words)s %(other)s") % {"words": words, "other": other}
