"""Canned replies and macros over REST, macros for many tickets, and what a step would do first."""

from __future__ import annotations

import re

import pytest

from tests.doors import Machine, browser
from tests.factories import a_ticket, fresh
from tickets.models import CannedReply, Macro
from valuechain.records.models import Comment, Event


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=agent, requester=requester, team=desk, title="Printer is jammed")


@pytest.fixture
def api(agent):
    return Machine(agent)


@pytest.fixture
def canned(db):
    return CannedReply.objects.create(title="Jam", body="Hi {{ first_name }}: {{ number }}.")


@pytest.fixture
def macro(db):
    return Macro.objects.create(
        title="First look", take=True, note="Looked at it.", step="wait_for_customer"
    )


class TestReading:
    def test_the_desk_lists_what_it_may_use_and_reads_one(self, api, lead, canned, macro):
        Macro.objects.create(title="Somebody's", owner=lead, take=True)

        assert [row["title"] for row in api.get("canned-replies/").json()["results"]] == ["Jam"]
        assert [row["title"] for row in api.get("macros/").json()["results"]] == ["First look"]
        assert api.get(f"macros/{macro.pk}/").json()["step"] == "wait_for_customer"

    def test_nobody_else_knows_of_them(self, requester, canned, macro, ticket):
        theirs = Machine(requester)

        assert theirs.get("canned-replies/").json()["results"] == []
        assert theirs.get(f"macros/{macro.pk}/").status_code == 404
        sent = theirs.post(f"tickets/{ticket.number}/canned-replies/", {"id": canned.pk})
        assert sent.status_code == 404

    def test_a_ticket_shows_them_filled_in_and_with_what_they_do(self, api, ticket, canned, macro):
        replies = api.get(f"tickets/{ticket.number}/canned-replies/").json()
        macros = api.get(f"tickets/{ticket.number}/macros/").json()

        assert replies[0]["text"] == f"Hi Rita: {ticket.number}."
        assert [c["what"] for c in macros[0]["changes"]][:2] == [
            "Make it mine", "Add an internal note",
        ]  # fmt: skip


class TestUsing:
    def test_a_reply_is_sent(self, api, ticket, canned):
        sent = api.post(f"tickets/{ticket.number}/canned-replies/", {"id": canned.pk})

        assert sent.status_code == 201
        assert Comment.objects.get().body == f"Hi Rita: {ticket.number}."

    def test_what_cannot_be_filled_in_is_not_sent(self, api, ticket):
        kept = CannedReply.objects.create(title="Gap", body="About {{ service }}")

        refused = api.post(f"tickets/{ticket.number}/canned-replies/", {"id": kept.pk})

        assert refused.status_code == 409
        assert "Nothing to fill in for {{ service }}." in refused.json()["detail"]
        assert not Comment.objects.exists()

    def test_a_macro_makes_all_its_changes(self, api, agent, ticket, macro):
        done = api.post(f"tickets/{ticket.number}/macros/", {"id": macro.pk}).json()

        assert (done["state"], done["owner"]["name"]) == ("waiting_customer", "Agnes Agent")
        assert Comment.objects.get().body == "Looked at it."
        assert Event.objects.filter(record=ticket, via="api").count() == 3

    def test_a_macro_that_cannot_run_changes_nothing_and_says_why(self, api, ticket, macro):
        api.post(f"tickets/{ticket.number}/transitions/",
                 {"transition": "cancel", "data": {"reason": "No."}})  # fmt: skip

        refused = api.post(f"tickets/{ticket.number}/macros/", {"id": macro.pk})

        assert refused.status_code == 409
        assert "not at a point where that step can be taken" in refused.json()["detail"]
        assert not Comment.objects.exists()


class TestMany:
    BULK = "/tickets/bulk/"

    def shown(self, page, records, step, **answers):
        asked = page.post(self.BULK, {"number": [r.number for r in records], "step": step})
        scope = re.search(r'name="scope" value="([^"]+)"', asked.content.decode())[1]
        return scope, page.post(self.BULK, {"scope": scope, "step": step, **answers})

    def test_a_macro_is_shown_for_each_before_it_runs(self, agent, requester, desk, ticket, macro):
        page = browser(agent)
        over = a_ticket(actor=agent, requester=requester, team=desk)
        Machine(agent).post(f"tickets/{over.number}/transitions/",
                            {"transition": "cancel", "data": {"reason": "No."}})  # fmt: skip
        scope, shown = self.shown(page, [ticket, over], "macro", macro=macro.pk)

        words = shown.content.decode()
        assert "Make it mine; Add an internal note" in words
        assert "Stays as it is" in words
        assert fresh(ticket).owner is None

        seen = re.search(r'name="foreseen" value="([^"]+)"', words)[1]
        done = page.post(
            self.BULK, {"scope": scope, "step": "macro", "macro": macro.pk, "foreseen": seen}
        ).content.decode()
        assert "1 changed" in done
        assert "1 skipped" in done
        assert fresh(ticket).state == "waiting_customer"

    def test_a_merge_of_many_shows_what_moves_first(self, agent, requester, desk, ticket):
        page = browser(agent)
        stays = a_ticket(actor=agent, requester=requester, team=desk, title="Stays")
        scope, shown = self.shown(page, [ticket, stays], "merge", into=stays.number)

        words = shown.content.decode()
        assert f"moves 0 messages, 0 notes, 0 files to {stays.number}" in words
        assert "Choose another ticket to stay." in words
        assert fresh(ticket).state == "new"

        other = page.post(self.BULK, {
            "scope": scope, "step": "merge", "into": ticket.number,
            "foreseen": f"into={stays.number}",
        })  # fmt: skip
        assert f"to {ticket.number}" in other.content.decode()
        assert fresh(ticket).state == fresh(stays).state == "new"

        page.post(self.BULK, {
            "scope": scope, "step": "merge", "into": stays.number,
            "foreseen": f"into={stays.number}",
        })  # fmt: skip
        assert [fresh(t).state for t in (ticket, stays)] == ["merged", "new"]


def test_a_dry_run_answers_as_the_step_would_and_changes_nothing(api, agent, requester, ticket):
    stays = a_ticket(actor=agent, requester=requester, title="Stays")
    path = f"tickets/{ticket.number}/transitions/"
    before = Event.objects.count()

    would = api.post(path, {"transition": "merge", "data": {"into": stays.number}, "dry_run": True})
    refused = api.post(path, {"transition": "merge", "data": {"into": "x"}, "dry_run": True})

    assert (would.status_code, would.json()["state"]) == (200, "merged")
    assert refused.status_code == 400
    assert fresh(ticket).state == "new"
    assert Event.objects.count() == before
