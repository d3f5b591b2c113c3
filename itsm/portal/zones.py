"""A time zone as people choose it: from a list, or by its name."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _


def zone_names() -> list[str]:
    """Return the names worth offering in a list: those of the IANA database that name a place."""
    return sorted(zone for zone in available_timezones() if "/" in zone)


class ZoneField(forms.CharField):
    """The name of a zone of the IANA database; any other is refused in words."""

    def __init__(self, **about: Any) -> None:
        super().__init__(max_length=64, **about)

    def validate(self, value: str) -> None:
        """Raise ValidationError for a name that no zone has."""
        super().validate(value)
        if value and value not in available_timezones():
            raise forms.ValidationError(
                _("There is no time zone of that name. Choose one from the list.")
            )
