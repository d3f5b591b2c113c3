"""The tables of service levels: calendars, agreements, and the clocks that obey them."""

from sla.models.agreements import Agreement, AgreementVersion
from sla.models.calendars import Calendar, CalendarVersion, Holiday
from sla.models.clocks import Clock, ClockFiring, LedgerLine
from sla.models.publication import Edition, Rollout

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Calendar",
    "CalendarVersion",
    "Clock",
    "ClockFiring",
    "Edition",
    "Holiday",
    "LedgerLine",
    "Rollout",
]
