"""A release, and the deployments that put it where it is used."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Windowed(models.Model):
    """The time something is planned for."""

    window_start = models.DateTimeField(_("window opens"), null=True, blank=True)
    window_end = models.DateTimeField(_("window closes"), null=True, blank=True)

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
