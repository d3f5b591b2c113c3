"""What a new desk still lacks, each with the page where it is set up; nothing is ticked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.administering import may_administer
from itsm.accounts.models import Membership, Organisation, RoleGrant, User
from itsm.accounts.roles import Role
from itsm.branding.models import Brand
from itsm.portal.admin.views import AdminView
from itsm.portal.models import ImportRun
from sla.models import AgreementVersion, CalendarVersion
from tickets.mail.models import Mailbox
from tickets.models import RoutingRule
from tickets.prepared import CannedReply
from valuechain.approvals.models import ApprovalPolicy
from valuechain.records.models import Record


@dataclass(frozen=True)
class Step:
    """One thing to set up: its name, what it is for, its page, and whether it is there."""

    label: Any
    words: Any
    url: str
    is_done: bool


#: Name, words, page, and what is there once it is done; a page of a resource follows a colon.
_NEEDED = (
    ("people", _("People"), _("By hand, or all at once from a table."), "admin-people"),
    ("team", _("A team with members"), _("Tickets go to teams; whoever is in one works on them."), "admin-teams"),
    ("agent", _("An agent"), _("Who reads new tickets that are in no team yet: the role is given on a person's page."),
     "admin-people"),
    ("service", _("A service"), _("What you offer. Faults and requests name it."), "record-list:services"),
    ("hours", _("Business hours"), _("When the time of a promise counts, and on which days off it does not."),
     "sla-calendars"),
    ("promise", _("An agreement"), _("Within which time you answer and resolve, by priority."), "sla-agreements"),
    ("catalogue", _("The catalogue"), _("What people may ask for, and what each form asks them."),
     "record-list:offerings"),
)  # fmt: skip
_LATER = (
    ("name", _("Name and look"), _("What people read at the top of each page and in mails."), "admin-branding"),
    ("mailbox", _("A mailbox"), _("Mail to the desk becomes tickets."), "admin-mail"),
    ("routing", _("Routing"), _("New tickets go to the right team by themselves."), "admin-routing"),
    ("replies", _("Canned replies"), _("What the desk writes often."), "ticket-prepared"),
    ("approvals", _("Approvals"), _("Who has to agree before something goes on."), "admin-approvals"),
    ("articles", _("Knowledge"), _("Answers that people find before they ask."), "record-list:articles"),
    ("import", _("Import"), _("Incidents of your former service desk."), "admin-imports"),
)  # fmt: skip


def steps(actor: Any) -> tuple[list[Step], list[Step]]:
    """Return what every desk needs, and what comes when it is wanted. One query."""
    records = Record.objects.visible_to(actor)
    there = {
        "name": Brand.objects.exclude(name=""),
        "people": User.objects.filter(is_service_account=False).exclude(pk=actor.pk),
        "team": Membership.objects.filter(team__is_active=True),
        "agent": RoleGrant.objects.filter(
            role__in=(Role.AGENT, Role.TEAM_LEAD), user__is_active=True
        ),
        "service": records.live().filter(kind="service"),
        "hours": CalendarVersion.objects.filter(published_at__isnull=False),
        "promise": AgreementVersion.objects.filter(published_at__isnull=False),
        "catalogue": records.filter(kind="offering", state="published"),
        "mailbox": Mailbox.objects.filter(is_active=True),
        "routing": RoutingRule.objects.all(),
        "replies": CannedReply.objects.all(),
        "approvals": ApprovalPolicy.objects.all(),
        "articles": records.filter(kind="article", state="published"),
        "import": ImportRun.objects.all(),
    }
    row = Organisation.objects.values(
        **{f"has_{key}": Exists(found) for key, found in there.items()}
    )
    done: dict[str, Any] = dict(row.first() or {})
    return [_step(done, *one) for one in _NEEDED], [_step(done, *one) for one in _LATER]


def steps_left(actor: Any) -> int:
    """Return how much of what every desk needs is not there yet; for others than administrators nothing."""
    return sum(not step.is_done for step in steps(actor)[0]) if may_administer(actor) else 0


def _step(done: dict[str, Any], key: str, label: Any, words: Any, page: str) -> Step:
    name, _colon, resource = page.partition(":")
    url = reverse(name, args=[resource] if resource else [])
    return Step(label, words, url, done.get(f"has_{key}", False))


class FirstStepsView(AdminView):
    """The list of first steps, which counts by itself."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is there and what comes next."""
        needed, later = steps(request.user)
        left = [step for step in needed if not step.is_done]
        context = {
            "groups": [(_("Needed"), needed, _("to do")), (_("When you want it"), later, "")],
            "done": len(needed) - len(left),
            "total": len(needed),
            "next_step": left[0] if left else None,
            "sign_in_url": request.build_absolute_uri("/"),
        }
        return render(request, "admin/first_steps.html", context)
