"""The roles a person can hold. A grant gives one role everywhere, in one organisation or team."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What somebody is to the service value chain; a person may hold several."""

    REQUESTER = "requester", _("Requester")
    AGENT = "agent", _("Service desk agent")
    TEAM_LEAD = "team_lead", _("Team lead")
    BRM = "brm", _("Business relationship manager")
    PLANNER = "planner", _("Planner")
    ARCHITECT = "architect", _("Architect")
    BUDGET_HOLDER = "budget_holder", _("Budget holder")
    BUYER = "buyer", _("Buyer")
    BUILDER = "builder", _("Builder")
    RELEASE_MANAGER = "release_manager", _("Release manager")
    CHANGE_MANAGER = "change_manager", _("Change manager")
    SERVICE_OWNER = "service_owner", _("Service owner")
    SUPPLIER_CONTACT = "supplier_contact", _("Supplier contact")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")
    INTEGRATION = "integration", _("Integration")


#: Roles that do not make somebody a member of staff: they see what they take part in, and never
#: an internal note.
OUTSIDE_ROLES = frozenset({Role.REQUESTER, Role.SUPPLIER_CONTACT})

#: Roles that work on records; an auditor reads all and writes nothing.
STAFF_ROLES = frozenset(Role) - OUTSIDE_ROLES

#: Roles that keep the service desk going: whoever holds one may log and work on tickets.
DESK_ROLES = frozenset({Role.AGENT, Role.TEAM_LEAD, Role.ADMIN, Role.INTEGRATION})
