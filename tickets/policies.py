"""Who may do what to a ticket, beyond the rules for any record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Guard, May, Phase
from tickets.models import Change
from valuechain.deliver_support.readiness import frozen, planned_beside
from valuechain.records.models import Record
from valuechain.records.policies import is_requester, may_work, owner_or, requires
from valuechain.records.vocabulary import LinkKind

#: How long after it was resolved a ticket can be reopened; then it closes by itself.
REOPEN_WINDOW = timedelta(days=14)


def may_open_ticket(actor: Any, ticket: Any) -> Decision:
    """Anybody asks for themselves; the desk asks for others."""
    if actor.pk is not None and ticket.requester_id == actor.pk:
        return ALLOW
    if may_work(actor, ticket):
        return ALLOW
    return deny(_("You can raise this for yourself; the service desk can raise it for others."))


def may_open_staff_ticket(actor: Any, ticket: Any) -> Decision:
    """Changes and problems are raised by the people who work here."""
    if actor.access.is_staff and may_work(actor, ticket):
        return ALLOW
    return deny(_("Only the people who work on services raise this kind of ticket."))


def may_decide(*roles: str) -> May:
    """Return a policy for decisions nobody takes on what they asked for, wrote or own."""
    by_role: May = requires(*roles)

    def may(actor: Any, ticket: Any) -> Decision:
        own = deny(_("Nobody decides on their own request."), code="own_subject")
        if is_requester(actor, ticket):
            return own
        if actor.pk is not None and ticket.owner_id == actor.pk:
            return deny(
                _("Whoever prepares it does not decide on it. Give it to somebody else first."),
                code="own_subject",
            )
        decision = by_role(actor, ticket)
        # Asked last, since it costs a query.
        return own if decision and _wrote(actor, ticket) else decision

    return may


def _wrote(actor: Any, ticket: Any) -> bool:
    if actor.pk is None:
        return False
    opened: bool = ticket.events.filter(sequence=1, actor_id=actor.pk).exists()
    return opened


def or_requester(policy: May) -> May:
    """Return a policy that allows the ticket's requester beside those whom another allows."""

    def may(actor: Any, ticket: Any) -> Decision:
        return ALLOW if is_requester(actor, ticket) else policy(actor, ticket)

    return may


may_approve_request = may_decide(Role.TEAM_LEAD, Role.SERVICE_OWNER, Role.BUDGET_HOLDER)
may_approve_project = may_decide(Role.PLANNER, Role.BUDGET_HOLDER)
may_authorise = may_decide(Role.CHANGE_MANAGER)

may_handle_change: May = owner_or(
    Role.CHANGE_MANAGER, Role.RELEASE_MANAGER, Role.TEAM_LEAD, Role.AGENT, Role.INTEGRATION
)
may_prepare_change = or_requester(may_handle_change)
may_assess_project: May = owner_or(
    Role.PLANNER, Role.BRM, Role.ARCHITECT, Role.TEAM_LEAD, Role.AGENT, Role.INTEGRATION
)
may_provide_for_project = or_requester(may_assess_project)

may_call_major: May = owner_or(Role.TEAM_LEAD, Role.AGENT)


def has_no_open_blockers(ticket: Any) -> Decision:
    """Whether no live child of the ticket, and nothing that blocks it, is left. One query."""
    if not ticket.is_held:
        return ALLOW
    open_ones = list(
        Record.objects.live()
        .filter(
            links_out__target_id=ticket.pk,
            links_out__kind__in=[LinkKind.CHILD_OF, LinkKind.BLOCKS],
        )
        .distinct()
        .values_list("number", flat=True)[:10]
    )
    if not open_ones:
        return ALLOW
    return deny(
        _("Finish these first: %(numbers)s.") % {"numbers": ", ".join(open_ones)},
        missing=open_ones,
        code="open_blockers",
    )


def is_within_reopen_window(ticket: Any) -> Decision:
    """Whether the ticket was resolved recently enough to be taken up again."""
    since = ticket.resolved_at or ticket.state_since
    if clock.now() - since <= REOPEN_WINDOW:
        return ALLOW
    return deny(
        _("This was resolved more than %(days)d days ago. Raise a new ticket and link it.")
        % {"days": REOPEN_WINDOW.days},
        code="reopen_window_over",
    )


def is_live(ticket: Any) -> Decision:
    """Whether the ticket still has work to be done on it."""
    if Phase(ticket.phase).is_live:
        return ALLOW
    return deny(_("This ticket is finished."), code="finished")


def is_major(ticket: Any) -> Decision:
    """Whether the incident was declared major."""
    return ALLOW if ticket.is_major else deny(_("This is not a major incident."), code="not_major")


def is_not_major(ticket: Any) -> Decision:
    """Whether the incident has yet to be declared major."""
    return (
        deny(_("This is a major incident already."), code="is_major") if ticket.is_major else ALLOW
    )


def names_somebody(_ticket: Any, answers: Any) -> Decision:
    """Whether an assignment names a team, a person or both, and the person can take it."""
    if not answers.get("team") and not answers.get("owner"):
        return deny(_("Name a team, an agent, or both."), missing=["team", "owner"])
    owner = answers.get("owner")
    if owner is not None and not owner.access.is_staff:
        return deny(
            _("%(name)s does not work on tickets.") % {"name": owner.name}, code="not_staff"
        )
    return ALLOW


def may_edit_change(actor: Any, change: Any) -> Decision:
    """What was put up for authorisation stays as it was read; a return opens it again."""
    if change.state in ("draft", "requested", "assessing", "needs_information"):
        return may_prepare_change(actor, change)
    return deny(
        _("What was put up for authorisation is fixed. Return it for assessment to edit it."),
        code="fixed",
    )


def may_edit_project(actor: Any, project: Any) -> Decision:
    """What was recommended stays as it was read; a return opens it again."""
    if project.state in ("draft", "submitted", "under_assessment", "needs_information"):
        return may_provide_for_project(actor, project)
    return deny(
        _("What was recommended is fixed. Return it for assessment to edit it."), code="fixed"
    )


def has(*fields: str) -> Guard:
    """Return a guard that holds when all the fields are filled, and names those that are not."""

    def guard(ticket: Any) -> Decision:
        missing = [
            name for name in fields if not str(ticket.serializable_value(name) or "").strip()
        ]
        if not missing:
            return ALLOW
        labels = ", ".join(str(ticket._meta.get_field(name).verbose_name) for name in missing)
        return deny(_("Fill in first: %(fields)s.") % {"fields": labels}, missing=missing)

    return guard


is_ready_for_authorisation = has("plan", "backout_plan", "test_plan", "risk")
has_a_business_case = has("business_case", "scope", "sponsor")


def is_linked_to(*wanted: str) -> Guard:
    """Return a guard that holds when a record of each kind wanted is linked, either way round."""

    def guard(ticket: Any) -> Decision:
        found = set(
            Record.objects.filter(Q(links_out__target=ticket.pk) | Q(links_in__source=ticket.pk))
            .filter(kind__in=wanted)
            .exclude(phase=Phase.VOID)
            .values_list("kind", flat=True)
        )
        missing = [name for name in wanted if name not in found]
        if not missing:
            return ALLOW
        names = ", ".join(str(_KIND_WORDS[name]) for name in missing)
        return deny(
            _("Link these first: %(kinds)s.") % {"kinds": names}, missing=missing, code="not_linked"
        )

    return guard


#: Kinds of other activities in words, since a ticket may need one that is not installed yet.
_KIND_WORDS = {
    "change": _("a change"),
    "portfolio_item": _("a portfolio item"),
    "design_spec": _("a design specification"),
}

has_a_change = is_linked_to("change")
is_planned_and_designed = is_linked_to("portfolio_item", "design_spec")


def is_authorised(change: Any) -> Decision:
    """Whether the change may happen, is happening or has happened; others rely on it by name."""
    if change.state in _MAY_HAPPEN:
        return ALLOW
    return deny(
        _("%(number)s is not authorised yet.") % {"number": change.number},
        missing=[change.number],
        code="change_not_authorised",
    )


_MAY_HAPPEN = (
    "authorised", "scheduled", "implementing", "implemented", "reviewing", "closed_successful",
    "closed_with_issues",
)  # fmt: skip


def is_standard(change: Any) -> Decision:
    """Whether the change is of the pre-authorised type."""
    if change.change_type == Change.Type.STANDARD:
        return ALLOW
    return deny(_("Only a standard change is pre-authorised."), code="not_standard")


def is_emergency(change: Any) -> Decision:
    """Whether the change is an emergency."""
    if change.change_type == Change.Type.EMERGENCY:
        return ALLOW
    return deny(_("This is not an emergency change."), code="not_emergency")


def is_scheduled_or_emergency(change: Any) -> Decision:
    """Whether work may start: in its window's turn, or at once in an emergency."""
    if change.state == "scheduled" or is_emergency(change):
        return ALLOW
    return deny(_("Schedule it first; only an emergency starts without."), code="not_scheduled")


def is_reviewed_if_emergency(change: Any) -> Decision:
    """Whether the change may end here; an emergency is reviewed first, without exception."""
    if change.state == "reviewing" or not is_emergency(change):
        return ALLOW
    return deny(
        _("An emergency change is reviewed before it ends. Complete it and start the review."),
        missing=["review"],
        code="not_reviewed",
    )


def window_is_free(change: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the window runs forward, outside every freeze, with the service to itself."""
    start, end = answers["window_start"], answers["window_end"]
    if end <= start:
        return deny(_("The window has to close after it opens."), code="window_backwards")
    if freezes := frozen(change, start, end):
        return deny(
            _("A change freeze covers that time: %(freezes)s Choose another window.")
            % {"freezes": " ".join(freezes)},
            missing=["freeze"],
            code="change_freeze",
        )
    if answers.get("conflicts_accepted"):
        return ALLOW
    numbers = _clashing(change, start, end) + planned_beside(change, start, end)
    if not numbers:
        return ALLOW
    return deny(
        _("Others have this service at that time: %(numbers)s. Choose another window, or say"
          " why they may overlap.") % {"numbers": ", ".join(numbers)},
        missing=numbers,
        code="window_conflict",
    )  # fmt: skip


def _clashing(change: Any, start: datetime, end: datetime) -> list[str]:
    """Number the changes that have the service between start and end. Needs a transaction.

    Until it ends nobody else gets an answer about that service, so that two people cannot both
    find one window free.
    """
    if change.service_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"windows:{change.service_id}"]
        )
    overlapping = Change.objects.filter(
        service_id=change.service_id,
        state__in=("scheduled", "implementing"),
        window_start__lt=end,
        window_end__gt=start,
    )
    return list(overlapping.exclude(pk=change.pk).values_list("number", flat=True)[:10])
