"""A list in SQL and a rule about one record never disagree on who works on what."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from itsm.accounts.access import SYSTEM, Access, load_access
from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.accounts.roles import OUTSIDE_ROLES, Role
from itsm.core.statements import Statement
from tests.factories import a_person, a_ticket
from valuechain.records.actions import link_records, open_record, watch
from valuechain.records.models import Comment, Event, Link, Participation, Record
from valuechain.records.vocabulary import LinkKind

WORLDS = range(60)
#: The same rule in statements that are written once for each sort of access.
SEEN_BY = Statement(lambda sight: Record.objects.visible_to(sight).values_list("pk"))
LINKS_SEEN_BY = Statement(lambda sight: Link.objects.visible_to(sight).values_list("pk"))


class Someone:
    """An actor whose access is given rather than read."""

    is_authenticated = is_active = True

    def __init__(self, person: User, access: Access) -> None:
        self.pk = self.id = person.pk
        self.access = access


@pytest.fixture
def company(admin):
    """Three organisations in a line and one aside, two teams, three owners, and records of all sorts."""
    top = Organisation.objects.create(name="Top", shares_records=True)
    middle = Organisation.objects.create(name="Middle", parent=top)
    low = Organisation.objects.create(name="Low", parent=middle)
    aside = Organisation.objects.create(name="Aside")
    organisations = [top, middle, low, aside]
    teams = [
        Team.objects.create(name="First", organisation=top),
        Team.objects.create(name="Second", organisation=aside),
    ]
    people = [a_person(f"Person {n}", organisations[n % 4]) for n in range(4)]
    records = []
    for n, organisation in enumerate(organisations):
        for team in (None, *teams):
            for owner in (None, people[n]):
                for kind in ("incident", "problem"):
                    record = a_ticket(
                        kind,
                        actor=admin,
                        requester=people[(n + 1) % 4],
                        organisation=organisation,
                        team=team,
                        owner=owner,
                    )
                    records.append(record)
    for one, other in pairwise(records):
        link_records(one, other, LinkKind.RELATES_TO, actor=SYSTEM, via="command")
    watch(records[0], person=people[3], actor=admin, via="html")
    return organisations, teams, people, records


def a_random_access(rng, company):
    """Grant somebody a handful of roles and teams, and sometimes hold them to a token's limit."""
    organisations, teams, people, _records = company
    person = rng.choice(people)
    RoleGrant.objects.filter(user=person).delete()
    Membership.objects.filter(user=person).delete()
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        where = rng.choice(["everywhere", "organisation", "organisation", "team"])
        RoleGrant.objects.get_or_create(
            user=person,
            role=rng.choice([Role.AGENT, Role.REQUESTER, Role.SUPPLIER_CONTACT, Role.AUDITOR]),
            organisation=rng.choice(organisations) if where == "organisation" else None,
            team=rng.choice(teams) if where == "team" else None,
        )
    if rng.random() < 0.3:
        Membership.objects.create(user=person, team=rng.choice(teams))
    access = load_access(User.objects.get(pk=person.pk))
    if rng.random() < 0.4:
        limit = frozenset(o.pk for o in organisations if rng.random() < 0.5)
        access = replace(access, limit=limit)
    return Someone(person, access)


def may_see(actor, record):
    """The rule of sight, said once more in plain Python."""
    access = actor.access
    if access.limit is not None and record.organisation_id not in access.limit:
        return False
    return (
        access.works_on(record)
        or Participation.objects.filter(record=record, person_id=actor.pk).exists()
        or (
            record.kind_entry.faces_requesters
            and access.shared_organisation_id == record.organisation_id
        )
    )


def test_lists_and_single_answers_agree_for_people_at_random(company):
    records = company[3]
    rng = random.Random(20260302)
    seen_counts = set()

    for _world in WORLDS:
        actor = a_random_access(rng, company)
        worked = set(Record.objects.worked_by(actor).values_list("pk", flat=True))
        visible = set(Record.objects.visible_to(actor).values_list("pk", flat=True))

        assert worked == {r.pk for r in records if actor.access.works_on(r)}, actor.access
        assert visible == {r.pk for r in records if may_see(actor, r)}, actor.access
        assert worked <= visible
        written_once = SEEN_BY(actor.access.sight, **actor.access.given)
        assert {pk for (pk,) in written_once} == visible, actor.access
        tied = LINKS_SEEN_BY(actor.access.sight, **actor.access.given)
        assert {pk for (pk,) in tied} == set(
            Link.objects.visible_to(actor).values_list("pk", flat=True)
        )
        seen_counts.add(len(visible))

    assert len(seen_counts) > 5, "the worlds were too much alike to prove anything"


def test_what_hangs_on_a_record_is_never_seen_without_it(company):
    rng = random.Random(7)

    for _world in WORLDS:
        actor = a_random_access(rng, company)
        visible = set(Record.objects.visible_to(actor).values_list("pk", flat=True))

        for model in (Event, Comment):
            hanging = set(model.objects.visible_to(actor).values_list("record_id", flat=True))
            assert hanging <= visible


@pytest.mark.parametrize("role", sorted(OUTSIDE_ROLES))
def test_a_role_from_outside_opens_nothing(role, requester, agent, organisation):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    person = a_person("Olga Outside", organisation, role, everywhere=True)

    assert not Record.objects.visible_to(person).filter(pk=ticket.pk).exists()


def test_an_organisation_that_shares_shows_tickets_but_neither_notes_nor_changes(
    organisation, agent, requester, colleague
):
    organisation.shares_records = True
    organisation.save()
    shared = a_ticket(actor=agent, requester=requester, organisation=organisation)
    a_ticket("change", actor=agent, organisation=organisation)
    someone = User.objects.get(pk=colleague.pk)

    assert [r.pk for r in Record.objects.visible_to(someone)] == [shared.pk]
    assert not Record.objects.worked_by(someone).exists()


def test_the_owner_sees_what_they_own_wherever_it_belongs(outsider, agent, requester, organisation):
    ticket = open_record(
        "incident",
        actor=agent,
        via="html",
        title="Lent out",
        requester=requester,
        organisation=organisation,
        owner=outsider,
    )

    assert Record.objects.visible_to(outsider).filter(pk=ticket.pk).exists()
    assert outsider.access.works_on(ticket)


def test_somebody_who_left_sees_what_they_take_part_in_at_most(agent, requester, organisation):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    gone = User.objects.get(pk=agent.pk)

    assert not Record.objects.visible_to(gone).filter(pk=ticket.pk).exists()
