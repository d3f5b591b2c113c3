"""The buttons of a page, the transitions REST lists and the machine's own offers are one answer."""

from __future__ import annotations

import pytest

from itsm.core.machine import Machine as StateMachine
from tests.doors import API, Machine, browser, buttons
from tests.factories import at_state, fresh, opened
from valuechain.records.flows import flows
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

PLACES = [(kind.name, state.name) for kind in kinds for state in kind.machine.states]


pytestmark = pytest.mark.usefixtures("stand_in_kinds")


def offered(machine: StateMachine, record, person) -> dict[str, tuple[bool, str]]:
    return {
        offer.name: (offer.decision.allowed, str(offer.decision.reason))
        for offer in machine.offers(record, person)
    }


def listed(answer) -> dict[str, tuple[bool, str]]:
    assert answer.status_code == 200, answer.content
    return {offer["name"]: (offer["allowed"], offer["reason"]) for offer in answer.json()}


def as_buttons(offers: dict[str, tuple[bool, str]]) -> tuple[set[str], dict[str, str]]:
    """Say what a page must show of offers."""
    return (
        {name for name, (allowed, _why) in offers.items() if allowed},
        {name: why for name, (allowed, why) in offers.items() if not allowed},
    )


@pytest.mark.parametrize(("kind", "state"), PLACES)
def test_page_rest_and_machine_offer_the_same(
    kind, state, cast, admin, agent, lead, auditor, requester, outsider, colleague
):
    record = at_state(kind, state, cast)
    people = {"admin": admin, "agent": agent, "lead": lead, "auditor": auditor,
              "requester": requester, "outsider": outsider, "colleague": colleague}  # fmt: skip
    seen_by_anybody = False

    for name, person in people.items():
        where = f"{kind} in {state} as {name}"
        path = f"{API}/{record.resource}/{record.number}"
        rest = Machine(person).get(f"{path}/transitions/")
        # What became part of another is looked at itself.
        page = browser(person).get(f"{record.get_absolute_url()}?stay=1")
        if not Record.objects.visible_to(person).filter(pk=record.pk).exists():
            assert rest.status_code == 404, where
            assert page.status_code == (404 if person.access.is_staff else 302), where
            continue
        seen_by_anybody = True
        offers = offered(kinds[kind].machine, fresh(record), person)
        assert listed(rest) == offers, where
        if person.access.is_staff:
            assert page.status_code == 200, where
            assert buttons(page.content.decode()) == as_buttons(offers), where
            leaving = {
                offer.name: (offer.decision.allowed, str(offer.decision.reason))
                for offer in flows.offers(fresh(record), person)
            }
            assert listed(Machine(person).get(f"{path}/hand-off/")) == leaving, where
            assert buttons(page.content.decode(), "Hand over") == as_buttons(leaving), where
        else:
            # Requesters have pages of their own.
            assert page.status_code == 302, where

    assert seen_by_anybody


@pytest.mark.parametrize("kind", [kind.name for kind in kinds])
def test_what_is_refused_is_refused_at_every_door_in_the_same_words(
    kind, cast, admin, auditor, requester
):
    record = opened(kind, cast)
    path = f"{API}/{record.resource}/{record.number}/transitions/"

    for person in (auditor, requester):
        if not Record.objects.visible_to(person).filter(pk=record.pk).exists():
            continue
        for name, (allowed, why) in offered(kinds[kind].machine, fresh(record), person).items():
            if allowed:
                continue
            answer = Machine(person).post(path, {"transition": name})
            assert answer.status_code in (403, 409), (name, answer.content)
            assert answer.json()["detail"] == why
    assert fresh(record).state == record.state
