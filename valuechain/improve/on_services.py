"""How content people are with each service, on the services' list and on their own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.templatetags.ui import badge
from valuechain.improve.models import Feedback
from valuechain.improve.scores import Scores
from valuechain.records.models import Record
from valuechain.records.panels import panels

#: Older answers say nothing about how a service does now.
BACK = timedelta(days=90)


def connect() -> None:
    """Add the scores of the last months to services."""
    panels.rows.append(put_on_rows)
    panels.pages.append(put_on_page)


def put_on_rows(records: Sequence[Any], actor: Any) -> None:
    """Set `csat` on the rows that are services. One query, or none."""
    rows = {record.pk: record for record in records if record.kind == "service"}
    if not rows:
        return
    found = scores_of(rows, actor)
    for pk, row in rows.items():
        row.csat = _cell(found[pk]) if pk in found else ""


def put_on_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return the answers about one service; none where nobody answered."""
    if record.kind != "service":
        return {}
    return {"csat": scores_of([record.pk], actor).get(record.pk)}


def scores_of(services: Iterable[int], actor: Any) -> dict[int, Scores]:
    """Count the answers about services, as far as the tickets behind them are seen. One query."""
    about = Record.objects.visible_to(actor).filter(service_id__in=list(services))
    rows = (
        Feedback.objects.filter(
            nature=Feedback.Nature.CSAT,
            about__in=about.values("pk"),
            opened_at__gte=clock.now() - BACK,
            score__isnull=False,
        )
        .order_by()
        .values_list("about__service_id", "score")
        .annotate(n=Count("pk"))
    )
    found: dict[int, Scores] = {}
    for service, score, n in rows:
        found.setdefault(service, Scores("", counts=Counter())).counts[score] += n
    return found


def _cell(scores: Scores) -> str:
    """The average, always beside how many answered."""
    words = _("%(score)s of 5 (%(n)d)") % {
        "score": formats.number_format(scores.average or 0, 1),
        "n": scores.answers,
    }
    if scores.is_too_few:
        return format_html("{} {}", words, badge(_("few"), "neutral", "ring", "plain"))
    return words
