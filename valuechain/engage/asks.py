"""The questions that transitions of engage ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind
from valuechain.engage.models import Need, Stakeholder
from valuechain.records.vocabulary import Principle

PUBLIC_REASON = Ask("reason", _("Reason"), help=_("The stakeholder reads this."))
FOLLOW_UP = Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
                help=_("It comes back by itself then."))  # fmt: skip
PRINCIPLE = Ask("principle", _("Guiding principle weighed"), AskKind.CHOICE, required=False,
                choices=tuple(Principle.choices))  # fmt: skip

LIAISON = Ask("owner", _("Liaison"), AskKind.PERSON, stores="owner",
              help=_("Who speaks with the stakeholder; a name or e-mail address."))  # fmt: skip

CLASSIFICATION = (
    Ask("classification", _("Wanted or required?"), AskKind.CHOICE, stores="classification",
        choices=tuple(Need.Classification.choices)),
    Ask("reason", _("Why?"), AskKind.LINE, stores="classification_reason",
        help=_("The stakeholder reads this.")),
    Ask("sponsor", _("Sponsor"), AskKind.PERSON, required=False, stores="sponsor",
        help=_("A want needs one.")),
    Ask("trade_off", _("Trade-off"), AskKind.LINE, required=False, stores="trade_off",
        help=_("What is not done for it. A want needs one.")),
)  # fmt: skip
JUSTIFICATION = (
    Ask("reason", _("Why is it justified?"), stores="justification",
        help=_("The stakeholder reads this.")),
    Ask("evidence", _("Evidence"), required=False, stores="evidence",
        help=_("Figures, contracts, tickets: what shows it.")),
    PRINCIPLE,
)  # fmt: skip
FULFILABILITY = (
    Ask("fulfilability", _("Can we fulfil it?"), AskKind.CHOICE, stores="fulfilability",
        choices=tuple(Need.Fulfilability.choices)),
    Ask("reason", _("What part, and when?"), AskKind.LINE, stores="fulfilability_note",
        help=_("The stakeholder reads this.")),
)  # fmt: skip
ROUTE_REASON = Ask("reason", _("Where does it go, and why there?"), AskKind.LINE, required=False,
                   stores="route_reason", help=_("The stakeholder reads this."))  # fmt: skip
ROUTE_AGAIN = Ask("reason", _("Where does it go, and why there?"), AskKind.LINE,
                  stores="route_reason", help=_("The stakeholder reads this."))  # fmt: skip
PROMISE = (
    Ask("promise", _("What we promise"), AskKind.LINE, stores="promise",
        help=_("The stakeholder reads this at once.")),
    Ask("promised_on", _("By when"), AskKind.DATE, stores="promised_on"),
)  # fmt: skip
TURNED_DOWN = (
    Ask("reason", _("Why is it not justified?"), stores="verdict_reason",
        help=_("The stakeholder reads this, and can answer with new evidence.")),
    PRINCIPLE,
)  # fmt: skip
APPEAL = (
    Ask("reason", _("What did we not know?"), stores="appeal_evidence",
        help=_("New evidence. A need can be appealed once.")),
)  # fmt: skip
QUESTION = (
    Ask("reason", _("What do you need to know?"), help=_("The stakeholder reads this.")),
    FOLLOW_UP,
)
ANSWER = Ask("answer", _("What was asked for"), required=False,
             help=_("Leave it empty when the answer is in the conversation."))  # fmt: skip
DEFERRAL = (
    Ask("reason", _("Why later?"), help=_("The stakeholder reads this.")),
    Ask("follow_up_at", _("Decide again on"), AskKind.INSTANT,
        help=_("It comes back by itself then.")),
)  # fmt: skip
INTO = Ask("into", _("Need that stays"), AskKind.RECORD, kinds=("need",),
           help=_("Its number; whoever asked here hears of that one."))  # fmt: skip
VALUE_SAID = Ask("reason", _("In your words"), required=False, stores="value_note")
VALUE_MISSING = Ask("reason", _("What is missing?"), stores="value_note")

HEALTH = (
    Ask("health", _("How is the relationship?"), AskKind.CHOICE, stores="health",
        choices=tuple(Stakeholder.Health.choices)),
    Ask("note", _("What makes it so?"), stores="health_note"),
)  # fmt: skip
HOLD_REASON = Ask("reason", _("What is it waiting for?"), AskKind.LINE, is_internal=True)
HOLD = (HOLD_REASON, FOLLOW_UP)
SUMMARY = (
    Ask("summary", _("What was said"), stores="summary"),
    Ask("next_step", _("Next step"), AskKind.LINE, required=False, stores="next_step"),
)
CANCELLED_BECAUSE = Ask("reason", _("Reason"), help=_("Whoever takes part in it reads this."))
SUPPLIER_ANSWER = (
    Ask("answer", _("The answer"), stores="answer"),
    Ask("promised_on", _("Promised for"), AskKind.DATE, required=False, stores="promised_on",
        help=_("What is linked and waits for the supplier gets this date.")),
)  # fmt: skip
SUPPLIER_NOTICE = (
    Ask("answer", _("What it means for us"), stores="answer"),
    Ask("component", _("Component it is about"), AskKind.RECORD, kinds=("component",),
        required=False, help=_("It is linked to this. Further ones are linked on the page.")),
    Ask("promised_on", _("New date"), AskKind.DATE, required=False, stores="promised_on",
        help=_("Each linked component gets this date, and whoever waits for it reads it.")),
)  # fmt: skip
