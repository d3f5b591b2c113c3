"""Who releases, and what they release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from itsm.accounts.roles import Role
from itsm.core import clock
from tests.factories import a_person, at_state
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import kinds


@pytest.fixture
def release_manager(organisation):
    return a_person("Rob Release", organisation, Role.RELEASE_MANAGER)


@pytest.fixture
def service_owner(organisation):
    return a_person("Sally Service", organisation, Role.SERVICE_OWNER)


@pytest.fixture
def api():
    """Return a function that gives somebody's REST client."""

    def client_of(person: Any) -> APIClient:
        client = APIClient()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def service(service_owner, organisation):
    return kinds["service"].open(
        actor=service_owner, via="html", title="Appointments", organisation=organisation
    )


@pytest.fixture
def change(cast):
    return at_state("change", "authorised", cast)


@pytest.fixture
def tested(release_manager, organisation, service, change):
    """A release with its change, tested."""
    release = kinds["release"].open(
        actor=release_manager,
        via="html",
        title="Appointments 2",
        organisation=organisation,
        service=service,
    )
    link_records(release, change, "implements", actor=release_manager, via="html")
    for step in ("build", "test"):
        release = do(release, step, release_manager)
    return do(release, "pass_tests", release_manager, test_evidence="40 of 40")


@pytest.fixture
def approved(tested, release_manager):
    return do(do(tested, "make_ready", release_manager), "approve", release_manager)


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record


def window(hours, length=2):
    start = clock.now() + timedelta(hours=hours)
    return {"window_start": start, "window_end": start + timedelta(hours=length)}
