"""The steps of a release, and who lets it overlap with something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from tests.deliver_support.conftest import do
from tests.doors import Machine, browser, is_problem
from tests.factories import a_person, fresh
from valuechain.deliver_support.actions import add_step, mark_step, remove_step
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(organisation):
    return a_person("Cora Colleague", organisation, "agent")


class TestSteps:
    def test_who_has_a_step_says_that_it_is_done_and_how_late(
        self, tested, release_manager, colleague
    ):
        step = add_step(
            tested, text="Stop the interfaces", owner=colleague, actor=release_manager, via="html",
            planned_at=clock.now() - timedelta(minutes=20),
        )  # fmt: skip
        other = add_step(tested, text="Update", actor=release_manager, via="html")

        with pytest.raises(Denied):
            mark_step(other, is_done=True, actor=colleague, via="html")
        done = mark_step(step, is_done=True, actor=colleague, via="html")

        assert done.minutes_off == 20
        page = browser(release_manager).get(tested.get_absolute_url()).content.decode()
        assert "+20 min" in page
        assert "1 of 2 done" in page
        assert fresh(tested).events.filter(verb="release.step_done").count() == 1

    def test_what_was_done_stays_and_what_is_open_goes(self, tested, release_manager):
        step = add_step(tested, text="Update", actor=release_manager, via="html")
        mark_step(step, is_done=True, actor=release_manager, via="html")
        step.refresh_from_db()
        with pytest.raises(RuleViolation, match="stays in the list"):
            remove_step(step, actor=release_manager, via="html")
        with pytest.raises(RuleViolation, match="said so already"):
            mark_step(step, is_done=True, actor=release_manager, via="html")

        mark_step(step, is_done=False, actor=release_manager, via="html")
        step.refresh_from_db()
        remove_step(step, actor=release_manager, via="html")
        assert not fresh(tested).plan.exists()

    def test_the_page_makes_a_step_of_each_line_and_takes_more(self, tested, release_manager):
        tested.kind_entry.edit(
            tested, {"steps": "Stop it\n\n- Update it\nStart it"}, actor=release_manager, via="html"
        )
        pages, address = browser(release_manager), f"/releases/{tested.number}/steps/"

        pages.post(f"{address}take-over/")
        assert [s.text for s in fresh(tested).plan.all()] == ["Stop it", "Update it", "Start it"]
        assert pages.post(address, {"text": " "}).status_code == 422
        sent = pages.post(address, {"text": "Tell the wards", "planned_at": "2026-03-02T08:00"})
        assert sent["Location"].endswith("#steps")
        first = fresh(tested).plan.first()
        assert first.text == "Tell the wards", "what has a time comes first, in its order"
        pages.post(f"{address}{first.pk}/", {"do": "done"})
        assert fresh(tested).plan.first().done_by == release_manager

    def test_a_program_lists_adds_and_marks_them(self, tested, release_manager, colleague):
        api, address = Machine(release_manager), f"releases/{tested.number}/steps/"

        made = api.post(address, {"text": "Update", "owner": colleague.email}).json()
        assert made["owner"]["name"] == "Cora Colleague"
        assert api.post(f"{address}{made['id']}/", {"done": True}).json()["done_by"]["name"]
        is_problem(api.delete(f"{address}{made['id']}/"), 409, "step_done")
        assert [one["text"] for one in api.get(address).json()["results"]] == ["Update"]


class TestOverlap:
    @pytest.fixture
    def planned(self, tested, release_manager, organisation):
        """Two releases that want the same service at the same time."""
        start = clock.now() + timedelta(days=3)
        times = {"window_start": start, "window_end": start + timedelta(hours=2)}
        tested.kind_entry.edit(tested, times, actor=release_manager, via="html")
        other = kinds["release"].open(
            actor=release_manager, via="html", title="Another", organisation=organisation,
            service=tested.service, **times,
        )  # fmt: skip
        return fresh(tested), other

    def test_it_is_not_approved_until_somebody_accepted_it(self, planned, release_manager):
        release, other = planned
        release = do(release, "make_ready", release_manager)
        with pytest.raises(RuleViolation, match=f"{other.number} has the service at that time"):
            do(release, "approve", release_manager)

        release = do(
            fresh(release), "accept_overlap", release_manager, overlap_accepted="Both are read-only"
        )

        assert release.overlaps_accepted == [other.number]
        assert do(fresh(release), "approve", release_manager).state == "approved"

    def test_the_calendar_names_who_accepted_it(self, planned, release_manager, change_manager):
        release, other = planned
        pages = browser(release_manager)
        address = f"/deliver/calendar/?view=agenda&d={clock.now():%Y-%m-%d}"
        before = pages.get(address).content.decode()
        assert f"Overlaps with {other.number}" in before
        assert before.count("Nobody accepted it yet") == 2

        do(release, "accept_overlap", change_manager, overlap_accepted="Both are read-only")

        after = pages.get(address).content.decode()
        assert f"Accepted by {change_manager.name}: Both are read-only" in after
        assert after.count("Nobody accepted it yet") == 1

    def test_what_comes_later_needs_another_word(self, planned, release_manager, organisation):
        release, _other = planned
        do(release, "accept_overlap", release_manager, overlap_accepted="Both are read-only")
        with pytest.raises(RuleViolation, match="not accepted"):
            do(fresh(release), "accept_overlap", release_manager, overlap_accepted="Again")

        third = kinds["release"].open(
            actor=release_manager, via="html", title="A third", organisation=organisation,
            service=release.service, window_start=release.window_start,
            window_end=release.window_end,
        )  # fmt: skip

        readiness = Machine(release_manager).get(f"releases/{release.number}/readiness/").json()
        (overlap,) = [one for one in readiness["conditions"] if one["name"] == "overlap"]
        assert [third.number in one["sentence"] for one in overlap["missing"]] == [True]

    def test_a_deployment_with_a_window_of_its_own_needs_its_own_word(
        self, tested, release_manager, change_manager, organisation
    ):
        release = do(fresh(do(tested, "make_ready", release_manager)), "approve", release_manager)
        start = clock.now() + timedelta(days=3)
        times = {"window_start": start, "window_end": start + timedelta(hours=2)}
        other = kinds["release"].open(
            actor=release_manager, via="html", title="Another", organisation=organisation,
            service=release.service, **times,
        )  # fmt: skip
        deployment = kinds["deployment"].open(
            actor=release_manager, via="html", title="Tonight", organisation=organisation,
            release=release, environment="production", service=release.service, **times,
        )  # fmt: skip
        with pytest.raises(
            RuleViolation,
            match=f"The service is taken at that time, and nobody accepted the overlap: {other.number}",
        ):
            do(fresh(deployment), "start", release_manager)

        do(fresh(deployment), "accept_overlap", change_manager, overlap_accepted="Both only read")

        assert fresh(deployment).overlaps_accepted == [other.number]
        page = browser(release_manager).get(
            f"/deliver/calendar/?view=agenda&d={clock.now():%Y-%m-%d}"
        )
        words = f"Accepted by {change_manager.name}: Both only read"
        assert page.content.decode().count(words) == 1
        assert do(fresh(deployment), "start", release_manager).state == "in_progress"

    def test_what_its_release_may_overlap_with_its_deployment_may_too(
        self, planned, release_manager, organisation
    ):
        release, _other = planned
        release = do(release, "make_ready", release_manager)
        do(fresh(release), "accept_overlap", release_manager, overlap_accepted="Both are read-only")
        release = do(fresh(release), "approve", release_manager)
        deployment = kinds["deployment"].open(
            actor=release_manager, via="html", title="Tonight", organisation=organisation,
            release=release, environment="production", service=release.service,
            window_start=release.window_start, window_end=release.window_end,
        )  # fmt: skip

        assert do(fresh(deployment), "start", release_manager).state == "in_progress"


def test_the_go_or_no_go_list_leads_to_where_each_is_put_right(release_manager, organisation):
    release = kinds["release"].open(
        actor=release_manager, via="html", title="Bare", organisation=organisation
    )

    page = browser(release_manager).get(release.get_absolute_url()).content.decode()

    link = f"/releases/{release.number}/link/"
    assert f'<a href="{link}">Link the components, specifications or changes it contains.' in page
    assert f'<a href="{link}">Link the change it goes live under.' in page
