"""Bringing mail in from IMAP servers: each mail is kept here before it is touched there."""

from __future__ import annotations

import imaplib
import logging
import os
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from itsm.core import clock
from tickets.mail.intake import receive
from tickets.mail.models import Mailbox

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PATIENCE = 20
#: Mails taken in one visit, and the seconds a visit may take; the next one goes on.
BATCH = 200
VISIT_SECONDS = 180
#: Only variables of this name are read as passwords, so that no form can ask for another secret.
VARIABLE = re.compile(r"MAIL_PASSWORD(?:_[A-Z0-9_]{1,60})?")
_LOCKS = 0x7A11


class FetchProblem(Exception):  # noqa: N818 - it names what happened
    """The mailbox could not be read; the message is what the server, or we, have to say."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a visit to a mailbox went. `problem` is empty when all is well."""

    count: int = 0
    problem: str = ""
    was_busy: bool = False


def fetch(mailbox: Mailbox, *, receive_mail: Any = receive) -> Fetched:
    """Visit a mailbox and take in what is new there.

    Each mail is committed on our side before it is marked or deleted on the server; when the program
    dies between the two, the mail comes again and is known. Two visits at once are kept apart by a
    lock; were they not, the mail would still be one. Never raises for what a mail server does.
    """
    with _alone(mailbox) as is_alone:
        if not is_alone:
            return Fetched(was_busy=True)
        count, problem = 0, ""
        try:
            for _kept in _visit(mailbox, receive_mail):
                count += 1
        except (FetchProblem, imaplib.IMAP4.error, OSError, ValueError, EOFError) as fault:
            problem = _in_words(fault)
        except DatabaseError:
            connection.close()
            raise
        _write_down(mailbox, count, problem)
        return Fetched(count, problem)


def try_connection(mailbox: Mailbox) -> str:
    """Return what the server says when its folder is opened, or what is in the way of that."""
    try:
        with _session(mailbox) as session:
            return _("It answers. %(count)s mails are waiting.") % {
                "count": len(_waiting(session, mailbox))
            }
    except (FetchProblem, imaplib.IMAP4.error, OSError, ValueError, EOFError) as fault:
        return _in_words(fault)


def due(now: datetime) -> list[int]:
    """Return the mailboxes whose turn it is."""
    found = Mailbox.objects.filter(is_active=True, next_fetch_at__lte=now).exclude(host="")
    return list(found.values_list("pk", flat=True))


def _visit(mailbox: Mailbox, receive_mail: Any) -> Iterator[None]:
    limit: int = settings.MAIL_MAX_BYTES
    left = 0
    until = time.monotonic() + VISIT_SECONDS
    with _session(mailbox) as session:
        for uid in _waiting(session, mailbox)[:BATCH]:
            if time.monotonic() > until:
                break
            size, arrived = _about(session, uid)
            if size > limit:
                left += 1
                continue
            raw = _body(session, uid)
            if raw is None:
                continue
            receive_mail(raw, mailbox=mailbox, arrived_at=arrived)
            _done_with(session, mailbox, uid)
            yield
        if mailbox.after == Mailbox.After.DELETE:
            session.expunge()
    if left:
        message = _("%(count)d mails of more than %(size)d MB were left on the server.")
        raise FetchProblem(message % {"count": left, "size": limit // 1_000_000})


@contextmanager
def _session(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    """Open the mailbox's folder for reading and marking."""
    password = _password(mailbox.password_variable)
    session: imaplib.IMAP4
    if mailbox.security == Mailbox.Security.TLS:
        session = imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, ssl_context=ssl.create_default_context(), timeout=PATIENCE
        )
    else:
        session = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=PATIENCE)
    try:
        if mailbox.security == Mailbox.Security.STARTTLS:
            session.starttls(ssl_context=ssl.create_default_context())
        session.login(mailbox.user_name or mailbox.address, password)
        kind, said = session.select(_quoted(mailbox.folder))
        if kind != "OK":
            raise FetchProblem(_text(said))
        yield session
    finally:
        with suppress(Exception):
            session.logout()


def _password(variable: str) -> str:
    if not VARIABLE.fullmatch(variable):
        raise FetchProblem(
            _("Name a variable that begins with MAIL_PASSWORD, and put the password into it.")
        )
    if path := os.environ.get(f"{variable}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    password = os.environ.get(variable)
    if not password:
        raise FetchProblem(
            _("The variable %(name)s is not set for this process.") % {"name": variable}
        )
    return password


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _waiting(session: imaplib.IMAP4, mailbox: Mailbox) -> list[bytes]:
    wanted = ["UNDELETED"] if mailbox.after == Mailbox.After.DELETE else ["UNSEEN", "UNDELETED"]
    kind, said = session.uid("SEARCH", *wanted)
    if kind != "OK":
        raise FetchProblem(_text(said))
    found: bytes = said[0] or b""
    return found.split()


def _about(session: imaplib.IMAP4, uid: bytes) -> tuple[int, datetime | None]:
    """Return a mail's size in bytes and when the server got it (UTC)."""
    _kind, said = session.uid("FETCH", uid.decode(), "(RFC822.SIZE INTERNALDATE)")
    line = said[0] if said and isinstance(said[0], bytes) else b""
    size = re.search(rb"RFC822\.SIZE (\d+)", line)
    arrived = imaplib.Internaldate2tuple(line)
    at = datetime.fromtimestamp(time.mktime(arrived), tz=UTC) if arrived else None
    return (int(size[1]) if size else 0), at


def _body(session: imaplib.IMAP4, uid: bytes) -> bytes | None:
    """Return a mail as it came, leaving it unread there; None when somebody else removed it."""
    kind, said = session.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
    if kind != "OK":
        raise FetchProblem(_text(said))
    return next((part[1] for part in said if isinstance(part, tuple)), None)


def _done_with(session: imaplib.IMAP4, mailbox: Mailbox, uid: bytes) -> None:
    flags = r"(\Seen \Deleted)" if mailbox.after == Mailbox.After.DELETE else r"(\Seen)"
    session.uid("STORE", uid.decode(), "+FLAGS.SILENT", flags)


@contextmanager
def _alone(mailbox: Mailbox) -> Iterator[bool]:
    """Keep a second visit to the same mailbox out, whatever machine it runs on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, mailbox.pk])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        # A lost connection has given the lock back by itself.
        if is_alone and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, mailbox.pk])


def _write_down(mailbox: Mailbox, count: int, problem: str) -> None:
    """Keep how the visit went where the desk can see it, and when the next one is."""
    now = clock.now()
    failures = mailbox.failures + 1 if problem else 0
    pause = min(EVERY * 2 ** min(failures, 10), LONGEST_PAUSE) if problem else EVERY
    state: dict[str, Any] = {
        "last_fetch_at": now,
        "next_fetch_at": now + pause,
        "failures": failures,
        "last_error": problem[:500],
    }
    if not problem:
        state |= {"last_success_at": now, "last_count": count}
    else:
        log.warning("Mailbox %s could not be read: %s", mailbox.pk, problem)
    Mailbox.objects.filter(pk=mailbox.pk).update(**state)
    for name, value in state.items():
        setattr(mailbox, name, value)


def _in_words(fault: BaseException) -> str:
    said = fault.args[0] if fault.args else ""
    words = _text(said) if isinstance(said, bytes | list) else str(fault)
    return f"{words or type(fault).__name__}"[:500]


def _text(said: Any) -> str:
    if isinstance(said, list):
        return " ".join(_text(one) for one in said)
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
