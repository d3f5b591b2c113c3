"""What each thing that happens to a record does to its clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from itsm.core import clock as time
from itsm.core.machine import Phase
from sla.clocks.sheet import Occasion, Sheet
from sla.matching import Match, Promise
from sla.models import Clock
from sla.published import Book, book, promise
from sla.vocabulary import LIFE_METRICS, Metric, Turn
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Record

#: A change of one of these may put a record under other terms.
MATCHED_BY = frozenset({"priority", "service", "organisation", "team", "channel"})
#: Metrics that begin with the record; a next response begins with a question, and a decision when it
#: is asked for.
FROM_THE_START = tuple(
    metric for metric in Metric if metric not in (Metric.NEXT_RESPONSE, Metric.APPROVAL)
)
_ANSWERED_BY_A_PERSON = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


def opened(record: Any, event: Event) -> None:
    """Start the clocks of a record that was just opened, from when the demand was received.

    Four statements: what is in force, the clocks, their ledgers, the record's deadline.
    """
    held = book()
    offers = held.offers(record)
    phase = Phase(record.phase)
    if not offers or phase is Phase.VOID:
        return
    sheet = Sheet(record, time.now())
    _start_missing(sheet, held, offers, occasion_of(event, record))
    _enter(sheet, Phase.NEW, phase, occasion_of(event, record))
    _owned(sheet, record, occasion_of(event, record))
    if phase is Phase.DONE:
        # Nobody can answer what was over before it was written down.
        sheet.drop_open()
    sheet.save()


def moved(record: Any, event: Event) -> None:
    """Follow a transition: into waiting, out of it, to the end, back again; and who owns it now."""
    before, after = phases_of(event, record.kind)
    sheet = Sheet.of(record, time.now())
    occasion = occasion_of(event, record)
    if _decides(record, event) or _follows_a_verdict(sheet, event, after):
        _end(sheet, sheet.clocks, Metric.APPROVAL, occasion=occasion)
    if after is Phase.VOID:
        is_merged = record.kind_entry.successor(record) is not None
        for clock in sheet.open():
            sheet.turn(clock, Turn.MERGED if is_merged else Turn.CANCELLED, occasion=occasion)
    else:
        if before is Phase.DONE and after.is_live:
            _reopen(sheet, occasion)
        if before is Phase.VOID:
            _as_if_never_ended(sheet, occasion)
        _enter(sheet, before, after, occasion)
        _owned(sheet, record, occasion)
        if after.is_live:
            _keep_to_terms(sheet, event, occasion)
        if record.kind_entry.machine.state(event.to_state).is_final:
            _let_go(sheet, occasion)
    sheet.save()
    _decide_again(record, event, before)


def edited(record: Any, event: Event) -> None:
    """Put clocks under other terms when what agreements look at was changed."""
    if not changes_in(event) & MATCHED_BY:
        return
    sheet = Sheet.of(record, time.now())
    rematch(sheet, occasion_of(event, record))
    sheet.save()


def answered(record: Any, event: Event) -> None:
    """A person of the staff wrote or called: the first and the next response are given."""
    sheet = Sheet.of(record, time.now())
    _end(sheet, sheet.clocks, *_ANSWERED_BY_A_PERSON, occasion=occasion_of(event, record))
    sheet.save()


def asked(record: Any, event: Event) -> None:
    """The requester wrote: a next response is owed from the first question left open."""
    _begin_when_asked(record, event, Metric.NEXT_RESPONSE)


def put_up(record: Any, event: Event) -> None:
    """The record was put up for a decision, which is owed from now on."""
    if not record.kind_entry.decides:
        _begin_when_asked(record, event, Metric.APPROVAL)


def decided(record: Any, event: Event) -> None:
    """The decision was made, or nobody waits for it any more."""
    if record.kind_entry.decides:
        return
    kind = Turn.CANCELLED if event.verb == "approval.withdrawn" else Turn.DONE
    sheet = Sheet.of(record, time.now())
    for clock in sheet.open(Metric.APPROVAL):
        sheet.turn(clock, kind, occasion=occasion_of(event, record))
    sheet.save()


def _begin_when_asked(record: Any, event: Event, metric: Metric) -> None:
    """Begin the next cycle of a metric that somebody waits for from this event on."""
    held = book()
    if not any(_asks_for(p, metric) for p in held.promises):
        return
    # What was asked may have moved the record on before this is told; look at the row as it is.
    current = Record.objects.select_related("organisation").get(pk=record.pk)
    sheet = Sheet.of(current, time.now())
    if not Phase(current.phase).is_live:
        return
    if metric is Metric.NEXT_RESPONSE and not _was_answered(sheet, event):
        return
    for kind, found in held.offers(current).items():
        target = found.promise.targets_for(current.priority).get(metric)
        latest = sheet.latest(kind, metric)
        if target is None or (latest is not None and sheet.is_open(latest)):
            continue
        is_paused = current.phase == Phase.WAITING and metric in found.promise.pausable
        sheet.start(
            found.promise,
            held.calendar_version(found.promise),
            metric,
            target,
            occasion=occasion_of(event, current),
            kind=Turn.PAUSE if is_paused else Turn.RUN,
        )
    sheet.save()


def absorbed(record: Any, event: Event) -> None:
    """Another record was merged into this one: its clocks began when the earlier demand came."""
    sheet = Sheet.of(record, time.now())
    for clock in sheet.open(*_from_the_start(record)):
        if clock.cycle == 1:
            sheet.date_back(clock, record.received_at, occasion=occasion_of(event, record))
    sheet.save()


def released(record: Any, event: Event) -> None:
    """A merge into this one was taken back: what came before its own demand counts no more."""
    sheet = Sheet.of(record, time.now())
    for clock in sheet.open(*_from_the_start(record)):
        if clock.cycle == 1:
            sheet.count_from(clock, record.received_at, occasion=occasion_of(event, record))
    sheet.save()


def rematch(sheet: Sheet, occasion: Occasion) -> None:
    """Put the open clocks of a record under the terms that hold for it now, and start new ones.

    A metric nothing is promised for any more is cancelled; one that is promised only now counts
    from the start, with every pause there was.
    """
    held = book()
    offers = held.offers(sheet.record)
    for clock in sheet.open():
        found = offers.get(clock.agreement_kind)
        target = found and found.promise.targets_for(sheet.record.priority).get(clock.metric)
        if found is None or target is None:
            sheet.turn(clock, Turn.CANCELLED, occasion=occasion)
        else:
            calendar = held.calendar_version(found.promise)
            sheet.retarget(clock, found.promise, calendar, target, occasion=occasion)
    started = _start_missing(sheet, held, offers, occasion)
    if started:
        _relive(sheet, started, occasion)


def _keep_to_terms(sheet: Sheet, event: Event, occasion: Occasion) -> None:
    """Follow a transition that changes what is promised, or that reaches whoever owes an answer."""
    if changes_in(event) & MATCHED_BY:
        rematch(sheet, occasion)
    elif event.verb.partition(".")[2] in sheet.record.kind_entry.sends:
        held = book()
        _start_missing(sheet, held, held.offers(sheet.record), occasion)


def follow_calendar(
    sheet: Sheet, clock: Clock, calendar: int, *, from_now: bool, occasion: Occasion
) -> None:
    """Put one open clock under a new edition of its calendar."""
    rules = promise(clock.agreement_version_id)
    sheet.retarget(clock, rules, calendar, clock.target_s, occasion=occasion, from_now=from_now)


def occasion_of(event: Event, record: Any) -> Occasion:
    """What a ledger line says of an event."""
    waiting = event.to_state != event.from_state and record.phase == Phase.WAITING
    note = record.waiting_reason if waiting else ""
    return Occasion(event.at, event.verb, event.actor_id, note)


def phases_of(event: Event, kind: str) -> tuple[Phase, Phase]:
    """The phases a record was in before and after an event."""
    machine = kinds[kind].machine
    after = machine.phase(event.to_state)
    return (machine.phase(event.from_state) if event.from_state else after), after


def changes_in(event: Event) -> set[str]:
    """The names of the fields that an edit or a transition changed."""
    inner = event.data.get("internal")
    found = event.data.get("changes") or (inner.get("changes") if inner else None) or ()
    return {change["field"] for change in found}


def _from_the_start(record: Any) -> tuple[Metric, ...]:
    """The metrics that begin with such a record; where its own machine decides, that decision too."""
    return (*FROM_THE_START, Metric.APPROVAL) if record.kind_entry.decides else FROM_THE_START


def _decides(record: Any, event: Event) -> bool:
    return event.verb.partition(".")[2] in record.kind_entry.decides


def _decide_again(record: Any, event: Event, before: Phase) -> None:
    """Begin another cycle where what was turned down is back among what the machine decides: an appeal."""
    entry = record.kind_entry
    ways_on = entry.machine.leaving(event.to_state)
    if before is Phase.VOID and any(way.name in entry.decides for way in ways_on):
        _begin_when_asked(record, event, Metric.APPROVAL)


def _follows_a_verdict(sheet: Sheet, event: Event, after: Phase) -> bool:
    """Whether a record ends because its approval was decided, and this is told before the verdict."""
    if after.is_live or not sheet.open(Metric.APPROVAL):
        return False
    before = Event.objects.filter(record_id=event.record_id, sequence=event.sequence - 1)
    return before.filter(verb="approval.decided").exists()


def _asks_for(rules: Promise, metric: Metric) -> bool:
    return any(metric in targets for targets in rules.targets.values())


def _start_missing(
    sheet: Sheet, held: Book, offers: dict[str, Match], occasion: Occasion
) -> list[Clock]:
    """Start what is promised and has no clock, from when the demand was received."""
    record = sheet.record
    started = []
    for kind, found in offers.items():
        targets = found.promise.targets_for(record.priority)
        for metric in _from_the_start(record):
            latest = sheet.latest(kind, metric)
            is_there = latest is not None and sheet.lines(latest)[-1].kind != Turn.CANCELLED
            if metric not in targets or is_there or (since := _owed_since(record, metric)) is None:
                continue
            started.append(
                sheet.start(
                    found.promise,
                    held.calendar_version(found.promise),
                    metric,
                    targets[metric],
                    occasion=Occasion(since, occasion.cause, occasion.actor_id),
                )
            )
    return started


def _owed_since(record: Any, metric: Metric) -> datetime | None:
    """When a metric began to count: the demand was received, or the supplier was asked."""
    if metric is not Metric.SUPPLIER or not record.kind_entry.sends:
        return record.received_at  # type: ignore[no-any-return]
    sent = [f"{record.kind}.{name}" for name in record.kind_entry.sends]
    first = record.events.filter(verb__in=sent).order_by("sequence").first()
    return first.at if first is not None else None


def _relive(sheet: Sheet, clocks: list[Clock], occasion: Occasion) -> None:
    """Let clocks that start late go through what already happened to the record."""
    for event in sheet.record.events.order_by("sequence"):
        earlier = Occasion(event.at, event.verb, event.actor_id)
        if event.verb == "comment.reply":
            if event.data["from_staff"] and not event.data["automatic"]:
                _end(sheet, clocks, Metric.FIRST_RESPONSE, occasion=earlier)
        elif event.from_state and event.from_state != event.to_state:
            _relive_move(sheet, clocks, event, earlier)
    _owned(sheet, sheet.record, occasion)


def _relive_move(sheet: Sheet, clocks: list[Clock], event: Event, earlier: Occasion) -> None:
    if _decides(sheet.record, event):
        _end(sheet, clocks, Metric.APPROVAL, occasion=earlier)
    before, after = phases_of(event, sheet.record.kind)
    if before is Phase.DONE and after.is_live:
        for clock in clocks:
            if sheet.lines(clock)[-1].kind == Turn.RESOLVED:
                sheet.turn(clock, Turn.RUN, occasion=earlier)
    _enter(sheet, before, after, earlier, clocks)


def _end(sheet: Sheet, clocks: Iterable[Clock], *metrics: str, occasion: Occasion) -> None:
    for clock in sheet.open(*metrics, among=clocks):
        sheet.turn(clock, Turn.DONE, occasion=occasion)


def _enter(
    sheet: Sheet,
    before: Phase,
    after: Phase,
    occasion: Occasion,
    clocks: Iterable[Clock] | None = None,
) -> None:
    """Pause, resume or resolve the open clocks as the phase asks."""
    among = sheet.clocks if clocks is None else clocks
    if after is Phase.DONE and before is not Phase.DONE:
        for clock in sheet.open(*LIFE_METRICS, among=among):
            sheet.turn(clock, Turn.RESOLVED, occasion=occasion)
    for clock in sheet.open(among=among):
        if after is not Phase.WAITING:
            sheet.turn(clock, Turn.RUN, occasion=occasion)
        elif clock.metric in promise(sheet.terms_of(clock)).pausable:
            sheet.turn(clock, Turn.PAUSE, occasion=occasion)


def _let_go(sheet: Sheet, occasion: Occasion) -> None:
    """End what nobody waits for once a record is closed for good: a promise missed by then stays missed."""
    for clock in sheet.open():
        if clock.metric not in LIFE_METRICS:
            is_late = clock.due_at is not None and clock.due_at < occasion.at
            sheet.turn(clock, Turn.DONE if is_late else Turn.CANCELLED, occasion=occasion)


def _owned(sheet: Sheet, record: Any, occasion: Occasion) -> None:
    if record.owner_id is not None:
        _end(sheet, sheet.clocks, Metric.OWNERSHIP, occasion=occasion)


def _as_if_never_ended(sheet: Sheet, occasion: Occasion) -> None:
    """Let the clocks that a merge ended go on from there: whoever asked waited all the while."""
    for clock in sheet.clocks:
        *earlier, last = sheet.lines(clock)
        if last.kind == Turn.MERGED and earlier:
            since = Occasion(last.at, occasion.cause, occasion.actor_id, occasion.note)
            sheet.turn(clock, Turn(earlier[-1].kind), occasion=since)


def _reopen(sheet: Sheet, occasion: Occasion) -> None:
    """Let resolved clocks go on, or begin another cycle when the reopen window has passed."""
    held = book()
    offers = held.offers(sheet.record)
    for clock in _latest_of(sheet, LIFE_METRICS):
        last = sheet.lines(clock)[-1]
        if last.kind != Turn.RESOLVED:
            continue
        found = offers.get(clock.agreement_kind)
        target = found and found.promise.targets_for(sheet.record.priority).get(clock.metric)
        if found is None or target is None:
            found, target = None, clock.target_s
        rules = found.promise if found else promise(clock.agreement_version_id)
        calendar = held.calendar_version(rules) if found else clock.calendar_version_id
        if _is_beyond(rules, occasion.at - last.at):
            sheet.start(rules, calendar, clock.metric, target, occasion=occasion)
        else:
            sheet.retarget(clock, rules, calendar, target, occasion=occasion, kind=Turn.RUN)


def _is_beyond(rules: Promise, away: timedelta) -> bool:
    return rules.reopen_window_s is not None and away > timedelta(seconds=rules.reopen_window_s)


def _latest_of(sheet: Sheet, metrics: Iterable[str]) -> list[Clock]:
    found = {(clock.agreement_kind, clock.metric): clock for clock in sheet.clocks}
    return [clock for (_kind, metric), clock in found.items() if metric in metrics]


def _was_answered(sheet: Sheet, event: Event) -> bool:
    """Whether the staff replied before this message."""
    first = [clock for clock in sheet.clocks if clock.metric == Metric.FIRST_RESPONSE]
    if first:
        return not any(sheet.is_open(clock) for clock in first)
    earlier = Event.objects.filter(
        record_id=event.record_id, verb="comment.reply", sequence__lt=event.sequence
    )
    return earlier.filter(data__from_staff=True, data__automatic=False).exists()
