"""Bringing incidents in from a file: tried first, then in stretches, so that no worker holds long.

Everything stands in the row: a worker that is killed leaves what it brought in, and the next goes on
from there. What is here already is left as it is, so a stretch that runs twice ends the same.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.administering import may_administer
from itsm.accounts.trail import note
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from itsm.portal.models import ImportRun
from sla.defaults import promise_something
from tickets.imports import directory, reader, report
from tickets.imports.reader import Log, NotAnEventLog
from tickets.imports.replay import Replay

Stage = ImportRun.Stage
MOST_BYTES = 64 * 1024 * 1024
#: How long a worker tries, or brings in, before it lets others to the queue.
TRIAL_SECONDS, STRETCH_SECONDS = 20.0, 40.0
CLAIM = timedelta(minutes=4)
#: Refused rows that are kept word for word; the rest is counted.
MOST_REFUSALS = 1000


class _EnoughForNow(Exception):  # noqa: N818 - it stops a stretch, nothing is wrong
    """The time of a stretch is over."""


def start_import(
    file: Any, *, name: str, organisation: str, time_zone: str, actor: Any
) -> ImportRun:
    """Keep a file and have it tried; nothing of it is brought in yet. Raises Denied, FieldErrors."""
    _refuse_others(actor)
    if file.size > MOST_BYTES:
        raise FieldErrors({"file": [("too_large", _("The file is larger than 64 MB. Split it."))]})
    try:
        reader.read(file.readline(), zone=ZoneInfo(time_zone))
    except NotAnEventLog as problem:
        raise FieldErrors({"file": [("not_a_log", str(problem))]}) from problem
    file.seek(0)
    run = ImportRun(
        name=name[:200],
        size=file.size,
        organisation=organisation,
        time_zone=time_zone,
        started_by=actor,
    )
    run.file.save("upload", file, save=False)
    run.save()
    note(actor, "import.file_sent", run.name, organisation=organisation)
    return run


def bring_in(run: ImportRun, *, actor: Any) -> None:
    """Let workers bring in what was tried. Raises Denied, and RuleViolation when it is no longer to do."""
    _refuse_others(actor)
    waiting = ImportRun.objects.filter(pk=run.pk, stage=Stage.TRIED)
    if not waiting.update(stage=Stage.RUNNING, claimed_until=clock.now()):
        raise RuleViolation("not_tried", _("This file is being brought in, or was already."))
    note(actor, "import.started", run.name, incidents=run.incidents, organisation=run.organisation)


def throw_away(run: ImportRun, *, actor: Any) -> None:
    """Remove a run and its file; what it brought in stays."""
    _refuse_others(actor)
    with transaction.atomic():
        kept = ImportRun.objects.select_for_update().filter(pk=run.pk).first()
        if kept is not None and kept.stage == Stage.RUNNING:
            raise RuleViolation(
                "running", _("This file is being brought in. Wait until it is done.")
            )
        if kept is not None:
            kept.delete()
            note(actor, "import.file_removed", run.name)
    run.file.delete(save=False)


def advance() -> bool:
    """Do the next stretch of what is to do. Returns whether there was any."""
    run = _claimed()
    if run is None:
        return False
    if run.stage == Stage.WAITING:
        _try_out(run)
    else:
        _go_on(run)
    return True


def _claimed() -> ImportRun | None:
    """Take one run for this worker alone."""
    now = clock.now()
    todo = ImportRun.objects.filter(
        stage__in=(Stage.WAITING, Stage.RUNNING), claimed_until__lte=now
    ).order_by("pk")
    for pk in todo.values_list("pk", flat=True)[:5]:
        if todo.filter(pk=pk).update(claimed_until=now + CLAIM):
            return ImportRun.objects.filter(pk=pk).first()
    return None


def _read(run: ImportRun) -> Log:
    with run.file.open("rb") as file:
        return reader.read(file.read(), zone=ZoneInfo(run.time_zone))


def _try_out(run: ImportRun) -> None:
    """Check every row, and replay as many incidents as the time allows in a transaction that is undone."""
    try:
        log = _read(run)
    except NotAnEventLog as problem:
        _settle(run, stage=Stage.REFUSED, problem=str(problem)[:500])
        return
    with transaction.atomic():
        replay, tried = _replay(run, log, _stopwatch(TRIAL_SECONDS))
        transaction.set_rollback(True)
    found = _found(log, replay) | {"tried": tried}
    _settle(run, stage=Stage.TRIED, rows=log.rows, incidents=len(log.incidents), trial=found)


def _go_on(run: ImportRun) -> None:
    """Bring in the next incidents of the file, each for good as soon as it is done."""
    log = _read(run)
    rest = Log(
        rows=log.rows,
        incidents=dict(islice(log.incidents.items(), run.done, None)),
        refusals=[] if run.done else log.refusals,
        clock_notes={} if run.done else log.clock_notes,
    )
    enough = _stopwatch(STRETCH_SECONDS)

    def progress(done: int, of: int) -> None:
        ImportRun.objects.filter(pk=run.pk).update(
            done=run.done + done, claimed_until=clock.written_down() + CLAIM
        )
        enough(done, of)

    promise_something(zone=run.time_zone)
    replay, done = _replay(run, rest, progress)
    result = _added(run.result, _found(rest, replay))
    if run.done + done < len(log.incidents):
        _settle(run, done=run.done + done, result=result, claimed_until=clock.now())
        return
    result["totals"] = dict(report.totals())
    _settle(
        run, done=run.done + done, result=result, stage=Stage.DONE, finished_at=clock.now(), file=""
    )
    run.file.delete(save=False)


def _replay(run: ImportRun, log: Log, progress: Callable[[int, int], None]) -> tuple[Replay, int]:
    """Replay a log until it ends or the time is over. Returns the replay and how many incidents it did."""
    rows = [row for rows in log.incidents.values() for row in rows]
    known = directory.settle(rows, organisation=run.organisation, time_zone=run.time_zone)
    replay = Replay(log, known)
    did = 0

    def count(done: int, of: int) -> None:
        nonlocal did
        did = done
        progress(done, of)

    with contextlib.suppress(_EnoughForNow):
        replay.run(count)
    replay.tally.outcomes["people made"] += known.new_people
    replay.tally.outcomes["teams made"] += known.new_teams
    return replay, did


def _stopwatch(seconds: float) -> Callable[[int, int], None]:
    until = time.monotonic() + seconds

    def look(done: int, of: int) -> None:
        if done < of and time.monotonic() > until:
            raise _EnoughForNow

    return look


def _found(log: Log, replay: Replay) -> dict[str, Any]:
    tally = replay.tally
    refused = sorted([*log.refusals, *tally.refusals], key=lambda one: (one.line, one.column))
    return {
        "outcomes": dict(+tally.outcomes),
        "moves": dict(+tally.moves),
        "notes": {**tally.notes, **{f"times {note}": n for note, n in log.clock_notes.items()}},
        "refused": len(refused),
        "refusals": [[one.line, one.column, one.reason] for one in refused[:MOST_REFUSALS]],
    }


def _added(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    if not before:
        return more
    added: dict[str, Any] = {
        key: dict(Counter(before[key]) + Counter(more[key]))
        for key in ("outcomes", "moves", "notes")
    }
    added["refused"] = before["refused"] + more["refused"]
    added["refusals"] = (before["refusals"] + more["refusals"])[:MOST_REFUSALS]
    return added


def _settle(run: ImportRun, **values: Any) -> None:
    ImportRun.objects.filter(pk=run.pk).update(**values)


def _refuse_others(actor: Any) -> None:
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
