"""The mailboxes that are read, whose mail belongs to whom, and every mail that came in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from itsm.accounts.roles import DESK_ROLES
from itsm.core import clock
from tickets.asks import TICKET_KINDS
from valuechain.records.models import Comment, Record


class Mailbox(models.Model):
    """An address of the desk: how its mail is fetched, and what a new mail becomes."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the start")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None: only on one's own machine")

    class After(models.TextChoices):
        SEEN = "seen", _("Mark it as read")
        DELETE = "delete", _("Delete it")

    address = models.EmailField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    kind = models.CharField(
        _("a new mail becomes"),
        max_length=24,
        default="incident",
        choices=[(kind, kind.replace("_", " ").capitalize()) for kind in TICKET_KINDS[:2]],
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation of unknown senders"),
        help_text=_("Left empty, mail of people no rule knows waits in the inbox."),
    )
    trusted_server = models.CharField(
        _("trusted server name"),
        max_length=200,
        blank=True,
        help_text=_("The name under which your mail server writes Authentication-Results. Only its "
                    "word proves that a member of staff wrote a mail."),
    )  # fmt: skip
    host = models.CharField(_("IMAP server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(
        _("encryption"), max_length=8, choices=Security, default=Security.TLS
    )
    user_name = models.CharField(_("user name"), max_length=200, blank=True)
    password_variable = models.CharField(
        _("variable with the password"),
        max_length=80,
        blank=True,
        help_text=_("The name of an environment variable of the workers; the password itself is "
                    "kept nowhere here."),
    )  # fmt: skip
    folder = models.CharField(_("folder"), max_length=120, default="INBOX")
    after = models.CharField(_("afterwards"), max_length=8, choices=After, default=After.SEEN)
    next_fetch_at = models.DateTimeField(default=clock.now, editable=False)
    last_fetch_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_count = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("address",)
        verbose_name = _("mailbox")

    def __str__(self) -> str:
        return self.address


class SenderRule(models.Model):
    """Whose people write from a domain. The longest domain that fits decides."""

    domain = models.CharField(
        _("domain"), max_length=253, help_text=_("Such as example.org; what is below it fits too.")
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("organisation"))
    mailbox = models.ForeignKey(
        Mailbox,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        help_text=_("Left empty, the rule holds for every mailbox."),
    )

    class Meta:
        ordering = ("domain",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                "domain", "mailbox", name="sender_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="sender_rule_lower", condition=Q(domain=models.functions.Lower("domain"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain} → {self.organisation}"


class InboundMailQuerySet(models.QuerySet["InboundMail"]):
    """Reads over the mail that came in."""

    def visible_to(self, actor: Any) -> InboundMailQuerySet:
        """Mail on a record the actor works on; what is not placed yet, for the desk.

        Mail that no record has taken may be by anybody about anything, so it is shown to those who
        keep the desk everywhere, or in the team of its mailbox.
        """
        access = actor.access
        placed = Q(record__in=Record.objects.worked_by(actor).values("pk"))
        if not access.holds(DESK_ROLES) and not access.is_admin:
            return self.filter(placed)
        if access.works_everywhere:
            return self
        waiting = Q(record=None) & (
            Q(mailbox__team_id__in=sorted(access.staff_teams))
            | Q(mailbox__team__organisation_id__in=sorted(access.staff_organisations))
            | Q(mailbox__organisation_id__in=sorted(access.staff_organisations))
        )
        return self.filter(placed | waiting)

    def to_place(self) -> InboundMailQuerySet:
        """Mail by people that waits for somebody to say where it belongs."""
        return self.filter(outcome=InboundMail.Outcome.PARKED, is_machine=False)

    def waiting(self) -> dict[str, int]:
        """Count the mail that waits for somebody, by its outcome. Two indexed reads."""
        unreadable = self.filter(outcome=InboundMail.Outcome.QUARANTINED)
        return {"parked": self.to_place().count(), "quarantined": unreadable.count()}


class InboundMail(models.Model):
    """One mail that reached us, kept whole as it came, and what became of it."""

    class Outcome(models.TextChoices):
        TICKET = "ticket", _("Opened a ticket")
        COMMENT = "comment", _("Added to a record")
        PARKED = "parked", _("Waits")
        QUARANTINED = "quarantined", _("Cannot be read")
        DISMISSED = "dismissed", _("Not a ticket")

    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, null=True, blank=True, related_name="mails"
    )
    raw = models.BinaryField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    message_id = models.CharField(max_length=500, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    recipients = models.JSONField(default=list)
    subject = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    kept_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.PARKED)
    is_machine = models.BooleanField(default=False)
    why = models.CharField(max_length=500, blank=True)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="mails")
    comment = models.OneToOneField(Comment, models.PROTECT, null=True, related_name="mail")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["outcome", "-received_at", "-id"], name="inbound_by_outcome"),
            models.Index(fields=["message_id"], name="inbound_by_message_id"),
            models.Index(fields=["record"], name="inbound_by_record"),
        ]
        constraints: ClassVar = [
            # The same mail once for each mailbox, however often and by whomever it is delivered.
            models.UniqueConstraint(
                "mailbox", "fingerprint", name="inbound_mail_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("mail-detail", args=[self.pk])
