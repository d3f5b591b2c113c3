"""Business time: which seconds count, when a budget of them is spent, and how many have passed."""

from .calendar import (
    AROUND_THE_CLOCK,
    TEN_YEARS_S,
    Calendar,
    Pause,
    target_us,
    to_seconds,
)
from .errors import BadInputError, CalendarError
from .reading import (
    OnUnknown,
    known_zones,
    read_calendar,
    read_date,
    read_instant,
    refuse_unknown,
    report_unknown,
)
from .spans import to_instant, to_us

__all__ = [
    "AROUND_THE_CLOCK",
    "TEN_YEARS_S",
    "BadInputError",
    "Calendar",
    "CalendarError",
    "OnUnknown",
    "Pause",
    "known_zones",
    "read_calendar",
    "read_date",
    "read_instant",
    "refuse_unknown",
    "report_unknown",
    "target_us",
    "to_instant",
    "to_seconds",
    "to_us",
]
