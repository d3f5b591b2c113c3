"""Makes the sample company: its people with one shared password, and what happened to them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.branding.actions import save_brand
from itsm.core.errors import RuleViolation
from itsm.portal.sample import (
    company,
    delivery,
    design,
    engage,
    governance,
    line,
    mail,
    promises,
    ready,
    streams,
)
from itsm.portal.sample.script import Story
from itsm.portal.sample.stories import STORIES
from itsm.portal.sample.telling import Teller
from sla.defaults import install_defaults

#: Read aloud without a doubt: no l, 1, o or 0.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made. `password` is that of every persona and is kept nowhere in the database."""

    password: str
    people: int
    tickets: int


def is_loaded() -> bool:
    """Whether the sample company is there."""
    return Organisation.objects.filter(name=company.ROOT).exists()


@transaction.atomic
def load(*, now: datetime, stories: tuple[Story, ...] = STORIES) -> Loaded:
    """Make the company and play its stories up to `now`, all or nothing.

    Raises RuleViolation("people_exist") when the database has people already: accounts with a
    printed password have no place beside real ones.
    """
    if User.objects.exists():
        raise RuleViolation(
            "people_exist",
            _("This database has people in it already. The sample company needs an empty one."),
        )
    password = "-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _m in range(3))
    install_defaults(zone=company.TIME_ZONE)
    organisations = _make_organisations()
    teams = {
        name: Team.objects.create(name=name, organisation=organisations[company.IT])
        for name in company.TEAMS
    }
    people = _make_people(organisations, teams, password)
    save_brand({"phone": company.PHONE, "email": company.EMAIL}, actor=people["admin"])
    teller = Teller(people=people, organisations=organisations, teams=teams, now=now)
    if stories is STORIES:
        promises.install()
        delivery.provide(teller)
        ready.provide()
    teller.tell(stories)
    if stories is STORIES:
        engage.tell(teller)
        design.tell(teller)
        delivery.tell(teller)
        line.tell(teller)
        mail.tell(teller)
        streams.tell(teller)
        governance.tell(teller)
    return Loaded(password=password, people=len(people), tickets=len(stories))


def _make_organisations() -> dict[str, Organisation]:
    made: dict[str, Organisation] = {}
    for name, kind, parent, shares in company.ORGANISATIONS:
        made[name] = Organisation.objects.create(
            name=name, kind=kind, parent=made[parent] if parent else None, shares_records=shares
        )
    return made


def _make_people(
    organisations: Mapping[str, Organisation], teams: Mapping[str, Team], password: str
) -> dict[str, User]:
    # One hash for all personas: hashing is slow on purpose, and they share the password anyway.
    hashed = make_password(password)
    people = {
        person.key: User(
            email=person.email,
            password=hashed if person.tries else make_password(None),
            name=person.name,
            phone=person.phone,
            place=person.place,
            desk_note=person.desk_note,
            organisation=organisations[person.organisation],
            is_service_account=person.is_service_account,
            time_zone=company.TIME_ZONE,
        )
        for person in company.PEOPLE
    }
    User.objects.bulk_create(people.values())
    Membership.objects.bulk_create(
        Membership(user=people[person.key], team=teams[person.team], is_lead=person.is_lead)
        for person in company.PEOPLE
        if person.team
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=people[person.key], role=role, organisation=organisations[place] if place else None
        )
        for person in company.PEOPLE
        for role, place in person.grants
    )
    return people
