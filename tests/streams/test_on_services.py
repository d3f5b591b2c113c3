"""The page of a service lists the streams its work went along, as far as its reader may see them."""

from __future__ import annotations

import pytest

from tests.doors import Machine, browser
from tests.factories import a_person, opened
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(organisation):
    return a_person("Olga Owner", organisation, "service_owner")


def a_stream(owner, organisation, name="Quiet nights"):
    made = Machine(owner).post(
        "value-streams/",
        {"name": name, "trigger": "An alarm", "outcome": "No alarm",
         "organisation": organisation.name, "order": "free",
         "steps": [{"activity": "deliver_support", "name": "Restore", "is_repeatable": True}]},
    )  # fmt: skip
    assert made.status_code == 201, made.content
    return made.json()["slug"]


def test_a_service_names_the_streams_its_work_went_along(owner, cast, organisation):
    service = opened("service", cast)
    slug = a_stream(owner, organisation)
    a_stream(owner, organisation, name="Never travelled")
    pages = browser(owner)
    empty = pages.get(service.get_absolute_url()).content.decode()
    assert "No work of this service has gone along a stream yet." in empty

    incident = kinds["incident"].open(
        actor=cast.admin, via="html", title="It rings", service=service, requester=cast.admin,
        organisation=organisation,
    )  # fmt: skip
    begun = pages.post(f"/streams/{slug}/", {"do": "run", "run-record": incident.number})
    assert begun.status_code == 302, begun.content.decode()

    page = pages.get(service.get_absolute_url()).content.decode()
    assert f'<a href="/streams/{slug}/map/">Quiet nights</a>' in page
    assert "1 run<" in page
    assert "Never travelled" not in page
