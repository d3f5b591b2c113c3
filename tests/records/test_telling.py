"""What an event keeps as text is told as people read it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from valuechain.records.kinds import kinds
from valuechain.records.telling import said_value


@pytest.mark.parametrize(
    ("kind", "field", "kept", "said"),
    [
        ("change", "window_start", "2026-11-12T19:00:00Z", "12 Nov 2026, 20:00"),
        ("change", "window_start", "2026-11-12T19:00:00+00:00", "12 Nov 2026, 20:00"),
        ("change", "window_start", "soon", "soon"),
        ("change", "title", "2026-11-12", "2026-11-12"),
        ("change", "verdict", "2026-11-12", "2026-11-12"),
        ("component", "needed_at", "2026-11-12", "12 Nov 2026"),
        ("objective", "baseline", "48.00", "48"),
        ("objective", "baseline", "4.50", "4.50"),
        ("budget", "amount", "480000.00", "480,000.00"),
        ("feedback", "wants_call", False, "No"),
        ("feedback", "wants_call", True, "Yes"),
        ("budget", "amount", None, None),
        ("budget", "amount", "", ""),
    ],
)
def test_a_value_is_told_as_people_read_it(kind, field, kept, said):
    with timezone.override("Europe/Vienna"):
        assert said_value(kinds[kind].model(kind=kind), field, kept) == said
