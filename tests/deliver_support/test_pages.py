"""The calendar, the pages of services, releases and the catalogue, and what is done on them."""

import pytest

from itsm.core.errors import Denied, FieldErrors
from tests.deliver_support.conftest import do, window
from tests.factories import at_state, fresh
from tickets.ordering import order
from valuechain.deliver_support.actions import save_freeze, set_questions
from valuechain.records.kinds import kinds
from valuechain.records.models import Link

QUESTIONS = [
    {"name": "colour", "label": "Colour", "kind": "choice", "choices": ["black", "grey"]},
    {"name": "remarks", "label": "Remarks", "kind": "text", "required": False},
]


@pytest.fixture
def page(client):
    """Return a function that gives the page somebody sees at an address."""

    def page_of(person, url):
        client.force_login(person)
        response = client.get(url, follow=True)
        assert response.status_code == 200, response
        return response.content.decode()

    return page_of


class TestCalendar:
    @pytest.fixture
    def planned(self, cast, agent, service, release_manager, organisation, change_manager, frozen):
        """Two undertakings on one service at one time, and a freeze over both."""
        span = window(24)
        change = at_state("change", "authorised", cast, service=service, title="New disk")
        do(change, "schedule", agent, **span)
        release = kinds["release"].open(
            actor=release_manager, via="html", title="Appointments 2", service=service,
            organisation=organisation, **span,
        )  # fmt: skip
        save_freeze(
            None, name="Audit", reason="Auditors are here.", organisations=[organisation],
            services=[], starts_at=span["window_start"], ends_at=span["window_end"],
            actor=change_manager,
        )  # fmt: skip
        return change, release

    def test_it_names_what_clashes(self, page, planned, agent, service):
        change, release = planned

        shown = page(agent, "/deliver/calendar/?m=2026-03")

        assert f"Overlaps with {release.number} on Appointments" in shown
        assert f"Overlaps with {change.number} on Appointments" in shown
        assert "Falls into the freeze “Audit”" in shown
        assert "Auditors are here." in shown

    def test_another_month_is_another_page(self, page, planned, agent):
        assert "New disk" not in page(agent, "/deliver/calendar/?m=2026-06")
        assert "March 2026" in page(agent, "/deliver/calendar/?m=nonsense")

    def test_outsiders_see_none_of_it(self, page, planned, outsider):
        shown = page(outsider, "/deliver/calendar/?m=2026-03")

        assert "New disk" not in shown
        assert "Audit" not in shown

    def test_other_calendars_read_it(self, client, planned, agent):
        from icalendar import Calendar

        client.force_login(agent)
        answer = client.get("/deliver/calendar.ics")

        events = Calendar.from_ical(answer.content).walk("VEVENT")
        assert sorted(str(event["summary"]) for event in events) == [
            "Change freeze: Audit", "Change: New disk", "Release: Appointments 2",
        ]  # fmt: skip

    def test_a_freeze_is_declared_changed_and_lifted(
        self, client, page, change_manager, organisation, outsider
    ):
        client.force_login(change_manager)
        filled = {
            "name": "Harvest", "reason": "All hands are out.", "organisations": [organisation.pk],
            "starts_at": "2026-09-01T00:00", "ends_at": "2026-09-08T00:00",
        }  # fmt: skip

        wrong = client.post("/deliver/freezes/new/", filled | {"ends_at": "2026-08-01T00:00"})
        assert wrong.status_code == 422
        client.post("/deliver/freezes/new/", filled)
        shown = page(change_manager, "/deliver/freezes/")
        assert "All hands are out." in shown

        from valuechain.deliver_support.models import ChangeFreeze

        freeze = ChangeFreeze.objects.get()
        client.force_login(outsider)
        assert client.get(f"/deliver/freezes/{freeze.pk}/").status_code == 404
        client.force_login(change_manager)
        client.post(f"/deliver/freezes/{freeze.pk}/", filled | {"name": "Vintage"})
        assert ChangeFreeze.objects.get().name == "Vintage"
        client.post(f"/deliver/freezes/{freeze.pk}/lift/")
        assert not ChangeFreeze.objects.exists()


class TestService:
    def test_its_page_says_how_it_does_and_what_is_going_on(
        self, page, service, service_owner, agent, cast
    ):
        do(service, "adopt", service_owner)
        do(service, "degrade", agent, health="down", health_note="Nobody can book")
        ticket = at_state("incident", "new", cast, service=service, title="No bookings")

        shown = page(agent, f"/services/{service.number}/")
        listed = page(agent, "/services/")

        assert "Nobody can book" in shown
        assert ticket.number in shown
        assert "Down" in listed


class TestRelease:
    def test_its_page_lists_go_and_no_go(self, page, tested, release_manager):
        shown = page(release_manager, f"/releases/{tested.number}/")

        assert "6 of 6 met" in shown
        assert "Plan a deployment" in shown

    def test_a_deployment_is_planned_from_it(self, client, tested, release_manager):
        client.force_login(release_manager)

        form = client.get(f"/deployments/new/?release={tested.number}").content.decode()
        assert tested.number in form
        client.post(
            "/deployments/new/",
            {"title": "Go", "release": tested.number, "environment": "test",
             "organisation": tested.organisation_id},
        )  # fmt: skip

        assert Link.objects.filter(target=tested, kind="deploys").exists()


class TestCatalogue:
    @pytest.fixture
    def offering(self, cast, service_owner):
        item = at_state("offering", "published", cast, title="A new chair")
        return set_questions(item, QUESTIONS, actor=service_owner, via="html")

    def test_its_questions_are_moved_added_and_removed(self, client, offering, service_owner):
        client.force_login(service_owner)
        url = f"/offerings/{offering.number}/questions/"

        client.post(url, {"down": "0"})
        assert [q["name"] for q in fresh(offering).form] == ["remarks", "colour"]
        wrong = client.post(url, {"add": "1", "label": "Size", "name": "SIZE", "kind": "line"})
        assert wrong.status_code == 422
        client.post(url, {"add": "1", "label": "Size", "name": "size", "kind": "integer"})
        client.post(url, {"remove": "1"})
        assert [q["name"] for q in fresh(offering).form] == ["remarks", "size"]
        client.post(url, {"up": "1", "version": "1"})
        assert [q["name"] for q in fresh(offering).form] == ["remarks", "size"]

    def test_an_order_is_a_request_with_the_answers(self, offering, requester, desk):
        made = order(offering, answers={"colour": "grey"}, actor=requester, via="html")

        assert (made.kind, made.state, made.team) == ("service_request", "approved", desk)
        assert "grey" in made.description
        assert made.requester == requester
        assert Link.objects.filter(source=made, target=offering, kind="relates_to").exists()

    def test_it_waits_where_somebody_decides(self, offering, requester, service_owner):
        kinds["offering"].edit(
            offering, {"approval_policy": "chairs"}, actor=service_owner, via="html"
        )

        made = order(fresh(offering), answers={"colour": "grey"}, actor=requester, via="html")

        assert made.state == "awaiting_approval"
        assert "Has to be approved**: chairs" in made.description

    def test_what_is_asked_is_answered(self, offering, requester):
        with pytest.raises(FieldErrors) as refusal:
            order(offering, answers={"colour": "pink"}, actor=requester, via="html")

        assert set(refusal.value.errors) == {"colour"}

    def test_only_its_audience_orders(self, cast, requester):
        staff = at_state("offering", "published", cast, audience="staff")

        with pytest.raises(Denied):
            order(staff, answers={}, actor=requester, via="html")


def test_a_reader_says_whether_an_article_was_useful(client, page, cast, agent, requester):
    article = at_state("article", "published", cast)
    client.force_login(requester)
    client.post(f"/articles/{article.number}/vote/", {"useful": "yes"})

    assert "Useful to 1 of 1 readers" in page(agent, f"/articles/{article.number}/")


class TestPortal:
    @pytest.fixture
    def offering(self, cast, service_owner):
        item = at_state("offering", "published", cast, title="A new chair", slug="chair")
        return set_questions(item, QUESTIONS, actor=service_owner, via="html")

    def test_a_requester_finds_how_services_do_and_what_can_be_ordered(
        self, page, cast, offering, service, service_owner, agent, requester
    ):
        do(service, "adopt", service_owner)
        do(service, "degrade", agent, health="down", health_note="Nobody can book")
        at_state("offering", "published", cast, title="A key", audience="staff")
        article = at_state("article", "published", cast, title="Turning it off")

        shown = page(requester, "/portal/services/")

        assert "Nobody can book" in shown
        assert "A new chair" in shown
        assert "A key" not in shown
        assert article.title in shown
        assert article.title in page(requester, f"/portal/articles/{article.number}/")
        assert "A new chair" not in page(requester, "/portal/services/?q=sofa")

    def test_they_order_it_with_what_is_asked(self, client, offering, requester):
        client.force_login(requester)

        wrong = client.post("/portal/services/chair/", {"remarks": "Soon"})
        assert wrong.status_code == 422
        assert "Soon" in wrong.content.decode()
        sent = client.post("/portal/services/chair/", {"colour": "grey"}, follow=True)

        assert sent.status_code == 200
        made = Link.objects.get(target=offering, kind="relates_to").source
        assert made.requester == requester
        assert made.number in sent.content.decode()

    def test_machines_order_it_too(self, api, offering, requester, agent):
        url = f"/api/v1/offerings/{offering.number}/order/"

        refused = api(requester).post(url, {"answers": {}})
        assert refused.status_code == 400
        made = api(agent).post(url, {"answers": {"colour": "grey"}, "requester": requester.email})

        assert made.status_code == 201, made.data
        assert made.data["requester"]["id"] == requester.pk
