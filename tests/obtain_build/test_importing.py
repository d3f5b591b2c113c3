"""Components are made of what a specification requires, once, by page and by program."""

import pytest

from tests.doors import Machine, browser, is_problem
from tests.factories import a_person, at_state
from tests.preparing_design import FILLED
from valuechain.obtain_build.models import Component
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def architect(organisation):
    return a_person("Alba Author", organisation, "architect")


@pytest.fixture
def spec(architect, cast):
    made = kinds["design_spec"].open(
        actor=architect, via="html", title="Berth display", organisation=cast.organisation,
        **FILLED["design_spec"],
    )  # fmt: skip
    for title in ("Show free berths", "Answer in a second"):
        one = at_state("requirement", "agreed", cast, title=title)
        perform(one, "allocate", actor=architect, via="html", data={"spec": made.number})
    return made


def _numbers(spec):
    found = spec.links_out.filter(kind="satisfies").order_by("target__pk")
    return list(found.values_list("target__number", flat=True))


def test_the_page_makes_one_component_for_each_requirement_with_its_check(spec, architect):
    pages = browser(architect)
    first, second = _numbers(spec)
    address = f"/specs/{spec.number}/import/"
    assert "Import from this specification" in pages.get(spec.get_absolute_url()).content.decode()

    sent = pages.post(
        address, {"requirements": [first], "sourcing": "build", "needed_location": "Silo"}
    )

    assert sent["Location"] == f"/components/?for_record={spec.number}"
    component = Component.objects.get()
    assert (component.title, component.sourcing, component.necessity) == (
        "Show free berths", "build", "must",
    )  # fmt: skip
    assert component.needed_location == "Silo"
    assert component.checks.get().requirement.number == first
    assert {link.kind for link in component.links_out.all()} == {"implements", "satisfies"}
    again = pages.get(address).content.decode()
    assert second in again
    assert first not in again


def test_a_program_makes_them_too_and_never_twice(spec, architect):
    api = Machine(architect)
    body = {"spec": spec.number, "requirements": _numbers(spec), "sourcing": "procure"}

    made = api.post("components/import/", body)

    assert made.status_code == 201, made.content
    assert len(made.json()["components"]) == 2
    refused = is_problem(api.post("components/import/", body), 400)
    assert "no component meets yet" in str(refused)
    assert Component.objects.count() == 2


def test_whoever_may_not_plan_makes_none(spec, agent):
    body = {"spec": spec.number, "requirements": _numbers(spec), "sourcing": "procure"}

    is_problem(Machine(agent).post("components/import/", body), 403)

    assert not Component.objects.exists()
