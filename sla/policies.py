"""Who may say what was promised."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import Access
from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny


def may_set_service_levels(actor: Any) -> Decision:
    """Calendars and agreements hold for the whole company: so must the role of who changes them."""
    access: Access = actor.access
    if access.limit is None and (access.is_admin or Role.SERVICE_OWNER in access.everywhere):
        return ALLOW
    return deny(
        _("Only an administrator, or a service owner for the whole company, changes agreements.")
    )
