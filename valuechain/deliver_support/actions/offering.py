"""Writing a catalogue item: its address and the questions it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from valuechain.deliver_support.models import ServiceOffering
from valuechain.deliver_support.policies import may_offer
from valuechain.deliver_support.questions import read_questions
from valuechain.records import events
from valuechain.records.actions import edit_record, lock_record, open_record
from valuechain.records.models import Record


@transaction.atomic
def open_offering(*, kind: str = "offering", actor: Any, via: str, **values: Any) -> Record:
    """Write a new item of the catalogue. Raises FieldErrors when its short name is taken."""
    _refuse_taken(values.get("slug", ""), except_for=None)
    return open_record(kind, actor=actor, via=via, **values)


@transaction.atomic
def edit_offering(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Edit an item of the catalogue. Raises FieldErrors when its new short name is taken."""
    if "slug" in changes:
        _refuse_taken(changes["slug"], except_for=record.pk)
    return edit_record(record, changes, actor=actor, via=via, expected_version=expected_version)


def _refuse_taken(slug: str, *, except_for: int | None) -> None:
    if slug and ServiceOffering.objects.filter(slug=slug).exclude(pk=except_for).exists():
        words = _("Another item has this short name. Choose another.")
        raise FieldErrors({"slug": [("taken", words)]})


@transaction.atomic
def set_questions(
    offering: Record,
    questions: Any,
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> ServiceOffering:
    """Replace the questions an item asks; see `questions`. Raises Denied, FieldErrors, StaleVersion."""
    locked = cast("ServiceOffering", lock_record(offering, expected_version=expected_version))
    decision = may_offer(actor, locked)
    if not decision:
        raise Denied.because(decision)
    wanted = read_questions(questions)
    if wanted == locked.form:
        return locked
    before = [question["label"] for question in locked.form]
    locked.form = wanted
    event = events.compose(
        locked,
        "offering.edited",
        actor=actor,
        via=via,
        at=clock.now(),
        from_state=locked.state,
        data={"changes": [{
            "field": "form",
            "before": ", ".join(before),
            "after": ", ".join(question["label"] for question in wanted),
        }]},
        is_internal=True,
    )  # fmt: skip
    locked.version += 1
    locked.save(update_fields=["form", "version", *events.AUDIT_FIELDS])
    events.publish(locked, event)
    return locked
