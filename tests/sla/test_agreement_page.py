"""An agreement is set by anybody who knows what was promised: no code, and nothing by surprise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla.models import AgreementVersion
from sla.rolling_out import roll_out
from tests.conftest import MONDAY
from tests.doors import browser
from tests.factories import a_ticket, walk
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement, the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(frozen):
    return a_calendar("Office", OFFICE)


@pytest.fixture
def agreement(office):
    return an_agreement(calendar=office, targets={"any": {"resolution": 4 * HOUR}}).agreement


@pytest.fixture
def person(cast):
    return browser(cast.admin)


def terms(office, **more):
    return {
        "do": "terms", "calendar": office.pk, "on_change": "keep_elapsed", "kinds": ["incident"],
        "target_any_resolution": "4h", "pausable": ["resolution"], **more,
    }  # fmt: skip


def test_terms_are_worked_out_as_typed_and_nothing_is_saved(agreement, office, person):
    page = person.post(
        f"/sla/agreements/{agreement.pk}/",
        terms(
            office, target_any_resolution="3h", step0_number="50", step0_who=["owner"],
            at="2026-03-06T15:30", **{"try": "1"},
        ),
    )  # fmt: skip

    assert page.status_code == 200
    (example,) = page.context["examples"]
    assert f"{example.due:%a %H:%M}" == "Mon 10:30"
    assert [(key, f"{at:%a %H:%M}") for key, at in example.steps] == [("50%", "Mon 09:00")]
    assert "Not saved" in page.content.decode()
    assert 'value="3h"' in page.content.decode()
    assert agreement.versions.get().targets == {"any": {"resolution": 4 * HOUR}}


def test_what_a_draft_would_do_to_running_clocks_is_told_before_it_is_saved(
    frozen, agreement, office, person, cast
):
    running = [a_ticket(actor=cast.agent, requester=cast.requester) for _n in range(3)]
    done = a_ticket(actor=cast.agent, requester=cast.requester)
    walk(done, "resolved", cast)
    frozen.shift(timedelta(hours=2))

    page = person.post(
        f"/sla/agreements/{agreement.pk}/",
        terms(office, target_any_resolution="1h", **{"try": "1"}),
    )
    found = page.context["foresight"]

    assert (found.looked_at, found.earlier, found.late_at_once, found.later) == (3, 3, 3, 0)
    assert {move.record.pk for move in found.moves} == {ticket.pk for ticket in running}
    assert found.moves[0].due_after == MONDAY + timedelta(hours=1)
    # What was foretold is what happens.
    address = f"/sla/agreements/{agreement.pk}/"
    person.post(address, terms(office, target_any_resolution="1h"))
    person.post(address, {"do": "publish", "publish-apply_to_running": "on"})
    roll_out()
    for move in found.moves:
        late = the_clock(move.record)
        assert (late.due_at, late.breached_by_change) == (move.due_after, True)


def test_clocks_that_another_agreement_would_take_over_are_counted_apart(
    agreement, office, person, cast
):
    a_ticket(actor=cast.agent, requester=cast.requester)

    page = person.post(
        f"/sla/agreements/{agreement.pk}/",
        terms(office, kinds=["problem"], **{"try": "1"}),
    )

    found = page.context["foresight"]
    assert (found.looked_at, found.leaving, found.moves) == (1, 1, [])


def test_a_step_of_one_promise_and_quiet_hours_are_written_in_plain_fields(
    agreement, office, person
):
    address = f"/sla/agreements/{agreement.pk}/"
    given = terms(
        office, step0_number="80", step0_unit="percent", step0_metric="resolution",
        step0_who=["team_leads"], quiet_from="20:00", quiet_to="07:00",
        quiet_tz="Europe/Vienna", quiet_days=["sat", "sun"],
    )  # fmt: skip

    assert person.post(address, given).status_code == 302

    draft = AgreementVersion.objects.get(agreement=agreement, published_at__isnull=True)
    assert draft.steps == [{
        "key": "80%", "percent": 80, "metrics": ["resolution"],
        "actions": [{"do": "notify", "who": ["team_leads"]}],
    }]  # fmt: skip
    assert draft.quiet_hours == {
        "tz": "Europe/Vienna", "from": "20:00", "to": "07:00", "days": ["sat", "sun"],
    }  # fmt: skip
    page = person.get(address).content.decode()
    assert 'name="quiet_from" value="20:00"' in page
    assert '<option value="resolution" selected>' in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"step0_who": ["owner"]}, "Say when this step is due."),
        ({"step0_number": "50"}, "Say what is to be done."),
        ({"quiet_from": "20:00"}, "Write both ends, or neither."),
        ({"quiet_days": ["sat"]}, "Write from when to when"),
        ({"quiet_from": "20:00", "quiet_to": "07:00", "quiet_tz": "Mars"}, "name of a time zone"),
        ({"target_any_resolution": ""}, "set at least one target"),
    ],
)
@pytest.mark.parametrize("trying", [True, False])
def test_half_a_step_or_half_a_night_is_refused_beside_its_field(
    agreement, office, person, given, said, trying
):
    more = {"try": "1"} if trying else {}

    page = person.post(f"/sla/agreements/{agreement.pk}/", terms(office, **given, **more))

    assert page.status_code == 422
    assert said in page.content.decode()
    assert agreement.versions.count() == 1


def test_a_step_with_several_promises_and_people_by_name_keeps_them(office, person, cast):
    step = {
        "key": "90%", "percent": 90, "metrics": ["first_response", "resolution"],
        "actions": [{"do": "notify", "who": ["owner", cast.agent.pk]}],
    }  # fmt: skip
    agreement = an_agreement(calendar=office, steps=[step]).agreement
    given = terms(
        office, step0_number="90", step0_unit="percent", step0_metric="as_before",
        step0_who=["owner"],
    )  # fmt: skip

    person.post(f"/sla/agreements/{agreement.pk}/", given)

    assert agreement.versions.order_by("-number").first().steps == [step]
