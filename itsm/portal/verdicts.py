"""Sets the verdicts of our own clocks beside those another system gave on the same tickets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sla.models import Clock
from sla.vocabulary import AgreementKind, ClockState, Metric

_NONE = "no clock"


def beside(verdicts: Mapping[int, bool]) -> Iterator[str]:
    """Yield a table of the source's verdicts, by record id, against our resolution clocks."""
    ours = _resolution_clocks(verdicts)
    counts = Counter((verdicts[pk], ours.get(pk, _NONE)) for pk in verdicts)
    if not counts:
        return
    columns = sorted({state for _verdict, state in counts})
    yield ""
    yield "The source's made_sla (rows) and our resolution clocks (columns)"
    yield "  " + "".join(f"{word:>11}" for word in ("", *columns))
    for verdict in (True, False):
        row = [counts[verdict, state] for state in columns]
        yield "  " + "".join(f"{word!s:>11}" for word in (str(verdict).upper(), *row))
    same = counts[True, ClockState.MET.value] + counts[False, ClockState.BREACHED.value]
    yield f"  {same} of {len(verdicts)} agree. The source's own agreements are not in its log;"
    yield "  ours are those in force here, so a difference is no error of either."


def _resolution_clocks(verdicts: Mapping[int, bool]) -> dict[int, str]:
    """The state of each record's last resolution clock. One query."""
    clocks = Clock.objects.filter(
        record_id__in=verdicts, agreement_kind=AgreementKind.SLA, metric=Metric.RESOLUTION
    ).order_by("cycle")
    return dict(clocks.values_list("record_id", "state"))
