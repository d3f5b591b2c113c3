"""Whether a program wrote a mail.

Such mail is kept aside and never answered, or two programs would write to each other for ever.
"""

# ruff: noqa: RUF001 - mail programs write every alphabet

from __future__ import annotations

import re

from django.utils.translation import gettext_noop

from tickets.mail import marks
from tickets.mail.parsing import ParsedMail

_ROBOTS = re.compile(
    r"(?:mailer-daemon|mail-daemon|postmaster|bounces?|noreply-bounce|double-bounce)(?:[+=-].*)?",
    re.IGNORECASE,
)
LONGEST_SUBJECT = 300
#: What mail programs write before, or instead of, the subject of a mail they answer by themselves.
_SAID = (
    # English
    r"auto(?:matic)?[ -]?(?:reply|response|answer)", r"(?:i am |i'm )?(?:currently )?out of (?:the |my )?office",
    r"out of office (?:auto[ -]?reply|assistant|notification|message|reply)", r"vacation (?:reply|response|message|notice)",
    r"undeliverable(?: mail)?", r"undelivered mail returned to sender", r"delivery (?:status )?notification(?: \(\w+\))?",
    r"delivery (?:failure|has failed|failed|delayed)", r"mail delivery (?:failed|failure|system|subsystem)",
    r"returned mail", r"failure notice", r"mail system error", r"(?:message )?delivery (?:delayed|problem)",
    r"warning: could not send message",
    # German
    r"automatische (?:antwort|abwesenheitsnotiz|r[üu]ckmeldung)", r"abwesenheits(?:notiz|nachricht|meldung|assistent)",
    r"abwesend", r"nicht im (?:b[üu]ro|haus)", r"unzustellbar", r"(?:nachricht )?nicht zustellbar",
    # French, Spanish, Italian, Portuguese, Romanian
    r"r[ée]ponse automatique", r"absence du bureau", r"notification d'absence", r"message d'absence",
    r"respuesta autom[áa]tica", r"fuera de (?:la )?oficina", r"ausente de la oficina", r"no se puede entregar",
    r"risposta automatica", r"fuori (?:sede|ufficio)", r"impossibile recapitare",
    r"resposta autom[áa]tica", r"fora do escrit[óo]rio", r"ausente do escrit[óo]rio", r"r[ăa]spuns automat",
    # Dutch, Swedish, Danish, Norwegian, Finnish
    r"automatisch antwoord", r"(?:bericht bij )?afwezig(?:heid(?:sbericht|sassistent)?)?", r"onbestelbaar",
    r"auto(?:matiskt )?svar", r"automatisk svar", r"fr[åa]nvaro(?:meddelande)?", r"frav[æa]r(?:smeddelelse|ende)?",
    r"ikke til stede", r"automaattinen (?:vastaus|poissaoloviesti)", r"poissa(?: toimistosta)?",
    # Polish, Czech, Slovak, Hungarian, Turkish, Greek, Russian, Ukrainian
    r"odpowied[źz] automatyczna", r"automatick[áa] odpov[ěe][ďd]", r"automatikus v[áa]lasz", r"otomatik yan[ıi]t",
    r"αυτ[όο]ματη απ[άα]ντηση", r"автоматический ответ", r"автоматична відповідь",
    # Chinese, Japanese, Korean
    r"自动(?:答复|回复)", r"自動(?:回覆|応答|返信)", r"자동 ?회신",
)  # fmt: skip
#: Such words say that a program wrote only where they stand alone, before a colon, or in brackets: a
#: human may well write that the out-of-office assistant does not work.
_SUBJECTS = re.compile(
    rf"(?:auto ?: ?)?(?:{'|'.join(_SAID)})(?: ?[:：|(–—]| - |[.!]?$)"
    rf"|.*\[(?:{'|'.join(_SAID)})\]$",
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
        return gettext_noop("This program sent it.")
    return ""


def _is_report(mail: ParsedMail) -> str:
    if mail.unreached:
        return f"It reports that it did not reach: {', '.join(mail.unreached[:5])}."
    if mail.content_type == "multipart/report":
        return f"It is a report ({mail.report_type or 'of some kind'})."
    if "x-failed-recipients" in mail.headers:
        return gettext_noop("It reports recipients that were not reached.")
    return ""


def _says_so(mail: ParsedMail) -> str:
    submitted = _word(mail, "auto-submitted")
    if submitted and not submitted.startswith("no"):
        return f"Auto-Submitted says {submitted[:40]}."
    precedence = _word(mail, "precedence")
    if precedence in {"bulk", "list", "junk", "auto_reply", "auto-reply"}:
        return f"Precedence says {precedence}."
    for name in (
        "x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply", "x-loop",
    ):  # fmt: skip
        value = _word(mail, name)
        if value and value not in {"no", "none", "false"}:
            return f"{name.title()} is set."
    # Exchange writes "OOF" alone into mail by people; only programs ask for no answer at all.
    if {"all", "autoreply"} & set(re.findall(r"\w+", _word(mail, "x-auto-response-suppress"))):
        return gettext_noop("X-Auto-Response-Suppress says that it wants no answer.")
    for name in ("list-id", "list-unsubscribe", "feedback-id"):
        if name in mail.headers:
            return f"{name.title()} is set: it went to a list."
    return ""


def _has_no_way_back(mail: ParsedMail) -> str:
    if any(value.replace(" ", "") == "<>" for value in mail.headers.get("return-path", ())):
        return gettext_noop("It has a null return path.")
    sender = mail.sender
    if sender is not None and _ROBOTS.fullmatch(sender.address.partition("@")[0]):
        return gettext_noop("A mail system sent it.")
    return ""


def _reads_like_it(mail: ParsedMail) -> str:
    if _SUBJECTS.match(mail.subject[:LONGEST_SUBJECT]):
        return gettext_noop("Its subject is that of an automatic answer.")
    return ""


def _word(mail: ParsedMail, name: str) -> str:
    values = mail.headers.get(name, ())
    return values[0].strip().lower() if values else ""
