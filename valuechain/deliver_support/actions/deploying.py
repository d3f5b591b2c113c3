"""Planning a deployment, and what its success brings about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from itsm.accounts.access import SYSTEM
from itsm.core.errors import RuleViolation
from valuechain.deliver_support.models import Deployment
from valuechain.deliver_support.policies import is_not_frozen
from valuechain.records.actions import link_records, lock_record, open_record, perform
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind

#: The way of a service that is not live yet, one step after the other.
TO_LIVE = {"proposed": "design", "in_design": "build", "in_build": "go_live"}


@transaction.atomic
def open_deployment(
    *, kind: str = "deployment", release: Record, actor: Any, via: str, **values: Any
) -> Record:
    """Plan a deployment of a release, linked to it and to the service it changes.

    Organisation, service and team are the release's unless named. Raises what `open_record` raises,
    and RuleViolation("change_freeze") for a window in production inside a freeze.
    """
    for name in ("organisation", "service", "team"):
        if values.get(name) is None:
            values[name] = getattr(release, name)
    deployment: Any = open_record(kind, actor=actor, via=via, release=release, **values)
    if deployment.environment == Deployment.Environment.PRODUCTION:
        is_open = is_not_frozen(deployment)
        if not is_open:
            raise RuleViolation(
                is_open.code, is_open.reason, field="window_start", missing=is_open.missing
            )
    link_records(deployment, release, LinkKind.DEPLOYS, actor=SYSTEM, via=via)
    if deployment.under_change is not None:
        link_records(
            deployment, deployment.under_change, LinkKind.IMPLEMENTS, actor=SYSTEM, via=via
        )
    if deployment.service is not None:
        link_records(deployment, deployment.service, LinkKind.AFFECTS, actor=SYSTEM, via=via)
    return lock_record(deployment)


@transaction.atomic
def bring_live(service: Record, *, via: str, at: datetime) -> None:
    """Take a service that is not live yet through every step to live; leave any other alone."""
    locked = lock_record(service)
    while (step := TO_LIVE.get(locked.state)) is not None:
        locked = perform(locked, step, actor=SYSTEM, via=via, at=max(at, locked.state_since)).record
