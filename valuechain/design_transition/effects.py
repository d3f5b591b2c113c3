"""What follows from transitions of design & transition, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.machine import Change
from valuechain.approvals.actions import request_approval
from valuechain.design_transition.actions.versions import write_version
from valuechain.design_transition.policies import shortfall_of
from valuechain.records.actions import add_comment, link_records, set_aside
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Visibility


def allocated(requirement: Any, change: Change) -> None:
    """Say which specification is to satisfy the requirement."""
    link_records(
        change.answers["spec"], requirement, LinkKind.SATISFIES, actor=change.actor, via=change.via
    )


def requirement_dropped(requirement: Any, change: Change) -> None:
    """Tell those whose need is behind a requirement that it was dropped, and why."""
    needs = Record.objects.filter(
        kind="need", links_in__source=requirement.pk, links_in__kind=LinkKind.DERIVED_FROM
    )
    for need in needs.order_by("pk"):
        add_comment(
            need,
            body=_("The requirement “%(title)s” was dropped: %(reason)s")
            % {"title": requirement.title, "reason": change.answers["reason"]},
            visibility=Visibility.PUBLIC,
            actor=SYSTEM,
            via=change.via,
            at=change.at,
            is_automatic=True,
        )


def submitted(spec: Any, change: Change) -> None:
    """Keep the version that is put up, and ask those who decide on it."""
    write_version(spec, actor=change.actor, at=change.at)
    request_approval(spec, actor=change.actor, via=change.via, at=change.at)


def comes_into_force(spec: Any, change: Change) -> None:
    """From now on this version counts; an older one stayed in force until here."""
    spec.in_force = write_version(spec, actor=change.actor, at=change.at)


def funded(spec: Any, change: Change) -> None:
    """Set the missing money aside from the budget named."""
    set_aside(spec, shortfall_of(spec), change)
