"""What becomes of a mail: a ticket, an answer where it belongs, or something a human looks at."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes

import pytest

from itsm.accounts.models import User
from itsm.core import clock
from tests.factories import a_ticket, fresh
from tests.tickets.mail.letters import answer, raw
from tests.together import together
from tickets.mail import marks
from tickets.mail.intake import receive
from tickets.mail.models import InboundMail, Mailbox, SenderRule
from valuechain.records.actions import perform
from valuechain.records.models import Attachment, Comment, Link, Participation, Record

REQUESTER = "rita.requester@example.org"
AGENT = "agnes.agent@example.org"


@pytest.fixture
def ticket(mailbox, agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def our_mail(ticket: Record, person: User, **more: bool) -> str:
    return f"<{marks.message_id(ticket.pk, person.pk, **more)}>"


def reply_to(ticket: Record, person: User, **more: bool) -> str:
    return marks.reply_address("desk@example.org", ticket.pk, person.pk, **more)


def test_a_mail_opens_a_ticket_of_its_mailboxs_kind_and_team(mailbox, requester, desk):
    received = receive(raw("It burns.", files=[("a.txt", "text/plain", b"proof")]))

    ticket = fresh(received.record)
    assert (ticket.kind, ticket.team, ticket.requester) == ("incident", desk, requester)
    assert (ticket.title, ticket.description, ticket.channel) == ("Printer", "It burns.", "email")
    with Attachment.objects.get(record=ticket).file.open() as file:
        assert file.read() == b"proof"
    assert bytes(received.mail.raw) == bytes(InboundMail.objects.get().raw)


def test_the_clock_starts_when_the_mail_server_had_it(mailbox, requester):
    at = clock.now() - timedelta(minutes=20)

    assert receive(raw(), arrived_at=at).record.received_at == at


def test_a_stranger_becomes_a_person_of_the_organisation_its_domain_belongs_to(
    mailbox, other_organisation
):
    SenderRule.objects.create(domain="elsewhere.example", organisation=other_organisation)

    received = receive(raw(sender="Nina New <Nina@mail.elsewhere.example>"))

    person = received.record.requester
    assert (person.name, person.email) == ("Nina New", "nina@mail.elsewhere.example")
    assert person.organisation == received.record.organisation == other_organisation
    assert not person.has_usable_password()


def test_a_stranger_nobody_knows_waits_for_a_human(mailbox):
    received = receive(raw(sender="x@unknown.example"))

    assert (received.outcome, received.record) == ("parked", None)
    assert InboundMail.objects.to_place().get() == received.mail
    assert not User.objects.filter(email="x@unknown.example").exists()


def test_a_mailbox_may_name_the_organisation_of_everybody_else(mailbox, other_organisation):
    Mailbox.objects.update(organisation=other_organisation)

    received = receive(raw(sender="x@unknown.example"))

    assert received.record.organisation == other_organisation


def test_mail_to_no_mailbox_is_kept_and_waits(requester):
    assert receive(raw()).outcome == "parked"


def test_the_same_mail_delivered_three_times_is_one_ticket(mailbox, requester):
    letter = raw()
    again = b"Received: from elsewhere; Mon, 02 Mar 2026 09:00:00 +0000\r\n" + letter

    outcomes = [receive(one).outcome for one in (letter, letter, again)]

    assert outcomes == ["ticket", "duplicate", "duplicate"]
    assert Record.objects.count() == InboundMail.objects.count() == 1


def test_two_mails_with_the_same_message_id_are_two(mailbox, requester):
    for text in ("One", "Two"):
        receive(raw(text, Message_ID="<always@example.org>"))

    assert InboundMail.objects.count() == 2


def test_a_device_that_dates_nothing_is_heard_each_time_it_says_the_same(mailbox, requester):
    said = f"From: {REQUESTER}\nTo: desk@example.org\nSubject: Disk full\n\nDisk full".encode()
    monday, tuesday = (
        f"Received: from nas by mx; {day} Mar 2026 09:00:00 +0000\n".encode() + said
        for day in ("Mon, 02", "Tue, 03")
    )

    found = [receive(one).outcome for one in (monday, monday, tuesday)]

    assert found == ["ticket", "duplicate", "ticket"]


@pytest.mark.django_db(transaction=True)
def test_fetchers_that_bring_the_same_mail_at_once_make_one_ticket(mailbox, requester):
    letter = raw(sender="Nina New <nina@example.org>")

    outcomes = [one.outcome for one in together(8, lambda _n: receive(letter))]

    assert sorted(outcomes) == ["duplicate"] * 7 + ["ticket"]
    assert Record.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_mails_of_a_stranger_at_once_make_one_person(mailbox):
    def send(n: int):
        return receive(raw(f"Mail {n}", sender="nina@example.org")).outcome

    assert together(6, send) == ["ticket"] * 6
    assert User.objects.filter(email="nina@example.org").count() == 1


# Where an answer belongs ---------------------------------------------------------------------------


def test_an_answer_to_our_mail_reaches_the_ticket(ticket, requester):
    received = receive(answer(our_mail(ticket, requester), "Still.\n\n> Is it on?"))

    assert (received.outcome, received.record) == ("comment", ticket)
    assert (received.comment.body, received.comment.author) == ("Still.", requester)
    assert not received.comment.is_from_staff
    assert "Is it on?" in bytes(received.mail.raw).decode()


def test_an_answer_to_ones_own_mail_reaches_the_ticket_it_opened(mailbox, requester):
    first = raw()
    ticket = receive(first).record

    received = receive(answer(first))

    assert (received.outcome, received.record.pk) == ("comment", ticket.pk)


def test_an_answer_without_references_finds_its_way_by_the_address(ticket, requester):
    received = receive(raw("Hello", to=reply_to(ticket, requester)))

    assert (received.outcome, received.record.pk) == ("comment", ticket.pk)


def test_a_reply_address_says_the_same_of_every_record_and_person():
    numbers = [1, 25, 36 * 25, 384, 25 * 36**3 + 25, 2**63 - 1]

    for record in numbers:
        for person in numbers:
            address = marks.reply_address("desk@example.org", record, person)
            assert marks.read_reply_address(address) == marks.Mark(record, person)


def test_an_answer_without_either_finds_its_way_by_the_signed_subject(ticket, requester):
    received = receive(raw("Hello", subject=f"AW: {marks.subject_mark(ticket.number)} Printer"))

    assert (received.outcome, received.record.pk) == ("comment", ticket.pk)


@pytest.mark.parametrize("written", ["{n}", "[{n}]", "Re: [{n} #aaaaaaaaaaaa] x", "[{n} #]"])
def test_a_bare_or_forged_number_joins_nothing(ticket, requester, written):
    received = receive(raw(subject=written.format(n=ticket.number)))

    assert received.outcome == "ticket"
    assert received.record.pk != ticket.pk


def test_forged_marks_are_nothing(ticket, requester):
    mark, address = our_mail(ticket, requester), reply_to(ticket, requester)
    other = our_mail(a_ticket(actor=requester), requester)
    forged = mark[:-30] + other[-30:]

    assert receive(answer(forged)).record.pk != ticket.pk
    broken = address.replace("-", "-a", 1)
    assert receive(raw("Hi", to=f"{broken}, desk@example.org")).record.pk != ticket.pk


def test_a_stranger_who_answers_with_the_right_mark_is_shown_to_a_human(ticket, requester):
    received = receive(answer(our_mail(ticket, requester), sender="thief@example.org"))

    assert (received.outcome, received.record.pk) == ("parked", ticket.pk)
    assert Comment.objects.count() == 0
    assert not User.objects.filter(email="thief@example.org").exists()


def test_a_colleague_who_was_copied_may_answer_and_follows_it_from_then(mailbox, requester):
    first = raw(Cc="Boss <boss@example.org>")
    ticket = receive(first).record

    received = receive(answer(first, "I agree.", sender="Boss <boss@example.org>"))

    assert (received.outcome, received.record.pk) == ("comment", ticket.pk)
    assert Participation.objects.filter(record=ticket, person__email="boss@example.org").exists()


def test_known_colleagues_copied_on_the_first_mail_follow_the_ticket(
    mailbox, requester, colleague, outsider
):
    ticket = receive(raw(Cc=f"{colleague.email}, {outsider.email}")).record

    assert ticket.participations.filter(person=colleague).exists()
    assert not ticket.participations.filter(person=outsider).exists()


def test_an_answer_to_a_resolved_ticket_reopens_it_inside_the_window(ticket, requester, agent):
    data = {"resolution_code": "fixed", "resolution": "Done"}
    perform(ticket, "resolve", actor=agent, via="html", data=data)

    receive(answer(our_mail(ticket, requester)))

    assert fresh(ticket).state == "in_progress"


@pytest.mark.parametrize("how", ["late", "closed"])
def test_an_answer_after_the_window_opens_a_linked_ticket(ticket, requester, agent, frozen, how):
    data = {"resolution_code": "fixed", "resolution": "Done"}
    perform(ticket, "resolve", actor=agent, via="html", data=data)
    if how == "closed":
        perform(ticket, "close", actor=requester, via="html")
    else:
        frozen.shift(timedelta(days=15))

    received = receive(answer(our_mail(ticket, requester)))

    assert received.outcome == "ticket"
    link = Link.objects.get(source=received.record)
    assert (link.target_id, link.kind) == (ticket.pk, "derived_from")


def test_an_answer_to_a_merged_ticket_reaches_the_one_that_stays(ticket, requester, agent):
    survivor = a_ticket(actor=agent, requester=requester, organisation=ticket.organisation)
    perform(ticket, "merge", actor=agent, via="html", data={"into": survivor.number})

    received = receive(answer(our_mail(ticket, requester)))

    assert received.record.pk == survivor.pk
    assert received.comment.moved_from_id == ticket.pk


def test_an_answer_takes_up_a_ticket_that_waited_for_it(ticket, requester, agent):
    later = clock.now() + timedelta(days=3)
    data = {"reason": "Serial number?", "follow_up_at": later.isoformat()}
    perform(ticket, "wait_for_customer", actor=agent, via="html", data=data)

    receive(answer(our_mail(ticket, requester)))

    assert fresh(ticket).state == "in_progress"


# Agents by mail ------------------------------------------------------------------------------------


def test_an_agents_answer_to_their_own_reply_address_is_theirs(ticket, agent):
    received = receive(raw("On my way.", sender=AGENT, to=reply_to(ticket, agent)))

    assert received.outcome == "comment"
    assert received.comment.is_from_staff
    assert not received.comment.is_internal


def test_what_answers_the_news_of_a_note_is_a_note(ticket, agent, requester):
    received = receive(raw("Hm.", sender=AGENT, to=reply_to(ticket, agent, is_internal=True)))

    assert received.comment.is_internal
    assert not Comment.objects.visible_to(requester).exists()


def test_an_agent_named_in_from_alone_proves_nothing(ticket, agent, requester):
    received = receive(answer(our_mail(ticket, agent), sender=AGENT))

    assert (received.outcome, received.record.pk) == ("parked", ticket.pk)


def test_the_requesters_own_address_does_not_make_them_an_agent(ticket, agent, requester):
    received = receive(raw("Ha.", sender=AGENT, to=reply_to(ticket, requester)))

    assert received.outcome == "parked"


RESULTS = [
    ("mx.example.org; dmarc=pass header.from=example.org", "comment"),
    ("mx.example.org; dkim=pass header.d=example.org", "comment"),
    ("mx.example.org; dkim=pass header.d=evil.example", "parked"),
    ("mx.example.org; spf=pass", "parked"),
    ("evil.example; dmarc=pass", "parked"),
    ("mx.example.org; dmarc=fail", "parked"),
]


@pytest.mark.parametrize(("results", "outcome"), RESULTS)
def test_the_mailboxs_own_server_may_vouch_for_an_agent(ticket, agent, results, outcome):
    Mailbox.objects.update(trusted_server="mx.example.org")
    letter = answer(our_mail(ticket, agent), sender=AGENT, Authentication_Results=results)

    assert receive(letter).outcome == outcome


def test_results_below_the_topmost_are_the_senders_own_claim(ticket, agent):
    Mailbox.objects.update(trusted_server="mx.example.org")
    letter = answer(our_mail(ticket, agent), sender=AGENT)
    results = b"Authentication-Results: mx.example.org; dmarc=%s\r\n"

    assert receive(results % b"none" + results % b"pass" + letter).outcome == "parked"


def test_a_reply_address_does_not_help_against_a_server_that_disowns_the_mail(ticket, agent):
    Mailbox.objects.update(trusted_server="mx.example.org")
    letter = raw("Ha.", sender=AGENT, to=reply_to(ticket, agent),
                 Authentication_Results="mx.example.org; dmarc=fail")  # fmt: skip

    assert receive(letter).outcome == "parked"


def test_an_answer_that_its_senders_domain_disowns_waits_for_a_human(ticket, requester):
    Mailbox.objects.update(trusted_server="mx.example.org")
    letter = answer(our_mail(ticket, requester),
                    Authentication_Results="mx.example.org; dmarc=fail")  # fmt: skip

    received = receive(letter)

    assert (received.outcome, received.record.pk) == ("parked", ticket.pk)
    assert received.why == "The domain of its sender says that it did not send it."


def test_two_senders_in_one_mail_say_nothing_on_a_ticket(ticket, requester):
    letter = b"From: other@example.org\r\n" + answer(our_mail(ticket, requester))

    assert receive(letter).outcome == "parked"


def test_somebody_who_left_writes_nothing(ticket, requester):
    User.objects.filter(pk=requester.pk).update(is_active=False)

    assert receive(answer(our_mail(ticket, requester))).outcome == "parked"


# Machines ------------------------------------------------------------------------------------------

MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated (rejected)"},
    {"Precedence": "bulk"},
    {"Precedence": "List"},
    {"Return_Path": "<>"},
    {"X_Autoreply": "yes"},
    {"X_Auto_Response_Suppress": "All"},
    {"List_Id": "News <news.example.org>"},
    {"subject": "Out of office: back on Monday"},
    {"subject": "Automatische Antwort: Drucker"},
    {"sender": "MAILER-DAEMON@example.org"},
    {"sender": "desk@example.org"},
    {"X_Throughline": "1"},
]


@pytest.mark.parametrize("signs", MACHINES)
def test_mail_by_a_machine_is_parked_even_on_a_ticket(ticket, requester, signs):
    received = receive(answer(our_mail(ticket, requester), **signs))

    assert (received.outcome, received.mail.is_machine) == ("parked", True)
    assert Comment.objects.count() == 0
    assert Record.objects.count() == 1


def test_a_human_is_not_taken_for_a_machine(mailbox, requester):
    letter = raw(subject="Re: Undelivered mail", Auto_Submitted="no", Precedence="normal")

    assert receive(letter).outcome == "ticket"


def test_a_delivery_report_is_parked_with_the_record_it_tells_of(ticket, requester):
    report = message_from_bytes(
        b"From: Mail System <x@example.org>\r\nTo: desk@example.org\r\nSubject: Failed\r\n"
        b"In-Reply-To: "
        + our_mail(ticket, requester).encode()
        + b"\r\nContent-Type: multipart/report;"
        b" report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nNo such user\r\n--B\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n--B--\r\n"
    ).as_bytes()

    received = receive(report)

    assert (received.outcome, received.mail.is_machine) == ("parked", True)
    assert received.record.pk == ticket.pk


# What goes wrong -----------------------------------------------------------------------------------


def test_bytes_that_are_no_mail_are_quarantined_whole(mailbox):
    received = receive(b"\0\xff" * 200)

    assert received.outcome in {"quarantined", "parked"}
    assert bytes(InboundMail.objects.get().raw) == b"\0\xff" * 200
    assert receive(b"").outcome == "quarantined"


def test_a_file_too_large_to_attach_is_named_and_stays_in_the_mail(mailbox, requester, settings):
    settings.ATTACHMENT_MAX_BYTES = 10

    ticket = receive(raw(files=[("big.txt", "text/plain", b"x" * 11)])).record

    assert "big.txt" in ticket.description
    assert not ticket.attachments.exists()


def test_a_mail_the_program_fails_on_waits_and_nothing_is_half_done(
    mailbox, requester, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "gone"
    (tmp_path / "gone").write_text("a file where the folder should be")

    received = receive(raw(files=[("a.txt", "text/plain", b"x")]))

    assert (received.outcome, received.record) == ("parked", None)
    assert Record.objects.count() == 0


def test_an_auditor_copied_on_it_or_any_staff_may_open_tickets_for_themselves(mailbox, agent):
    received = receive(raw(sender=AGENT))

    assert (received.outcome, received.record.requester) == ("ticket", agent)


def test_a_program_in_a_mail_stays_in_the_mail_and_the_desk_is_told(mailbox, requester, agent):
    ticket = receive(raw(files=[("x.exe", "application/pdf", b"MZ\x90\x00")])).record

    assert not ticket.attachments.exists()
    note = Comment.objects.get(record=ticket)
    assert note.is_internal
    assert "x.exe" in note.body
