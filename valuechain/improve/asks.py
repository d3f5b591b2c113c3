"""The questions that transitions of improve ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind

_FIVE = tuple((number, str(number)) for number in range(1, 6))

PUBLIC_REASON = Ask("reason", _("Reason"), help=_("Whoever suggested it reads this."))
HOLD = (
    Ask("reason", _("Why later?"), AskKind.LINE),
    Ask("follow_up_at", _("Look at it again on"), AskKind.INSTANT,
        help=_("It comes back by itself then.")),
)  # fmt: skip
ESTIMATES = (
    Ask("value", _("Value, 1 (little) to 5 (a lot)"), AskKind.CHOICE, choices=_FIVE,
        stores="value"),
    Ask("effort", _("Effort, 1 (little) to 5 (a lot)"), AskKind.CHOICE, choices=_FIVE,
        stores="effort"),
)  # fmt: skip
OWNER = Ask("owner", _("Owner"), AskKind.PERSON, stores="owner",
            help=_("A name or e-mail address."))  # fmt: skip
INTO = Ask("into", _("Improvement that stays"), AskKind.RECORD, kinds=("improvement",),
           help=_("Its number; the evidence moves there."))  # fmt: skip
AFTER = (
    Ask("after_value", _("Value after"), AskKind.DECIMAL, stores="after_value"),
    Ask("after_on", _("Measured on"), AskKind.DATE, stores="after_on"),
)
LESSON = Ask("reason", _("What was learnt?"), stores="lesson")
LEARNT = Ask("reason", _("What was learnt?"), stores="lesson", required=False)
ACTUAL = Ask("actual", _("What it came to"), AskKind.DECIMAL, required=False, stores="actual")
SAID = Ask("reason", _("In your words"), required=False, stores="said")
MISSING = Ask("reason", _("What is missing?"), stores="said")
