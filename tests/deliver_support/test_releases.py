"""A release goes live when all of it is there, tested and authorised; its deployment moves the rest."""

import pytest

from itsm.core.errors import Denied, RuleViolation
from tests.deliver_support.conftest import do, window
from tests.factories import at_state, fresh
from valuechain.deliver_support.actions import save_freeze
from valuechain.records.kinds import kinds
from valuechain.records.models import Link


def deployment_of(release, actor, **values):
    values.setdefault("environment", "production")
    return kinds["deployment"].open(
        actor=actor, via="html", title="Put it live", release=release, **values
    )


class TestReadiness:
    def test_what_is_missing_is_named(self, release_manager, organisation):
        release = kinds["release"].open(
            actor=release_manager, via="html", title="Empty", organisation=organisation
        )
        for step in ("build", "test"):
            release = do(release, step, release_manager)

        with pytest.raises(RuleViolation) as refusal:
            do(release, "make_ready", release_manager)

        assert refusal.value.missing == ("contents", "tests")
        assert fresh(release).state == "testing"

    def test_failed_tests_count_for_nothing_afterwards(self, tested, release_manager):
        release = do(tested, "fail_tests", release_manager, test_evidence="3 of 40 failed")
        release = do(release, "test", release_manager)

        with pytest.raises(RuleViolation, match="tests passed"):
            do(release, "make_ready", release_manager)

    def test_it_is_approved_only_under_an_authorised_change(self, tested, release_manager, change,
                                                            change_manager):  # fmt: skip
        release = do(tested, "make_ready", release_manager)
        do(change, "return", change_manager, reason="New facts")

        with pytest.raises(RuleViolation) as refusal:
            do(release, "approve", release_manager)

        assert refusal.value.code == "not_ready_to_go_live"
        assert refusal.value.missing == (change.number,)

    def test_it_is_not_approved_into_a_freeze(
        self, tested, release_manager, change_manager, organisation
    ):
        planned = window(30)
        kinds["release"].edit(tested, planned, actor=release_manager, via="html")
        save_freeze(
            None, name="Year end", reason="The books close.", organisations=[organisation],
            services=[], starts_at=planned["window_start"], ends_at=planned["window_end"],
            actor=change_manager,
        )  # fmt: skip
        release = do(tested, "make_ready", release_manager)

        with pytest.raises(RuleViolation, match="Year end: The books close"):
            do(release, "approve", release_manager)

    def test_rest_and_page_say_the_same(self, api, client, tested, release_manager, outsider):
        answer = api(release_manager).get(f"/api/v1/releases/{tested.number}/readiness/")

        assert answer.status_code == 200
        assert answer.data["is_ready"] is True
        assert {c["name"]: c["is_met"] for c in answer.data["conditions"]} == {
            "contents": True, "components": True, "tests": True, "change": True, "window": True,
            "overlap": True,
        }  # fmt: skip
        client.force_login(release_manager)
        page = client.get(f"/releases/{tested.number}/")
        assert "The tests passed" in page.content.decode()
        hidden = api(outsider).get(f"/api/v1/releases/{tested.number}/readiness/")
        assert hidden.status_code == 404

    def test_what_was_approved_stays_as_it_was_read(self, approved, release_manager):
        with pytest.raises(Denied, match="fixed"):
            kinds["release"].edit(
                approved, {"backout_plan": "None"}, actor=release_manager, via="html"
            )


class TestDeployment:
    def test_it_is_tied_to_release_and_service(self, approved, release_manager, service):
        deployment = deployment_of(approved, release_manager)

        ties = set(Link.objects.filter(source=deployment).values_list("kind", "target__number"))
        assert ties == {("deploys", approved.number), ("affects", service.number)}

    def test_success_in_production_sets_release_and_service_live(
        self, approved, release_manager, service
    ):
        deployment = deployment_of(approved, release_manager)
        deployment = do(deployment, "start", release_manager)
        assert fresh(approved).state == "deploying"

        deployment = do(deployment, "verify", release_manager)
        do(deployment, "succeed", release_manager, verification="A booking was made.")

        assert fresh(approved).state == "deployed"
        live = fresh(service)
        assert (live.state, live.health) == ("live", "working")
        verbs = list(live.events.order_by("sequence").values_list("verb", "actor"))
        assert ("service.go_live", None) in verbs

    def test_a_degraded_service_stays_as_people_see_it(
        self, approved, release_manager, service, service_owner
    ):
        do(service, "adopt", service_owner)
        do(service, "degrade", service_owner, health="down", health_note="No bookings")
        deployment = deployment_of(approved, release_manager)
        for step in ("start", "verify"):
            deployment = do(deployment, step, release_manager)

        do(deployment, "succeed", release_manager, verification="It was.")

        assert fresh(service).state == "degraded"

    def test_taking_it_back_fails_the_release(self, approved, release_manager, service):
        deployment = do(deployment_of(approved, release_manager), "start", release_manager)

        do(deployment, "roll_back", release_manager, reason="Slow")

        release = fresh(approved)
        assert release.state == "failed"
        assert fresh(service).state == "proposed"
        assert do(release, "replan", release_manager).tests_passed is False

    def test_the_last_of_several_completes_it(self, approved, release_manager):
        first, second = (deployment_of(approved, release_manager) for _ in range(2))
        for step in ("start", "verify"):
            first, second = (do(each, step, release_manager) for each in (first, second))

        do(first, "succeed", release_manager, verification="Site A works.")
        assert fresh(approved).state == "deploying"
        do(second, "succeed", release_manager, verification="Site B works.")

        assert fresh(approved).state == "deployed"

    def test_production_waits_for_the_approval(self, tested, release_manager):
        deployment = deployment_of(tested, release_manager)

        with pytest.raises(RuleViolation) as refusal:
            do(deployment, "start", release_manager)

        assert refusal.value.code == "release_not_approved"

    def test_the_test_environment_does_not(self, tested, release_manager, service):
        deployment = deployment_of(tested, release_manager, environment="test")
        for step in ("start", "verify"):
            deployment = do(deployment, step, release_manager)

        do(deployment, "succeed", release_manager, verification="It starts.")

        assert fresh(tested).state == "testing"
        assert fresh(service).state == "proposed"

    def test_a_window_in_a_freeze_is_refused(
        self, approved, release_manager, change_manager, organisation
    ):
        planned = window(5)
        save_freeze(
            None, name="Audit", reason="Auditors are here.", organisations=[organisation],
            services=[], starts_at=planned["window_start"], ends_at=planned["window_end"],
            actor=change_manager,
        )  # fmt: skip

        with pytest.raises(RuleViolation) as refusal:
            deployment_of(approved, release_manager, **planned)

        assert refusal.value.code == "change_freeze"

    def test_it_is_opened_through_rest(self, api, approved, release_manager):
        answer = api(release_manager).post(
            "/api/v1/deployments/",
            {"title": "Go", "release": approved.number, "environment": "production"},
        )

        assert answer.status_code == 201, answer.data
        assert answer.data["release"] == approved.number


class TestChange:
    def test_it_is_not_scheduled_into_a_freeze(self, cast, agent, change_manager, organisation):
        change = at_state("change", "authorised", cast)
        planned = window(10)
        save_freeze(
            None, name="Harvest", reason="Everybody is out.", organisations=[organisation],
            services=[], starts_at=planned["window_start"], ends_at=planned["window_end"],
            actor=change_manager,
        )  # fmt: skip

        with pytest.raises(RuleViolation) as refusal:
            do(change, "schedule", agent, **planned, conflicts_accepted="We must")

        assert refusal.value.code == "change_freeze"
        assert "Everybody is out" in str(refusal.value.message)
        assert do(change, "schedule", agent, **window(20)).state == "scheduled"


def test_a_specification_and_its_component_are_put_into_a_release(cast, admin):
    from tests.factories import at_state
    from valuechain.deliver_support.readiness import parts_of
    from valuechain.records.actions import hand_off

    spec = at_state("design_spec", "released_to_build", cast)
    handed = hand_off(spec, "release", actor=admin, via="html", data={"title": "Spring"})

    release = handed.target.specific
    assert release.title == "Spring"
    assert parts_of(release).specs == [spec.pk]


def test_a_specification_of_a_running_service_is_in_service_once_deployed(cast, admin):
    from tests.factories import at_state, fresh
    from valuechain.records.actions import perform

    release = at_state("release", "deploying", cast)
    spec = at_state("design_spec", "built", cast)
    from valuechain.records.actions import link_records

    link_records(release, spec, "implements", actor=admin, via="html")
    perform(fresh(release), "complete", actor=admin, via="html", data={})

    assert fresh(spec).state == "in_service"


def test_what_a_release_brought_is_in_use_once_deployed(cast, admin):
    from tests.factories import at_state, fresh
    from valuechain.records.actions import link_records, perform

    release = at_state("release", "deploying", cast)
    there, not_there, other = (
        at_state("component", state, cast) for state in ("available", "accepted", "available")
    )
    for component in (there, not_there):
        link_records(release, component, "deploys", actor=admin, via="html")
    perform(fresh(release), "complete", actor=admin, via="html", data={})

    assert fresh(there).state == "in_use"
    assert there.events.get(verb="component.put_in_use").actor is None
    assert [fresh(one).state for one in (not_there, other)] == ["accepted", "available"]
