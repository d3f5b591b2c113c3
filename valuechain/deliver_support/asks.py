"""The questions that several transitions of deliver & support ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind
from valuechain.records.vocabulary import Principle

REASON = Ask("reason", _("Reason"))
HEALTH = Ask("health", _("How is it?"), AskKind.CHOICE, stores="health",
             choices=(("degraded", _("Degraded")), ("down", _("Down")),
                      ("maintenance", _("Maintenance"))))  # fmt: skip
HEALTH_NOTE = Ask("health_note", _("What people notice"), AskKind.LINE, stores="health_note",
                  help=_("Everybody who uses the service reads this."))  # fmt: skip
RESTORED_NOTE = Ask("note", _("What was done"), AskKind.LINE, required=False,
                    help=_("Everybody who uses the service reads this."))  # fmt: skip
FOLLOW_UP = Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
                help=_("It comes back by itself then."))  # fmt: skip
TEST_EVIDENCE = Ask("test_evidence", _("What the tests showed"), stores="test_evidence")
OVERLAP = Ask("overlap_accepted", _("Why may it overlap?"), AskKind.LINE, is_internal=True,
              stores="overlap_accepted",
              help=_("The calendar names you beside it."))  # fmt: skip
PRINCIPLE = Ask("principle", _("Guiding principle weighed"), AskKind.CHOICE, required=False,
                choices=tuple(Principle.choices))  # fmt: skip
VERIFICATION = Ask("verification", _("How do you know that it works?"), stores="verification")
