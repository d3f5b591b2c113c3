"""The ten reports there are, in the order of their page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from itsm.portal.reports import chain, desk
from itsm.portal.reports.shape import Report

_FINISHED = (
    _("Finished"),
    _("Tickets whose work was done in the period, whenever they were opened."),
)
_MONTH = (_("In the month"), _("From the first day to the last, in your own time zone."))

REPORTS: dict[str, Report] = {
    report.key: report
    for report in (
        Report(
            "volume",
            _("Volume"),
            _("How much comes in, and how much is finished?"),
            (_("Kind"), _("Opened"), _("Finished")),
            desk.volume,
            ((_("Opened"), _("Tickets opened in the period, whatever became of them.")),
             (_("Finished"), _("Tickets that ended in the period, whenever they were opened."))),
        ),
        Report(
            "backlog",
            _("Age of the backlog"),
            _("How old is what is open now?"),
            (_("Age"), _("Open tickets")),
            desk.backlog,
            ((_("Age"), _("How long the ticket has been open, in days of 24 hours. Each ticket counts "
                          "once, in the first line it fits.")),),
            is_of_now=True,
        ),
        Report(
            "first-contact",
            _("Solved in the first contact"),
            _("How many tickets end while the caller is still there?"),
            (_("Channel"), _("Finished"), _("At once"), _("Percent at once")),
            desk.first_contact,
            (_FINISHED, (_("At once"), _("Finished within 30 minutes of being opened.")),
             (_("Percent at once"), _("Of every hundred that were finished.")), _MONTH),
        ),
        Report(
            "reopened",
            _("Reopened"),
            _("How often was it not done after all?"),
            (_("Kind"), _("Finished"), _("Had come back"), _("Percent that had come back")),
            desk.reopened,
            (_FINISHED, (_("Had come back"), _("Reopened at least once before it was finished.")),
             (_("Percent that had come back"), _("Of every hundred that were finished.")), _MONTH),
            drawn=2,
        ),
        Report(
            "sla",
            _("Service levels"),
            _("Which services keep what was promised?"),
            (_("Service"), _("Tickets decided"), _("Missed"), _("Percent kept")),
            desk.service_levels,
            ((_("Tickets decided"), _("The work was done or the deadline passed, whichever came first.")),
             (_("Missed"), _("Those of them that missed a promise.")),
             (_("Percent kept"), _("The share of the decided tickets that missed no promise.")), _MONTH),
            drawn=2,
        ),
        Report(
            "satisfaction",
            _("Satisfaction"),
            _("How content are people with finished tickets?"),
            (_("Score"), _("Answers"), _("Percent of finished tickets")),
            chain.satisfaction,
            ((_("Answers"), _("Ratings of tickets that were finished in the period.")),
             (_("Percent of finished tickets"),
              _("Answers of this score for every hundred tickets finished, rated or not."))),
        ),
        Report(
            "time-spent",
            _("Time spent"),
            _("Where does the teams' time go?"),
            (_("Team"), _("Hours"), _("Records")),
            desk.time_spent,
            ((_("Hours"), _("What people wrote down on records of the team; each number opens it.")),
             (_("Records"), _("The records they wrote it down on, each once.")), _MONTH),
        ),
        Report(
            "needs",
            _("Decisions on needs"),
            _("What is decided on needs, and how fast?"),
            (_("Verdict"), _("Needs"), _("Days to the decision")),
            chain.needs,
            ((_("Needs"), _("Needs that were decided so in the period.")),
             (_("Days to the decision"), _("On average, from when it reached us.")), _MONTH),
        ),
        Report(
            "approvals",
            _("Time to approve"),
            _("How long do specifications, changes and budgets wait for a yes?"),
            (_("Kind"), _("Decided"), _("Approved"), _("Hours to the decision")),
            chain.approvals,
            ((_("Decided"), _("Records whose approval ended in the period, however it ended; each "
                              "counts once.")),
             (_("Approved"), _("Those of them that were agreed to.")),
             (_("Hours to the decision"), _("On average, from when approval was asked for.")),
             _MONTH),
        ),
        Report(
            "flows",
            _("Flow between activities"),
            _("Where does work wait when it changes hands?"),
            (_("Flow"), _("Handovers"), _("Hours until taken over"), _("Percent right first time")),
            chain.flow_times,
            ((_("Handovers"), _("Records that came over in the period; each counts once.")),
             (_("Hours until taken over"), _("On average, of those that were accepted.")),
             (_("Percent right first time"), _("Not sent back."))),
        ),
    )
}  # fmt: skip
