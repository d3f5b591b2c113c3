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
