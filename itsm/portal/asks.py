"""The ways to ask for something that the requester portal offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from valuechain.records.kinds import kinds

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass(frozen=True)
class Ask:
    """One way to begin on the requester's first page. It appears as soon as its kind exists."""

    slug: str
    kind: str
    label: Sentence
    help: Sentence
    title_label: Sentence
    icon: str
    asks_urgency: bool = True
    #: Whoever does not hold this role is not asked; empty: everybody is.
    role: str = ""
    #: What to write beyond the title, where that is not what went wrong.
    hint: Sentence = ""
    #: A supplier's notice is about nothing an article or a request of theirs would answer.
    is_notice: bool = False


ASKS = (
    Ask("broken", "incident", _("Something is broken"),
        _("It does not work, or is slower than it should be."), _("What is wrong?"), "warning"),
    Ask("ask", "service_request", _("Ask for something"),
        _("Access, equipment, or an answer to a question."), _("What do you need?"), "hand"),
    Ask("need", "need", _("Tell us about a need"),
        _("Something your work will need that is not there today."), _("What do you need?"),
        "route", asks_urgency=False,
        hint=_("What should be possible, and by when? What is it worth, and what shows it?")),
    Ask("idea", "feedback", _("Suggest an improvement"),
        _("What would make things better for you."), _("What is your idea?"), "chart",
        asks_urgency=False, hint=_("What is it like today, and what would be better?")),
    Ask("notice", "supplier_request", _("Let us know something"),
        _("A new date, a fault, a price: whatever we have to hear from a supplier."),
        _("What is it about?"), "send", asks_urgency=False, role=Role.SUPPLIER_CONTACT,
        hint=_("Which delivery or contract, what changes, and from which day."), is_notice=True),
    Ask("something-else", "service_request", _("Something else"),
        _("Tell us in your own words; we find who can help."), _("What is it about?"), "dots"),
)  # fmt: skip


def asks_offered(actor: Any = None) -> list[Ask]:
    """Return the ways to ask that everybody has, and those the actor's roles add."""
    return [ask for ask in ASKS if ask.kind in kinds and _is_for(ask, actor)]


def _is_for(ask: Ask, actor: Any) -> bool:
    return not ask.role or (actor is not None and actor.access.holds(ask.role))
