"""The inbox: what is answered together is kept together, and the stakeholder reads it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core import clock
from tests.doors import browser
from tests.factories import fresh
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Record
from valuechain.records.vocabulary import Via

REQUIRED = {"classification": "required", "classification_reason": "The law says so."}
JUSTIFIED = {"verdict": "yes", "verdict_reason": "Ships wait two hours a day."}
POSSIBLE = {"fulfilability": "as_desired", "fulfilability_note": "The radar can do it."}
ROUTED = {"route": "request_service", "route_reason": "It is in the catalogue."}


def state_need(requester, title="See the free berths", **values):
    values = {"description": "We cannot see which berth is free."} | values
    return kinds["need"].open(
        actor=requester, via=Via.HTML, title=title, state="submitted", **values
    )


def decide(person, need, **answers):
    return browser(person).post(
        f"/engage/?view=all&need={need.number}", {"step": "decide", **answers}
    )


def read(person, need):
    return browser(person).get(f"/portal/needs/{need.number}/").content.decode()


class TestTheCard:
    def test_four_answers_in_one_go_lead_from_submitted_to_a_record_that_carries_it(
        self, requester, brm
    ):
        need = state_need(requester)

        done = decide(brm, need, **REQUIRED, **JUSTIFIED, **POSSIBLE, **ROUTED)

        assert done.status_code == 302
        need = fresh(need)
        assert (need.state, need.owner) == ("in_fulfilment", brm)
        verbs = list(Event.objects.filter(record=need).values_list("verb", flat=True))
        for verb in ("take", "classify", "justify", "assess", "qualify", "route"):
            assert f"need.{verb}" in verbs
        words = read(requester, need)
        for reason in (
            "The law says so.",
            "Ships wait two hours",
            "The radar can",
            "in the catalogue",
        ):
            assert reason in words

    def test_some_answers_are_kept_and_not_given_again(self, requester, brm):
        need = state_need(requester)

        decide(brm, need, **REQUIRED)
        decide(brm, need, **REQUIRED, **JUSTIFIED)

        need = fresh(need)
        assert (need.state, need.classification, need.verdict) == (
            "in_triage", "required", "justified",
        )  # fmt: skip
        assert Event.objects.filter(record=need, verb="need.classify").count() == 1
        assert "The law says so." in read(requester, need)

    @pytest.mark.parametrize(
        ("answers", "field"),
        [
            ({"classification": "required"}, "classification_reason"),
            ({"verdict": "no"}, "verdict_reason"),
            ({"fulfilability": "partial"}, "fulfilability_note"),
            ({"route": "decline"}, "route_reason"),
        ],
    )
    def test_an_answer_without_its_reason_is_shown_again(self, requester, brm, answers, field):
        need = state_need(requester)

        page = decide(brm, need, **answers)

        assert page.status_code == 422
        assert page.context["decision_form"].errors[field] == ["Give the reason in one line."]
        assert fresh(need).state == "submitted"

    def test_what_is_missing_is_said_on_the_page_of_the_need_when_it_was_sent_from_there(
        self, requester, brm
    ):
        need = state_need(requester)
        desk = browser(brm)

        page = desk.post(
            f"/engage/?view=all&need={need.number}&back=record",
            {"step": "decide", "classification": "required", "verdict_reason": "Half typed"},
        )

        said = page.content.decode()
        assert page.status_code == 422
        assert "records/detail.html" in [one.name for one in page.templates]
        assert page.context["decision_form"].errors["classification_reason"] == [
            "Give the reason in one line."
        ]
        assert f"<title>Error: {need.number}" in " ".join(said.split())
        assert "Half typed" in said

    def test_a_want_goes_nowhere_without_sponsor_and_trade_off_and_nothing_is_half_kept(
        self, requester, brm, planner
    ):
        need = state_need(requester)
        want = {"classification": "want", "classification_reason": "It would be nicer."}

        page = decide(brm, need, **want, **JUSTIFIED, **POSSIBLE, **ROUTED)

        errors = page.context["decision_form"].errors
        assert page.status_code == 422
        assert "A want needs a sponsor" in errors["sponsor"][0]
        assert "trade_off" in errors
        assert fresh(need).state == "submitted"
        more = {"sponsor": planner.email, "trade_off": "The buoy waits."}
        assert (
            decide(brm, need, **want, **more, **JUSTIFIED, **POSSIBLE, **ROUTED).status_code == 302
        )
        assert fresh(need).sponsor == planner

    def test_what_cannot_be_done_is_declined_never_sent_on(self, requester, brm):
        need = state_need(requester)
        cannot = {"fulfilability": "cannot", "fulfilability_note": "No radar sees that far."}

        page = decide(brm, need, **REQUIRED, **JUSTIFIED, **cannot, **ROUTED)
        decide(brm, need, **cannot, route="decline", route_reason="No radar sees that far.")

        assert page.status_code == 422
        assert "It cannot be fulfilled." in page.content.decode()
        assert fresh(need).state == "not_justified"

    def test_no_asks_and_not_now_end_the_card(self, requester, brm):
        refused, asked, later = (state_need(requester, title) for title in ("A", "B", "C"))
        day = (clock.now() + timedelta(days=30)).date().isoformat()

        decide(brm, refused, verdict="no", verdict_reason="Nobody needs it.", **ROUTED)
        decide(brm, asked, verdict="ask", verdict_reason="Which berths?", ask_until=day)
        decide(brm, later, fulfilability="deferred", fulfilability_note="Next year.",
               later_until=day)  # fmt: skip

        assert [fresh(one).state for one in (refused, asked, later)] == [
            "not_justified", "needs_information", "deferred",
        ]  # fmt: skip
        assert fresh(later).follow_up_at.date().isoformat() == day
        assert "Nobody needs it." in read(requester, refused)
        assert not Record.objects.filter(kind="service_request").exists()

    def test_when_nothing_can_be_made_of_it_yet_the_decision_stands(self, requester, brm):
        need = state_need(requester, description="")

        done = decide(brm, need, **REQUIRED, **JUSTIFIED, **POSSIBLE, route="ask_supplier",
                      route_reason="Only they know.")  # fmt: skip

        assert done.headers["Location"] == f"/needs/{need.number}/hand-off/ask_supplier/"
        assert fresh(need).state == "qualified"
        again = decide(brm, need, **ROUTED)
        assert again.status_code == 302
        need = fresh(need)
        assert (need.state, need.route_reason) == ("in_fulfilment", "It is in the catalogue.")

    def test_somebody_who_was_quicker_is_not_overwritten(self, requester, brm):
        need = state_need(requester)
        perform(need, "take", actor=brm, via=Via.API)

        page = decide(brm, need, version=str(need.version), **REQUIRED)

        assert page.status_code == 422
        assert fresh(need).classification == ""
        assert "The law says so." in page.content.decode()
        seen = page.context["decision_form"]["version"].value()
        assert decide(brm, need, version=seen, **REQUIRED).status_code == 302
        assert fresh(need).classification == "required"

    def test_only_those_who_triage_get_the_card(self, requester, agent, outsider, brm):
        need = state_need(requester)

        assert "data-decision" in browser(brm).get("/engage/?view=all").content.decode()
        assert "data-decision" not in browser(agent).get("/engage/?view=all").content.decode()
        assert decide(agent, need, **REQUIRED).status_code == 422
        assert decide(outsider, need, **REQUIRED).status_code in (302, 404)
        assert fresh(need).state == "submitted"
        assert browser(requester).get("/engage/").headers["Location"] == "/portal/"


class TestTheList:
    def test_it_opens_with_what_is_undecided_and_walks_on_after_a_decision(self, requester, brm):
        first, second = state_need(requester, "First"), state_need(requester, "Second")
        door = browser(brm)

        opened = door.get("/engage/")
        page = door.get(opened.headers["Location"])
        done = decide(brm, first, verdict="no", verdict_reason="Nobody needs it.")

        assert "state=submitted" in opened.headers["Location"]
        assert page.context["need"].number == first.number
        assert f"need={second.number}" in done.headers["Location"]

    def test_where_nothing_waits_it_says_what_was_decided(self, requester, brm):
        need = state_need(requester)
        decide(brm, need, verdict="no", verdict_reason="Nobody needs it.")

        page = browser(brm).get("/engage/?state=submitted&state=in_triage&state=needs_information")

        assert "No needs waiting. 1 was decided this month." in page.content.decode()
        other = browser(brm).get("/engage/?state=submitted&q=nobody").content.decode()
        assert "Nothing matches these filters." in other
        assert "No needs waiting." not in other
        listed = browser(brm).get("/needs/?decided=this_month").content.decode()
        assert need.number in listed

    def test_by_stakeholder_it_is_grouped(self, requester, brm, organisation):
        known = kinds["stakeholder"].open(
            actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
            organisation=organisation,
        )  # fmt: skip
        state_need(requester, "Nobody's")
        state_need(requester, "Theirs", stakeholder=known)

        body = browser(brm).get("/engage/?state=open&ordering=stakeholder").content.decode()
        body = body[body.index('<main id="main"') :]

        assert body.index("Harbour pilots") < body.index("Theirs") < body.index("No stakeholder")
        assert body.count('aria-current="page">By stakeholder') == 1

    def test_it_says_how_old_a_need_is_and_when_they_were_spoken_with(
        self, frozen, requester, brm, organisation
    ):
        known = kinds["stakeholder"].open(
            actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
            organisation=organisation,
        )  # fmt: skip
        need = state_need(requester, stakeholder=known)
        frozen.shift(timedelta(days=4))
        kinds["interaction"].open(
            actor=brm, via=Via.HTML, title="On the pier", summary="Soon.", stakeholder=known,
            organisation=organisation,
        )  # fmt: skip
        frozen.shift(timedelta(days=2))

        shown = browser(brm).get("/engage/?view=all").context["need"]

        assert (shown.number, shown.age_days, shown.contact_days) == (need.number, 6, 2)

    def test_a_need_that_reads_like_it_is_shown_beside_it(self, requester, brm):
        state_need(requester, "See the free berths")
        other = state_need(requester, "See free berths at night")

        shown = browser(brm).get("/engage/?view=all")

        assert [one.number for one in shown.context["alike"]] == [other.number]


class TestTheSteps:
    def test_a_promise_is_shown_before_it_is_made(self, requester, brm):
        need = state_need(requester)
        at = f"/engage/?view=all&need={need.number}"
        decide(brm, need, **REQUIRED)
        said = {"step": "promise", "promise-promise": "Berths 1 to 8",
                "promise-promised_on": "2030-05-01"}  # fmt: skip

        shown = browser(brm).post(at, said | {"preview": "1"}).content.decode()
        before = fresh(need).promise
        browser(brm).post(at, said)

        assert f"What {requester} will read" in shown
        assert "1 May 2030" in shown
        assert before == ""
        assert "1 May 2030" in read(requester, need)

    def test_putting_off_and_merging_stay_in_the_inbox(self, requester, brm):
        first, second, third = (state_need(requester, title) for title in ("A", "B", "C"))
        door = browser(brm)

        later = door.post(
            f"/engage/?view=all&need={first.number}",
            {
                "step": "defer",
                "defer-reason": "Next year.",
                "defer-follow_up_at": "2030-05-01T09:00",
            },
        )
        merged = door.post(
            f"/engage/?view=all&need={second.number}",
            {"step": "merge", "merge-into": third.number},
        )

        assert fresh(first).state == "deferred"
        assert fresh(second).state == "merged"
        assert fresh(third).weight == 2
        assert all(page.headers["Location"].startswith("/engage/") for page in (later, merged))


def test_a_stakeholder_is_told_what_will_be_asked_before_anything_is_decided(requester):
    said = read(requester, state_need(requester))

    assert "You read each answer here, with its reason." in said
    assert "Not decided yet" not in said
    assert 'href="/portal/needs/"' in said


def test_the_views_that_find_no_room_wait_in_a_menu(requester, brm):
    state_need(requester)

    page = browser(brm).get("/engage/?state=submitted").content.decode()

    assert "More views" in page
    assert "By stakeholder" in page


def test_the_form_of_a_need_asks_what_a_need_is_weighed_by(requester):
    page = browser(requester).get("/portal/request/need/").content.decode()

    assert "What is it worth, and what shows it?" in page
    assert "what happened instead" not in page
