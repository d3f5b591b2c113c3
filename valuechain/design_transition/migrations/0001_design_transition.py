from decimal import Decimal

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import itsm.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0002_append_only_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DesignSpec",
            fields=[
                (
                    "record_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="records.record",
                    ),
                ),
                (
                    "blueprint",
                    models.TextField(
                        blank=True,
                        help_text="What is to be built, and how the parts fit.",
                        verbose_name="blueprint",
                    ),
                ),
                (
                    "quality_standards",
                    models.TextField(blank=True, verbose_name="quality standards"),
                ),
                (
                    "options_considered",
                    models.TextField(
                        blank=True,
                        help_text="What else was looked at, and why not.",
                        verbose_name="options considered",
                    ),
                ),
                (
                    "transition_approach",
                    models.TextField(
                        blank=True,
                        help_text="How it goes live, in short.",
                        verbose_name="transition",
                    ),
                ),
                ("risks", models.TextField(blank=True, verbose_name="risks")),
                (
                    "capacity_today",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="capacity needed today"
                    ),
                ),
                (
                    "capacity_horizon",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="capacity needed at the horizon"
                    ),
                ),
                (
                    "lifetime_years",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="lifetime (years)"
                    ),
                ),
                (
                    "estimate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="All that has to be funded before it is built.",
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="cost estimate",
                    ),
                ),
                (
                    "yearly_cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="yearly running cost",
                    ),
                ),
                (
                    "currency",
                    models.CharField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "duration_days",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="duration (days)"
                    ),
                ),
                (
                    "time_to_market",
                    models.DateField(
                        blank=True,
                        help_text="The day it has to be live.",
                        null=True,
                        verbose_name="time to market",
                    ),
                ),
            ],
            bases=("records.record",),
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                (
                    "record_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="records.record",
                    ),
                ),
                (
                    "requirement_type",
                    models.CharField(
                        choices=[
                            ("functional", "Function"),
                            ("quality", "Quality"),
                            ("standard", "Standard"),
                            ("constraint", "Constraint"),
                        ],
                        default="functional",
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "necessity",
                    models.CharField(
                        choices=[("must", "Must"), ("should", "Should"), ("could", "Could")],
                        default="should",
                        max_length=6,
                        verbose_name="necessity",
                    ),
                ),
                (
                    "acceptance_test",
                    models.TextField(
                        blank=True,
                        help_text="How anybody can see that it is met.",
                        verbose_name="acceptance test",
                    ),
                ),
                ("measure", models.CharField(blank=True, max_length=200, verbose_name="measure")),
                ("target", models.CharField(blank=True, max_length=200, verbose_name="target")),
                (
                    "horizon",
                    models.CharField(
                        choices=[("today", "Today"), ("tomorrow", "Tomorrow"), ("both", "Both")],
                        default="both",
                        max_length=8,
                        verbose_name="horizon",
                    ),
                ),
                (
                    "evidence",
                    models.TextField(
                        blank=True, editable=False, verbose_name="evidence that it is met"
                    ),
                ),
            ],
            bases=("records.record",),
        ),
        migrations.CreateModel(
            name="SpecVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "content",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=itsm.core.clock.now)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "spec",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="design_transition.designspec",
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
            },
        ),
        migrations.AddField(
            model_name="designspec",
            name="in_force",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="design_transition.specversion",
                verbose_name="version in force",
            ),
        ),
        migrations.CreateModel(
            name="TransitionPlan",
            fields=[
                (
                    "record_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="records.record",
                    ),
                ),
                ("steps", models.TextField(blank=True, verbose_name="steps")),
                ("cut_over", models.TextField(blank=True, verbose_name="cut-over")),
                ("back_out", models.TextField(blank=True, verbose_name="back-out")),
                ("training", models.TextField(blank=True, verbose_name="training")),
                ("support_model", models.TextField(blank=True, verbose_name="support model")),
                (
                    "acceptance_criteria",
                    models.TextField(blank=True, verbose_name="acceptance criteria"),
                ),
                (
                    "window_start",
                    models.DateTimeField(blank=True, null=True, verbose_name="window opens"),
                ),
                (
                    "window_end",
                    models.DateTimeField(blank=True, null=True, verbose_name="window closes"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("window_start__isnull", True),
                            ("window_end__isnull", True),
                            ("window_end__gt", models.F("window_start")),
                            _connector="OR",
                        ),
                        name="transition_window_forward",
                        violation_error_message="The window has to close after it opens.",
                    )
                ],
            },
            bases=("records.record",),
        ),
        migrations.AddConstraint(
            model_name="specversion",
            constraint=models.UniqueConstraint(
                models.F("spec"), models.F("number"), name="spec_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="specversion",
            constraint=models.UniqueConstraint(
                models.F("spec"), models.F("content_hash"), name="spec_version_differs"
            ),
        ),
        migrations.AddConstraint(
            model_name="designspec",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("estimate__isnull", True), ("estimate__gte", 0), _connector="OR"
                ),
                name="spec_estimate_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="designspec",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="spec_currency_code"
            ),
        ),
    ]
