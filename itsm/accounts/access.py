"""What one actor may see and do, worked out once per request and asked many times.

`Access` is a plain value: the roles held, and where. Querysets turn it into SQL, policies ask it
about one record; both read the same sets, so a list and an object rule cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection

from itsm.accounts.roles import OUTSIDE_ROLES, Role
from itsm.core.statements import Given

if TYPE_CHECKING:
    from itsm.accounts.models import User

NOWHERE: frozenset[int] = frozenset()
#: The one scope of a token that decides what is seen, rather than what may be done.
NOTES_SCOPE = "notes:read"


class Scoped(Protocol):
    """Anything that belongs to an organisation and a team: every Record does."""

    organisation_id: int
    team_id: int | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Access:
    """The roles an actor holds: everywhere, by organisation (subtrees expanded) and by team.

    `teams` are the teams the actor is a member of. `limit`, when set, keeps an API token inside
    those organisations whatever its user may do. `shared_organisation_id` is the actor's own
    organisation when its members see each other's records. `scopes` are those of the token, or None for a
    person signed in.
    """

    user_id: int | None = None
    organisation_id: int | None = None
    shared_organisation_id: int | None = None
    everywhere: frozenset[str] = frozenset()
    by_organisation: dict[str, frozenset[int]] = field(default_factory=dict)
    by_team: dict[str, frozenset[int]] = field(default_factory=dict)
    teams: frozenset[int] = NOWHERE
    limit: frozenset[int] | None = None
    scopes: frozenset[str] | None = None
    is_system: bool = False

    @property
    def is_admin(self) -> bool:
        return self.is_system or Role.ADMIN in self.everywhere

    @property
    def roles(self) -> frozenset[str]:
        """Every role held anywhere."""
        return self.everywhere | self.by_organisation.keys() | self.by_team.keys()

    @property
    def is_staff(self) -> bool:
        """Whether the actor works here, rather than asks or supplies."""
        return self.is_system or bool(self.roles - OUTSIDE_ROLES) or bool(self.teams)

    @property
    def works_everywhere(self) -> bool:
        """Whether the whole company's records are this actor's to read."""
        return self.limit is None and (self.is_system or bool(self.everywhere - OUTSIDE_ROLES))

    @property
    def staff_organisations(self) -> frozenset[int]:
        """The organisations whose records the actor works on or reads as staff."""
        if self.limit is not None and (self.everywhere - OUTSIDE_ROLES):
            return self.limit
        found: set[int] = set()
        for role, organisations in self.by_organisation.items():
            if role not in OUTSIDE_ROLES:
                found |= organisations
        return frozenset(found if self.limit is None else found & self.limit)

    @property
    def staff_teams(self) -> frozenset[int]:
        """The teams whose records the actor works on: those joined and those granted."""
        found = set(self.teams)
        for role, teams in self.by_team.items():
            if role not in OUTSIDE_ROLES:
                found |= teams
        return frozenset(found)

    def works_on(self, record: Scoped) -> bool:
        """Whether the actor sees the record as staff does, internal notes included.

        The same rule in SQL is `RecordQuerySet.worked_by`; a test holds the two together.
        """
        if not self.is_staff or not self._within_limit(record.organisation_id):
            return False
        return (
            self.works_everywhere
            or record.organisation_id in self.staff_organisations
            or (record.team_id is not None and record.team_id in self.staff_teams)
            or (record.owner_id is not None and record.owner_id == self.user_id)
        )

    def holds(self, roles: str | Iterable[str], record: Scoped | None = None) -> bool:
        """Whether one of the roles is held: anywhere, or, given a record, where it belongs.

        An administrator holds every role. Being in the record's team counts as agent there.
        """
        wanted = {roles} if isinstance(roles, str) else set(roles)
        if record is not None and not self._within_limit(record.organisation_id):
            return False
        if self.is_admin or wanted & self.everywhere:
            return True
        if record is None:
            return bool(wanted & self.roles) or (Role.AGENT in wanted and bool(self.teams))
        if Role.AGENT in wanted and record.team_id is not None and record.team_id in self.teams:
            return True
        return any(
            record.organisation_id in self.by_organisation.get(role, NOWHERE)
            or record.team_id in self.by_team.get(role, NOWHERE)
            for role in wanted
        )

    def may_use(self, scope: str) -> bool:
        """Whether the token carries the scope; a person signed in is not held to scopes."""
        return self.scopes is None or scope in self.scopes

    @property
    def sight(self) -> Sight:
        """What of this decides how a statement is written that finds what the actor may see."""
        return Sight(
            is_somebody=self.user_id is not None,
            is_staff=self.is_staff,
            works_everywhere=self.works_everywhere,
            shares=self.shared_organisation_id is not None,
            is_limited=self.limit is not None,
            reads_notes=self.may_use(NOTES_SCOPE),
        )

    @property
    def given(self) -> dict[str, Any]:
        """The values of a statement that was written for this `sight`."""
        return {
            "user": self.user_id,
            "shared_organisation": self.shared_organisation_id,
            "staff_organisations": tuple(sorted(self.staff_organisations)),
            "staff_teams": tuple(sorted(self.staff_teams)),
            "limit": tuple(sorted(self.limit or ())),
        }

    def narrowed(self, *, limit: Iterable[int] | None, scopes: Iterable[str]) -> Access:
        """Return the access a token has: its user's, inside its limit and scopes."""
        return replace(
            self,
            limit=None if limit is None else frozenset(limit),
            scopes=frozenset(scopes),
        )

    def _within_limit(self, organisation_id: int) -> bool:
        return self.limit is None or organisation_id in self.limit


@dataclass(frozen=True, slots=True)
class Sight:
    """Stands for everybody of one kind of access while a `Statement` is written for them.

    It knows no person, so nothing of one can be kept: where visibility asks for a user, teams or
    organisations, it leaves room for them. It answers as an actor, too.
    """

    is_somebody: bool
    is_staff: bool
    works_everywhere: bool
    shares: bool
    is_limited: bool
    reads_notes: bool

    @property
    def access(self) -> Sight:
        return self

    @property
    def user_id(self) -> Given | None:
        return Given("user") if self.is_somebody else None

    @property
    def shared_organisation_id(self) -> Given | None:
        return Given("shared_organisation") if self.shares else None

    @property
    def staff_organisations(self) -> Given:
        return Given("staff_organisations")

    @property
    def staff_teams(self) -> Given:
        return Given("staff_teams")

    @property
    def limit(self) -> Given | None:
        return Given("limit") if self.is_limited else None

    def may_use(self, scope: str) -> bool:
        return scope == NOTES_SCOPE and self.reads_notes


#: What is granted to one person, with the units below each organisation it is granted for; the
#: teams they are in; and whether their organisation's members see each other's records.
_GRANTS = (
    "SELECT g.role, g.organisation_id, g.team_id, "
    'ARRAY(SELECT o.id FROM "accounts_organisation" o WHERE o.lineage @> ARRAY[g.organisation_id]) '
    'FROM "accounts_rolegrant" g WHERE g.user_id = %(user)s '
    'UNION ALL SELECT NULL, NULL, team_id, NULL FROM "accounts_membership" WHERE user_id = %(user)s '
    'UNION ALL SELECT NULL, id, NULL, NULL FROM "accounts_organisation" '
    "WHERE id = %(organisation)s AND shares_records"
)


def load_access(user: User) -> Access:
    """Read a person's grants and memberships. One query."""
    if not user.is_active:
        return Access(user_id=user.pk, organisation_id=user.organisation_id)
    everywhere: set[str] = set()
    by_organisation: dict[str, set[int]] = {}
    by_team: dict[str, set[int]] = {}
    teams: set[int] = set()
    shared: int | None = None
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, {"user": user.pk, "organisation": user.organisation_id})
        for role, organisation_id, team_id, below in cursor.fetchall():
            if role is None:
                if team_id is not None:
                    teams.add(team_id)
                else:
                    shared = organisation_id
                continue
            if organisation_id is None and team_id is None:
                everywhere.add(role)
            if organisation_id is not None:
                by_organisation.setdefault(role, set()).update(below)
            if team_id is not None:
                by_team.setdefault(role, set()).add(team_id)
    return Access(
        user_id=user.pk,
        organisation_id=user.organisation_id,
        shared_organisation_id=shared,
        everywhere=frozenset(everywhere),
        by_organisation={role: frozenset(ids) for role, ids in by_organisation.items()},
        by_team={role: frozenset(ids) for role, ids in by_team.items()},
        teams=frozenset(teams),
    )


class SystemActor:
    """The program itself: timers, workers and commands act as it, and the audit trail says so."""

    pk = None
    id = None
    name = "Throughline"
    email = ""
    is_active = True
    is_authenticated = True
    organisation_id = None
    access = Access(is_system=True)

    def __str__(self) -> str:
        return self.name


SYSTEM = SystemActor()
