"""Canned replies and macros: who keeps them, how they are filled in, what a macro changes."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import a_ticket
from tickets import preparing
from tickets.models import CannedReply, Macro
from valuechain.records.models import Comment, Draft


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def ticket(requester, desk):
    return a_ticket(actor=requester, title="Printer is jammed")


@pytest.fixture
def page(agent) -> Client:
    return browser(agent)


def at(record, *sub: str) -> str:
    return "/".join([f"/tickets/{record.number}", *sub, ""])


def a_canned(body="Hi {{ first_name }}, we look at {{ number }}.", **more) -> CannedReply:
    return CannedReply.objects.create(title="Paper jam", body=body, **more)


class TestShelf:
    def test_an_agent_keeps_their_own_and_no_others(self, page, agent, lead):
        page.post("/tickets/prepared/replies/new/", {
            "title": "Jam", "audience": "me", "body": "Hi {{ first_name }}",
        })  # fmt: skip
        canned = CannedReply.objects.get()

        assert canned.owner == agent
        assert "Jam" in page.get("/tickets/prepared/").content.decode()
        theirs = browser(lead)
        assert "Jam" not in theirs.get("/tickets/prepared/").content.decode()
        assert theirs.get(f"/tickets/prepared/replies/{canned.pk}/").status_code == 404
        theirs.post(f"/tickets/prepared/replies/{canned.pk}/drop/")
        assert CannedReply.objects.exists()

    def test_a_lead_keeps_for_the_team_what_its_agents_use(self, page, lead, desk):
        answer = browser(lead).post("/tickets/prepared/macros/new/", {
            "title": "First look", "audience": str(desk.pk), "take": "on",
        })  # fmt: skip

        macro = Macro.objects.get()
        assert answer.status_code == 302
        assert (macro.team, macro.owner, macro.take) == (desk, None, True)
        assert "First look" in page.get("/tickets/prepared/").content.decode()
        assert page.get(f"/tickets/prepared/macros/{macro.pk}/").status_code == 404

    def test_an_agent_cannot_write_for_everybody(self, page):
        refused = page.post("/tickets/prepared/replies/new/", {
            "title": "Jam", "audience": "all", "body": "x",
        })  # fmt: skip

        assert refused.status_code == 422
        assert not CannedReply.objects.exists()

    def test_what_nothing_fills_in_is_refused_when_it_is_written(self, page):
        refused = page.post("/tickets/prepared/replies/new/", {
            "title": "Jam", "audience": "me", "body": "Dear {{ nickname }}",
        })  # fmt: skip

        assert refused.status_code == 422
        assert "Nothing fills in {{ nickname }}." in refused.content.decode()
        assert "{{ my_first_name }}" in refused.content.decode()

    def test_a_macro_that_does_nothing_is_refused(self, page):
        refused = page.post("/tickets/prepared/macros/new/", {"title": "Idle", "audience": "me"})

        assert "Choose at least one thing the macro does." in refused.content.decode()

    def test_it_is_changed_and_taken_off_the_shelf(self, page, agent):
        canned = a_canned(owner=agent)
        page.post(f"/tickets/prepared/replies/{canned.pk}/", {
            "title": "Jam again", "audience": "me", "body": "New words",
        })  # fmt: skip
        canned.refresh_from_db()
        assert (canned.title, canned.body) == ("Jam again", "New words")

        page.post(f"/tickets/prepared/replies/{canned.pk}/drop/")
        assert not CannedReply.objects.exists()

    def test_other_staff_have_no_use_for_it(self, planner):
        answer = browser(planner).get("/tickets/prepared/")

        assert answer.status_code == 403
        assert "are the service desk&#x27;s" in answer.content.decode()


class TestCannedOnATicket:
    def test_it_comes_filled_in_by_the_server(self, page, ticket):
        a_canned()

        part = page.get(f"{at(ticket, 'canned')}?q=jam", headers={"X-Requested-With": "fetch"})

        words = f"Hi Rita, we look at {ticket.number}."
        assert f'data-text="{words}"' in part.content.decode()
        assert "<html" not in part.content.decode()

    def test_what_is_not_known_stays_open_and_is_said(self, page, ticket):
        a_canned("About {{ service }}")

        shown = page.get(at(ticket, "canned")).content.decode()

        assert "Still to fill in: {{ service }}" in shown

    def test_without_scripts_it_goes_below_what_is_written(self, page, ticket):
        canned = a_canned("Second")
        page.post(at(ticket, "drafts", "reply"), {"reply-body": "First"})

        answer = page.post(at(ticket, "canned"), {"canned": str(canned.pk)})

        assert answer.headers["Location"] == f"{at(ticket)}#reply"
        assert Draft.objects.get().body == "First\n\nSecond"

    def test_another_persons_is_not_there(self, page, ticket, lead):
        canned = a_canned(owner=lead)

        assert "Paper jam" not in page.get(at(ticket, "canned")).content.decode()
        assert page.post(at(ticket, "canned"), {"canned": str(canned.pk)}).status_code == 404

    def test_a_strangers_ticket_fills_in_nothing(self, ticket, outsider):
        a_canned()

        assert browser(outsider).get(at(ticket, "canned")).status_code == 404


class TestMacros:
    def test_its_changes_are_shown_and_then_made(self, page, ticket, agent, desk):
        agent.undo_seconds = 0
        agent.save()
        macro = Macro.objects.create(
            title="Fixed by phone", take=True, to_team=desk, note="Called {{ first_name }}",
            reply="Dear {{ first_name }}, done.", step="resolve",
        )  # fmt: skip

        shown = page.get(at(ticket, "macros")).content.decode()
        for words in ("Make it mine", f"Give it to {desk}", "Called Rita", "Dear Rita", "Resolve"):
            assert words in shown
        assert not Comment.objects.exists()
        page.post(at(ticket, "macros"), {"macro": str(macro.pk)})

        ticket.refresh_from_db()
        assert (ticket.owner, ticket.team, ticket.state) == (agent, desk, "resolved")
        said = [(c.visibility, c.body) for c in Comment.objects.all()]
        assert said == [("internal", "Called Rita"), ("public", "Dear Rita, done.")]

    def test_its_reply_can_be_taken_back_like_any_other(self, page, ticket):
        macro = Macro.objects.create(title="Ask", reply="Which one?", step="wait_for_customer")

        page.post(at(ticket, "macros"), {"macro": str(macro.pk)})

        held = Draft.objects.held().get()
        assert (held.body, held.step) == ("Which one?", "wait_for_customer")
        ticket.refresh_from_db()
        assert ticket.state == "new"

    def test_one_that_cannot_run_says_why_and_changes_nothing(self, page, ticket):
        macro = Macro.objects.create(title="About it", take=True, reply="About {{ service }}")

        shown = page.get(at(ticket, "macros")).content.decode()
        refused = page.post(at(ticket, "macros"), {"macro": str(macro.pk)})

        assert "Nothing to fill in for {{ service }}." in shown
        assert refused.status_code == 409
        ticket.refresh_from_db()
        assert ticket.owner is None

    @pytest.mark.parametrize("step", ["fulfil", "reopen"])
    def test_a_step_the_ticket_does_not_have_is_refused(self, ticket, agent, step):
        macro = Macro(title="Odd", step=step)

        assert preparing.refusal_of(macro, ticket, actor=agent)

    def test_nobody_else_runs_one(self, ticket, requester, outsider):
        macro = Macro.objects.create(title="Mine", take=True)

        assert browser(outsider).post(at(ticket, "macros"), {"macro": macro.pk}).status_code == 404
        browser(requester).post(at(ticket, "macros"), {"macro": macro.pk})
        ticket.refresh_from_db()
        assert ticket.owner is None


class TestTakingTheNext:
    def test_the_most_pressing_that_is_nobodys_becomes_mine(self, page, agent, requester):
        later = a_ticket(actor=requester, title="Later", impact=4, urgency=4)
        sooner = a_ticket(actor=requester, title="Sooner", impact=1, urgency=1)

        answer = page.post("/tickets/take-next/")

        sooner.refresh_from_db()
        later.refresh_from_db()
        assert answer.headers["Location"] == at(sooner)
        assert (sooner.owner, later.owner) == (agent, None)

    def test_nothing_waiting_is_said(self, page):
        answer = page.post("/tickets/take-next/", follow=True)

        assert "Nothing is waiting for you or your teams." in answer.content.decode()
