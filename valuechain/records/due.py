"""How soon something is due, as people type it: `<2h`, `>3d`, `today`, `late`, `none`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_SPAN = re.compile(r"(?P<side>[<>])(?P<count>\d{1,4})(?P<unit>[mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LATE, TODAY, NEVER = "late", "today", "none"


@dataclass(frozen=True)
class Due:
    """One condition on the next deadline of a record, such as `<2h`."""

    word: str

    def rule(self, now: datetime) -> Q:
        """Return the condition as it stands at `now`."""
        if self.word == NEVER:
            return Q(next_due_at__isnull=True)
        if self.word == LATE:
            return Q(next_due_at__lt=now)
        if self.word == TODAY:
            tomorrow = timezone.localtime(now).date() + timedelta(days=1)
            midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day)  # noqa: DTZ001
            return Q(next_due_at__lt=timezone.make_aware(midnight))
        found = _SPAN.fullmatch(self.word)
        assert found is not None  # noqa: S101 - `DueField` makes none other
        until = now + timedelta(**{_UNITS[found["unit"]]: int(found["count"])})
        return Q(next_due_at__lt=until) if found["side"] == "<" else Q(next_due_at__gt=until)


class DueField(forms.CharField):
    """Reads one such condition."""

    def clean(self, value: Any) -> Due | None:
        word = super().clean(value).strip().lower().replace(" ", "")
        if not word:
            return None
        if word not in (LATE, TODAY, NEVER) and not _SPAN.fullmatch(word):
            raise forms.ValidationError(
                _("Write <2h, >3d, today, late or none."), code="not_understood"
            )
        return Due(word)
