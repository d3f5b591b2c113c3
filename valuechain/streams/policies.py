"""Who may draw value streams, and who may lead records along them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny

DRAWERS = frozenset({Role.SERVICE_OWNER, Role.PLANNER, Role.ARCHITECT, Role.TEAM_LEAD})


def organisations_of(actor: Any) -> frozenset[int] | None:
    """Return the organisations the actor may draw streams for; None means all."""
    access = actor.access
    if access.is_admin or access.everywhere & DRAWERS:
        return access.limit  # type: ignore[no-any-return]
    found: set[int] = set()
    for role in DRAWERS:
        found |= access.by_organisation.get(role, frozenset())
    return frozenset(found if access.limit is None else found & access.limit)


def may_draw(actor: Any, organisation: Organisation | None = None) -> Decision:
    """Service owners, planners, architects and team leads draw streams where they hold the role."""
    ours = organisations_of(actor)
    if ours is None or (ours and (organisation is None or organisation.pk in ours)):
        return ALLOW
    return deny(
        _("Value streams are drawn by service owners, planners, architects and team leads there.")
    )
