"""Mail on a real IMAP server becomes tickets, once, whoever fetches it and whatever breaks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from itsm.core import clock
from tests.figures import figure
from tests.tickets.mail import imap_server
from tests.tickets.mail.imap_server import ImapServer
from tests.tickets.mail.letters import raw
from tests.together import together
from tickets.mail import fetching
from tickets.mail.intake import receive
from tickets.mail.models import InboundMail, Mailbox
from valuechain.records.models import Record


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    if imap_server.dovecot() is None:
        if os.environ.get("THROUGHLINE_IMAP") == "required":
            pytest.fail("dovecot is not installed; .ci/run installs it")
        pytest.skip("dovecot is not installed")
    # Not below pytest's own folder, which others may not enter.
    with tempfile.TemporaryDirectory(prefix="imap-") as folder:
        Path(folder).chmod(0o755)
        with imap_server.running(Path(folder) / "dovecot") as running:
            yield running


@pytest.fixture
def box(mailbox: Mailbox, server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """The desk's mailbox on the server, empty."""
    monkeypatch.setenv("MAIL_PASSWORD_DESK", imap_server.PASSWORD)
    with server.session() as session:
        session.select("INBOX")
        session.store("1:*", "+FLAGS", r"(\Deleted)") if server.count() else None
        session.expunge()
    Mailbox.objects.update(
        host="127.0.0.1", port=server.port, security="none", user_name=imap_server.USER,
        password_variable="MAIL_PASSWORD_DESK",
    )  # fmt: skip
    return Mailbox.objects.get()


@pytest.mark.django_db(transaction=True)
class TestVisits:
    def test_what_is_new_is_taken_in_and_marked_as_read(self, box, server, requester):
        server.deliver(raw("One"), raw("Two"))

        first, second = fetching.fetch(box), fetching.fetch(box)

        assert (first.count, second.count) == (2, 0)
        assert Record.objects.count() == 2
        assert (server.count(), server.count("UNSEEN")) == (2, 0)

    def test_it_can_be_deleted_there_instead(self, box, server, requester):
        Mailbox.objects.update(after="delete")
        server.deliver(raw("One"))

        fetching.fetch(Mailbox.objects.get())

        assert (Record.objects.count(), server.count()) == (1, 0)

    def test_death_between_keeping_and_marking_makes_one_ticket(self, box, server, requester):
        server.deliver(raw("One"))

        def die(*args, **kwargs):
            receive(*args, **kwargs)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fetching.fetch(box, receive_mail=die)
        assert server.count("UNSEEN") == 1
        fetching.fetch(box)

        assert (Record.objects.count(), server.count("UNSEEN")) == (1, 0)

    def test_two_fetchers_at_once_make_one_ticket_of_each_mail(self, box, server, requester):
        server.deliver(*(raw(f"Mail {n}") for n in range(5)))

        together(3, lambda _n: fetching.fetch(Mailbox.objects.get()))
        fetching.fetch(box)

        assert Record.objects.count() == InboundMail.objects.count() == 5

    def test_a_mail_that_is_too_large_stays_and_the_mailbox_says_so(
        self, box, server, requester, settings
    ):
        settings.MAIL_MAX_BYTES = 2_000
        server.deliver(raw("x " * 3_000), raw("small"))

        fetched = fetching.fetch(box)

        assert (fetched.count, server.count("UNSEEN")) == (1, 1)
        assert "left on the server" in Mailbox.objects.get().last_error

    def test_bytes_that_are_no_mail_are_quarantined_and_the_visit_goes_on(
        self, box, server, requester
    ):
        server.deliver(b"\x80\x81\xff garbage", raw("One"))

        assert fetching.fetch(box).count == 2
        assert Record.objects.count() == 1
        assert figure("inbound_mails", outcome="quarantined") == 1
        assert figure("inbound_mails", outcome="parked") == 0

    def test_a_refusal_is_shown_in_the_servers_words_and_tried_less_and_less_often(
        self, box, monkeypatch
    ):
        monkeypatch.setenv("MAIL_PASSWORD_DESK", "wrong")
        pauses = []

        for _ in range(3):
            fetching.fetch(box)
            pauses.append(box.next_fetch_at - box.last_fetch_at)

        kept = Mailbox.objects.get()
        assert "failed" in kept.last_error.lower()
        assert kept.failures == 3
        assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
        assert fetching.due(clock.now()) == []

    def test_a_server_that_is_away_is_no_crash(self, box):
        Mailbox.objects.update(port=1)

        assert fetching.fetch(Mailbox.objects.get()).problem

    def test_a_test_of_the_connection_says_how_many_wait(self, box, server):
        server.deliver(raw("One"))

        assert "1 mails" in fetching.try_connection(box)


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "DATABASE_URL", "", "mail_password", "MAIL_PASSWORD-X"]
)
def test_no_other_secret_is_ever_sent_as_a_password(mailbox, name):
    Mailbox.objects.update(host="127.0.0.1", port=1, security="none", password_variable=name)

    assert "MAIL_PASSWORD" in fetching.fetch(Mailbox.objects.get()).problem
