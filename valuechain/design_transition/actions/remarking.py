"""What readers say about the parts of a specification."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.design_transition.content import PARTS, requirements_of, version_number
from valuechain.design_transition.models import DesignSpec, Remark
from valuechain.records import events
from valuechain.records.actions import lock_record
from valuechain.records.answers import MAX_TEXT
from valuechain.records.models import Record
from valuechain.records.policies import may_work


@transaction.atomic
def add_remark(
    record: Record,
    *,
    part: str,
    body: str,
    actor: Any,
    via: str,
    answers_to: Remark | None = None,
) -> Remark:
    """Comment on a section or a requirement of a specification, or answer a comment.

    An answer belongs to the part its thread is about. Raises Denied and FieldErrors.
    """
    spec = _opened(record, actor)
    body = body.strip()
    if not body:
        raise FieldErrors({"body": [("required", _("Write your comment."))]})
    if len(body) > MAX_TEXT or "\x00" in body:
        raise FieldErrors({"body": [("too_long", _("At most 50,000 characters fit."))]})
    if answers_to is not None:
        answers_to = _thread_of(spec, answers_to)
        part = answers_to.part
    elif part not in PARTS and not requirements_of(spec).filter(number=part).exists():
        raise FieldErrors({"part": [("not_understood", _("Name a part of the specification."))]})
    remark = Remark.objects.create(
        spec=spec,
        part=part,
        body=body,
        author_id=actor.pk,
        at=clock.now(),
        answers_to=answers_to,
        version_number=version_number(spec),
    )
    events.append(
        spec,
        "design_spec.remarked",
        actor=actor,
        via=via,
        data={"part": part, "body": body},
        is_internal=True,
    )
    return remark


@transaction.atomic
def settle_remark(remark: Remark, *, is_settled: bool, actor: Any, via: str) -> Remark:
    """Tick a thread off, or open it again. Raises Denied; RuleViolation when it is so already."""
    spec = _opened(remark.spec, actor)
    thread = _thread_of(spec, remark)
    if is_settled == (thread.resolved_at is not None):
        raise RuleViolation(
            "settled_already", _("Somebody did so already. Load the page again to see it.")
        )
    thread.resolved_by_id = actor.pk if is_settled else None
    thread.resolved_at = clock.now() if is_settled else None
    thread.save(update_fields=["resolved_by", "resolved_at"])
    events.append(
        spec,
        "design_spec.remark_settled" if is_settled else "design_spec.remark_reopened",
        actor=actor,
        via=via,
        data={"part": thread.part, "body": thread.body},
        is_internal=True,
    )
    return thread


def _opened(record: Record, actor: Any) -> DesignSpec:
    spec: Any = lock_record(record)
    decision = may_work(actor, spec)
    if not decision:
        raise Denied.because(decision)
    found: DesignSpec = spec
    return found


def _thread_of(spec: DesignSpec, remark: Remark) -> Remark:
    """Return the first remark of a thread, read afresh while the specification is locked."""
    first: Remark = spec.remarks.get(pk=remark.answers_to_id or remark.pk)
    return first
