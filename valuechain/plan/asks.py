"""The questions that transitions of plan ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind

REASON = Ask("reason", _("Reason"))
PUBLIC_REASON = Ask("reason", _("Reason"), help=_("Its stakeholders read this."))
HOLD = (
    Ask("reason", _("What is it waiting for?"), AskKind.LINE),
    Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
        help=_("It comes back by itself then.")),
)  # fmt: skip
BUDGET = Ask(
    "budget", _("Budget to set the money aside from"), AskKind.RECORD, kinds=("budget",),
    required=False, help=_("Leave it empty when the money is set aside already."),
)  # fmt: skip
FOR = Ask("record", _("What is it for?"), AskKind.RECORD, help=_("The number of the record."))
AMOUNT = Ask("amount", _("Amount"), AskKind.DECIMAL)
AMOUNT_OR_ALL = Ask("amount", _("Amount"), AskKind.DECIMAL, required=False,
                    help=_("Leave it empty for all that is set aside."))  # fmt: skip
ACTUAL = Ask("actual", _("Measured now"), AskKind.DECIMAL, stores="actual")
REMARK = Ask("remark", _("Why"), AskKind.LINE, required=False)
VALUE = Ask("reason", _("What came of it"), help=_("In your own words."))
OWNER = Ask("owner", _("Owner"), AskKind.PERSON, stores="owner",
            help=_("A name or e-mail address."))  # fmt: skip
REVIEW_ON = Ask("review_on", _("Read it again by"), AskKind.DATE, stores="review_on")
NEXT_TEXT = Ask("next_text", _("New text"), stores="next_text", begins_with="text",
                is_internal=True, help=_("Markdown works."))  # fmt: skip
WHY_CHANGE = Ask("reason", _("What changes, and why?"), is_internal=True)
WHY_GRANTED = Ask("reason", _("Why is it granted, and under which conditions?"),
                  help=_("Whoever asked for it reads this."))  # fmt: skip
ENDS_AT = Ask("follow_up_at", _("It ends on"), AskKind.INSTANT, begins_with="ends_at",
              help=_("It runs out by itself then."))  # fmt: skip
