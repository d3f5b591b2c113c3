"""Spans of business time as people write them: 4h, 30min, 1h 30min."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.calendars import TEN_YEARS_S

_SPAN = re.compile(r"(?:(\d{1,5}(?:\.\d{1,3})?)\s*h)?\s*(?:(\d{1,7})\s*(?:min|m))?", re.IGNORECASE)


class SpanField(forms.CharField):
    """A span of business time, 4h or 30min or 1h 30min, as seconds; empty for none."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        words = super().to_python(value)
        if not words:
            return None
        match = _SPAN.fullmatch(words)
        if match is None or not any(match.groups()):
            raise forms.ValidationError(
                _("Write the time as 4h, 30min or 1h 30min."), code="not_understood"
            )
        seconds = round(float(match[1] or 0) * 3600) + int(match[2] or 0) * 60
        if seconds > TEN_YEARS_S:
            raise forms.ValidationError(_("At most ten years fit."), code="too_long")
        return seconds


def write_span(seconds: int | None) -> str:
    """Return seconds as the field reads them; parts of a minute are rounded."""
    if seconds is None:
        return ""
    hours, minutes = divmod(round(seconds / 60), 60)
    said = [f"{hours}h"] if hours else []
    return " ".join([*said, f"{minutes}min"] if minutes or not hours else said)
