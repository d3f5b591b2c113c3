"""One step for many records acts on exactly those confirmed, each by its own rules."""

import random
import re

import pytest
from django.test import Client
from django.urls import reverse

from itsm.accounts.models import User
from tests.factories import a_ticket
from valuechain.records.actions import edit_record, perform
from valuechain.records.models import Record

BULK = reverse("record-bulk", args=["tickets"])


@pytest.fixture
def desk_client(agent: User, client: Client) -> Client:
    client.force_login(agent)
    return client


def scope_on(page: bytes) -> str:
    found = re.search(r'name="scope" value="([^"]+)"', page.decode())
    assert found, "the page offers no confirmation"
    return found[1]


def cancel(client: Client, address: str) -> bytes:
    """Confirm and cancel what an address selects; return the result page."""
    page = client.get(f"{address}&step=cancel")
    body = {"scope": scope_on(page.content), "step": "cancel", "reason": "Tidied up"}
    return client.post(BULK, body).content


def cancelled() -> set[str]:
    return set(Record.objects.filter(state="cancelled").values_list("number", flat=True))


def test_exactly_the_selected_are_moved(desk_client: Client, agent: User, requester: User):
    tickets = [a_ticket(actor=agent, requester=requester) for _ in range(5)]
    chosen = tickets[1:4]

    page = cancel(desk_client, BULK + "?" + "&".join(f"number={t.number}" for t in chosen))

    assert b"3 changed" in page
    assert cancelled() == {ticket.number for ticket in chosen}


def test_a_record_changed_meanwhile_stays_and_says_so(
    desk_client: Client, agent: User, requester: User
):
    still, moved = (a_ticket(actor=agent, requester=requester) for _ in range(2))
    page = desk_client.get(f"{BULK}?number={still.number}&number={moved.number}&step=cancel")

    edit_record(moved, {"title": "Another"}, actor=agent, via="html")
    body = {"scope": scope_on(page.content), "step": "cancel", "reason": "Tidied up"}
    done = desk_client.post(BULK, body).content

    assert cancelled() == {still.number}
    assert b"Somebody changed it since you selected it." in done


def test_one_that_refuses_spoils_no_other(desk_client: Client, agent: User, requester: User):
    willing, over = (a_ticket(actor=agent, requester=requester) for _ in range(2))
    perform(over, "cancel", actor=agent, via="html", data={"reason": "Done with"})

    page = cancel(desk_client, f"{BULK}?number={willing.number}&number={over.number}")

    assert b"1 changed" in page
    assert b"1 skipped" in page
    assert b"is not offered while this is Cancelled" in page


def test_a_filter_that_moved_does_nothing_until_confirmed_again(
    desk_client: Client, agent: User, requester: User
):
    for _ in range(3):
        a_ticket(actor=agent, requester=requester)
    page = desk_client.get(f"{BULK}?state=open&everything=1&step=cancel")
    body = {"scope": scope_on(page.content), "step": "cancel", "reason": "Tidied up"}

    a_ticket(actor=agent, requester=requester)
    refused = desk_client.post(BULK, body)

    assert refused.status_code == 422
    assert b"When you looked, 3 matched; now 4 do." in refused.content
    assert b"Tidied up" in refused.content
    assert cancelled() == set()

    again = body | {"scope": scope_on(refused.content)}
    desk_client.post(BULK, again)
    assert len(cancelled()) == 4


def test_a_selection_that_was_altered_is_refused(desk_client: Client, agent: User, requester: User):
    ticket = a_ticket(actor=agent, requester=requester)
    page = desk_client.get(f"{BULK}?number={ticket.number}&step=cancel")
    altered = scope_on(page.content)[:-2] + "xx"

    body = {"scope": altered, "step": "cancel", "reason": "Tidied up"}
    refused = desk_client.post(BULK, body)

    assert refused.status_code == 422
    assert b"Select the records again." in refused.content
    assert cancelled() == set()


def test_what_an_agent_cannot_see_is_in_no_selection(
    desk_client: Client, agent: User, outsider: User
):
    hidden = a_ticket(actor=outsider, requester=outsider)

    page = desk_client.get(f"{BULK}?number={hidden.number}&step=cancel")

    assert b"Nothing is selected." in page.content
    assert hidden.title.encode() not in page.content


def test_two_hundred_random_selections_reach_exactly_the_confirmed_set(
    desk_client: Client, agent: User, requester: User
):
    """Rows ticked, rows changed meanwhile, or all that match a filter: no other record is touched."""
    rng = random.Random(7)
    tickets = [
        a_ticket(actor=agent, requester=requester, impact=rng.choice([1, 4]),
                 urgency=rng.choice([1, 4]))
        for _ in range(10)
    ]  # fmt: skip
    for turn in range(200):
        reason = f"Round {turn}"
        now = {r.number: r for r in Record.objects.filter(pk__in=[t.pk for t in tickets])}
        answers = {"step": "priority", "priority": rng.choice("1234"), "reason": reason}
        if turn % 3:
            chosen = rng.sample(sorted(now), rng.randint(1, 6))
            seen = {number: now[number].version for number in chosen}
            moved = set(rng.sample(chosen, rng.randint(0, 1)))
            body = {"number": chosen, "seen": [f"{n}:{v}" for n, v in seen.items()], **answers}
            expected = set(chosen) - moved
        else:
            priority = rng.choice("1234")
            moved = set()
            body = {"all": all_token(desk_client, f"priority={priority}"), **answers}
            expected = {n for n, r in now.items() if r.priority == int(priority)}
            if not expected:
                continue
        for number in moved:
            edit_record(now[number], {"title": reason}, actor=agent, via="html")

        page = desk_client.post(BULK, body)
        desk_client.post(BULK, {"scope": scope_on(page.content), **answers})

        touched = Record.objects.filter(incident__priority_override=reason)
        assert set(touched.values_list("number", flat=True)) == expected, turn


def all_token(client: Client, filters: str) -> str:
    """Return what the list's button for all that match would send, or nothing to press."""
    page = client.get(f"/tickets/?view=open&state=open&{filters}").content.decode()
    found = re.search(r'name="all" value="([^"]+)"', page)
    return found[1] if found else ""
