"""Who asks and who works in the load: organisations, teams, agents, requesters and services."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.accounts.roles import Role
from itsm.portal.load.words import FAMILY, GIVEN
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

SOURCE = "load"
UNITS, TEAMS, AGENTS, REQUESTERS, SERVICES = 20, 12, 60, 2_000, 50


@dataclass(frozen=True)
class Population:
    """Everybody in the load. `members` are the agents of each team, by the team's id."""

    units: list[Organisation]
    teams: list[Team]
    agents: list[User]
    requesters: list[User]
    services: list[Record]
    members: dict[int, list[User]]

    def of_unit(self) -> dict[int, list[int]]:
        """The ids of the requesters of each unit, by the unit's id."""
        found: dict[int, list[int]] = {}
        for person in self.requesters:
            found.setdefault(person.organisation_id, []).append(person.pk)
        return found


@transaction.atomic
def settle(*, requesters: int = REQUESTERS) -> Population:
    """Make the population where it is missing. Nobody in it can sign in with a password."""
    root, _new = Organisation.objects.get_or_create(name="Load")
    units = [
        Organisation.objects.get_or_create(name=f"Load unit {n:02}", defaults={"parent": root})[0]
        for n in range(1, UNITS + 1)
    ]
    teams = [
        Team.objects.get_or_create(
            name=f"Load team {n:02}",
            defaults={"organisation": root, "external_source": SOURCE, "external_id": f"team {n}"},
        )[0]
        for n in range(1, TEAMS + 1)
    ]
    agents = _people("agent", AGENTS, [root])
    asking = _people("requester", requesters, units)
    for place, agent in enumerate(agents):
        Membership.objects.get_or_create(user=agent, team=teams[place % TEAMS])
        if place % 3:  # every third works only what its team is given
            RoleGrant.objects.get_or_create(user=agent, role=Role.AGENT, organisation=root)
    return Population(
        units=units,
        teams=teams,
        agents=agents,
        requesters=asking,
        services=_services(root, agents),
        members={team.pk: agents[place::TEAMS] for place, team in enumerate(teams)},
    )


def _people(what: str, count: int, places: list[Organisation]) -> list[User]:
    names = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
    Random(what).shuffle(names)  # noqa: S311 - spreads names, keeps no secret
    known = User.objects.filter(external_source=SOURCE, external_id__startswith=f"{what} ")
    have = set(known.values_list("external_id", flat=True))
    User.objects.bulk_create(
        User(
            # The number keeps two people of one name apart, also in what the trail says.
            name=f"{names[n % len(names)]} {what[0].upper()}{n}",
            email=f"load.{what}.{n}@load.example",
            phone=f"+43 1 {'7' if what == 'agent' else '8'}{n:06}",
            organisation=places[n % len(places)],
            external_source=SOURCE,
            external_id=f"{what} {n}",
            password=make_password(None),
        )
        for n in range(count)
        if f"{what} {n}" not in have
    )
    return list(known.select_related("organisation").order_by("pk")[:count])


def _services(root: Organisation, agents: list[User]) -> list[Record]:
    entry = kinds["service"]
    found = list(Record.objects.filter(external_source=SOURCE, kind=entry.name).order_by("pk"))
    for n in range(len(found), SERVICES):
        service = entry.open(
            actor=SYSTEM, via=Via.COMMAND, title=f"Load service {n:02}", organisation=root,
            owner=agents[n % len(agents)], external_source=SOURCE, external_id=f"service {n}",
        )  # fmt: skip
        found.append(perform(service, "adopt", actor=SYSTEM, via=Via.COMMAND).record)
    return found
