"""What a notification says in one line: what happened, before why its reader is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.notifications.models import Notification
from itsm.notifications.vocabulary import Reason
from valuechain.records.panels import panels

MOST_LETTERS = 200
_MOVED = {Reason.PROGRESS, Reason.OWNER, Reason.FOLLOWING, Reason.HANDOVER}
#: The answers of a step that say why, the first that was given.
_TOLD = ("reason", "question", "resolution")
#: What whoever asked is asked in turn.
_ASKS_BACK = {"need.fulfil": gettext_lazy("Did it bring what you needed? Only you can say so.")}


def news(notification: Notification) -> str:
    """Return the line: the words of what happened, else where the record went and the reason given."""
    event = notification.event
    words = panels.news_words.get(event.verb)
    if words is not None:
        return words(event)
    reason = Reason(notification.reason)
    if reason not in _MOVED or not event.from_state or event.from_state == event.to_state:
        return str(reason.label)
    state = notification.record.kind_entry.machine.state(event.to_state).label
    line = _("It is now: %(state)s.")
    if reason is Reason.HANDOVER:
        line = _("It waits for you or a colleague: %(state)s.")
    line %= {"state": state}
    return f"{line} {reason_given(event, reason)}".rstrip()


def reason_given(event: Any, reason: str) -> str:
    """Return why a step was taken, in the words of whoever took it, or what its reader is asked."""
    if reason == Reason.PROGRESS and event.verb in _ASKS_BACK:
        return str(_ASKS_BACK[event.verb])
    given = event.data.get("answers", {})
    said = " ".join(next((str(given[name]) for name in _TOLD if given.get(name)), "").split())
    return said if len(said) <= MOST_LETTERS else f"{said[: MOST_LETTERS - 1].rstrip()}…"
