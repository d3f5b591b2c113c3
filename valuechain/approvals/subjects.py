"""Which kinds of record are approved, what of them is read, and what a decision does to them.

An app above registers its kinds here from `AppConfig.ready`; the engine needs no other knowledge of
them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from valuechain.approvals.vocabulary import Mode, Result

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.models import Record

#: Who works on a record and how it came in says nothing about what is agreed to.
_NOT_CONTENT = frozenset(
    {"owner", "team", "channel", "received_at", "external_source", "external_id", "organisation"}
)


@dataclass(frozen=True)
class StepDraft:
    """One step of a policy that comes with the program; roles name who is asked."""

    name: Sentence
    roles: tuple[str, ...]
    mode: str = Mode.ANY
    count: int = 1
    has_veto: bool = True
    due_hours: int | None = 72
    remind_hours: int | None = 48


@dataclass(frozen=True)
class PolicyDraft:
    """The policy a kind is approved by until an administrator writes another."""

    name: str
    steps: tuple[StepDraft, ...]


@dataclass(frozen=True)
class Subject:
    """How one kind of record is approved.

    `content` returns what approvers read, as plain values: the hash is taken over it. `moves` maps
    a result to the transitions the program then takes: the first that leads on from the state the
    subject is in. An approval lasts while the subject is in one of `states`; when it leaves them
    otherwise, the approval is withdrawn. `changes` says where one reads what changed since the content
    of a hash.
    """

    kind: str
    moves: Mapping[str, tuple[str, ...]]
    states: tuple[str, ...]
    policy: PolicyDraft
    content: Callable[[Any], Mapping[str, Any]] | None = None
    label: Callable[[Any], str] = lambda _record: ""
    changes: Callable[[Any, str], str] = lambda _record, _hash: ""


@dataclass
class Subjects:
    """The kinds that are approved, by name."""

    _subjects: dict[str, Subject] = field(default_factory=dict)

    def register(self, subject: Subject) -> None:
        """Add a kind. Registering it again replaces what was said before."""
        self._subjects[subject.kind] = subject

    def get(self, kind: str) -> Subject | None:
        return self._subjects.get(kind)

    def __iter__(self) -> Any:
        return iter(self._subjects.values())


subjects = Subjects()

#: Result -> the transitions that usually follow.
USUAL_MOVES = {
    Result.APPROVED: ("approve",),
    Result.CHANGES_REQUESTED: ("request_changes",),
    Result.REJECTED: ("reject",),
}


def content_of(record: Record) -> dict[str, Any]:
    """Return what approvers of a record read, as plain values."""
    special = record.specific
    subject = subjects.get(record.kind)
    if subject is not None and subject.content is not None:
        return dict(subject.content(special))
    return plain_content(special)


def plain_content(special: Any) -> dict[str, Any]:
    """Return what a record's form holds, without who works on it and how it came in."""
    names = [name for name in special.kind_entry.fields if name not in _NOT_CONTENT]
    return {name: special.serializable_value(name) for name in names}


def digest(record: Record) -> str:
    """Return the SHA-256 of what approvers of a record read, in hexadecimal."""
    return digest_of(content_of(record))


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain values, whatever the order of their keys."""
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
