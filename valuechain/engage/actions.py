"""How records of engage are opened and edited where the spine's own way is not enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, User
from itsm.accounts.roles import Role
from itsm.core.errors import FieldErrors
from valuechain.engage.models import SupplierRequest
from valuechain.records.actions import edit_record, open_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import ParticipationRole


def open_need(
    *,
    kind: str,
    actor: Any,
    via: str,
    requester: Any = None,
    stakeholder: Record | None = None,
    **values: Any,
) -> Record:
    """Open a need for whoever stated it.

    What a liaison notes down for a known stakeholder belongs to the person behind them, who then
    sees every decision and says in the end whether the value came. Raises what `open_record` raises.
    """
    person = _person_behind(stakeholder) if actor.access.is_staff else None
    if person is not None and requester in (None, actor):
        requester = person
    requester = requester or (actor if actor.pk is not None else None)
    return open_record(
        kind, actor=actor, via=via, requester=requester, stakeholder=stakeholder, **values
    )


def _person_behind(stakeholder: Record | None) -> User | None:
    if stakeholder is None:
        return None
    person: User | None = getattr(stakeholder.specific, "person", None)
    return person


def edit_need(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
) -> Record:
    """Edit a need; once it is submitted the words of its stakeholder stay as they were said."""
    changes = dict(changes)
    if record.state != "draft" and "description" in changes:
        if _same(changes["description"], record.description):
            del changes["description"]
        else:
            message = _("These are the words of the stakeholder. Write a note instead.")
            raise FieldErrors({"description": [("verbatim", message)]})
    return edit_record(record, changes, actor=actor, via=via, expected_version=expected_version)


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but the line ends a browser sends."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def survivor_of(need: Any) -> Record | None:
    """Return the need that a merged need became part of; None when it stands for itself."""
    return None if need.merged_into_id is None else need.merged_into.specific


def log_interaction(
    *,
    kind: str,
    actor: Any,
    via: str,
    state: str | None = None,
    summary: str = "",
    stakeholder: Record | None = None,
    **values: Any,
) -> Record:
    """Log that a stakeholder was spoken with, or plan to: without a summary it is still to come."""
    return open_record(
        kind,
        actor=actor,
        via=via,
        state=state or ("held" if summary.strip() else "planned"),
        summary=summary,
        stakeholder=stakeholder,
        **{"owner": actor if actor.pk is not None else None} | values,
    )


@transaction.atomic
def open_supplier_request(
    *, kind: str, actor: Any, via: str, contact: User | None = None, **values: Any
) -> Record:
    """Open a request to a supplier; their contact takes part and can answer it.

    What a supplier's contact lets us know is theirs: it names them and their company, and lies
    where they speak with us, so that the people there see it.
    """
    if actor.pk is not None and not actor.access.is_staff:
        contact = actor
        values.setdefault("subject", SupplierRequest.Subject.NOTICE)
        values |= {"requester": actor, "supplier": actor.organisation}
        values["organisation"] = _served_by(actor) or actor.organisation
    people: dict[str, list[Any]] = {}
    if contact is not None:
        people[ParticipationRole.WATCHER] = [contact]
    return open_record(kind, actor=actor, via=via, contact=contact, participants=people, **values)


def _served_by(contact: User) -> Organisation | None:
    """Return the organisation a supplier's contact speaks with."""
    return Organisation.objects.filter(
        rolegrant__user=contact, rolegrant__role=Role.SUPPLIER_CONTACT
    ).first()
