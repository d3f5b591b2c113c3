"""The questions that several transitions of obtain & build ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind
from valuechain.records.vocabulary import Principle

REASON = Ask("reason", _("Reason"))
HOLD = (
    Ask("reason", _("What is it waiting for?"), AskKind.LINE, is_internal=True),
    Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
        help=_("It comes back by itself then."), is_internal=True),
)  # fmt: skip
TEAM = Ask("team", _("Team"), AskKind.TEAM, stores="team", required=False)
OWNER = Ask("owner", _("Person"), AskKind.PERSON, stores="owner", required=False,
            help=_("A name or e-mail address; leave it empty to let the team decide."))  # fmt: skip
PROMISED_AT = Ask("promised_at", _("Promised for"), AskKind.DATE, stores="promised_at")
PROMISED_ON = Ask("promised_on", _("Promised for"), AskKind.DATE, stores="promised_on")
WHY_SO = Ask("reason", _("What has changed?"), AskKind.LINE, required=False,
             help=_("Whoever waits for it reads this."))  # fmt: skip
LOCATION = Ask("actual_location", _("Where is it now?"), AskKind.LINE, stores="actual_location")
ARRIVED = Ask("actual_at", _("Since when?"), AskKind.DATE, stores="actual_at", required=False,
              help=_("Leave it empty for today."))  # fmt: skip
BYPASS_REASON = Ask("reason", _("Why can it not wait for approval and money?"),
                    stores="bypass_reason")  # fmt: skip
#: Whoever lets something pass a gate, or holds it there, may say what weighed most.
PRINCIPLE = Ask("principle", _("Guiding principle weighed"), AskKind.CHOICE, required=False,
                choices=tuple(Principle.choices))  # fmt: skip
RESULT = Ask("result", _("What was done"), stores="result")
FORECAST = Ask("forecast", _("Forecast"), AskKind.DATE, stores="forecast")
NEW_BASELINE = Ask("baseline", _("New baseline"), AskKind.DATE)
ACHIEVED_ON = Ask("actual", _("Achieved on"), AskKind.DATE, stores="actual")
SUPPLIER_REFERENCE = Ask("supplier_reference", _("Supplier's reference"), AskKind.LINE,
                         required=False, stores="supplier_reference")  # fmt: skip
