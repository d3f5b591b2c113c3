"""Who the stakeholders are, and when they were spoken with."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.core import clock
from valuechain.records.models import Record


class Stakeholder(Record):
    """A person or an organisation with something at stake; the header's owner is their liaison."""

    KIND: ClassVar = "stakeholder"

    class Side(models.TextChoices):
        INTERNAL = "internal", _("Inside")
        EXTERNAL = "external", _("Outside")

    class Role(models.TextChoices):
        SPONSOR = "sponsor", _("Sponsor")
        CUSTOMER = "customer", _("Customer")
        USER = "user", _("User")
        CONSUMER = "consumer", _("Consumer")
        SUPPLIER = "supplier", _("Supplier")
        REGULATOR = "regulator", _("Regulator")

    class Level(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    class Health(models.TextChoices):
        GREEN = "green", _("Good")
        AMBER = "amber", _("Strained")
        RED = "red", _("Broken")

    # Needs and interactions have a column called stakeholder; the way down from Record needs another.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_stakeholder"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("Whoever speaks for this stakeholder, if they are known here."),
    )
    represents = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stands for"),
    )
    side = models.CharField(_("side"), max_length=8, choices=Side, default=Side.INTERNAL)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.CUSTOMER)
    interest = models.CharField(_("interest"), max_length=6, choices=Level, default=Level.MEDIUM)
    influence = models.CharField(_("influence"), max_length=6, choices=Level, default=Level.MEDIUM)
    health = models.CharField(
        _("relationship"), max_length=5, choices=Health, default=Health.GREEN, editable=False
    )
    health_note = models.TextField(_("about the relationship"), blank=True, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)


class Interaction(Record):
    """One time a stakeholder was spoken with: who, when, how, and what came of it (as links)."""

    KIND: ClassVar = "interaction"

    class Form(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        CALL = "call", _("Call")
        MAIL = "mail", _("Mail")
        WORKSHOP = "workshop", _("Workshop")
        VISIT = "visit", _("Visit")
        SURVEY = "survey", _("Survey")

    stakeholder = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        limit_choices_to={"kind": "stakeholder"},
        verbose_name=_("stakeholder"),
    )
    form = models.CharField(_("how"), max_length=8, choices=Form, default=Form.MEETING)
    held_at = models.DateTimeField(_("when"), default=clock.now)
    attendees = models.CharField(_("who was there"), max_length=300, blank=True)
    summary = models.TextField(
        _("what was said"), blank=True, help_text=_("Leave it empty to plan one that is to come.")
    )
    next_step = models.CharField(_("next step"), max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["stakeholder", "-held_at"], name="interaction_by_stakeholder")
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
