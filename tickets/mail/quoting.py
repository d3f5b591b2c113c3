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
LANGUAGES = ["en", "de"]


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
    said, rest = "\n".join(lines[:end]).strip(), "\n".join(lines[end:]).strip()
    if not said:
        return Folded(text, quoted)
    return Folded(said, "\n\n".join(piece for piece in (rest, quoted) if piece))
