"""Why somebody is told something, and how."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """Why this person is told. Each can be switched by the person; the words say it to them."""

    RECEIVED = "received", _("Your request was received")
    ANSWERED = "answered", _("Your request was answered")
    PROGRESS = "progress", _("Your request moved on")
    OWNER = "owner", _("You own it")
    ASSIGNED = "assigned", _("It was assigned to you")
    MENTIONED = "mentioned", _("You were mentioned")
    FOLLOWING = "following", _("You follow it")
    SLA = "sla", _("A deadline is near or missed")
    APPROVAL = "approval", _("It waits for your approval")
    HANDOVER = "handover", _("Work was offered or returned")


class Mailing(TextChoices):
    """What a person wants of mail about one reason."""

    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("No mail")


#: How a reason is mailed to somebody who chose nothing.
DEFAULT_MAILING = dict.fromkeys(Reason, Mailing.NOW) | {Reason.FOLLOWING: Mailing.DIGEST}
#: Reasons not worth a line in the portal: whoever asked by the portal has just seen it.
MAIL_ONLY = {Reason.RECEIVED}
