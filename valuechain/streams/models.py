"""Value streams, their steps, and the records that went along them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.core import clock
from valuechain.records.models import Record
from valuechain.records.vocabulary import Activity
from valuechain.streams.querysets import InstanceQuerySet, StreamQuerySet
from valuechain.streams.vocabulary import Order, Practice

#: Ten years, in hours.
LONGEST_TARGET = 87_600


class ValueStream(models.Model):
    """The steps from what sets off work to the outcome somebody values."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=60, unique=True, editable=False)
    trigger = models.CharField(_("what sets it off"), max_length=300)
    outcome = models.CharField(_("what comes out of it"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    order = models.CharField(_("order"), max_length=8, choices=Order, default=Order.FREE)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stream-detail", args=[self.slug])


class Step(models.Model):
    """One station of a stream: what happens there, in which activity, and how long it should take."""

    stream = models.ForeignKey(ValueStream, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(editable=False)
    activity = models.CharField(_("activity"), max_length=20, choices=Activity)
    name = models.CharField(_("name"), max_length=120)
    practice = models.CharField(_("practice"), max_length=24, choices=Practice, blank=True)
    entry = models.CharField(_("what comes in"), max_length=200, blank=True)
    exit = models.CharField(_("what goes out"), max_length=200, blank=True)
    target_hours = models.PositiveIntegerField(
        _("target in hours"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_TARGET)],
    )
    is_optional = models.BooleanField(_("may be left out"), default=False)
    is_repeatable = models.BooleanField(_("may be repeated"), default=False)

    class Meta:
        ordering = ("stream", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stream", "position"],
                name="step_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="step_activity_known", condition=Q(activity__in=Activity.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> timedelta | None:
        return None if self.target_hours is None else timedelta(hours=self.target_hours)


class Instance(models.Model):
    """One run of a stream, begun by one record."""

    stream = models.ForeignKey(ValueStream, models.PROTECT, related_name="instances")
    first = models.ForeignKey(Record, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = InstanceQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint("stream", "first", name="instance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id}: {self.first_id}"


class Visit(models.Model):
    """A record that did the work of a step in one run. Its times are read from its events."""

    instance = models.ForeignKey(Instance, models.CASCADE, related_name="visits")
    step = models.ForeignKey(Step, models.PROTECT, related_name="visits")
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField(help_text=_("1 for the first step taken in the run."))
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty when the program itself found where the record belongs."),
    )

    class Meta:
        ordering = ("instance", "sequence")
        constraints: ClassVar = [
            models.UniqueConstraint("instance", "sequence", name="visit_sequence_once"),
            models.UniqueConstraint("instance", "step", "record", name="visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.record_id}"


def next_slug(wanted: str) -> str:
    """Return the slug, with the smallest number behind it that makes it unlike all others."""
    taken: set[Any] = set(
        ValueStream.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)
    )
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
