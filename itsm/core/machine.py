"""State machines as tables: one declaration drives buttons, forms, REST, permission and audit.

A `Machine` is pure Python and knows no database. A transition says where it leads from and to,
what it asks for, who may take it and what must hold. Everything else reads the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from itsm.core.decisions import ALLOW, Decision
from itsm.core.errors import NotOffered

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


class Phase(StrEnum):
    """The five words that the spine, clocks, lists and metrics know of any state."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    VOID = "void"

    @property
    def is_live(self) -> bool:
        """Whether work in this phase is still to be done."""
        return self in (Phase.NEW, Phase.OPEN, Phase.WAITING)


class AskKind(StrEnum):
    """The shapes of answer a transition can ask for; each has one form widget and one JSON type."""

    TEXT = "text"  # several lines
    LINE = "line"  # one line
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    INSTANT = "instant"  # date and time, RFC 3339 in JSON
    PERSON = "person"  # an e-mail address or id of somebody
    TEAM = "team"
    RECORD = "record"  # a record's number


@dataclass(frozen=True, slots=True)
class Ask:
    """One question a transition asks before it is taken.

    `stores` names the attribute of the record that keeps the answer; empty means that the answer
    goes to the Event alone (a reason, for example). `kinds` limits a RECORD answer to those kinds.
    `begins_with` names the attribute whose value stands in the form's field at first.
    """

    name: str
    label: Sentence
    kind: AskKind = AskKind.TEXT
    required: bool = True
    help: Sentence = ""
    choices: tuple[tuple[Any, Sentence], ...] = ()
    stores: str = ""
    kinds: tuple[str, ...] = ()
    is_internal: bool = False
    begins_with: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A named stage of a record's life. A final state offers no way on.

    `turn_of` is the role that has to act on a record that arrives here, where no name is given yet.
    """

    name: str
    label: Sentence
    phase: Phase
    is_final: bool = False
    turn_of: str = ""


# (actor, record) -> Decision: may this person?
May = Callable[[Any, Any], Decision]
# (record) -> Decision: does the record allow it now, before anything is asked?
Guard = Callable[[Any], Decision]
# (record, answers) -> Decision: do the answers, taken together with the record, hold?
Check = Callable[[Any, Mapping[str, Any]], Decision]


@dataclass(frozen=True, slots=True)
class Change:
    """What an effect is told: who moved the record, through which door, when, with what answers."""

    actor: Any
    via: str
    at: datetime
    answers: Mapping[str, Any]


# (record, change) -> None: runs in the same transaction, after the state is set, before it is saved
Effect = Callable[[Any, Change], None]


def own_columns(effect: Effect) -> Effect:
    """Mark an effect that changes nothing but columns of the record itself: it can be taken back."""
    effect.can_be_taken_back = True  # type: ignore[attr-defined]
    return effect


def _anyone(_actor: object, _record: object) -> Decision:
    return ALLOW


def _always(_record: object) -> Decision:
    return ALLOW


def _no_check(_record: object, _answers: Mapping[str, Any]) -> Decision:
    return ALLOW


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the machine. `name` is an imperative verb, stable for ever in the REST API.

    `source` lists the states it leaves; `target` is where it arrives, or `None` to stay in the
    state the record is in (a report, an escalation). `tone` is how the button looks: primary,
    plain, quiet or danger. `is_hidden` keeps a transition that only the program takes (a timer, a
    chained effect) off the page and out of the REST offers.
    """

    name: str
    source: tuple[str, ...]
    target: str | None
    label: Sentence
    asks: tuple[Ask, ...] = ()
    may: May = _anyone
    guard: Guard = _always
    check: Check = _no_check
    effect: Effect | None = None
    tone: str = "plain"
    is_hidden: bool = False

    @property
    def can_be_taken_back(self) -> bool:
        """Whether putting the record's columns back is all it takes to undo the step."""
        return self.effect is None or getattr(self.effect, "can_be_taken_back", False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition as it stands for one actor and one record: open, or refused with the reason."""

    transition: Transition
    decision: Decision

    @property
    def name(self) -> str:
        return self.transition.name

    @property
    def label(self) -> Sentence:
        return self.transition.label

    @property
    def tone(self) -> str:
        return self.transition.tone

    @property
    def asks(self) -> tuple[Ask, ...]:
        return self.transition.asks


@dataclass(frozen=True)
class Machine:
    """How one kind of record moves. The first state is where a record begins, unless told else.

    Two transitions may share a name where no state is left by both: the way back from a deferral
    and from a hold is called `resume`, wherever it leads.

    >>> light = Machine(
    ...     "light",
    ...     states=(State("red", "Red", Phase.NEW), State("green", "Green", Phase.DONE, True)),
    ...     transitions=(Transition("go", ("red",), "green", "Go"),),
    ... )
    >>> light.transition("go").target
    'green'
    """

    kind: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    starts: tuple[str, ...] = ()  # states a record may be opened in; the first is the default
    _by_state: dict[str, State] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, tuple[Transition, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_state", {state.name: state for state in self.states})
        by_name: dict[str, tuple[Transition, ...]] = {}
        for transition in self.transitions:
            by_name[transition.name] = (*by_name.get(transition.name, ()), transition)
        object.__setattr__(self, "_by_name", by_name)
        if not self.starts:
            object.__setattr__(self, "starts", (self.states[0].name,))

    @property
    def initial(self) -> str:
        return self.starts[0]

    def state(self, name: str) -> State:
        """Return the state of that name. KeyError when the machine has none."""
        return self._by_state[name]

    def phase(self, name: str) -> Phase:
        return self._by_state[name].phase

    def states_in(self, *phases: Phase) -> tuple[str, ...]:
        return tuple(state.name for state in self.states if state.phase in phases)

    def transition(self, name: str, state: str = "") -> Transition:
        """Return the transition of that name, or raise NotOffered listing those there are.

        Where several share the name, the one that leaves `state` is meant.
        """
        found = self._by_name.get(name, ())
        if not found:
            raise NotOffered(
                "unknown_transition",
                f"There is no transition “{name}” for this kind of record.",
                missing=sorted(self._by_name),
            )
        return next((t for t in found if state in t.source), found[0])

    def leaving(self, state: str) -> Iterator[Transition]:
        """Yield the transitions that lead on from a state, in the order they were written."""
        return (t for t in self.transitions if state in t.source)

    def decide(self, transition: Transition, record: Any, actor: Any) -> Decision:
        """Answer whether the actor may take the transition now: permission first, then guard."""
        may = transition.may(actor, record)
        return transition.guard(record) if may else may

    def offers(self, record: Any, actor: Any) -> list[Offer]:
        """List what leads on from the record's state, each open or refused with its reason."""
        return [
            Offer(t, self.decide(t, record, actor))
            for t in self.leaving(record.state)
            if not t.is_hidden
        ]

    def problems(self) -> list[str]:
        """Return what is wrong with the table itself; an empty list means it is sound."""
        return list(_problems(self))


def _problems(machine: Machine) -> Iterator[str]:
    names = [state.name for state in machine.states]
    yield from _doubled("state", names)
    leaving = [f"{t.name} from {state}" for t in machine.transitions for state in t.source]
    yield from _doubled("transition", leaving)
    known = set(names)
    for transition in machine.transitions:
        ends = (*transition.source, *([transition.target] if transition.target else []))
        for name in ends:
            if name not in known:
                yield f"{machine.kind}.{transition.name} names the unknown state {name!r}"
        if not transition.label:
            yield f"{machine.kind}.{transition.name} has no label"
    yield from _unreachable(machine)
    for state in machine.states:
        leads_on = any(t.target for t in machine.leaving(state.name))
        if state.is_final and leads_on:
            yield f"{machine.kind}: the final state {state.name!r} leads on"
        if not state.is_final and not leads_on:
            yield f"{machine.kind}: {state.name!r} is not final and leads nowhere"


def _doubled(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the {what} {name!r} is declared twice"


def _unreachable(machine: Machine) -> Iterator[str]:
    forward = _closure(machine.starts, machine, backwards=False)
    finals = [state.name for state in machine.states if state.is_final]
    back = _closure(finals, machine, backwards=True)
    for state in machine.states:
        if state.name not in forward:
            yield f"{machine.kind}: {state.name!r} cannot be reached"
        if state.name not in back:
            yield f"{machine.kind}: no way leads from {state.name!r} to an end"


def _closure(start: Iterable[str], machine: Machine, *, backwards: bool) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        here = todo.pop()
        for t in machine.transitions:
            target = t.target
            if target is None:
                continue
            if backwards:
                found = [s for s in t.source if target == here]
            else:
                found = [target] if here in t.source else []
            for state in found:
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
    return seen
