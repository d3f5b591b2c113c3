"""How services keep their promises this month, on their list and on their own page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock as time
from itsm.core.templatetags.ui import badge
from sla.dashboard import TARGET, Compliance, compliance
from sla.standing import RESOURCE, read_period
from valuechain.records.models import Record
from valuechain.records.panels import panels


def connect() -> None:
    """Add the share kept this month to services."""
    panels.column_labels["sla_month"] = gettext_lazy("SLA this month")
    panels.rows.append(put_on_rows)
    panels.pages.append(put_on_page)


def put_on_rows(records: Sequence[Any], actor: Any) -> None:
    """Set `sla_month` on the rows that are services. One query, or none."""
    rows = {record.pk: record for record in records if record.kind == "service"}
    if not rows:
        return
    found = _this_month(rows, actor)
    for pk, row in rows.items():
        row.sla_month = _cell(found[pk]) if pk in found else ""


def put_on_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return the share a service kept this month; none where nothing was decided."""
    if record.kind != "service":
        return {}
    return {"sla_month": _this_month([record.pk], actor).get(record.pk), "sla_target": TARGET}


def _this_month(services: Any, actor: Any) -> dict[int, Compliance]:
    now = time.now()
    tickets = Record.objects.visible_to(actor).of_resource(RESOURCE)
    lines = compliance(
        tickets.filter(service_id__in=list(services)),
        "service_id",
        "service__title",
        metric="",
        period=read_period("", now=now),
        now=now,
    )
    return {line.key: line for line in lines}


def _cell(line: Compliance) -> str:
    words = _("%(percent)s%%") % {"percent": line.percent}
    if not line.is_below:
        return words
    return format_html("{} {}", words, badge(_("below"), "bad", "octagon", "plain"))
