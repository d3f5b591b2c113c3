"""The steps of a release: written down, done, opened again, taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.deliver_support.models import Release, ReleaseStep
from valuechain.deliver_support.policies import may_do_step, may_plan_steps
from valuechain.records import events
from valuechain.records.actions import lock_record
from valuechain.records.models import Record


@transaction.atomic
def add_step(
    release: Record,
    *,
    text: str,
    actor: Any,
    via: str,
    owner: Any = None,
    planned_at: datetime | None = None,
) -> ReleaseStep:
    """Write down one thing to do. Raises Denied, FieldErrors, RuleViolation once it is over."""
    locked = _unfinished(release)
    decision = may_plan_steps(actor, locked)
    if not decision:
        raise Denied.because(decision)
    text = text.strip()
    if not text:
        raise FieldErrors({"text": [("required", _("Write what is to be done."))]})
    step = ReleaseStep.objects.create(
        release=locked, text=text[:300], owner=owner, planned_at=planned_at
    )
    _append(locked, "release.step_added", step, actor=actor, via=via)
    return step


@transaction.atomic
def take_steps_over(release: Record, *, actor: Any, via: str) -> int:
    """Make a step of each line written in the field for steps, once. Returns how many."""
    locked = _unfinished(release)
    if locked.plan.exists():
        raise RuleViolation("planned_already", _("Its steps are listed already."))
    lines = [line.strip(" -*\t") for line in locked.steps.splitlines()]
    for line in filter(None, lines):
        add_step(locked, text=line, actor=actor, via=via)
    return len([line for line in lines if line])


@transaction.atomic
def mark_step(step: ReleaseStep, *, is_done: bool, actor: Any, via: str) -> ReleaseStep:
    """Say that a step is done, or that it is not after all. Raises Denied, RuleViolation."""
    locked = _unfinished(step.release)
    fresh = ReleaseStep.objects.select_related("owner", "done_by").get(pk=step.pk)
    decision = may_do_step(actor, locked, fresh)
    if not decision:
        raise Denied.because(decision)
    if is_done == (fresh.done_at is not None):
        words = _("Somebody said so already.") if is_done else _("It is open already.")
        raise RuleViolation("said_already", words)
    fresh.done_at = clock.now() if is_done else None
    fresh.done_by = actor if is_done else None
    fresh.save(update_fields=["done_at", "done_by"])
    verb = "release.step_done" if is_done else "release.step_reopened"
    _append(locked, verb, fresh, actor=actor, via=via)
    return fresh


@transaction.atomic
def remove_step(step: ReleaseStep, *, actor: Any, via: str) -> None:
    """Take a step off. Raises Denied, and RuleViolation for one that was done."""
    locked = _unfinished(step.release)
    decision = may_plan_steps(actor, locked)
    if not decision:
        raise Denied.because(decision)
    if step.done_at is not None:
        raise RuleViolation("step_done", _("What was done stays in the list."))
    _append(locked, "release.step_removed", step, actor=actor, via=via)
    step.delete()


def _unfinished(release: Record) -> Release:
    locked = lock_record(release)
    if not isinstance(locked, Release) or not locked.is_live:
        raise RuleViolation("settled", _("The release is over; its steps stay as they were."))
    return locked


def _append(release: Release, verb: str, step: ReleaseStep, *, actor: Any, via: str) -> None:
    events.append(release, verb, actor=actor, via=via, data={"step": step.text}, is_internal=True)
