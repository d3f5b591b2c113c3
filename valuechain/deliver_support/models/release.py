"""A release, and the deployments that put it where it is used."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Windowed(models.Model):
    """The time something is planned for, and what somebody lets it overlap with."""

    window_start = models.DateTimeField(_("window opens"), null=True, blank=True)
    window_end = models.DateTimeField(_("window closes"), null=True, blank=True)
    overlap_accepted = models.CharField(
        _("why it may overlap"), max_length=300, blank=True, editable=False
    )
    #: The numbers of what it may overlap with; whatever comes later needs another word.
    overlaps_accepted = models.JSONField(default=list, editable=False)

    class Meta:
        abstract = True


def _forward(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(window_start__isnull=True)
        | Q(window_end__isnull=True)
        | Q(window_end__gt=F("window_start")),
        violation_error_message=_("The window has to close after it opens."),
    )


class Release(Windowed, Record):
    """Components and specifications that go live together."""

    KIND: ClassVar = "release"

    # Deployments call their release `release`, which Django would call this accessor.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_release"
    )
    release_version = models.CharField(_("version"), max_length=40, blank=True)
    steps = models.TextField(
        _("steps"), blank=True, help_text=_("Who does what, in which order; one step a line.")
    )
    backout_plan = models.TextField(_("back-out plan"), blank=True)
    announcement = models.TextField(
        _("who is told, and what"), blank=True, help_text=_("What users will notice, and when.")
    )
    tests_passed = models.BooleanField(_("tests passed"), default=False, editable=False)
    test_evidence = models.TextField(_("what the tests showed"), blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["window_start"],
                name="release_window",
                condition=Q(window_start__isnull=False),
            )
        ]
        constraints: ClassVar = [_forward("release_window_forward")]

    def __str__(self) -> str:
        return Record.__str__(self)


class ReleaseStep(models.Model):
    """One thing to do when a release goes live: who does it, when it is planned, when it was done."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="plan")
    text = models.CharField(_("what"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip
    planned_at = models.DateTimeField(_("planned for"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = (models.F("planned_at").asc(nulls_last=True), "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def minutes_off(self) -> int | None:
        """How many minutes later than planned it was done, below zero for earlier."""
        if self.planned_at is None or self.done_at is None:
            return None
        return round((self.done_at - self.planned_at).total_seconds() / 60)

    @property
    def minutes_early(self) -> int:
        """How many minutes earlier than planned it was done."""
        return max(0, -(self.minutes_off or 0))


class Deployment(Windowed, Record):
    """One release put into one environment, at one time."""

    KIND: ClassVar = "deployment"

    class Environment(models.TextChoices):
        TEST = "test", _("Test")
        PRODUCTION = "production", _("Production")

    release = models.ForeignKey(
        Record,
        models.PROTECT,
        related_name="deployments",
        limit_choices_to={"kind": "release"},
        verbose_name=_("release"),
    )
    environment = models.CharField(
        _("environment"), max_length=10, choices=Environment, default=Environment.TEST
    )
    under_change = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "change"},
        verbose_name=_("change"),
        help_text=_("The change it happens under; production needs one that is authorised."),
    )
    verification = models.TextField(_("how it was verified"), blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["window_start"],
                name="deployment_window",
                condition=Q(window_start__isnull=False),
            )
        ]
        constraints: ClassVar = [_forward("deployment_window_forward")]

    def __str__(self) -> str:
        return Record.__str__(self)
