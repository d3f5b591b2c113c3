"""Who may do what to any record; a kind adds its own rules to these."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import Access
from itsm.accounts.roles import DESK_ROLES, STAFF_ROLES, Role
from itsm.core.decisions import ALLOW, Decision, deny
from valuechain.records.vocabulary import Visibility

#: Roles that change what they see; an auditor only reads it.
WORKING_ROLES = STAFF_ROLES - {Role.AUDITOR}


def may_work(actor: Any, record: Any) -> Decision:
    """Staff who see the record as their work; an auditor reads and never writes."""
    access: Access = actor.access
    if not access.works_on(record):
        return deny(_("Only the people who work on this record may do this."))
    owns = record.owner_id == access.user_id and bool(access.roles & WORKING_ROLES)
    if owns or access.holds(WORKING_ROLES, record):
        return ALLOW
    return deny(_("An auditor reads everything and changes nothing."))


def may_desk(actor: Any, record: Any) -> Decision:
    """The service desk, and whoever is in the record's team or owns it."""
    access: Access = actor.access
    works = may_work(actor, record)
    if not works:
        return works
    if access.holds(DESK_ROLES, record) or record.owner_id == access.user_id:
        return ALLOW
    return deny(_("Only an agent of the desk, the record's team or its owner may do this."))


def may_ask(actor: Any, record: Any) -> Decision:
    """The requester or caller of the record, or the desk on their behalf."""
    if is_requester(actor, record):
        return ALLOW
    desk = may_desk(actor, record)
    return desk or deny(_("Only the requester or the service desk may do this."))


def is_requester(actor: Any, record: Any) -> bool:
    """Whether the actor is the person the record was raised for."""
    return actor.pk is not None and record.requester_id == actor.pk


def may_comment(actor: Any, record: Any, visibility: str) -> Decision:
    """Whoever sees a record may write publicly on it; notes are for those who work on it."""
    if visibility == Visibility.INTERNAL:
        return may_work(actor, record)
    works = may_work(actor, record)
    reads_only = actor.access.works_on(record) and not works
    if reads_only and not record.participations.filter(person_id=actor.pk).exists():
        return works
    return ALLOW


def requires(*roles: str) -> Any:
    """Return a policy that allows holders of one of the roles where the record belongs."""
    names = ", ".join(str(Role(role).label).lower() for role in roles)

    def may(actor: Any, record: Any) -> Decision:
        works = may_work(actor, record)
        if not works:
            return works
        if actor.access.holds(roles, record):
            return ALLOW
        return deny(_("This needs one of these roles: %(roles)s.") % {"roles": names})

    return may


def owner_or(*roles: str) -> Any:
    """Return a policy that allows the record's owner, and holders of one of the roles."""
    by_role = requires(*roles)

    def may(actor: Any, record: Any) -> Decision:
        if record.owner_id is not None and record.owner_id == actor.pk:
            return may_work(actor, record)
        decision: Decision = by_role(actor, record)
        return decision

    return may
