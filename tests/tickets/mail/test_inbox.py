"""Mail that no rule can place waits for the desk, which says where it belongs, once."""

from __future__ import annotations

import pytest

from itsm.accounts.models import User
from tests.doors import browser
from tests.factories import a_ticket
from tests.tickets.mail.letters import answer, raw
from tests.together import together
from tickets.mail import actions, marks
from tickets.mail.intake import receive
from tickets.mail.models import InboundMail, Mailbox, SenderRule
from valuechain.records.models import Comment, Participation, Record


@pytest.fixture
def waiting(mailbox) -> InboundMail:
    letter = raw("<script>alert(1)</script> Hello", sender="Sam <sam@unknown.example>")
    return receive(letter).mail


@pytest.fixture
def ticket(mailbox, agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def test_the_desk_sees_what_waits_and_the_mail_as_text(waiting, agent):
    client = browser(agent)

    assert "sam@unknown.example" in client.get("/tickets/inbox/").text
    page = client.get(f"/tickets/inbox/{waiting.pk}/")
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


def test_the_raw_mail_is_a_download(waiting, agent):
    answer = browser(agent).get(f"/tickets/inbox/{waiting.pk}/raw/")

    assert answer.content == bytes(InboundMail.objects.get().raw)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("who", ["requester", "outsider", "planner"])
def test_others_find_no_mail(request, waiting, who):
    client = browser(request.getfixturevalue(who))

    for path in ("", "raw/"):
        assert client.get(f"/tickets/inbox/{waiting.pk}/{path}").status_code in {302, 404}
    assert "sam@" not in client.get("/tickets/inbox/").text


def test_accepting_asks_whose_the_sender_is_and_opens_a_ticket(waiting, agent, organisation):
    client = browser(agent)

    refused = client.post(f"/tickets/inbox/{waiting.pk}/accept/", {})
    done = client.post(
        f"/tickets/inbox/{waiting.pk}/accept/", {"accept-organisation": organisation.pk}
    )

    assert (refused.status_code, done.status_code) == (422, 302)
    record = Record.objects.get()
    assert (record.requester.email, record.organisation) == ("sam@unknown.example", organisation)
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.settled_by, waiting.record) == ("ticket", agent, record)


def test_attaching_makes_the_sender_part_of_the_ticket(waiting, agent, ticket):
    done = browser(agent).post(
        f"/tickets/inbox/{waiting.pk}/attach/", {"attach-record": ticket.number}
    )

    assert done.status_code == 302
    comment = Comment.objects.get()
    assert (comment.author.email, comment.visibility) == ("sam@unknown.example", "public")
    assert Participation.objects.filter(record=ticket, person=comment.author).exists()


def test_a_machines_mail_attached_is_a_note_of_the_agents(ticket, agent, requester):
    mark = f"<{marks.message_id(ticket.pk, requester.pk)}>"
    kept = receive(answer(mark, "No such user", Auto_Submitted="auto-replied")).mail

    actions.attach_to(kept, ticket, actor=agent, via="html")

    comment = Comment.objects.get()
    assert (comment.author, comment.is_internal) == (agent, True)


def test_it_can_be_put_away_and_is_kept(waiting, agent):
    browser(agent).post(f"/tickets/inbox/{waiting.pk}/dismiss/")

    assert InboundMail.objects.get().outcome == "dismissed"
    assert not InboundMail.objects.to_place().exists()
    assert not User.objects.filter(email="sam@unknown.example").exists()


@pytest.mark.django_db(transaction=True)
def test_two_agents_at_once_open_one_ticket(waiting, agent, organisation):
    def accept(_n):
        return actions.accept(waiting, actor=agent, via="html", organisation=organisation)

    results = together(4, accept)

    assert Record.objects.count() == 1
    assert sorted(getattr(one, "code", "done") for one in results) == ["done", *["settled"] * 3]


def test_only_an_administrator_sets_up_mailboxes(mailbox, admin, agent, organisation):
    form = {
        "address": "Help@Example.org", "kind": "incident", "security": "tls", "port": "993",
        "folder": "INBOX", "after": "seen", "is_active": "on", "host": "imap.example.org",
        "password_variable": "SECRET_KEY",
    }  # fmt: skip
    client = browser(admin)

    assert browser(agent).get("/admin/mail/").status_code == 404
    assert client.post("/admin/mail/new/", form).status_code == 422
    good = {**form, "password_variable": "MAIL_PASSWORD_HELP"}
    assert client.post("/admin/mail/new/", {**good, "security": "none"}).status_code == 422
    assert client.post("/admin/mail/new/", good).status_code == 302
    assert Mailbox.objects.filter(address="help@example.org").exists()
    page = client.get(f"/admin/mail/{Mailbox.objects.last().pk}/")
    assert page.status_code == 200


def test_rules_are_added_and_dropped(mailbox, admin, organisation):
    client = browser(admin)

    client.post("/admin/mail/", {"domain": "@New.example.", "organisation": organisation.pk})
    rule = SenderRule.objects.get(domain="new.example")
    assert "new.example" in client.get("/admin/mail/").text
    client.post(f"/admin/mail/rules/{rule.pk}/drop/")

    assert not SenderRule.objects.filter(domain="new.example").exists()


def test_what_the_mail_may_belong_to_stands_beside_it(
    mailbox, agent, requester, organisation, desk
):
    alike = a_ticket(
        actor=agent, requester=requester, organisation=organisation, team=desk,
        title="Printer prints blank pages",
    )  # fmt: skip
    theirs = a_ticket(
        actor=agent, requester=requester, organisation=organisation, team=desk, title="Mouse"
    )
    strange = a_ticket(
        actor=agent, requester=agent, organisation=organisation, team=desk, title="Roof"
    )
    mark = f"<{marks.message_id(strange.pk, agent.pk)}>"
    waiting = receive(answer(mark, subject="Printer prints blanc pages")).mail
    client = browser(agent)

    page = client.get(f"/tickets/inbox/{waiting.pk}/").text

    for found in (strange, alike, theirs):
        assert f'name="attach-record" value="{found.number}"' in page
    client.post(f"/tickets/inbox/{waiting.pk}/attach/", {"attach-record": alike.number})
    assert Comment.objects.get().record_id == alike.pk


def test_a_ticket_leads_those_who_keep_the_desk_to_its_mails_as_they_came(
    mailbox, agent, requester
):
    received = receive(raw("Yes.\n\nOn Monday Desk wrote:\n> Is it on?"))
    ticket = received.record

    assert received.mail.get_absolute_url() in browser(agent).get(ticket.get_absolute_url()).text
    page = browser(requester).get(f"/my/requests/{ticket.number}/").text
    assert received.mail.get_absolute_url() not in page


def test_why_a_mail_waits_is_said_in_the_readers_language(waiting, agent):
    agent.language = "de"
    agent.save(update_fields=["language"])
    client = browser(agent)

    for path in ("/tickets/inbox/", f"/tickets/inbox/{waiting.pk}/"):
        assert "Niemand kennt ihren Absender" in client.get(path).text
