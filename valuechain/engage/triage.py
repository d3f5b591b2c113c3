"""What a liaison weighs about a need before deciding: how old, how often asked, last spoken when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Max
from django.db.models.functions import Upper

from itsm.core import clock
from valuechain.engage.models import Interaction, Need
from valuechain.records.models import Comment, Record
from valuechain.records.vocabulary import Visibility

MOST_ALIKE = 4
ALIKE = 0.2


def weigh(rows: Sequence[Record]) -> list[Any]:
    """Return the needs of a page, in order, each with its age and the days since the last contact.

    Three queries, however many rows there are.
    """
    found = {
        need.pk: need
        for need in Need.objects.select_related("stakeholder__as_stakeholder").filter(
            pk__in=[row.pk for row in rows]
        )
    }
    spoken = _last_contacts(found.values())
    now = clock.now()
    needs = []
    for row in rows:
        need: Any = found[row.pk]
        need.requester, need.owner = row.requester, row.owner
        need.service, need.organisation = row.service, row.organisation
        need.said_by = need.requester or getattr(need.stakeholder, "title", "")
        need.age_days = (now - need.received_at).days
        last = spoken.get(need.pk)
        need.contact_days = None if last is None else max((now - last).days, 0)
        needs.append(need)
    return needs


def _last_contacts(needs: Iterable[Any]) -> dict[int, datetime]:
    """When somebody of us last wrote on each need, or spoke with whoever stated it."""
    needs = list(needs)
    latest: dict[int, datetime] = dict(
        Comment.objects.filter(
            record_id__in=[need.pk for need in needs],
            visibility=Visibility.PUBLIC,
            is_from_staff=True,
            is_automatic=False,
        )
        .order_by()
        .values_list("record_id")
        .annotate(Max("at"))
    )
    behind = {need.stakeholder_id for need in needs if need.stakeholder_id}
    spoken: dict[int, datetime] = dict(
        Interaction.objects.filter(stakeholder_id__in=behind, held_at__lte=clock.now())
        .exclude(state="cancelled")
        .order_by()
        .values_list("stakeholder_id")
        .annotate(Max("held_at"))
    )
    for need in needs:
        at = spoken.get(need.stakeholder_id)
        if at is not None:
            latest[need.pk] = max(at, latest.get(need.pk, at))
    return latest


def alike(need: Record, *, actor: Any) -> list[Any]:
    """Return open needs whose title reads like this one's, likest first. One query."""
    title = Upper("title")
    return list(
        Record.objects.visible_to(actor)
        .of_kind(Need.KIND)
        .live()
        .exclude(pk=need.pk)
        .filter(TrigramSimilar(title, need.title.upper()))
        .annotate(likeness=TrigramSimilarity(title, need.title.upper()))
        .filter(likeness__gte=ALIKE)
        .order_by("-likeness", "-received_at")[:MOST_ALIKE]
    )
