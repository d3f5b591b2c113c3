"""The questions that several ticket transitions ask, written once."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind
from valuechain.records.vocabulary import Priority

TICKET_KINDS = ("incident", "service_request", "change", "problem", "project_initiation")

TEAM = Ask("team", _("Team"), AskKind.TEAM, stores="team", required=False)
OWNER = Ask("owner", _("Agent"), AskKind.PERSON, stores="owner", required=False,
            help=_("A name or e-mail address; leave it empty to let the team decide."))  # fmt: skip
PUBLIC_REASON = Ask("reason", _("Reason"), help=_("The requester reads this."))
HOLD_REASON = Ask("reason", _("What is it waiting for?"), AskKind.LINE, is_internal=True)
FOLLOW_UP = Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
                help=_("It comes back by itself then."), is_internal=True)  # fmt: skip
HOLD = (HOLD_REASON, FOLLOW_UP)

RESOLUTION_CODES = (
    ("fixed", _("Fixed")),
    ("workaround", _("Worked around")),
    ("answered", _("Question answered")),
    ("no_fault_found", _("No fault found")),
    ("third_party", _("Fixed by a third party")),
    ("duplicate", _("Known already")),
)
RESOLUTION_CODE = Ask("resolution_code", _("How was it resolved?"), AskKind.CHOICE,
                      choices=RESOLUTION_CODES, stores="resolution_code")  # fmt: skip
RESOLUTION = Ask("resolution", _("What was done"), stores="resolution",
                 help=_("The requester reads this."))  # fmt: skip
PRIORITY = Ask("priority", _("Priority"), AskKind.CHOICE, stores="priority",
               choices=tuple(Priority.choices))  # fmt: skip
OVERRIDE_REASON = Ask("reason", _("Why not the one impact and urgency give?"), AskKind.LINE,
                      stores="priority_override", is_internal=True)  # fmt: skip
INTO = Ask("into", _("Ticket that stays"), AskKind.RECORD, kinds=TICKET_KINDS,
           help=_("Its number; everything said here moves there."))  # fmt: skip


def convert_to(*choices: tuple[str, Any]) -> Ask:
    """Ask what a ticket really is."""
    return Ask("kind", _("What is it really?"), AskKind.CHOICE, choices=choices)


QUESTION = (
    Ask("reason", _("What do you need to know?"), help=_("The requester reads this.")),
    FOLLOW_UP,
)
ANSWER = Ask("answer", _("What was asked for"), required=False,
             help=_("Leave it empty when the answer is in the conversation."))  # fmt: skip
ISSUES = Ask("issues", _("What did not go as planned"), stores="resolution")
ROOT_CAUSE = Ask("root_cause", _("Root cause"), stores="root_cause")
WORKAROUND = Ask("workaround", _("Workaround"), stores="workaround")
WINDOW_START = Ask("window_start", _("Window opens"), AskKind.INSTANT, stores="window_start")
WINDOW_END = Ask("window_end", _("Window closes"), AskKind.INSTANT, stores="window_end")
CONFLICTS_ACCEPTED = Ask(
    "conflicts_accepted", _("Why may it overlap with what else is planned?"), AskKind.LINE,
    required=False, stores="conflicts_accepted", is_internal=True,
    help=_("Needed only when something else is planned for the same service at that time."),
)  # fmt: skip
