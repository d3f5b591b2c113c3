"""The people, teams and organisation that an import names, each made once and found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.accounts.roles import Role
from tickets.imports.reader import Row

#: What marks everything that came from there.
SOURCE = "servicenow"
NOBODY = "Unknown caller"


@dataclass(frozen=True)
class Directory:
    """Who is who in the source, by the names it uses."""

    organisation: Organisation
    people: Mapping[str, User]
    teams: Mapping[str, Team]
    new_people: int
    new_teams: int

    def person(self, name: str | None) -> User | None:
        return None if name is None else self.people[name]

    def requester(self, name: str | None) -> User:
        return self.people[name or NOBODY]


@transaction.atomic
def settle(rows: Iterable[Row], *, organisation: str, time_zone: str) -> Directory:
    """Make whoever the rows name and is not known yet. A second time nothing is made.

    Nobody made here has an address or a password, so nobody can sign in. Whoever opened, updated,
    resolved or was assigned an incident is an agent of the organisation; whoever was assigned one
    together with a group is a member of that group.
    """
    callers, staff, groups, members = _named(rows)
    place, _is_new = Organisation.objects.get_or_create(name=organisation)
    known = _people(callers | staff)
    fresh = [
        User(
            name=name,
            organisation=place,
            external_source=SOURCE,
            external_id=name,
            time_zone=time_zone,
            password=make_password(None),
        )
        for name in sorted((callers | staff) - known.keys())
    ]
    User.objects.bulk_create(fresh)
    teams = _teams(groups)
    fresh_teams = [
        Team(name=_free_name(name), organisation=place, external_source=SOURCE, external_id=name)
        for name in sorted(groups - teams.keys())
    ]
    Team.objects.bulk_create(fresh_teams)
    people, teams = _people(callers | staff), _teams(groups)
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=people[name], role=Role.AGENT, organisation=place)
            for name in sorted(staff)
        ],
        ignore_conflicts=True,
    )
    Membership.objects.bulk_create(
        [Membership(user=people[name], team=teams[group]) for name, group in sorted(members)],
        ignore_conflicts=True,
    )
    return Directory(place, people, teams, len(fresh), len(fresh_teams))


def _named(
    rows: Iterable[Row],
) -> tuple[set[str], set[str], set[str], set[tuple[str, str]]]:
    callers, staff, groups, members = {NOBODY}, set[str](), set[str](), set[tuple[str, str]]()
    for row in rows:
        callers |= {row.caller} if row.caller else set()
        staff |= {
            name for name in (row.opened_by, row.updated_by, row.resolved_by, row.owner) if name
        }
        groups |= {row.team} if row.team else set()
        if row.owner and row.team:
            members.add((row.owner, row.team))
    return callers, staff, groups, members


def _people(names: set[str]) -> dict[str, User]:
    found = User.objects.filter(external_source=SOURCE, external_id__in=names)
    return {person.external_id: person for person in found.select_related("organisation")}


def _teams(names: set[str]) -> dict[str, Team]:
    found = Team.objects.filter(external_source=SOURCE, external_id__in=names)
    return {team.external_id: team for team in found}


def _free_name(name: str) -> str:
    """The group's name, marked when a team of ours has it already."""
    return f"{name} ({SOURCE})" if Team.objects.filter(name=name).exists() else name
