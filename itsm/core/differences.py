"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"


@dataclass(frozen=True)
class Piece:
    """Some words that stayed, came or went."""

    how: str
    text: str


def words_between(before: str, after: str) -> list[Piece]:
    """Return the words of both texts in reading order, each as stayed, added or removed."""
    was, now = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces: list[Piece] = []
    for how, a, b, c, d in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece(SAME, "".join(was[a:b])))
            continue
        pieces += [
            Piece(kind, text)
            for kind, text in ((REMOVED, "".join(was[a:b])), (ADDED, "".join(now[c:d])))
            if text
        ]
    return pieces
