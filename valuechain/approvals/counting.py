"""What votes amount to: plain arithmetic that knows no database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from valuechain.approvals.vocabulary import Answer, Mode, Result

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


def needed_of(mode: str, count: int, seats: int) -> int:
    """Return how many of `seats` people must approve; more than there are means it cannot pass."""
    return {
        Mode.ANY: 1,
        Mode.ALL: seats,
        Mode.MAJORITY: seats // 2 + 1,
        Mode.COUNT: count,
    }[Mode(mode)]


def outcome(answers: Iterable[str], *, seats: int, needed: int, has_veto: bool) -> Result:
    """Say what one step's answers amount to; PENDING while it is open.

    Whoever asks for changes ends the round. A rejection ends it where one is a veto, and otherwise
    as soon as too few are left to reach the number needed.
    """
    given = list(answers)
    rejections = given.count(Answer.REJECT)
    if Answer.CHANGES in given:
        return Result.CHANGES_REQUESTED
    if rejections and (has_veto or seats - rejections < needed):
        return Result.REJECTED
    return Result.APPROVED if given.count(Answer.APPROVE) >= needed else Result.PENDING


def rule_in_words(*, needed: int, seats: int) -> Sentence:
    """Say what a step waits for: "2 of 3 must approve"."""
    if needed == seats:
        return ngettext("%(seats)d person must approve", "All %(seats)d must approve", seats) % {
            "seats": seats
        }
    return _("%(needed)d of %(seats)d must approve") % {"needed": needed, "seats": seats}
