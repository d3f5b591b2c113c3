"""The single keys there are, and which others a person uses in their place (WCAG 2.2, 2.1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.errors import FieldErrors

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


class SingleKey(NamedTuple):
    """One key as pages name it in `data-keys`, and what it does there."""

    key: str
    label: Sentence


#: Every letter or sign that acts on its own or begins a sequence. A test reads the pages and holds
#: this list against them.
KEYS = (
    SingleKey("c", gettext_lazy("Log a call")),
    SingleKey("g", gettext_lazy("Go to a place; a second letter names it")),
    SingleKey("/", gettext_lazy("Search the list")),
    SingleKey("j", gettext_lazy("Next row, or with Shift the next record")),
    SingleKey("k", gettext_lazy("Row before, or with Shift the record before")),
    SingleKey("[", gettext_lazy("Earlier rows, or the change before")),
    SingleKey("]", gettext_lazy("Later rows, or the next change")),
    SingleKey(".", gettext_lazy("Show what is new in the list")),
    SingleKey("o", gettext_lazy("Look at a row beside the list")),
    SingleKey("x", gettext_lazy("Select a row")),
    SingleKey("a", gettext_lazy("Assign, or with Shift approve")),
    SingleKey("p", gettext_lazy("Priority, or promise a need")),
    SingleKey("s", gettext_lazy("Status")),
    SingleKey("t", gettext_lazy("Team, or table")),
    SingleKey("l", gettext_lazy("Link")),
    SingleKey("m", gettext_lazy("Macro")),
    SingleKey("e", gettext_lazy("Resolve")),
    SingleKey("r", gettext_lazy("Reply")),
    SingleKey("n", gettext_lazy("Internal note, next change, or with Shift the next ticket")),
    SingleKey("y", gettext_lazy("Copy the number, or yes")),
    SingleKey("u", gettext_lazy("Back to the list")),
    SingleKey("i", gettext_lazy("To me, or ask about a need")),
    SingleKey("w", gettext_lazy("Where a need goes")),
    SingleKey("f", gettext_lazy("Whether a need can be fulfilled")),
    SingleKey("d", gettext_lazy("Merge a need, or set a date")),
    SingleKey("h", gettext_lazy("Put a need off")),
    SingleKey("v", gettext_lazy("Vote")),
    SingleKey("z", gettext_lazy("Undo")),
    SingleKey("?", gettext_lazy("The keys of the page you are on")),
)
_FITS = re.compile(r"[a-z/.,;'\[\]=?`-]")


def chosen_from(given: Mapping[str, str]) -> dict[str, str]:
    """Return what differs from the usual keys. Raises FieldErrors for a sign that cannot be, or a clash.

    `given` maps the usual key to the one that is to stand in its place; empty means the usual one.
    """
    wanted = {one.key: (given.get(one.key, "").strip().lower() or one.key) for one in KEYS}
    errors: dict[str, list[tuple[str, str]]] = {}
    labels = {one.key: one.label for one in KEYS}
    taken: dict[str, str] = {}
    for key, other in wanted.items():
        if not _FITS.fullmatch(other):
            message = _("Choose one letter, or one of / . , ; ' [ ] = ? ` -")
            errors[key] = [("not_a_key", message)]
        elif other in taken:
            message = _("“%(key)s” would do two things: “%(one)s” and “%(other)s”.") % {
                "key": other,
                "one": labels[taken[other]],
                "other": labels[key],
            }
            errors[key] = [("taken", message)]
        taken.setdefault(other, key)
    if errors:
        raise FieldErrors(errors)
    return {key: other for key, other in wanted.items() if key != other}
