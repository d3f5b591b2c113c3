"""What happens to records by itself, on a schedule."""

from __future__ import annotations

from celery import shared_task

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.records.actions import perform, release_due
from valuechain.records.actions.checking import check_due
from valuechain.records.actions.drafting import forget_drafts as forget_old_drafts
from valuechain.records.actions.long_exports import advance, forget_old
from valuechain.records.models import Record
from valuechain.records.sweeping import sweep
from valuechain.records.vocabulary import Via


@shared_task(name="records.return_from_waiting", ignore_result=True)
def return_from_waiting() -> int:
    """Take up again every waiting record whose follow-up date has come. Returns how many.

    Every machine with a waiting state calls the way back `resume`; a conformance test sees to it.
    """
    due = Record.objects.in_phase(Phase.WAITING).filter(follow_up_at__lte=clock.now())
    return sweep(due, lambda record: perform(record, "resume", actor=SYSTEM, via=Via.WORKER)).done


@shared_task(name="records.check_files", ignore_result=True)
def check_files() -> int:
    """Scan new files where a scanner is set up, and draw pictures small. Returns how many."""
    return check_due()


@shared_task(name="records.send_held", ignore_result=True)
def send_held() -> int:
    """Send the replies that nobody took back in time. Returns how many."""
    return release_due()


@shared_task(name="records.forget_drafts", ignore_result=True)
def forget_drafts() -> int:
    """Delete drafts nobody came back to. Returns how many."""
    return forget_old_drafts(clock.now())


@shared_task(name="records.write_exports", ignore_result=True)
def write_exports() -> bool:
    """Write the next stretch of a long list, and go on at once while there is more."""
    is_at_it = advance()
    if is_at_it:
        write_exports.delay()
    return is_at_it


@shared_task(name="records.forget_exports", ignore_result=True)
def forget_exports() -> int:
    """Remove the files of long lists that are kept no longer. Returns how many."""
    return forget_old()
