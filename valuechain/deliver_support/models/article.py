"""What somebody found out once, so that nobody has to find it out again."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models import Record


class KnowledgeArticle(Record):
    """A written answer; its text is the header's description, so that search finds it."""

    KIND: ClassVar = "article"

    review_by = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("When somebody looks at it again.")
    )

    def __str__(self) -> str:
        return Record.__str__(self)


class ArticleVote(models.Model):
    """One reader's word on whether an article was useful."""

    article = models.ForeignKey(KnowledgeArticle, models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_useful = models.BooleanField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("article", "person", name="article_vote_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.is_useful}"
