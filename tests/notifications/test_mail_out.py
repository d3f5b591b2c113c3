"""Mail goes out once, to those it is for, with what they may see, whatever the server says."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives

from itsm.core import clock
from itsm.notifications import links
from itsm.notifications.delivering import deliver
from itsm.notifications.models import Habits, Mute, Notification, OutboundMail, Preference
from itsm.notifications.vocabulary import Reason
from tests.doors import browser
from tests.factories import a_ticket
from tests.figures import figure
from tests.tickets.mail.letters import answer, raw
from tests.together import together
from tickets.mail.intake import receive
from tickets.mail.models import SenderRule
from valuechain.records.actions import add_comment, perform, watch
from valuechain.records.models import Comment, Event, Record

CANARY = "canary-in-a-note"


def say(ticket, actor, body="Hello", visibility="public"):
    return add_comment(ticket, body=body, visibility=visibility, actor=actor, via="html")


def text_of(mail) -> str:
    return "".join(
        part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
    )


def test_an_answer_reaches_the_requester_in_text_and_html(ticket, agent, requester, sent):
    say(ticket, agent, "Try **again**.")

    (mail,) = sent()

    assert mail["To"] == requester.email
    assert ticket.number in mail["Subject"]
    assert mail["Auto-Submitted"] is None
    assert str(mail["List-Unsubscribe"]).strip().startswith("<http")
    plain, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert "Try **again**." in plain
    assert "<strong>again</strong>" in html
    assert "Your request was answered" in plain
    assert f"/portal/requests/{ticket.number}/" in plain


def test_it_is_sent_once_by_any_number_of_workers(ticket, agent, requester, postbox, sent):
    say(ticket, agent)

    sent()
    sent()

    assert len(postbox.to(requester)) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_send_at_once_send_one(ticket, agent, requester, postbox):
    say(ticket, agent)

    together(4, lambda _n: deliver())

    assert len(postbox.to(requester)) == 1


def test_the_answer_to_our_mail_comes_back_to_the_ticket_and_carries_on_the_thread(
    ticket, agent, requester, sent
):
    say(ticket, agent)
    (first,) = sent()

    name = str(first["Message-ID"])
    received = receive(
        raw("It works now.", to=str(first["Reply-To"]), In_Reply_To=name, References=name)
    )
    say(ticket, agent, "Good.")
    (second,) = [mail for mail in sent() if requester.email in mail["To"]]

    assert (received.outcome, received.record.pk) == ("comment", ticket.pk)
    assert str(first["Message-ID"]) in str(second["References"])
    assert second["In-Reply-To"] is not None


def test_an_agent_answers_by_mail_and_the_requester_gets_it(ticket, agent, requester, sent):
    say(ticket, requester, "It burns")
    (mail,) = sent()

    receive(raw("On my way.", sender=agent.email, to=str(mail["Reply-To"])))
    (answered,) = sent()

    assert answered["To"] == requester.email
    assert "On my way." in text_of(answered)


def test_what_an_agent_answers_to_the_mail_about_a_note_stays_internal(
    ticket, agent, lead, requester, postbox, sent
):
    say(ticket, lead, CANARY, visibility="internal")
    (mail,) = sent()

    receive(raw(f"Reply {CANARY}", sender=agent.email, to=str(mail["Reply-To"])))
    sent()

    assert Comment.objects.filter(visibility="internal").count() == 2
    assert postbox.to(requester) == []


def test_no_word_of_a_note_ever_reaches_somebody_outside(
    ticket, agent, lead, requester, colleague, supplier, postbox, sent
):
    for person in (colleague, supplier):
        watch(ticket, person=person, actor=agent, via="html")
    Preference.objects.create(person=colleague, reason="following", mailing="now")
    Preference.objects.create(person=supplier, reason="following", mailing="now")
    later = (clock.now() + timedelta(days=1)).isoformat()

    say(ticket, lead, f"{CANARY} @rita.requester", visibility="internal")
    say(ticket, agent, "Public")
    data = {"reason": CANARY, "follow_up_at": later}
    perform(ticket, "wait_for_customer", actor=agent, via="html", data=data)
    say(ticket, lead, CANARY, visibility="internal")
    sent()

    outside = [mail for who in (requester, colleague, supplier) for mail in postbox.to(who)]
    assert len(outside) >= 3
    assert not [mail for mail in outside if CANARY in mail.as_string() or CANARY in text_of(mail)]
    assert CANARY in "".join(text_of(mail) for mail in postbox.to(agent))


def test_a_requester_who_no_longer_sees_the_record_gets_no_mail(
    ticket, agent, requester, postbox, sent
):
    say(ticket, agent)
    ticket.participations.all().delete()

    sent()

    assert postbox.mails == []
    assert OutboundMail.objects.get().status == "withheld"


def test_it_is_written_in_the_readers_language(ticket, agent, requester, sent):
    requester.language = "de"
    requester.save()
    say(ticket, agent)

    (mail,) = sent()

    assert 'lang="de"' in mail.get_body(("html",)).get_content()


def test_a_title_with_line_breaks_breaks_no_header(agent, requester, organisation, sent):
    ticket = a_ticket(
        actor=agent,
        requester=requester,
        organisation=organisation,
        title="x\r\nBcc: all@example.org",
    )
    say(ticket, agent)

    for mail in sent():
        assert mail["Bcc"] is None


# When the server says no ---------------------------------------------------------------------------


def test_a_server_that_is_busy_is_asked_again_with_the_same_message_id(
    ticket, agent, requester, postbox, sent, frozen
):
    say(ticket, agent)
    postbox.refuse = "451 Come back later"
    sent()
    first = OutboundMail.objects.get()

    postbox.refuse = ""
    assert sent() == []
    frozen.shift(timedelta(minutes=2))
    (mail,) = sent()

    assert "451" in first.last_error
    assert mail["Message-ID"] == f"<{first.message_id}>"


def test_an_address_that_does_not_exist_is_given_up_and_can_be_sent_again(
    ticket, agent, admin, requester, postbox, sent
):
    say(ticket, agent)
    postbox.refuse = "550 No such user"
    sent()
    dead = OutboundMail.objects.get()

    page = browser(admin).get("/admin/mail/outbox/").text
    assert "550 No such user" in page
    assert browser(agent).get("/admin/mail/outbox/").status_code == 404
    postbox.refuse = ""
    browser(admin).post("/admin/mail/outbox/", {"mail": dead.pk})
    sent()

    assert dead.status == "dead"
    assert len(postbox.to(requester)) == 1
    sent_again = browser(admin).get("/admin/mail/outbox/?show=sent").text
    assert requester.email in sent_again


def test_everything_given_up_is_sent_again_at_once(ticket, agent, admin, requester, postbox, sent):
    postbox.refuse = "550 No such user"
    say(ticket, agent)
    say(ticket, agent)
    sent()
    assert OutboundMail.objects.filter(status="dead").count() == 2
    assert figure("outbound_mails", status="dead") == 2
    postbox.refuse = ""

    browser(admin).post("/admin/mail/outbox/", {"all": "1"})
    sent()

    assert len(postbox.to(requester)) == 2
    assert figure("outbound_mails", status="dead") == 0
    assert browser(admin).post("/admin/mail/outbox/", {"mail": "x"}).status_code == 404


def test_a_server_that_stays_away_is_given_up_after_a_day_or_so(ticket, agent, settings, frozen):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    say(ticket, agent)
    tries = 0

    while OutboundMail.objects.get().status == "queued":
        deliver()
        tries += 1
        frozen.shift(timedelta(hours=5))

    assert OutboundMail.objects.get().status == "dead"
    assert tries == 12


# Not too much --------------------------------------------------------------------------------------


def test_at_most_three_automatic_mails_reach_one_address_in_ten_minutes(
    organisation, desk, requester, sent, frozen
):
    from tickets.mail.models import Mailbox

    SenderRule.objects.create(domain="example.org", organisation=organisation)
    Mailbox.objects.create(address="desk@example.org", team=desk)
    for n in range(8):
        receive(raw(f"Mail {n}", Message_ID=f"<{n}@example.org>"))

    mails = sent()
    frozen.shift(timedelta(minutes=11))

    assert len(mails) == 3
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-replied"}
    assert sent() == []


def test_automatic_mail_that_matters_waits_its_turn(agent, requester, organisation, sent, frozen):
    data = {"resolution_code": "fixed", "resolution": "Done"}
    for _ in range(5):
        ticket = a_ticket(actor=requester, requester=requester, organisation=organisation)
        perform(ticket, "resolve", actor=agent, via="html", data=data)

    first = sent()
    frozen.shift(timedelta(minutes=11))
    second = sent()

    assert (len(first), len(second)) == (3, 2)


def test_quiet_hours_are_kept_in_the_readers_time_zone(ticket, agent, requester, sent, frozen):
    requester.time_zone = "Europe/Vienna"
    requester.save()
    Habits.objects.create(person=requester, quiet_from="22:00", quiet_to="07:00")
    frozen.move_to(datetime(2026, 3, 2, 22, 30, tzinfo=UTC))

    say(ticket, agent)
    assert sent() == []
    frozen.move_to(datetime(2026, 3, 3, 5, 59, tzinfo=UTC))
    assert sent() == []
    frozen.move_to(datetime(2026, 3, 3, 6, 1, tzinfo=UTC))

    assert len(sent()) == 1


def test_a_digest_is_one_mail_a_day(ticket, agent, requester, organisation, sent, frozen):
    Preference.objects.create(person=requester, reason="answered", mailing="digest")
    other = a_ticket(
        actor=requester, requester=requester, organisation=organisation, title="Second"
    )

    for record in (ticket, other, ticket):
        say(record, agent)
    assert sent() == []
    frozen.shift(timedelta(days=1))
    (mail,) = sent()

    assert ticket.number in text_of(mail)
    assert "Second" in text_of(mail)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert sent() == []


def test_the_daily_mail_is_stopped_by_one_press(ticket, agent, requester, sent, frozen):
    Preference.objects.create(person=requester, reason="answered", mailing="digest")
    say(ticket, agent)
    frozen.shift(timedelta(days=1))
    (mail,) = sent()
    path = "/mail/" + str(mail["List-Unsubscribe"]).strip(" <>").partition("/mail/")[2]

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert browser().get(path).status_code == 200
    assert Preference.objects.get(person=requester).mailing == "digest"
    browser().post(path, {"List-Unsubscribe": "One-Click"})
    say(ticket, agent)
    frozen.shift(timedelta(days=2))

    wishes = Preference.objects.filter(person=requester)
    assert set(wishes.values_list("mailing", flat=True)) == {"off"}
    assert sent() == []


def test_a_mail_speaks_its_readers_language(ticket, agent, requester, sent):
    requester.language = "de"
    requester.save(update_fields=["language"])
    say(ticket, agent, "Der Drucker ist repariert.")

    (mail,) = sent()

    said = text_of(mail)
    for english in ("There is an answer", "Why you get this", "You can answer this mail"):
        assert english not in said
    assert 'lang="de"' in said
    stop = "/mail/" + str(mail["List-Unsubscribe"]).strip(" <>").partition("/mail/")[2]
    assert "Stop these mails" not in browser().get(stop).text


# Links in mail -------------------------------------------------------------------------------------


def test_the_stop_link_asks_first_and_then_works_without_signing_in(ticket, agent, requester, sent):
    say(ticket, agent)
    (mail,) = sent()
    path = str(mail["List-Unsubscribe"]).strip(" <>").partition("/mail/")[2]

    assert browser().get(f"/mail/{path}").status_code == 200
    assert not Mute.objects.exists()
    browser().post(f"/mail/{path}", {"List-Unsubscribe": "One-Click"})

    assert Mute.objects.filter(person=requester, record=ticket).exists()


def test_a_forged_link_is_nothing(ticket):
    assert browser().get("/mail/stop/WzEsMV0:x:y/").status_code == 404
    assert browser().get("/mail/approve/WzEsMV0:x:y/").status_code == 404
    forged = links.mute_link(1, 1).rpartition("stop/")[2]
    assert browser().get(f"/mail/approve/{forged}").status_code == 404


def test_our_own_mail_that_comes_back_is_parked(ticket, agent, sent):
    say(ticket, agent)
    (mail,) = sent()

    received = receive(mail.as_bytes())

    assert (received.outcome, received.mail.is_machine) == ("parked", True)


def test_bounces_of_our_mail_are_never_answered(ticket, agent, requester, postbox, sent):
    say(ticket, agent)
    (mail,) = sent()

    for n in range(20):
        receive(answer(str(mail["Message-ID"]), f"{n}", sender="mailer-daemon@example.org"))
    sent()

    assert len(postbox.mails) == 1
    assert outbox.outbox == []


def a_report(of: str, address: str) -> bytes:
    """A mail server's word that a mail was not delivered, as RFC 3464 has it."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: desk@example.org\r\nReturn-Path: <>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nUser unknown.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {of}\r\n\r\n--B--\r\n"
    ).encode()


def test_the_owner_learns_once_that_our_mail_did_not_arrive(
    ticket, agent, requester, postbox, sent, client
):
    say(ticket, agent)
    (mail,) = sent()
    ticket.refresh_from_db()
    Record.objects.filter(pk=ticket.pk).update(owner=agent)
    report = a_report(str(mail["Message-ID"]), requester.email)

    received = receive(report)
    receive(report + b"\r\n")

    assert (received.outcome, received.record) == ("parked", ticket)
    told = Notification.objects.get(event__verb="mail.unreached")
    assert (told.person, told.reason, told.is_internal) == (agent, Reason.OWNER, True)
    words = f"Our mail did not reach {requester.email} 5.1.1"
    client.force_login(agent)
    assert words in client.get(ticket.get_absolute_url()).text
    client.force_login(requester)
    assert words not in client.get(f"/portal/requests/{ticket.number}/").text
    assert [mail["To"] for mail in sent()] == [agent.email]


def test_a_report_about_mail_of_others_tells_nobody(ticket, agent, requester, postbox):
    before = Event.objects.count()

    received = receive(a_report("<forged.1.2@example.org>", requester.email))

    assert (received.outcome, received.record) == ("parked", None)
    assert Event.objects.count() == before


def test_an_administrator_is_sent_a_test_and_told_what_the_server_said(
    admin, mailoutbox, monkeypatch
):
    page = browser(admin)
    said = page.post("/admin/mail/outbox/", {"test": "1"}, follow=True).text
    assert f"It is on its way to {admin.email}." in said
    (mail,) = mailoutbox
    assert mail.to == [admin.email]

    def refuse(*_given, **_named):
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Wrong password")

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    said = page.post("/admin/mail/outbox/", {"test": "1"}, follow=True).text
    assert "did not take it" in said
    assert "5.7.8 Wrong password" in said
