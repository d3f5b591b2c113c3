"""What we ask of a supplier, and what they let us know."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from valuechain.records.models import Record


class SupplierRequest(Record):
    """A question, a claim or a notice between us and a supplier, under the contract with them."""

    KIND: ClassVar = "supplier_request"

    class Subject(models.TextChoices):
        QUESTION = "question", _("Question")
        QUOTE = "quote", _("Quote")
        DELIVERY = "delivery", _("Delivery")
        FAULT = "fault", _("Fault")
        NOTICE = "notice", _("Notice from the supplier")

    supplier = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        limit_choices_to={"kind": Organisation.Kind.SUPPLIER},
        verbose_name=_("supplier"),
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact at the supplier"),
        help_text=_("They see this request and can answer it; never an internal note."),
    )
    subject = models.CharField(_("about"), max_length=8, choices=Subject, default=Subject.QUESTION)
    contract = models.CharField(_("contract"), max_length=120, blank=True)
    reference = models.CharField(_("the supplier's reference"), max_length=120, blank=True)
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, editable=False)
    promised_on = models.DateField(_("promised for"), null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return Record.__str__(self)
