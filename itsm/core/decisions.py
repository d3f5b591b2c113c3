"""Answers to "may I?" and "can it?" that carry the sentence shown to the person refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Sentence = str | _StrPromise


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not; when not, a sentence and the list of what is missing.

    A decision is truthy when it allows, so `if may_close(actor, ticket):` reads as English.
    """

    allowed: bool
    reason: Sentence = ""
    missing: tuple[str, ...] = ()
    code: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def __and__(self, other: Decision) -> Decision:
        """Both must allow; the first refusal speaks, and everything missing is listed."""
        if self.allowed and other.allowed:
            return self
        first = other if self.allowed else self
        return Decision(
            allowed=False,
            reason=first.reason,
            missing=self.missing + other.missing,
            code=first.code,
        )

    def __or__(self, other: Decision) -> Decision:
        """Either may allow; when neither does, the last refusal speaks."""
        return self if self.allowed else other


ALLOW = Decision(allowed=True)


def deny(reason: Sentence, *, missing: Iterable[str] = (), code: str = "not_allowed") -> Decision:
    """Refuse with a sentence written to the person refused, and what would have to be there."""
    return Decision(allowed=False, reason=reason, missing=tuple(missing), code=code)
