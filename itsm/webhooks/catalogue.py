"""The events a webhook can be told of, each with a sentence, so that nobody has to guess their names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from valuechain.records.kinds import kinds

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.kinds import Kind

EVERYTHING = "*"
#: What happens to records of every kind.
ACROSS: tuple[tuple[str, Sentence], ...] = (
    (EVERYTHING, gettext_lazy("Everything that happens, to every kind of record.")),
    ("comment.reply", gettext_lazy("Somebody wrote a reply.")),
    ("comment.note", gettext_lazy("Somebody wrote an internal note.")),
    ("handover.*", gettext_lazy("Work was handed over, taken over or sent back.")),
    ("approval.requested", gettext_lazy("Somebody asked for approval.")),
    ("approval.decided", gettext_lazy("An approval was decided.")),
    ("clock.breached", gettext_lazy("A promise was missed.")),
    ("clock.escalated", gettext_lazy("A promise is in danger and people were told.")),
    ("link.added", gettext_lazy("Two records were linked.")),
)


@dataclass(frozen=True)
class Choice:
    """One event or one pattern, and whether the webhook asks for it."""

    verb: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class Shelf:
    """The events of one kind of record."""

    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> int:
        """How many of them the webhook asks for."""
        return sum(choice.is_chosen for choice in self.choices)


def shelves(asked: Collection[str]) -> list[Shelf]:
    """Return every event on offer: those of all kinds first, then kind by kind."""
    across = [Choice(verb, str(words), verb in asked) for verb, words in ACROSS]
    return [Shelf(_("Whatever the kind"), across), *(_of_kind(kind, asked) for kind in kinds)]


def others(asked: Collection[str]) -> list[str]:
    """Return what the webhook asks for that is not on offer, such as a pattern of its own."""
    offered = {choice.verb for shelf in shelves(()) for choice in shelf.choices}
    return [verb for verb in asked if verb not in offered]


def _of_kind(kind: Kind, asked: Collection[str]) -> Shelf:
    found = {
        f"{kind.name}.*": _("Everything of this kind."),
        f"{kind.name}.opened": _("One was opened."),
        f"{kind.name}.edited": _("One was edited."),
    }
    for step in kind.machine.transitions:
        words = str(step.label)
        if step.target is not None:
            words = f"{words} → {kind.machine.state(step.target).label}"
        found[f"{kind.name}.{step.name}"] = words
    choices = [Choice(verb, words, verb in asked) for verb, words in found.items()]
    return Shelf(str(kind.label_plural), choices)
