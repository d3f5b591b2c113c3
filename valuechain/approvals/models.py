"""What must be agreed to, by whom, and who said what: policies, approvals, votes, delegations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Team
from itsm.accounts.roles import Role
from itsm.core import clock
from valuechain.approvals.querysets import ApprovalQuerySet, DelegationQuerySet
from valuechain.approvals.vocabulary import Answer, Mode, Result, Source
from valuechain.records.models import Record
from valuechain.records.vocabulary import Principle, Via


class ApprovalPolicy(models.Model):
    """Who must agree to records of certain kinds, in which order. A change counts for later requests."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    kinds = ArrayField(
        models.CharField(max_length=24),
        verbose_name=_("kinds of record"),
        help_text=_("The kinds it is used for, such as design_spec."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("approval policy")

    def __str__(self) -> str:
        return self.name


class PolicyStep(models.Model):
    """One round of a policy: those it asks, how many of them must agree, and by when."""

    policy = models.ForeignKey(ApprovalPolicy, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    mode = models.CharField(_("how many"), max_length=8, choices=Mode, default=Mode.ALL)
    count = models.PositiveSmallIntegerField(_("number"), default=1)
    has_veto = models.BooleanField(
        _("one rejection is enough"), default=True, help_text=_("Otherwise the majority decides.")
    )
    due_hours = models.PositiveIntegerField(_("due after (hours)"), null=True, blank=True)
    remind_hours = models.PositiveIntegerField(_("remind after (hours)"), null=True, blank=True)
    escalate_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked too when it is overdue"),
    )

    class Meta:
        ordering = ("policy", "position")
        constraints: ClassVar = [
            models.UniqueConstraint("policy", "position", name="policy_step_position"),
            models.CheckConstraint(name="policy_step_mode", condition=Q(mode__in=Mode.values)),
            models.CheckConstraint(name="policy_step_count", condition=Q(count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"


class PolicyApprover(models.Model):
    """One way in which a step names people: by person, role, team, or what the record says."""

    step = models.ForeignKey(PolicyStep, models.CASCADE, related_name="approvers")
    source = models.CharField(max_length=14, choices=Source)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=20, choices=Role, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                name="policy_approver_named",
                condition=Q(source=Source.PERSON, person__isnull=False)
                | (Q(source=Source.ROLE) & ~Q(role=""))
                | Q(source=Source.TEAM, team__isnull=False)
                | (Q(source=Source.FIELD) & ~Q(field=""))
                | Q(source__in=[Source.SERVICE_OWNER, Source.BUDGET_HOLDER]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.person or self.role or self.team or self.field}".strip()


class Approval(models.Model):
    """One request to agree to a record as it read at that moment.

    It is bound to the hash of the subject's content: what was approved is what was read. Policy and
    people are kept as they were when it was asked. `result` follows from the votes and is written
    only where votes are counted.
    """

    subject = models.ForeignKey(Record, models.PROTECT, related_name="approvals")
    policy = models.ForeignKey(ApprovalPolicy, models.PROTECT, related_name="approvals")
    snapshot = models.JSONField(help_text=_("The policy's steps as they were when it was asked."))
    subject_hash = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=60, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    barred = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text=_("Ids of those who asked for it or wrote it; they never vote on it."),
    )
    current_step = models.PositiveSmallIntegerField(default=0)
    step_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    next_nudge_at = models.DateTimeField(null=True, blank=True)
    is_reminded = models.BooleanField(default=False)
    result = models.CharField(max_length=18, choices=Result, default=Result.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes: ClassVar = [
            models.Index(
                fields=["next_nudge_at"],
                name="approval_nudge",
                condition=Q(result=Result.PENDING, next_nudge_at__isnull=False),
            ),
            models.Index(fields=["subject", "-requested_at"], name="approval_by_subject"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "subject",
                name="approval_one_pending",
                condition=Q(result=Result.PENDING),
            ),
            models.CheckConstraint(
                name="approval_decided_once_over",
                condition=Q(result=Result.PENDING, decided_at__isnull=True)
                | (~Q(result=Result.PENDING) & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.result}"

    @property
    def is_pending(self) -> bool:
        return self.result == Result.PENDING

    @property
    def step(self) -> dict[str, Any]:
        """The step that is being voted on, as it was when the approval was asked for."""
        step: dict[str, Any] = self.snapshot["steps"][self.current_step]
        return step


class Seat(models.Model):
    """One person's say in one step of one approval."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="seats")
    step = models.PositiveSmallIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_escalation = models.BooleanField(
        default=False, help_text=_("Asked because the others let the date pass.")
    )

    class Meta:
        ordering = ("step", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("approval", "step", "person", name="seat_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in step {self.step} of {self.approval_id}"


class Vote(models.Model):
    """What one approver said. Rows are only ever added; the database sees to it.

    `approver` is the person whose say it is, `cast_by` the one who said it: the same, or somebody
    they delegated to.
    """

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="votes")
    step = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cast_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer)
    comment = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    principle = models.CharField(max_length=30, choices=Principle, blank=True)
    via = models.CharField(max_length=8, choices=Via)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("approval", "step", "approver", name="vote_once"),
            models.UniqueConstraint("approval", "step", "cast_by", name="vote_cast_once"),
            models.CheckConstraint(name="vote_answer_known", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(
                name="vote_says_why", condition=Q(answer=Answer.APPROVE) | ~Q(comment="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approver_id} {self.answer}"

    @property
    def is_delegated(self) -> bool:
        return self.approver_id != self.cast_by_id


class Delegation(models.Model):
    """Somebody votes for somebody else from one day to another, both included."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="delegation_forward", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(giver=F("receiver"))),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"
