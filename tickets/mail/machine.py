"""Whether a program wrote a mail.

Such mail is kept aside and never answered, or two programs would write to each other for ever.
"""

from __future__ import annotations

import re

from tickets.mail import marks
from tickets.mail.parsing import ParsedMail

_ROBOTS = re.compile(
    r"(?:mailer-daemon|mail-daemon|postmaster|bounces?|noreply-bounce|double-bounce)(?:[+=-].*)?",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"(?:auto(?:matic)?[ -]?(?:reply|response)\b|out of (?:the )?office\b|undeliver(?:ed|able)\b"
    r"|delivery (?:status notification|failure|has failed)|mail delivery (?:failed|system|subsystem)"
    r"|returned mail\b|failure notice\b|automatische (?:antwort|abwesenheitsnotiz)"
    r"|abwesenheits(?:notiz|nachricht)|unzustellbar\b)",
    re.IGNORECASE,
)


def written_by_machine(mail: ParsedMail) -> str:
    """Return how one sees that a program wrote the mail, or an empty string for a human's."""
    for look in (_is_ours, _is_report, _says_so, _has_no_way_back, _reads_like_it):
        if why := look(mail):
            return why
    return ""


def _is_ours(mail: ParsedMail) -> str:
    if marks.read_message_id(mail.message_id) or "x-throughline" in mail.headers:
        return "This program sent it."
    return ""


def _is_report(mail: ParsedMail) -> str:
    if mail.content_type == "multipart/report":
        return f"It is a report ({mail.report_type or 'of some kind'})."
    if "x-failed-recipients" in mail.headers:
        return "It reports recipients that were not reached."
    return ""


def _says_so(mail: ParsedMail) -> str:
    submitted = _word(mail, "auto-submitted")
    if submitted and not submitted.startswith("no"):
        return f"Auto-Submitted says {submitted[:40]}."
    precedence = _word(mail, "precedence")
    if precedence in {"bulk", "list", "junk", "auto_reply", "auto-reply"}:
        return f"Precedence says {precedence}."
    for name in (
        "x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply",
        "x-auto-response-suppress", "x-loop",
    ):  # fmt: skip
        value = _word(mail, name)
        if value and value not in {"no", "none", "false"}:
            return f"{name.title()} is set."
    for name in ("list-id", "list-unsubscribe", "feedback-id"):
        if name in mail.headers:
            return f"{name.title()} is set: it went to a list."
    return ""


def _has_no_way_back(mail: ParsedMail) -> str:
    if any(value.replace(" ", "") == "<>" for value in mail.headers.get("return-path", ())):
        return "It has a null return path."
    sender = mail.sender
    if sender is not None and _ROBOTS.fullmatch(sender.address.partition("@")[0]):
        return "A mail system sent it."
    return ""


def _reads_like_it(mail: ParsedMail) -> str:
    if _SUBJECTS.match(mail.subject):
        return "Its subject is that of an automatic answer."
    return ""


def _word(mail: ParsedMail, name: str) -> str:
    values = mail.headers.get(name, ())
    return values[0].strip().lower() if values else ""
