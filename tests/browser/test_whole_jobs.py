"""The desk's daily jobs from the first key to the last, with the pointer blocked (goals 1 to 3, 6, 17 and 18).

How keys and seconds are counted is said in scripted.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, at_state, fresh
from tickets.models import CannedReply, Incident
from valuechain.deliver_support.actions import set_questions
from valuechain.records.models import Comment, Draft, Record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROBLEM = "Printer on floor 2 eats paper"


def test_the_pointer_is_blocked_and_would_be_noticed(at_work, agent):
    worker = at_work(agent, "/tickets/")

    worker.page.mouse.click(1200, 24)
    worker.page.get_by_role("link", name="Log a call").first.click()

    assert worker.page.url.partition("?")[0].endswith("/tickets/")
    assert worker.counted("pointers") > 0


def test_a_call_of_somebody_known_is_logged(at_work, agent, requester, desk):
    worker = at_work(agent, "/")

    worker.decide("c")
    worker.see(worker.page.get_by_role("combobox", name="Caller"))
    worker.decide(*"rita")
    worker.see(worker.page.get_by_role("option", name="Rita Requester"))
    worker.decide("Enter")
    worker.say(PROBLEM)
    worker.decide()  # that the guesses fit
    worker.decide("Control+Enter")
    worker.see(worker.page.get_by_text("The call is logged. Read out:"))

    assert Incident.objects.get().requester == requester
    assert worker.keys <= 12
    assert worker.seconds <= 20
    assert worker.counted("pointers") == 0


def test_a_call_is_one_more_report_of_what_is_open(at_work, agent, requester, colleague):
    ticket = a_ticket(actor=requester, title="Printer on floor 2 is jammed")
    worker = at_work(agent, "/")

    worker.decide("c")
    worker.see(worker.page.get_by_role("combobox", name="Caller"))
    worker.decide(*"coli")
    worker.see(worker.page.get_by_role("option", name="Colin Colleague"))
    worker.press("Enter")
    worker.say("printer floor 2")
    before = worker.keys
    worker.see(worker.page.get_by_role("button", name="Add Colin Colleague to this"))
    worker.decide("Alt+1")
    worker.see(worker.page.get_by_text("Colin Colleague is added to"))

    assert Incident.objects.get() == ticket
    assert Comment.objects.get().body.startswith("Colin Colleague reported the same by phone.")
    assert worker.keys - before <= 8
    assert worker.seconds <= 12
    assert worker.counted("pointers") == 0


def test_the_next_ticket_is_taken_and_answered_with_a_canned_reply(at_work, agent, requester, desk):
    ticket = a_ticket(actor=requester, team=desk, title="Printer is jammed")
    CannedReply.objects.create(title="We look at it", body="Hi {{ first_name }}, we look at it.")
    worker = at_work(agent, "/tickets/?view=open&state=open")

    worker.decide("Shift+N")
    worker.see(worker.page.get_by_text("is yours."))
    worker.decide("r", ":", ":")
    worker.see(worker.page.get_by_role("option", name="We look at it"))
    worker.decide("Enter")
    worker.press("Control+Enter")
    worker.see(worker.page.get_by_text("Not sent yet: nobody else sees it."))

    assert fresh(ticket).owner == agent
    assert Draft.objects.get().body == "Hi Rita, we look at it."
    assert worker.keys <= 9
    assert worker.seconds <= 8
    assert worker.counted("pointers") == 0


def test_four_questions_of_the_catalogue_are_answered_and_sent_by_a_requester(at_work, cast):
    offering = at_state("offering", "published", cast, title="Docking station", delivery_days=5)
    questions = [
        {"name": f"q{n}", "label": f"Question {n}?", "kind": "line", "required": True}
        for n in range(1, 5)
    ]
    set_questions(offering, questions, actor=cast.admin, via="html")
    worker = at_work(cast.requester, "/portal/")

    worker.go_to(worker.page.get_by_role("link", name="Docking station"))
    worker.decide("Enter")
    worker.see(worker.page.get_by_label("Question 1?"))
    for n in range(1, 5):
        worker.go_to(worker.page.get_by_label(f"Question {n}?"))
        worker.decide()
        worker.say(f"Answer {n}")
    worker.decide("Control+Enter")
    worker.see(worker.page.get_by_role("link", name="Open my request"))

    assert "Answer 4" in Record.objects.get(kind="service_request").description
    assert worker.seconds <= 60
    assert worker.counted("pointers") == 0


def test_one_more_report_is_joined_without_scripts(as_person, agent, requester, colleague):
    ticket = a_ticket(actor=requester, title="Printer on floor 2 is jammed")
    page = as_person(agent, "/tickets/call/", java_script_enabled=False)

    page.get_by_label("Caller", exact=True).fill("Colin Colleague")
    page.get_by_label("What's wrong?").fill("printer floor 2")
    page.get_by_role("button", name="Look now").click()
    page.get_by_role("button", name="Add Colin Colleague to this").click()

    expect(page.get_by_text("Colin Colleague is added to")).to_be_visible()
    assert Incident.objects.get() == ticket


def test_the_next_ticket_is_taken_and_answered_without_scripts(as_person, agent, requester, desk):
    a_ticket(actor=requester, team=desk, title="Printer is jammed")
    CannedReply.objects.create(title="We look at it", body="Hi {{ first_name }}, we look at it.")
    page = as_person(agent, "/tickets/?view=open&state=open", java_script_enabled=False)

    page.get_by_role("button", name="Take the next").click()
    page.get_by_text("Reply to Rita Requester").first.click()
    page.get_by_role("link", name="Canned reply").click()
    page.get_by_role("button", name="Put it in my reply").first.click()
    page.get_by_role("button", name="Send reply to Rita Requester").click()

    expect(page.get_by_text("Not sent yet: nobody else sees it.")).to_be_visible()
    assert Draft.objects.get().body == "Hi Rita, we look at it."
