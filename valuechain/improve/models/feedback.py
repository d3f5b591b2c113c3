"""What people say about what they got."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Feedback(Record):
    """A rating, a complaint, a compliment or an idea, from the person who had the experience."""

    KIND: ClassVar = "feedback"

    class Nature(models.TextChoices):
        CSAT = "csat", _("Rating of a finished ticket")
        COMPLAINT = "complaint", _("Complaint")
        COMPLIMENT = "compliment", _("Compliment")
        IDEA = "idea", _("Idea")

    about = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback_received",
        verbose_name=_("about"),
        help_text=_("The record it is about, by its number."),
    )
    nature = models.CharField(_("kind"), max_length=10, choices=Nature, default=Nature.IDEA)
    score = models.PositiveSmallIntegerField(
        _("score"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 (bad) to 5 (very good)."),
    )
    wants_call = models.BooleanField(_("would like to be called"), default=False)
    respondent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "about", "respondent", name="csat_answered_once", condition=Q(nature="csat")
            ),
            models.CheckConstraint(
                name="feedback_score_range",
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5),
                violation_error_message=_("Choose a score from 1 to 5."),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["nature", "score"], name="feedback_by_score")]

    def __str__(self) -> str:
        return Record.__str__(self)
