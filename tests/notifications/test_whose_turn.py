"""Whoever has to act next is told that it is their turn, where a role has to and nobody by name."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from itsm.accounts.models import Organisation
from itsm.accounts.roles import Role
from itsm.notifications.models import Notification
from tests.factories import a_person, at_state
from valuechain.records.kinds import kinds

TURNS = [
    ("need", "submitted", Role.BRM),
    ("design_spec", "approved", Role.BUDGET_HOLDER),
    ("project_initiation", "submitted", Role.BRM),
    ("project_initiation", "recommended", Role.PLANNER),
    ("change", "requested", Role.CHANGE_MANAGER),
    ("change", "awaiting_authorisation", Role.CHANGE_MANAGER),
]


def declared() -> Iterable[tuple[str, str, str]]:
    return {
        (kind.name, state.name, state.turn_of)
        for kind in kinds
        for state in kind.machine.states
        if state.turn_of
    }


def test_these_are_all_the_turns_there_are():
    assert declared() == set(TURNS)


@pytest.mark.parametrize(("kind", "state", "role"), TURNS)
def test_the_role_whose_turn_it_is_is_told(kind, state, role, cast, organisation):
    someone = a_person("Tara Turn", organisation, role)
    elsewhere = a_person("Ole Elsewhere", a_customer(), role)

    record = at_state(kind, state, cast)

    # `walk` may take the record on through others' hands; nobody else's turn is this person's.
    assert ("handover", record.pk) in told(someone)
    assert told(elsewhere) == []


def test_whoever_asked_is_not_called_to_their_own_need(cast, organisation):
    cast.requester.grants.create(role=Role.BRM, organisation=organisation)

    record = at_state("need", "submitted", cast)

    assert ("handover", record.pk) not in told(cast.requester)


def a_customer():
    return Organisation.objects.create(name="Far away")


def told(person) -> list[tuple[str, int]]:
    return list(Notification.objects.filter(person=person).values_list("reason", "record"))
