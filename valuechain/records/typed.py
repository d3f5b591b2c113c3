"""What somebody typed into the filter box of a list: `owner:me prio:1,2 -team:none vpn`.

The words become the very parameters the FilterSet reads, so that the box, the chips, the address and
REST all say the same. What is not understood is named and left out; the rest applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from valuechain.records.filters import NOT, RecordFilter

_PART = re.compile(
    r"""(?P<minus>-)?(?P<key>[^\W\d]\w*):(?P<value>(?:"[^"]*"|[^\s"])*)|"[^"]*"|\S+"""
)
#: Shorter or other words for a filter's own name.
#: So many of the values a filter knows are named where another was typed.
MOST_NAMED = 12

ALIASES = {
    "prio": "priority",
    "p": "priority",
    "status": "state",
    "is": "state",
    "assignee": "owner",
    "agent": "owner",
    "caller": "requester",
    "from": "requester",
    "by": "requester",
    "org": "organisation",
    "via": "channel",
    "type": "kind",
    "sla": "clock",
    "tags": "tag",
}
#: What is named to somebody who looks for a filter; the form of all filters has the others.
_TOLD = (
    "owner",
    "requester",
    "team",
    "service",
    "priority",
    "state",
    "kind",
    "channel",
    "tag",
    "due",
)
_LONGEST = 500


@dataclass(frozen=True)
class Problem:
    """One part of what was typed that could not be understood, and what to write instead."""

    part: str
    message: str


@dataclass
class Typed:
    """What the box holds, read: parameters, plain words, and what was not understood."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The plain words as one text."""
        return " ".join(self.words)

    @property
    def left_over(self) -> str:
        """What was not understood, as it was typed."""
        return " ".join(problem.part for problem in self.problems)


def read_typed(text: str, filterset: type[RecordFilter], *, request: Any) -> Typed:
    """Read the box of a list whose FilterSet is given. One query for each person named."""
    typed = Typed()
    names = filterset.base_filters
    for found in _PART.finditer(text[:_LONGEST]):
        key = (found["key"] or "").lower()
        name = ALIASES.get(key, key)
        part = found[0]
        if not key:
            typed.words.append(part.strip('"'))
        elif name not in names or name.startswith(NOT) or name == "q":
            known = ", ".join(name for name in _TOLD if name in names)
            message = _(
                "There is no filter “%(key)s”. Use %(known)s, or the form under Filters."
            ) % {
                "key": key,
                "known": known,
            }
            typed.problems.append(Problem(part, message))
        else:
            values = list(_values(found["value"], names[name]))
            param = NOT + name if found["minus"] else name
            message = (
                _fault(param, values, filterset, request)
                if param in names
                else _("This can be asked for, not left out.")
            )
            if message:
                typed.problems.append(Problem(part, message))
            else:
                typed.pairs += [(param, value) for value in values]
    return typed


def _values(text: str, filter_: Any) -> Iterator[str]:
    """Yield each value of a part; a choice may be named by its label, in the reader's language."""
    labels: dict[str, str] = {}
    for value, label in filter_.extra.get("choices") or ():
        labels.setdefault(str(label).casefold(), str(value))
    for piece in re.findall(r'"[^"]*"|[^,"]+', text):
        word = piece.strip('"').strip()
        if word:
            yield labels.get(word.casefold(), word)


def _fault(param: str, values: list[str], filterset: type[RecordFilter], request: Any) -> str:
    """Return why the values do not fit the parameter, or nothing."""
    if not values:
        return _("Write what it should be, after the colon.")
    query = QueryDict(mutable=True)
    query.setlist(param, values)
    asked = filterset(query, queryset=filterset.Meta.model.objects.none(), request=request)
    if asked.is_valid():
        return ""
    return _what_is_wrong(asked, next(iter(asked.errors)))


def faults_in(
    asked: RecordFilter, query: QueryDict, strange: list[str]
) -> tuple[QueryDict, list[Problem]]:
    """Return the parameters a FilterSet does understand, and what is wrong with the others.

    `strange` are the names it does not know at all.
    """
    kept, problems = query.copy(), []
    faults = {name: _what_is_wrong(asked, name) for name in asked.errors}
    for name in strange:
        faults[name] = _("There is no filter “%(key)s”.") % {"key": name}
    for name, message in faults.items():
        for param in [one for one in kept if one == name or one.startswith(f"{name}_")]:
            problems += [Problem(f"{param}:{value}", message) for value in kept.pop(param)]
    return kept, problems


def _what_is_wrong(asked: RecordFilter, name: str) -> str:
    """Say in words what a parameter may hold instead, where that is a choice of some values."""
    error = asked.errors.as_data()[name][0]
    if error.code != "invalid_choice":
        return str(asked.errors[name][0])
    field: Any = asked.form.fields[name]
    known = [str(value) for value, _label in field.choices if str(value)]
    words = ", ".join(known[:MOST_NAMED]) + ("…" if len(known) > MOST_NAMED else "")
    return _("Choose from: %(words)s.") % {"words": words}
