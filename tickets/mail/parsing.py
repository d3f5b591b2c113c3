"""Reading a mail: any bytes go in, a ParsedMail comes out, and nothing is ever raised.

Mail is written by strangers and by programs with faults. Whatever cannot be read is named among the
`defects`; what is read is bounded, so that no mail can hold up the desk. The raw mail is kept
elsewhere, whole.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from html import escape
from urllib.parse import unquote

from django.utils.translation import gettext_noop

from tickets.mail import contents, tnef
from tickets.mail.addresses import Address, addresses_in
from tickets.mail.words import MAX_HEADER, decoded, header_text, html_to_text, one_line, tidy

MOST_PARTS = 400
MOST_DEPTH = 350
MOST_ADDRESSES = 200
MOST_FILES = 100
LONGEST_NAME = 150
#: Mails within mails that are read for their text.
MOST_FORWARDED = 3
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
#: What has none of these headers is no mail.
_EXPECTED = frozenset(
    {"from", "to", "cc", "subject", "date", "message-id", "received", "return-path", "delivered-to",
     "sender", "reply-to", "content-type", "mime-version"}
)  # fmt: skip
#: Headers kept by name for the rules that come after; the rest is in the raw mail.
_WORTH_KEEPING = frozenset(
    {
        "auto-submitted", "authentication-results", "feedback-id", "list-id", "list-unsubscribe",
        "precedence", "return-path", "x-auto-response-suppress", "x-autoreply", "x-autorespond",
        "x-auto-reply-from", "x-failed-recipients", "x-loop", "x-mail-autoreply", "x-throughline",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that came with a mail. `cid` is set when the text shows it in place."""

    name: str
    content_type: str
    content: bytes
    cid: str = ""


@dataclass
class ParsedMail:
    """A mail as it was understood."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    senders: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    arrived_at: datetime | None = None
    text: str = ""
    files: list[ParsedFile] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    content_type: str = "text/plain"
    report_type: str = ""
    #: Whom a delivery report says were not reached, each with the mail system's own code.
    unreached: tuple[str, ...] = ()
    #: The Message-IDs of the mails that a report is about.
    reported: tuple[str, ...] = ()
    defects: list[str] = field(default_factory=list)
    #: Why nothing at all could be made of it; empty when something could.
    unreadable: str = ""

    @property
    def sender(self) -> Address | None:
        """Who wrote it: the first address of From, or of what stands in for a missing one."""
        return self.senders[0] if self.senders else None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address it was sent to, the envelope's included, once each."""
        named = (*self.delivered_to, *(one.address for one in (*self.to, *self.cc)))
        return tuple(dict.fromkeys(named))

    @property
    def has_one_sender(self) -> bool:
        return len({one.address for one in self.senders}) == 1

    @property
    def fingerprint(self) -> str:
        """The same for every delivery of one mail, whatever the servers on its way added."""
        digest = hashlib.sha256()
        sender = self.sender.address if self.sender else ""
        date = self.date.isoformat() if self.date else ""
        for piece in (self.message_id, sender, self.subject, date, self.text):
            digest.update(piece.encode("utf-8", errors="replace") + b"\x00")
        for file in self.files:
            digest.update(hashlib.sha256(file.content).digest())
        return digest.hexdigest()


def parse(raw: bytes) -> ParsedMail:
    """Return the mail as far as it can be understood. Never raises."""
    mail = ParsedMail()
    try:
        if not raw.strip():
            mail.unreadable = gettext_noop("It is empty.")
            return mail
        message = message_from_bytes(raw.lstrip(b"\xef\xbb\xbf\r\n"), policy=compat32)
        if not _EXPECTED & {str(name).lower() for name in message.keys()[:1000]}:
            mail.unreadable = gettext_noop("It has none of the headers of a mail.")
            return mail
        _read_headers(mail, message)
        _read_body(mail, message)
        if not (mail.senders or mail.subject or mail.text or mail.files):
            mail.unreadable = gettext_noop("It has no sender, no subject and no text.")
    except Exception as problem:  # noqa: BLE001 - whatever a stranger's bytes provoke, the mail is kept
        mail.unreadable = f"It cannot be read ({type(problem).__name__})."
    return mail


# Headers ------------------------------------------------------------------------------------------


def _read_headers(mail: ParsedMail, message: Message) -> None:
    headers: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:1000]:
        headers.setdefault(str(name).strip().lower(), []).append(str(value))
    mail.headers = {
        name: [header_text(value) for value in values[:10]]
        for name, values in headers.items()
        if name in _WORTH_KEEPING
    }
    mail.subject = header_text(_first(headers, "subject"))
    mail.message_id = next(iter(_ids(headers, "message-id")), "")
    mail.in_reply_to = _ids(headers, "in-reply-to")
    mail.references = _ids(headers, "references")
    mail.to = _addresses(headers, "to")
    mail.cc = _addresses(headers, "cc")
    mail.reply_to = _addresses(headers, "reply-to")
    mail.delivered_to = tuple(
        one.address for one in _addresses(headers, "delivered-to", "x-original-to", "envelope-to")
    )
    mail.senders = _addresses(headers, "from")
    if not mail.senders:
        mail.defects.append("From is missing or holds no address")
        mail.senders = _addresses(headers, "sender", "reply-to", "return-path")[:1]
    if len(headers.get("from", ())) > 1:
        mail.defects.append("From is there more than once")
    mail.date = _instant(_first(headers, "date"))
    mail.arrived_at = _instant(_first(headers, "received").rpartition(";")[2])
    mail.content_type = message.get_content_type()
    report = message.get_param("report-type", "")
    mail.report_type = collapse_rfc2231_value(report).lower() if report else ""


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _ids(headers: dict[str, list[str]], name: str) -> tuple[str, ...]:
    text = " ".join(headers.get(name, ()))[:50_000]
    found = _MESSAGE_ID.findall(text)
    if not found and text.strip() and " " not in text.strip():
        found = [text.strip()[:500]]
    return tuple(dict.fromkeys(one_line(one, most=500) for one in found[-100:]))


def _addresses(headers: dict[str, list[str]], *names: str) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for name in names:
        for value in headers.get(name, ())[:20]:
            for one in addresses_in(value):
                found.setdefault(one.address, one)
                if len(found) >= MOST_ADDRESSES:
                    return tuple(found.values())
    return tuple(found.values())


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text.strip()[:100])
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


# Body ---------------------------------------------------------------------------------------------


@dataclass
class _Body:
    """What is collected while the parts of a mail are walked."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[ParsedFile] = field(default_factory=list)


def _read_body(mail: ParsedMail, message: Message) -> None:
    body = _Body()
    parts = 0
    todo: deque[tuple[Message, int, bool]] = deque([(message, 0, False)])
    while todo:
        part, depth, in_alternative = todo.popleft()
        parts += 1
        if parts > MOST_PARTS or depth > MOST_DEPTH:
            mail.defects.append("More parts than are read")
            break
        _note_defects(mail, part)
        if part.get_content_type() == "message/rfc822" or not part.is_multipart():
            _read_leaf(mail, body, part, in_alternative=in_alternative)
            continue
        if part.get_content_type() == "message/delivery-status":
            mail.unreached += contents.unreached(part)
        children = part.get_payload()
        alternative = part.get_content_type() == "multipart/alternative"
        if isinstance(children, list):
            todo.extendleft(
                (child, depth + 1, alternative or in_alternative)
                for child in reversed(children[:MOST_PARTS])
                if isinstance(child, Message)
            )
    mail.files = _named(body.files)
    pictures = {file.cid: file.name for file in mail.files if file.cid}
    plain = tidy("\n\n".join(piece for piece in body.plain if piece.strip()))
    html = "\n".join(body.html)
    shows_pictures = any(f"cid:{cid}" in unquote(html) for cid in pictures)
    if html and (not plain or shows_pictures):
        mail.text = html_to_text(html, pictures) or plain
    else:
        mail.text = plain
    if not mail.text and message.get_content_type() == "message/rfc822":
        mail.text = contents.forwarded_text(message, depth=MOST_FORWARDED)


def _note_defects(mail: ParsedMail, part: Message) -> None:
    for defect in part.defects:
        name = type(defect).__name__
        if name not in mail.defects and len(mail.defects) < 20:
            mail.defects.append(name)


def _read_leaf(mail: ParsedMail, body: _Body, part: Message, *, in_alternative: bool) -> None:
    kind = part.get_content_type()
    contents.read_raw_headers(part)
    name = _filename(part)
    if mail.report_type and kind in {"message/rfc822", "text/rfc822-headers"}:
        mail.reported += contents.reported_ids(part)
    if kind == "message/rfc822":
        title, content = contents.forwarded(part)
        title = name or (_safe_name(title)[:80] or "forwarded") + ".eml"
        body.files.append(ParsedFile(title, kind, content))
        return
    if kind.startswith("multipart/"):
        # It promises parts and holds none: what is there is read as text.
        kind, name = "text/plain", ""
    data, is_whole = contents.payload(part)
    if not is_whole and "A part cannot be decoded" not in mail.defects:
        mail.defects.append("A part cannot be decoded")
    is_attached = part.get_content_disposition() == "attachment" or bool(name)
    if kind in {"text/plain", "text/html"} and not is_attached:
        text = contents.unflowed(decoded(data, _charset(part)), part)
        _read_text(body, text, kind, in_alternative=in_alternative)
    elif data:
        body.files.append(_file(mail, body, part, name, data))


def _read_text(body: _Body, text: str, kind: str, *, in_alternative: bool) -> None:
    if kind == "text/html":
        body.html.append(text)
    elif in_alternative or not body.html:
        body.plain.append(text)
    else:
        # Text that follows HTML outside an alternative, such as a list's footer.
        body.html.append(f"<pre>{escape(text)}</pre>")


def _file(mail: ParsedMail, body: _Body, part: Message, name: str, data: bytes) -> ParsedFile:
    kind = part.get_content_type()
    if kind == "text/calendar":
        name = name or "invitation.ics"
        if not body.plain and not body.html:
            body.plain.append(_invitation(decoded(data, _charset(part))))
    if kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        _unpack(body, data)
        name = name or "winmail.dat"
    if mail.report_type and kind.startswith("message/"):
        name = name or "report.txt"
    cid = one_line(str(part.get("Content-ID", "")), most=300).strip("<> ")
    return ParsedFile(name, _type_word(kind), data, cid)


def _charset(part: Message) -> str | None:
    try:
        found = part.get_content_charset()
    except Exception:  # noqa: BLE001 - the standard library raises many things on hostile headers
        return None
    return str(found) if found else None


def _filename(part: Message) -> str:
    try:
        found = part.get_filename("")
    except Exception:  # noqa: BLE001 - the standard library raises many things on hostile headers
        return "file"
    return _safe_name(header_text(found or ""))


def _safe_name(name: str) -> str:
    bare = one_line(name.replace("\\", "/").rpartition("/")[2], most=MAX_HEADER).strip(". ")
    if len(bare) <= LONGEST_NAME:
        return bare
    stem, dot, suffix = bare.rpartition(".")
    if not dot or len(suffix) > 10:
        return bare[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 1 - len(suffix)]}.{suffix}"


def _type_word(kind: str) -> str:
    return (
        kind if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", kind) else "application/octet-stream"
    )


def _unpack(body: _Body, data: bytes) -> None:
    found = tnef.unpack(data)
    for name, content in found.files:
        title = _safe_name(name) or "file"
        body.files.append(ParsedFile(title, contents.type_by_name(title), content))
    if body.plain or body.html:
        return
    if found.text:
        body.plain.append(found.text)
    elif found.html:
        body.html.append(found.html)


def _invitation(text: str) -> str:
    """Say in words what a calendar invitation is about."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text[:100_000])
    said = []
    for word in ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION"):
        match = re.search(rf"^{word}(?:;[^:\n]*)?:(.*)$", unfolded, re.MULTILINE)
        if match and match[1].strip():
            value = match[1].strip().replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
            said.append(f"{word.capitalize()}: {value}")
    return "\n".join(said)


def _named(files: list[ParsedFile]) -> list[ParsedFile]:
    """Give every file a name, and no two the same."""
    taken: set[str] = set()
    named = []
    for place, file in enumerate(files[:MOST_FILES], 1):
        name = file.name or f"{_stem(file)}{_suffix(file.content_type)}"
        if name in taken:
            stem, dot, suffix = name.rpartition(".")
            name = f"{stem}-{place}.{suffix}" if dot else f"{name}-{place}"
        taken.add(name)
        named.append(ParsedFile(name, file.content_type, file.content, file.cid))
    return named


def _stem(file: ParsedFile) -> str:
    return "picture" if file.content_type.startswith("image/") else "file"


def _suffix(kind: str) -> str:
    return {
        "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf",
        "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "text/calendar": ".ics",
    }.get(kind, "")  # fmt: skip
