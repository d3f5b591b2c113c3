"""Who may do what in deliver & support, and what has to be there first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import May
from valuechain.deliver_support.models import Deployment, Release, ServiceOffering
from valuechain.deliver_support.readiness import frozen, is_accepted, may_go_live
from valuechain.records.policies import owner_or, requires

may_propose_service: May = owner_or(
    Role.SERVICE_OWNER, Role.ARCHITECT, Role.PLANNER, Role.RELEASE_MANAGER, Role.INTEGRATION
)
may_run_service: May = owner_or(Role.SERVICE_OWNER, Role.RELEASE_MANAGER)
may_report_health: May = owner_or(
    Role.SERVICE_OWNER, Role.RELEASE_MANAGER, Role.TEAM_LEAD, Role.AGENT, Role.INTEGRATION
)
may_offer: May = owner_or(Role.SERVICE_OWNER, Role.TEAM_LEAD)
may_release: May = owner_or(Role.RELEASE_MANAGER, Role.INTEGRATION)
may_open_release: May = requires(
    Role.RELEASE_MANAGER, Role.ARCHITECT, Role.BUILDER, Role.INTEGRATION
)
may_deploy: May = owner_or(Role.RELEASE_MANAGER, Role.BUILDER, Role.INTEGRATION)
may_write: May = owner_or(
    Role.AGENT, Role.TEAM_LEAD, Role.SERVICE_OWNER, Role.BUILDER, Role.ARCHITECT
)
may_publish: May = requires(Role.TEAM_LEAD, Role.SERVICE_OWNER)
may_plan_steps: May = owner_or(Role.RELEASE_MANAGER, Role.BUILDER, Role.INTEGRATION)
may_accept_overlap: May = requires(Role.CHANGE_MANAGER, Role.RELEASE_MANAGER)
FREEZERS = (Role.CHANGE_MANAGER, Role.RELEASE_MANAGER)


def freezes_for(actor: Any) -> set[int] | None:
    """Return the organisations that somebody may freeze changes for; None where that is all of them."""
    access = actor.access
    if access.is_admin or access.everywhere & set(FREEZERS):
        return None
    return set().union(*(access.by_organisation.get(role, ()) for role in FREEZERS))


def may_declare_freeze(actor: Any, organisations: Iterable[Any]) -> Decision:
    """Change and release managers freeze where they hold the role; for all only from everywhere."""
    access = actor.access
    wanted = {organisation.pk for organisation in organisations}
    if access.limit is not None and not wanted <= access.limit:
        return deny(_("This token reaches other organisations only."))
    ours = freezes_for(actor)
    if ours is None:
        return ALLOW
    if wanted and wanted <= ours:
        return ALLOW
    if ours:
        return deny(_("Choose the organisations it holds for out of those you manage changes for."))
    return deny(_("Only a change manager or a release manager declares a freeze."))


def may_edit_release(actor: Any, release: Any) -> Decision:
    """What was approved stays as it was read; a return opens it again."""
    if release.state in ("planning", "building", "testing"):
        return may_release(actor, release)
    return deny(_("What is ready is fixed. Return it to testing to edit it."), code="fixed")


def may_do_step(actor: Any, release: Any, step: Any) -> Decision:
    """Whoever a step is given to says that it is done, and whoever plans the release."""
    if step.owner_id is not None and step.owner_id == actor.pk:
        return ALLOW
    return may_plan_steps(actor, release)


def may_edit_deployment(actor: Any, deployment: Any) -> Decision:
    """A deployment that runs is as it was planned."""
    if deployment.state == "scheduled":
        return may_deploy(actor, deployment)
    return deny(_("It has started; what it was planned to be is fixed."), code="fixed")


def may_edit_article(actor: Any, article: Any) -> Decision:
    """A published text changes only by way of a review."""
    if article.state == "published":
        return deny(
            _("Mark it as outdated first, so that the new text is reviewed."), code="published"
        )
    return may_write(actor, article)


def has_a_text(article: Any) -> Decision:
    """Whether there is anything to review."""
    if article.description.strip():
        return ALLOW
    return deny(_("Write the text first."), missing=["description"])


def is_orderable(offering: Any) -> Decision:
    """Whether the catalogue can show the item and somebody is there to fulfil it."""
    missing = []
    if not offering.description.strip():
        missing.append("description")
    if offering.fulfilment_team_id is None:
        missing.append("fulfilment_team")
    if not missing:
        return ALLOW
    return deny(
        _("Say what you get, and which team fulfils it."), missing=missing, code="not_orderable"
    )


def may_order(actor: Any, offering: Any) -> Decision:
    """Whether somebody may ask for what the catalogue offers."""
    if offering.state != "published":
        return deny(_("This cannot be ordered at the moment."), code="not_offered")
    if offering.audience == ServiceOffering.Audience.STAFF and not actor.access.is_staff:
        return deny(_("Only the people who work on services can order this."))
    if offering.audience == ServiceOffering.Audience.ORGANISATION:
        lineage = actor.organisation.lineage if actor.organisation_id else []
        if offering.organisation_id not in lineage:
            return deny(
                _("Only people of %(organisation)s can order this.")
                % {"organisation": offering.organisation}
            )
    return ALLOW


def has_no_open_deployment(release: Any) -> Decision:
    """Whether no deployment of the release is planned or under way any more. One query."""
    open_ones = list(
        Deployment.objects.live()
        .filter(release_id=release.pk)
        .values_list("number", flat=True)[:10]
    )
    if not open_ones:
        return ALLOW
    return deny(
        _("Finish these first: %(numbers)s.") % {"numbers": ", ".join(open_ones)},
        missing=open_ones,
        code="open_deployments",
    )


def may_start_deploying(deployment: Any) -> Decision:
    """Whether the release has come far enough for the environment, and the change with it."""
    release = _release_of(deployment)
    if deployment.environment != Deployment.Environment.PRODUCTION:
        if release.state not in ("planning", "cancelled"):
            return ALLOW
        return deny(
            _("%(number)s has nothing built yet.") % {"number": release.number},
            missing=[release.number],
            code="release_not_built",
        )
    if release.state not in ("approved", "deploying"):
        return deny(
            _("%(number)s is not approved for deployment.") % {"number": release.number},
            missing=[release.number],
            code="release_not_approved",
        )
    if release.state == "approved" and not (holds := may_go_live(release)):
        return holds
    return _its_own_change(deployment) and is_not_frozen(deployment) and is_accepted(deployment)


def its_release_is_under_way(deployment: Any) -> Decision:
    """Whether the release is still being deployed, when this is production."""
    release = _release_of(deployment)
    if deployment.environment != Deployment.Environment.PRODUCTION or release.state == "deploying":
        return ALLOW
    return deny(
        _("%(number)s is not being deployed any more.") % {"number": release.number},
        missing=[release.number],
        code="release_not_deploying",
    )


def _release_of(deployment: Any) -> Any:
    """Read the release as it is now; a copy read earlier may be behind."""
    return Release.objects.filter(pk=deployment.release_id)[0]


def _its_own_change(deployment: Any) -> Decision:
    change = deployment.under_change
    if change is None or change.kind_entry.assure("authorised", change):
        return ALLOW
    return deny(
        _("%(number)s is not authorised yet.") % {"number": change.number},
        missing=[change.number],
        code="change_not_authorised",
    )


def is_not_frozen(planned: Any) -> Decision:
    """Whether the window of a release or deployment is outside every change freeze."""
    words = frozen(planned, planned.window_start, planned.window_end)
    if not words:
        return ALLOW
    return deny(" ".join(words), missing=["freeze"], code="change_freeze")
