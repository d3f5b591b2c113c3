"""How content people are, always beside how many of them answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format

from itsm.core.machine import Phase
from valuechain.improve.csat import RATED
from valuechain.improve.models import Feedback
from valuechain.records.models import Record

#: Fewer answers than this say nothing about a service or a team.
FEW = 10
#: So many months make a trend.
MONTHS = 6


@dataclass
class Scores:
    """Answers about one service or team, or about everything."""

    label: str
    #: What narrows a list of tickets to the same.
    place: dict[str, str] = field(default_factory=dict)
    finished: int = 0
    counts: Counter[int] = field(default_factory=Counter)

    @property
    def answers(self) -> int:
        return sum(self.counts.values())

    @property
    def average(self) -> float | None:
        if not self.answers:
            return None
        return sum(score * count for score, count in self.counts.items()) / self.answers

    @property
    def rate(self) -> int | None:
        """Answers for every hundred finished tickets."""
        return round(100 * self.answers / self.finished) if self.finished else None

    @property
    def is_too_few(self) -> bool:
        return self.answers < FEW

    @property
    def bars(self) -> list[dict[str, Any]]:
        most = max(self.counts.values(), default=0)
        return [
            {
                "label": str(score),
                "value": self.counts[score],
                "share": round(100 * self.counts[score] / most) if most else 0,
                "is_first": score <= 2,
            }
            for score in range(5, 0, -1)
        ]


def linked(groups: list[Scores], since: datetime) -> list[dict[str, Any]]:
    """Return each of them with the lists of what was finished and of what was rated."""
    asked: dict[str, Any] = {
        "kind": list(RATED), "phase": Phase.DONE.value, "closed_after": since.isoformat(),
    }  # fmt: skip
    rated = {"rated": [str(score) for score in range(1, 6)]}
    address = reverse("record-list", args=["tickets"])
    return [
        {
            "scores": group,
            "finished_url": f"{address}?{urlencode(asked | group.place, doseq=True)}",
            "answers_url": f"{address}?{urlencode(asked | rated | group.place, doseq=True)}",
        }
        for group in groups
    ]


def scores_since(since: datetime, *, actor: Any) -> tuple[Scores, list[Scores], list[Scores]]:
    """Return all answers to tickets finished since then, by service and by team. Two queries."""
    finished = (
        Record.objects.visible_to(actor)
        .of_kind(*RATED)
        .in_phase(Phase.DONE)
        .filter(closed_at__gte=since)
    )
    answered = dict(
        Feedback.objects.filter(nature=Feedback.Nature.CSAT, about__in=finished.values("pk"))
        .order_by()
        .values_list("about_id", "score")
    )
    everything = Scores("")
    by_service: dict[str, Scores] = {}
    by_team: dict[str, Scores] = {}
    for pk, number, service, team_id, team in finished.values_list(
        "pk", "service__number", "service__title", "team", "team__name"
    ):
        groups = [everything]
        if service:
            known = Scores(service, {"service": number})
            groups.append(by_service.setdefault(number, known))
        if team:
            groups.append(by_team.setdefault(str(team_id), Scores(team, {"team": str(team_id)})))
        for group in groups:
            group.finished += 1
            if pk in answered:
                group.counts[answered[pk]] += 1
    return everything, _worst_first(by_service), _worst_first(by_team)


def _worst_first(groups: dict[str, Scores]) -> list[Scores]:
    return sorted(groups.values(), key=lambda one: (one.average or 9, one.label))


def trend_of(person: Any, *, now: datetime) -> list[Scores]:
    """Return what a person answered in each of the last six months, oldest first. One query."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = [first]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    months.reverse()
    found = [Scores(date_format(month, "M Y")) for month in months]
    answers = Feedback.objects.filter(
        nature=Feedback.Nature.CSAT, respondent=person, opened_at__gte=months[0]
    ).values_list("opened_at", "score")
    for at, score in answers:
        place = sum(month <= at for month in months) - 1
        found[place].counts[score] += 1
    return found
