"""Writing on a specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from itsm.core import clock
from valuechain.approvals.models import Approval
from valuechain.design_transition.actions.versions import write_version
from valuechain.records.actions import edit_record
from valuechain.records.models import Record


@transaction.atomic
def edit_spec(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Edit a specification. While it is being voted on, the edit is a new version to vote on.

    Raises what `edit_record` raises.
    """
    edited = edit_record(record, changes, actor=actor, via=via, expected_version=expected_version)
    if Approval.objects.pending().filter(subject_id=edited.pk).exists():
        spec: Any = edited
        write_version(spec, actor=actor, at=clock.now())
    return edited
