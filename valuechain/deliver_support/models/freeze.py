"""A time in which nothing that runs is changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.core import clock
from valuechain.deliver_support.querysets import ChangeFreezeQuerySet
from valuechain.records.models import Record


class ChangeFreeze(models.Model):
    """Between two instants no change, release or deployment has its window here.

    Without organisations it holds for all of them, with one also for those below it; the same for
    services.
    """

    name = models.CharField(_("name"), max_length=120)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(
        _("reason"), max_length=300, help_text=_("Whoever is refused a window reads this.")
    )
    organisations = models.ManyToManyField(
        Organisation,
        blank=True,
        related_name="+",
        verbose_name=_("organisations"),
        help_text=_("Choose none to hold for all of them."),
    )
    services = models.ManyToManyField(
        Record,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "service"},
        verbose_name=_("services"),
        help_text=_("Choose none to hold for all of them."),
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ChangeFreezeQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        indexes: ClassVar = [models.Index(fields=["starts_at", "ends_at"], name="freeze_span")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="freeze_forward",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A freeze has to end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.name
