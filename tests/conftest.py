"""Who is who in the tests, and how tests travel in time and use several threads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from itsm.accounts.models import Membership, Organisation, Team, User
from itsm.accounts.roles import Role
from itsm.branding import reading
from itsm.core import limits
from itsm.notifications import counting
from itsm.portal import needing, palette
from sla import by_service
from tests.factories import Cast, a_person

#: A Monday morning, in UTC.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _flush_with_triggers_asleep(case: TransactionTestCase) -> None:
    """Empty the tables after a test that commits.

    The database refuses to delete or empty events; as a replica it does not ask its triggers. Only a
    superuser may do that, which is what the throw-away engine's role is and production's is not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        _flush(case)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")


_flush = TransactionTestCase._fixture_teardown
TransactionTestCase._fixture_teardown = _flush_with_triggers_asleep


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what is still connected before the test database is dropped.

    A thread of the live server keeps its connection until its browser lets go of the socket, which
    may be a moment after the last test.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Give the thread its language back: a request of somebody who reads German leaves it German."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages keep for some seconds does not run out between two requests of a slow machine."""
    monkeypatch.setattr(needing, "KEPT", 3600)
    monkeypatch.setattr(counting, "KEPT_SECONDS", 3600)
    monkeypatch.setattr(reading, "KEPT_SECONDS", 3600)
    monkeypatch.setattr(palette, "PATIENCE_MS", 60_000)
    # Another test's company is seen by the same question, and its months are not this one's.
    monkeypatch.setattr(by_service, "KEPT_S", 0)
    # What one test's process knew of its company is nothing to the next.
    caches["process"].clear()


@pytest.fixture
def frozen() -> Iterator[Any]:
    """Stop time on a Monday at 9:00 UTC; `frozen.shift(timedelta)` and `frozen.move_to(at)` move it."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(name="Harbour")


@pytest.fixture
def other_organisation(db: None) -> Organisation:
    return Organisation.objects.create(name="Elsewhere", kind=Organisation.Kind.CUSTOMER)


@pytest.fixture
def desk(organisation: Organisation) -> Team:
    """The service desk's team; agent and lead are in it."""
    return Team.objects.create(name="Harbour desk", organisation=organisation)


@pytest.fixture
def agent(organisation: Organisation, desk: Team) -> User:
    """Works on everything of the organisation."""
    person = a_person("Agnes Agent", organisation, Role.AGENT)
    Membership.objects.create(user=person, team=desk)
    return person


@pytest.fixture
def lead(organisation: Organisation, desk: Team) -> User:
    person = a_person("Leo Lead", organisation, Role.TEAM_LEAD)
    Membership.objects.create(user=person, team=desk, is_lead=True)
    return person


@pytest.fixture
def requester(organisation: Organisation) -> User:
    return a_person("Rita Requester", organisation)


@pytest.fixture
def colleague(organisation: Organisation) -> User:
    """Sits beside the requester, and takes no part in what they ask for."""
    return a_person("Colin Colleague", organisation)


@pytest.fixture
def outsider(other_organisation: Organisation) -> User:
    """An agent of another organisation: staff, but not here."""
    return a_person("Otto Outsider", other_organisation, Role.AGENT)


@pytest.fixture
def auditor(organisation: Organisation) -> User:
    """Reads everything, everywhere, and writes nothing."""
    return a_person("Audrey Auditor", organisation, Role.AUDITOR, everywhere=True)


@pytest.fixture
def admin(organisation: Organisation) -> User:
    return a_person("Ada Admin", organisation, Role.ADMIN, everywhere=True)


@pytest.fixture
def change_manager(organisation: Organisation) -> User:
    return a_person("Chris Change", organisation, Role.CHANGE_MANAGER)


@pytest.fixture
def brm(organisation: Organisation) -> User:
    """Speaks with the stakeholders, and decides on what they need."""
    return a_person("Bea Relations", organisation, Role.BRM)


@pytest.fixture
def planner(organisation: Organisation) -> User:
    return a_person("Paula Planner", organisation, Role.PLANNER)


@pytest.fixture
def supplier(organisation: Organisation) -> User:
    """Somebody at a vendor who is spoken to about the organisation's work."""
    vendor = Organisation.objects.create(name="Vendor", kind=Organisation.Kind.SUPPLIER)
    return a_person("Sue Supplier", vendor, Role.SUPPLIER_CONTACT, at=organisation)


@pytest.fixture
def cast(
    organisation: Organisation,
    desk: Team,
    agent: User,
    lead: User,
    requester: User,
    change_manager: User,
    planner: User,
    admin: User,
) -> Cast:
    """Everybody it takes to walk any record through its life."""
    return Cast(
        organisation=organisation,
        desk=desk,
        requester=requester,
        agent=agent,
        admin=admin,
        staff=(agent, lead, change_manager, planner, admin),
    )


@pytest.fixture
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count attempts for this test alone: the counters in Redis live beyond it."""
    own: dict[str, int] = {}

    def count(what: str, rate: limits.Rate) -> limits.Usage:
        own[what] = own.get(what, 0) + 1
        return limits.Usage(rate, own[what], 60)

    monkeypatch.setattr(limits, "count", count)


@pytest.fixture
def stand_in_kinds(db: None) -> Iterator[None]:
    """Give kinds that belong to activities not installed yet a plain stand-in."""
    from tests.stand_ins import stand_in

    with stand_in("portfolio_item", "design_spec"):
        yield
