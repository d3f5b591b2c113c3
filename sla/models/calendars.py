"""Business calendars: the hours in which service time counts, and the days on which it does not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from sla.querysets import StaffOnlyQuerySet


class Calendar(models.Model):
    """A named business calendar. What it says is in its versions; the holidays are rows of their own."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    region = models.CharField(
        _("region of the public holidays"),
        max_length=16,
        blank=True,
        help_text=_("A country, or a country and a part of it, such as AT or DE-BY."),
    )
    feed = models.CharField(max_length=200, blank=True, editable=False,
                            help_text=_("Where the last iCal import came from."))  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """One edition of a calendar. A published one is never changed; clocks point at it.

    `definition` is the calendar of a scenario file (docs/sla.md). While it is a draft it holds no
    holidays: those are taken from the rows when it is published.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("calendar", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint("calendar", "number", name="calendar_version_once"),
            models.UniqueConstraint(
                "calendar", name="calendar_one_draft", condition=Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Holiday(models.Model):
    """A date, or a part of one, on which a calendar is closed."""

    class Source(models.TextChoices):
        TYPED = "typed", _("Typed in")
        PUBLIC = "public", _("Public holiday")
        FEED = "feed", _("Imported from a calendar file")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        AWAITING_REVIEW = "awaiting_review", _("Awaiting review")
        DECLINED = "declined", _("Declined")

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    starts = models.CharField(_("from"), max_length=8, blank=True)
    ends = models.CharField(_("to"), max_length=8, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.TYPED)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    uid = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        ordering = ("date", "starts", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                F("calendar"), F("date"), F("starts"), F("source"), F("name"), name="holiday_once"
            ),
            models.CheckConstraint(
                name="holiday_part_has_both_ends",
                condition=Q(starts="", ends="") | (~Q(starts="") & ~Q(ends="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()

    def as_definition(self) -> dict[str, Any] | str:
        """The holiday as a scenario file writes it."""
        if not (self.starts or self.ends):
            return self.date.isoformat()
        return {"date": self.date.isoformat(), "from": self.starts, "to": self.ends}
