"""The page of a stream lists its runs with their way, and takes records along by hand."""

from __future__ import annotations

import pytest

from tests.doors import Machine, browser
from tests.factories import a_person
from valuechain.records.kinds import kinds
from valuechain.streams.models import Instance, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(organisation):
    return a_person("Olga Owner", organisation, "service_owner")


@pytest.fixture
def stream(owner, organisation):
    made = Machine(owner).post(
        "value-streams/",
        {"name": "Quiet nights", "trigger": "An alarm", "outcome": "No alarm",
         "organisation": organisation.name, "order": "free",
         "steps": [{"activity": "plan", "name": "Fund it"},
                   {"activity": "deliver_support", "name": "Restore", "is_repeatable": True}]},
    )  # fmt: skip
    assert made.status_code == 201, made.content
    return made.json()["slug"]


def an_incident(cast, organisation, title):
    return kinds["incident"].open(
        actor=cast.admin, via="html", title=title, requester=cast.admin, organisation=organisation
    )


def test_a_step_is_taken_twice_and_the_page_tells_the_way(stream, owner, cast, organisation):
    first, second = (an_incident(cast, organisation, name) for name in ("It rings", "Again"))
    pages, address = browser(owner), f"/streams/{stream}/"
    assert "Take a record along" not in pages.get(address).content.decode()

    begun = pages.post(address, {"do": "run", "run-record": first.number}, follow=True)
    assert f"{first.number} began a run." in begun.content.decode()
    run, step = Instance.objects.get(), Step.objects.get(name="Restore")
    taken = pages.post(
        address,
        {"do": "take", "take-run": run.pk, "take-step": step.pk,
         "take-record": second.number.lower()},
        follow=True,
    )  # fmt: skip

    page = taken.content.decode()
    assert f"{second.number} does the work of “Restore”." in page
    way = page[page.index('<ol class="way">') : page.index("</ol>", page.index('<ol class="way">'))]
    assert way.count("<li>Restore") == 2
    assert way.index(first.number) < way.index(second.number)
    assert f'href="/streams/{stream}/map/?record={first.number}"' in page


def test_what_the_stream_refuses_is_said_on_the_form(stream, owner, cast, organisation):
    first = an_incident(cast, organisation, "It rings")
    pages, address = browser(owner), f"/streams/{stream}/"
    pages.post(address, {"do": "run", "run-record": first.number})
    run, step = Instance.objects.get(), Step.objects.get(name="Fund it")

    answer = pages.post(
        address,
        {"do": "take", "take-run": run.pk, "take-step": step.pk, "take-record": first.number},
    )

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert list(run.visits.values_list("step__name", flat=True)) == ["Restore"]
    unknown = pages.post(
        address, {"do": "take", "take-run": run.pk, "take-step": step.pk, "take-record": "INC-9"}
    )
    assert "There is no such record, or it is not yours to see." in unknown.content.decode()
