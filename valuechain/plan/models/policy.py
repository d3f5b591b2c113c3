"""Policies: what holds until it is changed, where it is applied, and who is let off it until when."""

from __future__ import annotations

from datetime import datetime, time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models import Record


class Policy(Record):
    """A rule in words that was agreed to, has an owner, and is read again by a day.

    `text` is what holds. While it is in force nobody edits it: `next_text` is what it is to become,
    put to the approvers and hidden from those who only read.
    """

    KIND: ClassVar = "policy"

    text = models.TextField(_("text"), blank=True)
    next_text = models.TextField(_("new text"), blank=True, editable=False)
    edition = models.PositiveIntegerField(_("edition"), default=0, editable=False)
    review_on = models.DateField(
        _("review by"), null=True, blank=True,
        help_text=_("The day by which its owner reads it again."),
    )  # fmt: skip

    class Meta:
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def is_overdue(self) -> bool:
        """Whether the day by which it was to be read again has passed."""
        is_due = self.review_on is not None and self.review_on < clock.now().date()
        return self.state == "in_force" and is_due


class PolicyEdition(models.Model):
    """The text of a policy as it came into force. Only ever added."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="editions")
    edition = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("-edition",)
        constraints: ClassVar = [
            models.UniqueConstraint("policy", "edition", name="policy_edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}, {self.edition}"


class PolicyUse(models.Model):
    """A place where a policy is applied: an approval policy, an agreement.

    `place` and `key` name a thing of another app, which says what there is by `applying.places`.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="uses")
    place = models.CharField(max_length=24)
    key = models.CharField(max_length=40)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("place", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("policy", "place", "key", name="policy_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} in {self.place} {self.key}"


class PolicyException(Record):
    """That somebody is let off a policy until a day, for a reason that somebody else agreed to."""

    KIND: ClassVar = "policy_exception"

    for_policy = models.ForeignKey(
        Record, models.PROTECT, related_name="+", limit_choices_to={"kind": "policy"},
        verbose_name=_("policy"),
    )  # fmt: skip
    applies_to = models.CharField(
        _("for whom or what"), max_length=200, help_text=_("A person, a team, a system."),
    )  # fmt: skip
    grounds = models.TextField(_("why"))
    until = models.DateField(_("until"), help_text=_("It runs out by itself after this day."))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        editable=False, verbose_name=_("granted by"),
    )  # fmt: skip
    granted_at = models.DateTimeField(_("granted at"), null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def ends_at(self) -> datetime:
        """The end of its last day, where its reader is."""
        return make_aware(datetime.combine(self.until, time(23, 59)))
