"""The form of a person's wishes, a line for each reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.notifications.models import Habits, Preference
from itsm.notifications.vocabulary import DEFAULT_MAILING, MAIL_ONLY, Mailing, Reason
from valuechain.records.forms import RuledForm


class _Hour(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WishesForm(RuledForm):
    """What somebody wants to be told, how, and when not."""

    quiet_from = _Hour(label=_("No mail from"), required=False)
    quiet_to = _Hour(label=_("until"), required=False)
    digest_at = _Hour(label=_("Daily mail at"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for reason in Reason:
            if reason not in MAIL_ONLY:
                self.fields[f"portal_{reason}"] = forms.BooleanField(
                    label=_("In the portal"), required=False
                )
            self.fields[f"mail_{reason}"] = forms.ChoiceField(
                label=_("By mail"), choices=Mailing.choices
            )

    @staticmethod
    def initial_of(person: Any) -> dict[str, Any]:
        """Return what holds for a person now, the defaults included."""
        own = {wish.reason: wish for wish in Preference.objects.filter(person=person)}
        habits = Habits.objects.filter(person=person).first() or Habits(digest_at="08:00")
        found: dict[str, Any] = {
            name: getattr(habits, name) for name in ("quiet_from", "quiet_to", "digest_at")
        }
        for reason in Reason:
            wish = own.get(reason)
            found[f"portal_{reason}"] = wish.in_portal if wish else True
            found[f"mail_{reason}"] = wish.mailing if wish else DEFAULT_MAILING[reason]
        return found

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield each reason with its two fields, for the page."""
        for reason in Reason:
            name = f"portal_{reason}"
            yield {
                "reason": reason.label,
                "portal": self[name] if name in self.fields else None,
                "mail": self[f"mail_{reason}"],
            }

    def wishes(self) -> dict[Reason, tuple[bool, Mailing]]:
        data = self.cleaned_data
        return {
            reason: (bool(data.get(f"portal_{reason}", True)), Mailing(data[f"mail_{reason}"]))
            for reason in Reason
        }

    def habits(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("quiet_from", "quiet_to", "digest_at")}
