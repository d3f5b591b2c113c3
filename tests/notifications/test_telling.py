"""Who is told what, why, and what they never hear."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.notifications import actions
from itsm.notifications.models import Mute, Notification, OutboundMail, Preference
from tests.doors import browser
from tests.factories import a_person, a_ticket
from tests.notifications.test_mail_out import text_of
from valuechain.improve.models import Feedback
from valuechain.records import events
from valuechain.records.actions import add_comment, hand_off, link_records, perform, watch
from valuechain.records.kinds import kinds


def reasons(person) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("reason", flat=True))


def say(ticket, actor, body="Hello", visibility="public", **more):
    return add_comment(ticket, body=body, visibility=visibility, actor=actor, via="html", **more)


def test_the_requester_is_told_of_an_answer_and_the_writer_is_not(ticket, agent, requester):
    say(ticket, agent)

    assert reasons(requester) == ["answered"]
    assert reasons(agent) == []


def test_the_owner_is_told_what_the_requester_says(ticket, agent, requester):
    say(ticket, requester)

    assert reasons(agent) == ["owner"]


def test_of_a_note_only_those_who_work_on_it_hear(ticket, agent, lead, requester, colleague):
    watch(ticket, person=colleague, actor=agent, via="html")

    say(ticket, lead, "@rita.requester @colin.colleague look", visibility="internal")

    assert reasons(agent) == ["owner"]
    assert reasons(requester) == reasons(colleague) == []


@pytest.mark.parametrize("name", ["@leo.lead", "@leo.lead@example.org", "(@Leo.Lead)"])
def test_somebody_mentioned_hears_of_it(ticket, agent, lead, name):
    say(ticket, agent, f"Ask {name}, they know.", visibility="internal")

    assert reasons(lead) == ["mentioned"]


def test_a_requester_cannot_call_staff_by_mentioning_them(ticket, requester, lead):
    say(ticket, requester, "Ask @leo.lead")

    assert reasons(lead) == []


def test_whoever_it_is_assigned_to_hears_of_it(ticket, agent, lead):
    data = {"owner": lead.email}
    perform(ticket, "start", actor=agent, via="html")
    perform(ticket, "reassign", actor=agent, via="html", data=data)

    assert reasons(lead) == ["assigned"]


def test_the_owner_hears_what_somebody_else_did_with_it(ticket, agent, lead):
    data = {"resolution_code": "fixed", "resolution": "A new cable."}
    perform(ticket, "resolve", actor=lead, via="html", data=data)

    assert reasons(agent) == ["owner"]
    assert "It is now: Resolved. A new cable." in browser(agent).get("/me/notifications/").text


def test_whoever_waits_for_what_it_led_to_hears_that_it_is_over(ticket, agent, lead):
    problem = hand_off(ticket, "open_problem", actor=agent, via="html").target
    for name in ("investigate", "cancel"):
        given = {"reason": "One cable was loose."} if name == "cancel" else {}
        perform(problem, name, actor=lead, via="html", data=given)

    assert reasons(agent) == ["following"]


def test_whoever_owns_an_incident_hears_that_its_cause_is_gone(ticket, agent, lead):
    problem = kinds["problem"].open(actor=lead, via="html", title="Bad cables")
    link_records(ticket, problem, "caused_by", actor=lead, via="html")
    for name, given in (("investigate", {}), ("cancel", {"reason": "None is left."})):
        perform(problem, name, actor=lead, via="html", data=given)

    assert reasons(agent) == ["following"]
    page = browser(agent).get("/me/notifications/").text
    assert "It is now: Cancelled. None is left." in page


def test_the_requester_hears_when_it_is_resolved(ticket, agent, requester):
    data = {"resolution_code": "fixed", "resolution": "Done"}
    perform(ticket, "resolve", actor=agent, via="html", data=data)

    assert reasons(requester) == ["progress"]


def test_the_mail_of_a_finished_ticket_asks_who_wanted_it_how_it_was(
    ticket, agent, requester, colleague, sent
):
    watch(ticket, person=colleague, actor=agent, via="html")
    say(ticket, agent)
    assert all("/portal/csat/" not in text_of(mail) for mail in sent())
    data = {"resolution_code": "fixed", "resolution": "Done"}
    perform(ticket, "resolve", actor=agent, via="html", data=data)

    mails = {mail["To"]: text_of(mail) for mail in sent()}

    asked = [to for to, text in mails.items() if "/portal/csat/" in text]
    assert asked == [requester.email]
    path = re.search(r"http://[^/]+(/portal/csat/\S+/)", mails[requester.email])[1]
    Client().post(path, {"score": "4", "description": "Quick."})
    assert [(f.score, f.respondent) for f in Feedback.objects.all()] == [(4, requester)]


def test_nobody_hears_of_history_that_is_written_down_later(ticket, agent, requester):
    Notification.objects.all().delete()
    say(ticket, agent, at=clock.now() - timedelta(days=2))

    assert not Notification.objects.exists()
    assert not OutboundMail.objects.exists()


def test_what_concerns_nobody_costs_no_query(
    requester, organisation, django_assert_max_num_queries, stand_in_kinds
):
    from itsm.notifications.receivers import tell

    record = a_ticket(actor=requester, organisation=organisation)
    event = record.events.get()

    with django_assert_max_num_queries(0):
        tell(record, event)


def test_a_muted_record_is_silent(ticket, agent, requester):
    actions.mute(person_id=requester.pk, record_id=ticket.pk)

    say(ticket, agent)

    assert reasons(requester) == []
    assert not OutboundMail.objects.filter(person=requester).exists()


def test_a_person_chooses_where_they_are_told(ticket, agent, requester):
    Preference.objects.create(person=requester, reason="answered", in_portal=False, mailing="off")

    say(ticket, agent)

    assert reasons(requester) == []
    assert not OutboundMail.objects.filter(person=requester).exists()


# Pages ---------------------------------------------------------------------------------------------


def test_the_page_groups_by_record_names_the_reason_and_marks_as_read(ticket, agent, requester):
    say(ticket, agent)
    say(ticket, agent, "Again")
    client = browser(requester)

    page = client.get("/me/notifications/").text
    assert page.count(ticket.title) == 1
    assert "Your request was answered" in page
    client.post(f"/me/notifications/{ticket.number}/read/")

    assert ticket.title not in client.get("/me/notifications/").text
    assert ticket.title in client.get("/me/notifications/?show=all").text


def test_of_a_deadline_one_reads_which_it_was(ticket, agent):
    due = clock.now()
    told = {"metric": "first_response", "breached_at": due.isoformat(), "step": "breach"}
    step = {"metric": "resolution", "due_at": due.isoformat(), "step": "80%",
            "done": [{"do": "notify", "people": [agent.pk]}]}  # fmt: skip
    events.publish_all([
        events.compose(ticket, verb, actor=SYSTEM, via="worker", at=due, data=data,
                       is_internal=True)
        for verb, data in (("clock.breached", told), ("clock.escalated", step))
    ])  # fmt: skip

    page = browser(agent).get("/me/notifications/").text

    assert "First response is missed, it was due" in page
    assert "Resolution: 80% of the time is used, due" in page


def test_the_header_counts_what_is_unread(
    ticket, agent, requester, django_capture_on_commit_callbacks
):
    cache.delete(f"notifications:{agent.pk}")  # clearing would empty Redis for every process
    with django_capture_on_commit_callbacks(execute=True):
        say(ticket, requester)
    client = browser(agent)

    assert '<span class="num">1</span>' in client.get("/me/notifications/").text


def test_what_one_no_longer_sees_is_gone_from_the_page(ticket, agent, lead, requester):
    say(ticket, lead, "A note", visibility="internal")
    agent.grants.all().delete()
    agent.memberships.all().delete()
    ticket.__class__.objects.filter(pk=ticket.pk).update(owner=None)

    assert ticket.title not in browser(agent).get("/me/notifications/?show=all").text


def test_muting_and_hearing_again(ticket, agent, requester):
    client = browser(requester)

    client.post(f"/me/notifications/{ticket.number}/mute/")
    assert Mute.objects.filter(person=requester).exists()
    client.post(f"/me/notifications/{ticket.number}/mute/", {"again": "1"})

    assert not Mute.objects.exists()


def test_nobody_mutes_what_they_do_not_see(ticket, outsider):
    assert browser(outsider).post(f"/me/notifications/{ticket.number}/mute/").status_code == 404


def test_wishes_are_kept(requester):
    client = browser(requester)
    page = client.get("/me/notifications/settings/")
    form = {name: value or "" for name, value in page.context["form"].initial.items()}

    form |= {"mail_answered": "digest", "quiet_from": "20:00", "quiet_to": "07:00"}
    assert client.post("/me/notifications/settings/", form).status_code == 302

    wish = Preference.objects.get(person=requester, reason="answered")
    assert (wish.mailing, wish.in_portal) == ("digest", True)


def test_a_person_without_an_address_gets_no_mail(agent, organisation):
    caller = a_person("Cal Caller", organisation)
    caller.email = None
    caller.save()
    ticket = a_ticket(actor=agent, requester=caller, organisation=organisation)

    say(ticket, agent)

    assert not OutboundMail.objects.filter(person=caller).exists()


def test_a_page_shown_a_moment_ago_counts_nothing_again(ticket, agent):
    client = browser(agent)
    client.get("/me/notifications/settings/")

    with CaptureQueriesContext(connection) as captured:
        client.get("/me/notifications/settings/")

    assert not [query for query in captured if "notifications_notification" in query["sql"]]


def test_the_first_address_leads_on(agent):
    answer = browser(agent).get("/notifications/settings/?from=mail")

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/me/notifications/settings/?from=mail",
    )
    assert browser(agent).get("/notifications/")["Location"] == "/me/notifications/"
