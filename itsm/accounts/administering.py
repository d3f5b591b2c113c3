"""What administrators do with people, roles, organisations and teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.accounts.newcomers import usual_for
from itsm.accounts.roles import Role
from itsm.accounts.sign_in_links import ONLY, SignInRules
from itsm.accounts.trail import changes, changing, note, values_of
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.errors import Denied, FieldErrors, RuleViolation

if TYPE_CHECKING:
    from itsm.accounts.access import SystemActor

PERSON_FIELDS = (
    "name", "email", "phone", "employee_number", "place", "desk_note", "organisation",
)  # fmt: skip
ORGANISATION_FIELDS = ("name", "kind", "parent", "shares_records", "is_active")
TEAM_FIELDS = ("name", "organisation", "email", "is_active")


def may_administer(actor: Any) -> Decision:
    """Only an administrator, and no token held to some organisations."""
    if actor.access.is_admin and actor.access.limit is None:
        return ALLOW
    return deny(_("Only an administrator does this."))


@transaction.atomic
def save_person(
    person: User | None, given: Mapping[str, Any], *, actor: User | SystemActor
) -> User:
    """Add a person, or change what is known about one. Raises Denied and FieldErrors."""
    _refuse_others(actor)
    held = person or User()
    before = values_of(held, PERSON_FIELDS) if person else {}
    for name in PERSON_FIELDS:
        if name in given:
            setattr(held, name, given[name])
    if person is None:
        for name, value in usual_for(held.organisation, actor=actor).items():
            setattr(held, name, value)
    held.email = held.email.strip().lower() if held.email else None
    if held.pk is None:
        held.set_unusable_password()
    _save(held, "email", _("Somebody has this address already."))
    _tell(actor, "person", held, before, PERSON_FIELDS)
    return held


@transaction.atomic
def add_integration(name: str, organisation: Organisation, *, actor: User | SystemActor) -> User:
    """Add the account that a program acts with in an organisation; nobody signs in with it."""
    _refuse_others(actor)
    made = User(name=name.strip(), organisation=organisation, is_service_account=True)
    made.set_unusable_password()
    made.save()
    grant = RoleGrant.objects.create(user=made, role=Role.INTEGRATION, organisation=organisation)
    note(actor, "integration.added", made, where=_where(grant))
    return made


@transaction.atomic
def set_active(person: User, *, is_active: bool, actor: User | SystemActor) -> User:
    """Let a person sign in again, or no longer; what they did stays as it is.

    Raises Denied, and RuleViolation for oneself and for the last administrator.
    """
    _refuse_others(actor)
    if not is_active and person.pk == actor.pk:
        raise RuleViolation("yourself", _("You cannot lock yourself out."))
    if not is_active and _is_last_admin(person):
        raise RuleViolation("last_admin", _("Name another administrator first."))
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    person.end_sessions()
    note(actor, "person.unlocked" if is_active else "person.locked", person)
    return person


@transaction.atomic
def grant_role(
    person: User,
    *,
    role: str,
    actor: User | SystemActor,
    organisation: Organisation | None = None,
    team: Team | None = None,
) -> RoleGrant:
    """Give a role: everywhere, in an organisation with all below it, or in a team."""
    _refuse_others(actor)
    if organisation is not None and team is not None:
        message = _("Choose an organisation or a team, not both.")
        raise FieldErrors({"team": [("one_place", message)]})
    if role not in Role.values:
        raise FieldErrors({"role": [("unknown", _("There is no such role."))]})
    made, _new = RoleGrant.objects.get_or_create(
        user=person, role=role, organisation=organisation, team=team
    )
    person.end_sessions()
    if _new:
        note(actor, "role.granted", person, role=role, where=_where(made))
    return made


@transaction.atomic
def withdraw_role(grant: RoleGrant, *, actor: User | SystemActor) -> None:
    """Take a role away. Raises RuleViolation when nobody would be administrator any more."""
    _refuse_others(actor)
    if _is_admin_grant(grant) and _is_last_admin(grant.user):
        raise RuleViolation("last_admin", _("Name another administrator first."))
    role, where = grant.role, _where(grant)
    grant.delete()
    grant.user.end_sessions()
    note(actor, "role.withdrawn", grant.user, role=role, where=where)


def invite(person: User, *, actor: User | SystemActor) -> None:
    """Write down that somebody is sent the link to their first password; whoever asks sends it.

    Raises Denied, and RuleViolation for somebody who has no address or may not sign in.
    """
    _refuse_others(actor)
    _refuse_unreachable(person)
    note(actor, "person.invited", person)


def password_words(person: User, *, actor: User | SystemActor) -> dict[str, str]:
    """Return what the link contains with which a person sets their password, once.

    Raises Denied, and RuleViolation for somebody who has no address or may not sign in.
    """
    _refuse_others(actor)
    _refuse_unreachable(person)
    note(actor, "person.password_link", person)
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }


@transaction.atomic
def save_sign_in_rules(by_mail: str, *, actor: User | SystemActor) -> SignInRules:
    """Say who signs in with a link by mail. Raises Denied and FieldErrors."""
    _refuse_others(actor)
    if by_mail not in SignInRules.ByMail.values:
        raise FieldErrors({"by_mail": [("unknown", _("Choose one of the three."))]})
    held, _new = SignInRules.objects.get_or_create(pk=ONLY)
    with changing(actor, "sign_in", held):
        held.by_mail = by_mail
        held.save()
    return held


@transaction.atomic
def save_organisation(
    organisation: Organisation | None, given: Mapping[str, Any], *, actor: User | SystemActor
) -> Organisation:
    """Add an organisation, or change one; moved, it takes all below along."""
    _refuse_others(actor)
    held = organisation or Organisation()
    before = values_of(held, ORGANISATION_FIELDS) if organisation else {}
    for name in ORGANISATION_FIELDS:
        if name in given:
            setattr(held, name, given[name])
    if held.pk is not None and held.parent is not None and held.pk in held.parent.lineage:
        message = _("An organisation cannot be placed below itself.")
        raise FieldErrors({"parent": [("circle", message)]})
    _save(held, "name", _("There is an organisation of this name already."))
    _tell(actor, "organisation", held, before, ORGANISATION_FIELDS)
    return held


@transaction.atomic
def save_team(team: Team | None, given: Mapping[str, Any], *, actor: User | SystemActor) -> Team:
    """Add a team, or change one."""
    _refuse_others(actor)
    held = team or Team()
    before = values_of(held, TEAM_FIELDS) if team else {}
    for name in TEAM_FIELDS:
        if name in given:
            setattr(held, name, given[name])
    _save(held, "name", _("There is a team of this name already."))
    _tell(actor, "team", held, before, TEAM_FIELDS)
    return held


@transaction.atomic
def add_member(team: Team, person: User, *, is_lead: bool, actor: User | SystemActor) -> Membership:
    """Put a person into a team, or say anew whether they lead it."""
    _refuse_others(actor)
    made, _new = Membership.objects.update_or_create(
        team=team, user=person, defaults={"is_lead": is_lead}
    )
    note(actor, "team.member_added", team, person=person.name, is_lead=is_lead)
    return made


def remove_member(membership: Membership, *, actor: User | SystemActor) -> None:
    """Take a person out of a team; work they own stays theirs."""
    _refuse_others(actor)
    membership.delete()
    note(actor, "team.member_removed", membership.team, person=membership.user.name)


def _refuse_unreachable(person: User) -> None:
    if not person.email or not person.is_active:
        raise RuleViolation(
            "cannot_sign_in", _("Give the person an e-mail address first, and let them sign in.")
        )


def _tell(actor: Any, what: str, held: Any, before: dict[str, Any], names: tuple[str, ...]) -> None:
    """Write down what was added, or what differs; nothing when nothing does."""
    changed = changes(before, values_of(held, names))
    if changed:
        note(actor, f"{what}.changed" if before else f"{what}.added", held, changed=changed)


def _where(grant: RoleGrant) -> str:
    return str(grant.organisation or grant.team or "everywhere")


def _save(held: Any, unique: str, message: Any) -> None:
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:
        raise FieldErrors({unique: [("taken", message)]}) from None
    except ValidationError as problem:
        raise RuleViolation("refused", " ".join(problem.messages)) from None


def _is_admin_grant(grant: RoleGrant) -> bool:
    return grant.role == Role.ADMIN and grant.organisation_id is None and grant.team_id is None


def _is_last_admin(person: User) -> bool:
    admins = RoleGrant.objects.filter(
        role=Role.ADMIN, organisation=None, team=None, user__is_active=True
    )
    holders = set(admins.select_for_update(of=("self",)).values_list("user_id", flat=True))
    return holders == {person.pk}


def _refuse_others(actor: Any) -> None:
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
