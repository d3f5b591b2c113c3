"""Every kind's machine is sound on paper and can be walked to its ends by the people it names."""

from __future__ import annotations

import pytest

from itsm.core.machine import AskKind, Phase
from tests.factories import at_state, fresh, take
from valuechain.records.kinds import kinds

NAMES = [kind.name for kind in kinds]
ROUTES = [
    (kind.name, transition.name, source)
    for kind in kinds
    for transition in kind.machine.transitions
    for source in transition.source
]
ENDS = [
    (kind.name, state.name) for kind in kinds for state in kind.machine.states if state.is_final
]

#: Verbs that stop, turn away or send back; whoever is stopped is told why.
NEED_A_REASON = (
    "cancel", "refuse", "reject", "return", "hold", "drop", "decline", "back_out", "unschedule",
    "reopen", "advise_against", "recur", "dispute", "withdraw",
)  # fmt: skip

#: How a record is opened so that a guard about what it is lets a route through.
OPENED_AS = {
    ("change", "pre_authorise", "requested"): {"change_type": "standard"},
    ("change", "authorise_emergency", "requested"): {"change_type": "emergency"},
    ("change", "authorise_emergency", "assessing"): {"change_type": "emergency"},
    ("change", "implement", "authorised"): {"change_type": "emergency"},
}
#: What has to be taken first, for the same reason.
TAKEN_BEFORE = {("incident", "stand_down"): "declare_major"}

pytestmark = pytest.mark.usefixtures("stand_in_kinds")


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_sound(name):
    assert kinds[name].machine.problems() == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_shown_to_people_has_words(name):
    machine = kinds[name].machine

    unnamed = [
        thing
        for thing in (*machine.states, *machine.transitions, *_asks(machine))
        if not str(thing.label).strip()
    ]

    assert unnamed == []


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_stopped_is_told_why(name):
    silent = [
        transition.name
        for transition in kinds[name].machine.transitions
        if transition.name.startswith(NEED_A_REASON)
        and not any(ask.name == "reason" and ask.required for ask in transition.asks)
    ]

    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_waiting_begins_with_a_reason_and_a_date_and_ends_with_resume(name):
    machine = kinds[name].machine
    waiting = machine.states_in(Phase.WAITING)

    for transition in machine.transitions:
        if transition.target in waiting:
            asked = {ask.name: ask for ask in transition.asks if ask.required}
            assert {"reason", "follow_up_at"} <= asked.keys(), transition.name
            assert asked["follow_up_at"].kind is AskKind.INSTANT
    for state in waiting:
        back = [t for t in machine.leaving(state) if t.name == "resume"]
        assert back, f"{state} has no way back by itself"
        assert machine.phase(back[0].target) is Phase.OPEN
        assert not any(ask.required for ask in back[0].asks)


@pytest.mark.parametrize(("kind", "transition", "source"), ROUTES)
def test_every_transition_can_be_taken_by_somebody(kind, transition, source, cast):
    record = at_state(kind, source, cast, **OPENED_AS.get((kind, transition, source), {}))
    if first := TAKEN_BEFORE.get((kind, transition)):
        record = take(record, first, cast)
    events_before = record.event_count

    take(record, transition, cast)

    moved = fresh(record)
    machine = kinds[kind].machine
    expected = machine.transition(transition, source).target or source
    assert moved.state == expected
    assert moved.phase == machine.phase(expected)
    event = moved.events.get(verb=f"{kind}.{transition}", sequence__gt=events_before)
    assert (event.from_state, event.to_state) == (source, expected)


@pytest.mark.parametrize(("kind", "state"), ENDS)
def test_an_end_offers_nothing_to_anybody(kind, state, cast):
    record = at_state(kind, state, cast)

    for person in cast.everybody:
        assert kinds[kind].machine.offers(record, person) == []
    assert record.closed_at is not None


def _asks(machine):
    return [ask for transition in machine.transitions for ask in transition.asks]
