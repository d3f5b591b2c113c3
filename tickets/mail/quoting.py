"""Telling what somebody wrote from what they quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailparser_reply import EmailReplyParser

#: Longer texts are left as they are: telling the parts of a novel apart is no work for a pattern.
LONGEST = 12_000
#: The patterns look for "On … wrote" from each such word on; more of them than people write cost
#: time that grows with their cube.
_BEGINS = re.compile(r"\b(?:on|am|le|el|op|il)\b", re.IGNORECASE)
MOST_BEGINNINGS = 200
LANGUAGES = ["en", "de", "fr", "it"]
#: The line, or the two it was broken into, that says who wrote what is quoted below it.
_ATTRIBUTION = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|a écrit|escribió|ha scritto|escreveu|napisa[łl](?:\(a\)|a)?|skrev"
    r"|kirjoitti|написала?|пише|写道)\b.{0,200}$|.{0,300}(?:写道|のメール)[::]?$",
    re.IGNORECASE | re.DOTALL,
)
_SEPARATOR = re.compile(r"[-_*]{2,}(?:[^-_*\n]{1,60}[-_*]{2,})?")


@dataclass(frozen=True, slots=True)
class Folded:
    """A mail's text in two parts: what is new, and what it quotes."""

    said: str
    quoted: str


def fold(text: str) -> Folded:
    """Split a reply into what is new and what is quoted; nothing is lost.

    A text that is quotation only, or whose answers stand between the quoted lines, is left whole.
    """
    if len(text) > LONGEST or len(_BEGINS.findall(text)) > MOST_BEGINNINGS:
        return _before_quotes(text)
    if not text.strip():
        return Folded(text, "")
    try:
        replies = EmailReplyParser(languages=LANGUAGES).read(text).replies
    except Exception:  # noqa: BLE001 - a text the patterns trip over is simply not folded
        return Folded(text, "")
    said = (replies[0].content or "").strip() if replies else ""
    if not said or len(replies) < 2:
        return _before_quotes(text)
    at = text.find(said)
    if at < 0 or text[:at].strip():
        return Folded(text, "")
    return _before_quotes(said, text[at + len(said) :].strip())


def _before_quotes(text: str, quoted: str = "") -> Folded:
    """Cut quoted lines off the end of a text."""
    lines = text.rstrip().split("\n")
    end = len(lines)
    while end and (lines[end - 1].lstrip().startswith(">") or not lines[end - 1].strip()):
        end -= 1
    if end < len(lines) or quoted:
        end = _before_attribution(lines, end)
    said, rest = "\n".join(lines[:end]).strip(), "\n".join(lines[end:]).strip()
    if not said:
        return Folded(text, quoted)
    return Folded(said, "\n\n".join(piece for piece in (rest, quoted) if piece))


def _before_attribution(lines: list[str], end: int) -> int:
    """Return where a text ends without the line that introduces the quotation after it."""
    for count in (1, 2, 3):
        begin = end - count
        if begin < 1 or not lines[begin].strip():
            break
        introduction = " ".join(line.strip() for line in lines[begin:end])
        is_one = len(introduction) < 400 and any(letter.isdigit() for letter in introduction)
        if (
            is_one
            and (begin == 0 or not lines[begin - 1].strip())
            and _ATTRIBUTION.search(introduction)
        ):
            return begin
    if end > 1 and _SEPARATOR.fullmatch(lines[end - 1].strip()):
        return end - 1
    return end
