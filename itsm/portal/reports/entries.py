"""The time behind the hours of the report: what each person wrote down, newest first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from itsm.accounts.models import Team
from itsm.core import clock
from itsm.portal.reports.desk import NONE, entries_within
from itsm.portal.reports.shape import Asked
from sla.standing import read_span
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView

#: More than these are summed and not shown.
MOST = 200


class TimeEntriesView(StaffView):
    """What was written down in a period on the records of one team, or of all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List it with its sum. Five statements."""
        asked = Asked(
            actor=request.user,
            period=read_span(request.GET.get("period", ""), now=clock.now()),
            service=request.GET.get("service", "").upper()[:20],
            request=request,
        )
        found, team = _of_team(entries_within(asked), request.GET.get("team", ""))
        shown = list(found.select_related("person", "record").order_by("-at", "-pk")[:MOST])
        # A note is as internal as those of the record.
        theirs = Record.objects.filter(pk__in={entry.record_id for entry in shown})
        read = set(theirs.worked_by(request.user).order_by().values_list("pk", flat=True))
        said = {
            "period": asked.period.name,
            **({"service": asked.service} if asked.service else {}),
        }
        context = {
            **found.aggregate(count=Count("pk"), seconds=Sum("seconds", default=0)),
            "rows": [(entry, entry.note if entry.record_id in read else "") for entry in shown],
            "most": MOST,
            "team": team,
            "period": asked.period,
            "report_url": f"{reverse('report', args=['time-spent'])}?{urlencode(said)}",
        }
        return render(request, "reports/entries.html", context)


def _of_team(found: Any, team: str) -> tuple[Any, str]:
    """Keep what was written down on records of a team, and name the team."""
    if team == NONE:
        return found.filter(record__team=None), _("No team")
    if not team.isdecimal() or len(team) > 9:
        return found, _("All teams")
    of = Team.objects.filter(pk=int(team)).first()
    return found.filter(record__team=int(team)), of.name if of else _("No team")
