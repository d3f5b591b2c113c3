"""What can be done to many records at once: their steps, and the wishes that steps fulfil.

“Give it to Mary” is `assign` for a new incident and `reassign` for one in progress. An operation asks
once and finds, for each record, the step that stores the answer; where a kind has no such step, it
edits the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from itsm.core.errors import NotOffered
from itsm.core.machine import Ask, AskKind, Transition
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.tagging import retagged
from valuechain.records.vocabulary import LinkKind, Priority, Via

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

OWNER = Ask("owner", _("To whom"), AskKind.PERSON, help=_("A name, an e-mail address, or me."))
TEAM = Ask("team", _("Team"), AskKind.TEAM)
TAGS = Ask("tags", _("Tags"), AskKind.LINE,
           help=_("Such as vpn year-end; a minus before one takes it off: -vpn."))  # fmt: skip
PRIORITY = Ask("priority", _("Priority"), AskKind.CHOICE, choices=tuple(Priority.choices))
TARGET = Ask("target", _("Record"), AskKind.RECORD, help=_("Its number, or words of its title."))
RELATION = Ask("relation", _("Each of these"), AskKind.CHOICE, choices=tuple(LinkKind.choices))

#: What a step may store beside the field wanted, and still be that wish and no other.
_BESIDE = {
    "owner": {"owner", "team"},
    "team": {"owner", "team"},
    "priority": {"priority", "priority_override"},
    "tags": {"tags"},
}


@dataclass(frozen=True)
class Operation:
    """One thing done to each of many records. `act` returns whether it can be taken back.

    What is asked may depend on who asks (`asked`), and what would follow may be shown for each record
    before it is done (`foresee`, which raises what stands against it). `offered_at` names the kinds and states
    a step leaves, as rows of a list name theirs, so that the bar need not offer it to others.
    """

    name: str
    label: Sentence
    asks: tuple[Ask, ...]
    act: Callable[[Record, Mapping[str, Any], Any, int | None], bool]
    keys: str = ""
    tone: str = "plain"
    icon: str = ""
    is_step: bool = False
    offered_at: str = ""
    asked: Callable[[Any], tuple[Ask, ...]] | None = None
    foresee: Callable[[Record, Mapping[str, Any], Any], Sentence] | None = None

    def asks_of(self, actor: Any) -> tuple[Ask, ...]:
        """Return the questions as this actor is asked them."""
        return self.asks if self.asked is None else self.asked(actor)


#: resource -> what else its apps let people do to many at once.
own_operations: dict[str, tuple[Operation, ...]] = {}
#: (resource, step) -> what a step of that name would do to a record, in words.
foresights: dict[tuple[str, str], Callable[[Record, Mapping[str, Any], Any], Sentence]] = {}


def operations_of(resource: str) -> list[Operation]:
    """Return what a resource offers for many records: wishes first, then its steps."""
    of = kinds.of_resource(resource)
    found = [
        Operation("owner", _("Assign"), (OWNER,), _sets("owner"), keys="a", icon="person"),
        Operation("priority", _("Priority"), _asks_for("priority", of), _sets("priority"),
                  keys="p", icon="triangle-up"),
        Operation("team", _("Team"), (TEAM,), _sets("team"), keys="t", icon="hand"),
        Operation("tags", _("Tag"), (TAGS,), _tag, icon="plus"),
    ]  # fmt: skip
    found = [one for one in found if any(_can_set(kind, one.name) for kind in of)]
    found.append(Operation("link", _("Link to…"), (RELATION, TARGET), _link, keys="l", icon="link"))
    found += own_operations.get(resource, ())
    return [*found, *(_step(resource, step) for step in steps_of(resource))]


def operation(resource: str, name: str) -> Operation | None:
    """Return the operation of a name, or None."""
    return next((one for one in operations_of(resource) if one.name == name), None)


def steps_of(resource: str) -> list[Transition]:
    """Return the transitions a resource's kinds offer people, each name once."""
    found: dict[str, Transition] = {}
    for kind in kinds.of_resource(resource):
        for transition in kind.machine.transitions:
            if not transition.is_hidden:
                found.setdefault(transition.name, transition)
    return list(found.values())


def step_keys_of(resource: str) -> dict[str, str]:
    """Return the keys of single steps of a resource: name of the step -> key."""
    return {"resolve": "e"} | panels.step_keys.get(resource, {})


def _step(resource: str, step: Transition) -> Operation:
    def act(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
        return _take(record, step.name, data, actor, version)

    return Operation(
        step.name,
        step.label,
        step.asks,
        act,
        step_keys_of(resource).get(step.name, ""),
        step.tone,
        is_step=True,
        offered_at=_left_by(resource, step.name),
        foresee=foresights.get((resource, step.name)),
    )


def _left_by(resource: str, name: str) -> str:
    return " ".join(
        f"{kind.prefix}:{state}"
        for kind in kinds.of_resource(resource)
        for step in kind.machine.transitions
        if step.name == name and not step.is_hidden
        for state in step.source
    )


def _take(
    record: Record, name: str, data: Mapping[str, Any], actor: Any, version: int | None
) -> bool:
    event = perform(record, name, actor=actor, via=Via.HTML, data=data, expected_version=version)
    step = record.kind_entry.machine.transition(name, event.from_state)
    return step.can_be_taken_back


def _setters(kind: Kind, field: str) -> list[Transition]:
    """The steps of a kind that store this field, and nothing that is another wish."""
    return [
        step
        for step in kind.machine.transitions
        if not step.is_hidden
        and any(ask.stores == field for ask in step.asks)
        and {ask.stores for ask in step.asks} <= _BESIDE[field]
    ]


def _can_set(kind: Kind, field: str) -> bool:
    return field in kind.editable or bool(_setters(kind, field))


def _asks_for(field: str, of: list[Kind]) -> tuple[Ask, ...]:
    """What is asked before a field is set: what the first kind's step asks, or the value alone."""
    for kind in of:
        for step in _setters(kind, field):
            return step.asks
    return (PRIORITY,)


def _sets(field: str) -> Callable[[Record, Mapping[str, Any], Any, int | None], bool]:
    def act(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
        kind = record.kind_entry
        for step in _setters(kind, field):
            if record.state in step.source:
                asked = {ask.name for ask in step.asks}
                answers = {name: value for name, value in data.items() if name in asked}
                return _take(record, step.name, answers, actor, version)
        if field not in kind.editable:
            raise NotOffered(
                "not_offered",
                _("This is not offered while it is %(state)s.") % {"state": record.state_label},
            )
        kind.edit(record, {field: data[field]}, actor=actor, via=Via.HTML, expected_version=version)
        return True

    return act


def _tag(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
    tags = retagged(record.tags, data["tags"])
    record.kind_entry.edit(
        record, {"tags": tags}, actor=actor, via=Via.HTML, expected_version=version
    )
    return True


def _link(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
    del version  # a link stands beside what the record says
    link_records(record, data["target"], data["relation"], actor=actor, via=Via.HTML)
    return False
