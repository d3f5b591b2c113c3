"""The words of approvals: how a step counts, who it asks, what may be answered, what came out."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Mode(TextChoices):
    """How many of those asked must approve before a step is passed."""

    ANY = "any", _("Any one of them")
    ALL = "all", _("All of them")
    MAJORITY = "majority", _("More than half")
    COUNT = "count", _("A number of them")


class Source(TextChoices):
    """How a step names the people it asks."""

    PERSON = "person", _("A person")
    ROLE = "role", _("Whoever holds a role there")
    TEAM = "team", _("A team")
    SERVICE_OWNER = "service_owner", _("The owner of the service")
    BUDGET_HOLDER = "budget_holder", _("The holder of the budget")
    FIELD = "field", _("The person a field of the record names")


class Answer(TextChoices):
    """What an approver can say."""

    APPROVE = "approve", _("Approve")
    CHANGES = "changes", _("Ask for changes")
    REJECT = "reject", _("Reject")


class Result(TextChoices):
    """What the votes amount to."""

    PENDING = "pending", _("Waiting for votes")
    APPROVED = "approved", _("Approved")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked for")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
