"""The questions that transitions of design & transition ask, written once."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind

REASON = Ask("reason", _("Reason"))
PUBLIC_REASON = Ask("reason", _("Reason"), help=_("Its stakeholders read this."))
SPEC = Ask("spec", _("Specification that takes it on"), AskKind.RECORD, kinds=("design_spec",))
EVIDENCE = Ask("evidence", _("What shows that it is met"), stores="evidence")
BUDGET = Ask(
    "budget", _("Budget to set the money aside from"), AskKind.RECORD, kinds=("budget",),
    required=False, help=_("Leave it empty when the money is set aside already."),
)  # fmt: skip
