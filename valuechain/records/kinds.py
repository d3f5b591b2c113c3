"""The registry of kinds: what each kind of record is called, where it lives, and how it moves.

Each app registers its kinds from `AppConfig.ready`. Pages, REST, conformance tests, numbers and the
value-chain map are all driven from here, so a new kind is one entry and no edits elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision, deny

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from itsm.core.machine import Machine
    from valuechain.records.models import Record


def _allow(_actor: Any, _record: Any) -> Decision:
    return ALLOW


def _none(_record: Any) -> None:
    return None


#: The areas of the REST API whose name is shorter than their activity's.
_AREAS = {"design_transition": "design", "obtain_build": "build", "deliver_support": "deliver"}


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    `resource` is the plural, kebab-case name in the REST API and the portal; several kinds may share
    one (the five tickets do). `fields` are the attributes people fill in, in the order a form shows
    them; `required` is the part of them a record cannot be opened without; `fixed` is the part that
    cannot be edited afterwards. `opener` opens a record; the default suits a kind whose opening has
    no rules of its own. `faces_requesters` lets an organisation that shares its records show them to
    all its members; `public_states` are those in which anybody signed in may read the record.
    `internal` names attributes that only those who work on it read; so are, without being named, those
    that keep an answer which is internal.
    `successor` names the record that took a record's place, if one did (a merged ticket's survivor):
    what is said on the one reaches the other. `assurances` are the questions other activities may
    ask of such a record, by name. `decides` names the transitions that answer whether what the
    record asks for will be done, where that is part of its own machine (the triage of a need).
    `sends` names those with which it reaches whoever owes an answer, where that is later than its
    opening (a supplier's request).
    """

    name: str
    prefix: str
    label: Sentence
    label_plural: Sentence
    activity: str
    resource: str
    model: type[Record]
    machine: Machine
    fields: tuple[str, ...]
    may_open: Callable[[Any, Any], Decision] = _allow
    may_edit: Callable[[Any, Any], Decision] = _allow
    required: tuple[str, ...] = ("title",)
    fixed: tuple[str, ...] = ()
    opener: Callable[..., Record] | None = None
    editor: Callable[..., Record] | None = None
    faces_requesters: bool = False
    public_states: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    successor: Callable[[Any], Record | None] = _none
    help: Sentence = ""
    assurances: Mapping[str, Callable[[Any], Decision]] = field(default_factory=dict)
    decides: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The attributes that only those who work on such a record read."""
        asks = (ask for transition in self.machine.transitions for ask in transition.asks)
        return frozenset(self.internal) | {
            ask.stores for ask in asks if ask.is_internal and ask.stores
        }

    @property
    def scope(self) -> str:
        """The area of the REST API a token needs: tickets, or the short name of the activity."""
        if self.resource == "tickets":
            return "tickets"
        return _AREAS.get(self.activity, self.activity)

    @property
    def editable(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name not in self.fixed)

    def assure(self, name: str, record: Record) -> Decision:
        """Answer a question another activity asks of a record by name, such as `buildable`.

        This is how siblings rely on one another without importing one another. A kind that makes no
        such assurance refuses.
        """
        answer = self.assurances.get(name)
        if answer is None:
            return deny(
                _("%(number)s cannot vouch for that.") % {"number": record.number},
                code="no_assurance",
            )
        return answer(record.specific)

    def open(self, *, actor: Any, via: str, **values: Any) -> Record:
        """Open a record of this kind through its own door."""
        from valuechain.records.actions import open_record

        if self.opener is not None:
            return self.opener(kind=self.name, actor=actor, via=via, **values)
        return open_record(self.name, actor=actor, via=via, **values)

    def edit(
        self,
        record: Record,
        changes: Mapping[str, Any],
        *,
        actor: Any,
        via: str,
        expected_version: int | None = None,
    ) -> Record:
        """Edit a record of this kind through its own door."""
        from valuechain.records.actions import edit_record

        editor = self.editor or edit_record
        return editor(record, changes, actor=actor, via=via, expected_version=expected_version)


@dataclass
class Registry:
    """All kinds, by name, and what can be asked about all of them."""

    _kinds: dict[str, Kind] = field(default_factory=dict)

    def register(self, kind: Kind) -> None:
        """Add a kind. Raises ImproperlyConfigured when its name or prefix is taken."""
        for other in self._kinds.values():
            if other.name != kind.name and other.prefix == kind.prefix:
                raise ImproperlyConfigured(f"{kind.name} and {other.name} share {kind.prefix}-.")
        if kind.machine.kind != kind.name:
            raise ImproperlyConfigured(f"{kind.name} carries the machine of {kind.machine.kind}.")
        self._kinds[kind.name] = kind

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def of_resource(self, resource: str) -> list[Kind]:
        return [kind for kind in self if kind.resource == resource]

    def of_activity(self, activity: str) -> list[Kind]:
        return [kind for kind in self if kind.activity == activity]

    def by_prefix(self, number: str) -> Kind | None:
        """Find the kind a number such as INC-1007 belongs to, or None."""
        prefix = number.rpartition("-")[0].upper()
        return next((kind for kind in self if kind.prefix == prefix), None)

    @property
    def resources(self) -> list[str]:
        return list(dict.fromkeys(kind.resource for kind in self))


kinds = Registry()
