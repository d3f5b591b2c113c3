import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import itsm.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_people_and_tokens"),
        ("records", "0002_append_only_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        help_text="The kinds it is used for, such as design_spec.",
                        size=None,
                        verbose_name="kinds of record",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("created_at", models.DateTimeField(default=itsm.core.clock.now, editable=False)),
            ],
            options={
                "verbose_name": "approval policy",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "snapshot",
                    models.JSONField(
                        help_text="The policy's steps as they were when it was asked."
                    ),
                ),
                ("subject_hash", models.CharField(max_length=64)),
                ("subject_label", models.CharField(blank=True, max_length=60)),
                ("requested_at", models.DateTimeField()),
                (
                    "barred",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Ids of those who asked for it or wrote it; they never vote on it.",
                        size=None,
                    ),
                ),
                ("current_step", models.PositiveSmallIntegerField(default=0)),
                ("step_since", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("next_nudge_at", models.DateTimeField(blank=True, null=True)),
                ("is_reminded", models.BooleanField(default=False)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for votes"),
                            ("approved", "Approved"),
                            ("changes_requested", "Changes asked for"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=18,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="records.record",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="approvals.approvalpolicy",
                    ),
                ),
            ],
            options={
                "ordering": ("-requested_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(default=itsm.core.clock.now, editable=False)),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-starts_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="PolicyStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("any", "Any one of them"),
                            ("all", "All of them"),
                            ("majority", "More than half"),
                            ("count", "A number of them"),
                        ],
                        default="all",
                        max_length=8,
                        verbose_name="how many",
                    ),
                ),
                ("count", models.PositiveSmallIntegerField(default=1, verbose_name="number")),
                (
                    "has_veto",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise the majority decides.",
                        verbose_name="one rejection is enough",
                    ),
                ),
                (
                    "due_hours",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="due after (hours)"
                    ),
                ),
                (
                    "remind_hours",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="remind after (hours)"
                    ),
                ),
                (
                    "escalate_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked too when it is overdue",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="approvals.approvalpolicy",
                    ),
                ),
            ],
            options={
                "ordering": ("policy", "position"),
            },
        ),
        migrations.CreateModel(
            name="PolicyApprover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "A person"),
                            ("role", "Whoever holds a role there"),
                            ("team", "A team"),
                            ("service_owner", "The owner of the service"),
                            ("budget_holder", "The holder of the budget"),
                            ("field", "The person a field of the record names"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("requester", "Requester"),
                            ("agent", "Service desk agent"),
                            ("team_lead", "Team lead"),
                            ("brm", "Business relationship manager"),
                            ("planner", "Planner"),
                            ("architect", "Architect"),
                            ("budget_holder", "Budget holder"),
                            ("buyer", "Buyer"),
                            ("builder", "Builder"),
                            ("release_manager", "Release manager"),
                            ("change_manager", "Change manager"),
                            ("service_owner", "Service owner"),
                            ("supplier_contact", "Supplier contact"),
                            ("auditor", "Auditor"),
                            ("admin", "Administrator"),
                            ("integration", "Integration"),
                        ],
                        max_length=20,
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=60)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvers",
                        to="approvals.policystep",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "is_escalation",
                    models.BooleanField(
                        default=False, help_text="Asked because the others let the date pass."
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="approvals.approval",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("step", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("changes", "Ask for changes"),
                            ("reject", "Reject"),
                        ],
                        max_length=8,
                    ),
                ),
                ("comment", models.TextField(blank=True)),
                ("conditions", models.TextField(blank=True)),
                (
                    "principle",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("focus_on_value", "Focus on value"),
                            ("start_where_you_are", "Start where you are"),
                            ("progress_iteratively", "Progress iteratively with feedback"),
                            ("collaborate", "Collaborate and promote visibility"),
                            ("think_holistically", "Think and work holistically"),
                            ("keep_it_simple", "Keep it simple and practical"),
                            ("optimise_and_automate", "Optimise and automate"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("html", "Portal"),
                            ("api", "API"),
                            ("email", "E-mail"),
                            ("worker", "Timer"),
                            ("command", "Command"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="approvals.approval",
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cast_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("next_nudge_at__isnull", False), ("result", "pending")),
                fields=["next_nudge_at"],
                name="approval_nudge",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["subject", "-requested_at"], name="approval_by_subject"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                models.F("subject"),
                condition=models.Q(("result", "pending")),
                name="approval_one_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("result", "pending")),
                    models.Q(
                        models.Q(("result", "pending"), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="approval_decided_once_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="delegation_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("giver", models.F("receiver")), _negated=True),
                name="delegation_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="policystep",
            constraint=models.UniqueConstraint(
                models.F("policy"), models.F("position"), name="policy_step_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="policystep",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["any", "all", "majority", "count"])),
                name="policy_step_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="policystep",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gte", 1)), name="policy_step_count"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyapprover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("source", "person")),
                    models.Q(("source", "role"), models.Q(("role", ""), _negated=True)),
                    models.Q(("source", "team"), ("team__isnull", False)),
                    models.Q(("source", "field"), models.Q(("field", ""), _negated=True)),
                    ("source__in", ["service_owner", "budget_holder"]),
                    _connector="OR",
                ),
                name="policy_approver_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                models.F("approval"), models.F("step"), models.F("person"), name="seat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                models.F("approval"), models.F("step"), models.F("approver"), name="vote_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                models.F("approval"), models.F("step"), models.F("cast_by"), name="vote_cast_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["approve", "changes", "reject"])),
                name="vote_answer_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer", "approve"), models.Q(("comment", ""), _negated=True), _connector="OR"
                ),
                name="vote_says_why",
            ),
        ),
    ]
