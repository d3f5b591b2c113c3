"""A reader's word on an article."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import RuleViolation
from valuechain.deliver_support.models import ArticleVote, KnowledgeArticle


def vote(article: KnowledgeArticle, *, is_useful: bool, actor: Any) -> ArticleVote:
    """Say whether an article was useful; a reader's latest word counts.

    Raises RuleViolation("not_published") for a text that is not published.
    """
    if article.state != "published":
        raise RuleViolation("not_published", _("Only a published article is judged."))
    said, _is_new = ArticleVote.objects.update_or_create(
        article=article,
        person_id=actor.pk,
        defaults={"is_useful": is_useful, "at": clock.now()},
    )
    return said
