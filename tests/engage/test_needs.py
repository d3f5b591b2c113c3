"""A need is decided in the open, moves on with what it led to, and is closed by its stakeholder."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, NotOffered, RuleViolation
from tests.doors import Machine, browser
from tests.factories import fresh
from valuechain.records.actions import add_comment, hand_off, perform
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind, Via

WORDS = "We cannot see which berth is free before the ship calls."


def state_need(requester, **values):
    return kinds["need"].open(
        actor=requester, via=Via.HTML, title="See the free berths", description=WORDS, **values
    )


def move(record, name, actor, **data):
    return perform(record, name, actor=actor, via=Via.HTML, data=data).record


def in_triage(requester, brm, **values):
    need = move(state_need(requester, **values), "submit", requester)
    return move(need, "take", brm)


def decided(need, brm, classification="required"):
    need = move(need, "classify", brm, classification=classification, reason="The law says so.")
    need = move(need, "justify", brm, reason="Ships wait two hours a day.")
    return move(need, "assess", brm, fulfilability="as_desired", reason="The radar can do it.")


def qualified(requester, brm):
    return move(decided(in_triage(requester, brm), brm), "qualify", brm)


class TestDeciding:
    def test_a_need_is_not_qualified_before_each_question_is_answered(self, requester, brm):
        need = in_triage(requester, brm)

        with pytest.raises(RuleViolation) as refusal:
            move(need, "qualify", brm)

        assert refusal.value.code == "not_qualified"
        assert refusal.value.missing == (
            "classification", "justification", "verdict", "fulfilability",
        )  # fmt: skip
        assert move(decided(need, brm), "qualify", brm).state == "qualified"

    def test_a_want_also_needs_a_sponsor_and_a_trade_off(self, requester, brm, planner):
        need = decided(in_triage(requester, brm), brm, classification="want")

        with pytest.raises(RuleViolation) as refusal:
            move(need, "qualify", brm)
        need = move(need, "classify", brm, classification="want", reason="It would be nicer.",
                    sponsor=planner.email, trade_off="The new buoy waits.")  # fmt: skip

        assert refusal.value.missing == ("sponsor", "trade_off")
        assert move(need, "qualify", brm).state == "qualified"

    def test_each_answer_needs_its_reason(self, requester, brm):
        need = in_triage(requester, brm)

        for name, data in (
            ("classify", {"classification": "want"}),
            ("justify", {}),
            ("assess", {"fulfilability": "cannot"}),
            ("decline", {}),
        ):
            with pytest.raises(FieldErrors) as refusal:
                move(need, name, brm, **data)
            assert "reason" in refusal.value.errors, name

    def test_only_those_who_triage_decide(self, requester, agent, colleague, brm):
        need = in_triage(requester, brm)

        for somebody in (agent, requester, colleague):
            with pytest.raises(Denied):
                move(need, "justify", somebody, reason="I want it.")

    def test_the_words_of_the_stakeholder_stay_as_they_were_said(self, requester, brm):
        need = state_need(requester)
        edited = kinds["need"].edit(
            need, {"description": WORDS + " Please."}, actor=requester, via=Via.HTML
        )
        need = move(move(edited, "submit", requester), "take", brm)

        with pytest.raises(FieldErrors):
            kinds["need"].edit(need, {"description": "Berths."}, actor=brm, via=Via.HTML)
        kept = kinds["need"].edit(
            need, {"description": WORDS + " Please.\r\n", "expectations": "No ship waits."},
            actor=brm, via=Via.HTML,
        )  # fmt: skip

        assert kept.description == WORDS + " Please."
        assert kept.expectations == "No ship waits."

    def test_what_a_liaison_notes_down_belongs_to_the_person_behind_the_stakeholder(
        self, requester, brm, organisation
    ):
        known = kinds["stakeholder"].open(
            actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
            organisation=organisation,
        )  # fmt: skip

        need = kinds["need"].open(
            actor=brm, via=Via.HTML, title="Berths", description=WORDS, requester=brm,
            stakeholder=known,
        )  # fmt: skip

        assert need.requester == requester

    def test_a_merged_need_adds_its_weight_and_its_people(
        self, requester, colleague, brm, organisation
    ):
        first, second = in_triage(requester, brm), in_triage(colleague, brm)

        merged = move(second, "merge", brm, into=first.number)

        survivor = fresh(first)
        assert merged.state == "merged"
        assert survivor.weight == 2
        assert survivor.participations.filter(person=colleague).exists()
        assert kinds["need"].successor(merged).pk == first.pk

    def test_an_answer_brings_a_waiting_need_back(self, requester, brm):
        need = move(
            in_triage(requester, brm), "ask_information", brm, reason="Which berths?",
            follow_up_at=(clock.now() + timedelta(days=3)).isoformat(),
        )  # fmt: skip

        add_comment(need, body="All of them.", visibility="public", actor=requester, via=Via.EMAIL)

        assert fresh(need).state == "in_triage"


class TestAppeal:
    def test_it_is_heard_once_and_only_from_its_stakeholder(self, requester, agent, brm):
        need = move(in_triage(requester, brm), "decline", brm, reason="Nobody needs it.")

        with pytest.raises(Denied):
            move(need, "appeal", agent, reason="They do.")
        need = move(need, "appeal", requester, reason="Two ships collided on Monday.")
        again = move(need, "decline", brm, reason="They did not.")

        assert again.appeal_evidence == "Two ships collided on Monday."
        with pytest.raises(RuleViolation) as refusal:
            move(again, "appeal", requester, reason="They did.")
        assert refusal.value.code == "appealed_already"

    def test_it_is_heard_within_thirty_days(self, frozen, requester, brm):
        need = move(in_triage(requester, brm), "decline", brm, reason="Nobody needs it.")
        frozen.shift(timedelta(days=30, seconds=1))

        with pytest.raises(RuleViolation) as refusal:
            move(need, "appeal", requester, reason="Two ships collided.")

        assert refusal.value.code == "appeal_window_over"


class TestMovingOn:
    def test_it_follows_what_it_was_handed_on_to(self, requester, brm, agent):
        need = qualified(requester, brm)

        target = hand_off(need, "request_service", actor=brm, via=Via.HTML, data={}).target.specific
        assert fresh(need).state == "in_fulfilment"
        for name, data in (("accept", {}), ("start", {}), ("fulfil", {"resolution": "Done."})):
            target = move(target, name, agent, **data)

        assert fresh(need).state == "fulfilled"
        assert target.links_out.filter(target=need, kind=LinkKind.DERIVED_FROM).exists()

    def test_it_is_not_handed_on_before_it_is_qualified(self, requester, brm):
        need = in_triage(requester, brm)

        for flow in ("request_service", "request_change", "report_incident", "start_project",
                     "ask_supplier", "improve"):  # fmt: skip
            with pytest.raises(RuleViolation) as refusal:
                hand_off(need, flow, actor=brm, via=Via.HTML, data={"question": "When?"}
                         if flow == "ask_supplier" else {})  # fmt: skip
            assert refusal.value.code == "need_not_qualified", flow

    def test_it_is_not_routed_to_nowhere(self, requester, brm):
        with pytest.raises(RuleViolation) as refusal:
            move(qualified(requester, brm), "route", brm)

        assert refusal.value.missing == ("target",)

    def test_it_is_not_fulfilled_while_a_target_is_open(self, requester, brm, agent):
        need = qualified(requester, brm)
        first = hand_off(need, "request_service", actor=brm, via=Via.HTML).target.specific
        hand_off(need, "request_change", actor=agent, via=Via.HTML)
        for name, data in (("accept", {}), ("start", {}), ("fulfil", {"resolution": "Done."})):
            first = move(first, name, agent, **data)

        assert fresh(need).state == "in_fulfilment"
        with pytest.raises(RuleViolation) as refusal:
            move(need, "fulfil", brm)
        assert refusal.value.code == "targets_open"


class TestValue:
    @pytest.fixture
    def need(self, requester, brm, agent):
        need = qualified(requester, brm)
        target = hand_off(need, "request_service", actor=brm, via=Via.HTML).target.specific
        for name, data in (("accept", {}), ("start", {}), ("fulfil", {"resolution": "Done."})):
            target = move(target, name, agent, **data)
        return fresh(need)

    def test_nobody_but_its_stakeholder_says_whether_the_value_came(
        self, need, brm, admin, agent, lead, auditor
    ):
        for somebody in (brm, admin, agent, lead, auditor):
            for name in ("confirm_value", "confirm_partly", "report_no_value", "dispute"):
                with pytest.raises(Denied):
                    move(need, name, somebody, reason="I say so.")
            answer = Machine(somebody).post(
                f"needs/{need.number}/transitions/", {"transition": "confirm_value"}
            )
            assert answer.status_code == 403
            page = browser(somebody).post(f"/needs/{need.number}/do/confirm_value/", {})
            assert page.status_code == 422

        assert fresh(need).state == "fulfilled"

    def test_its_stakeholder_confirms_it_in_the_portal(self, need, requester):
        answer = browser(requester).post(
            f"/portal/requests/{need.number}/do/confirm_value/", {"reason": "No ship waits."}
        )

        assert answer.status_code == 302
        assert (fresh(need).state, fresh(need).value_note) == ("value_confirmed", "No ship waits.")

    def test_a_dispute_opens_it_again(self, need, requester, brm):
        disputed = move(need, "dispute", requester, reason="Berth 4 is missing.")

        assert disputed.state == "in_fulfilment"
        assert move(disputed, "fulfil", brm).state == "fulfilled"


class TestPages:
    def test_the_stakeholder_reads_each_decision_at_once(self, requester, brm):
        need = decided(in_triage(requester, brm), brm)
        move(need, "promise", brm, promise="Berths 1 to 8", promised_on="2027-02-01")

        body = browser(requester).get(f"/portal/needs/{need.number}/").content.decode()

        for words in ("The law says so.", "Ships wait two hours a day.", "The radar can do it.",
                      "Berths 1 to 8", "1 Feb 2027"):  # fmt: skip
            assert words in body
        assert need.number in browser(requester).get("/portal/needs/").content.decode()

    def test_the_need_told_in_the_portal_is_submitted(self, requester):
        answer = browser(requester).post(
            "/portal/request/need/", {"title": "Berths", "description": WORDS}
        )
        refused = browser(requester).post("/portal/request/need/", {"title": "Cranes"})

        number = answer.headers["Location"].split("/")[3]
        body = browser(requester).get(f"/portal/needs/{number}/").content.decode()
        assert "Submitted" in body
        assert refused.status_code == 422

    def test_the_card_decides_without_leaving_the_page(self, requester, brm):
        need = in_triage(requester, brm)
        page = browser(brm)

        body = page.get(f"/needs/{need.number}/").content.decode()
        answer = page.post(
            f"/needs/{need.number}/do/classify/",
            {"classification": "required", "reason": "The law says so."},
        )

        assert 'data-keys="1"' in body
        assert 'data-keys="n"' in body
        assert answer.status_code == 302
        assert fresh(need).classification == "required"

    def test_the_board_shows_what_the_list_shows(self, requester, brm, outsider):
        need = in_triage(requester, brm)
        other = state_need(requester)

        board = browser(brm).get("/engage/board/?state=in_triage").content.decode()
        hidden = browser(outsider).get("/engage/board/").content.decode()

        assert need.number in board
        assert other.number not in board
        assert need.number not in hidden

    def test_the_views_of_the_inbox_find_what_they_say(self, frozen, requester, brm):
        old = in_triage(requester, brm)
        move(old, "promise", brm, promise="Soon", promised_on="2026-03-20")
        frozen.shift(timedelta(days=6))
        new = in_triage(requester, brm)
        api = Machine(brm)

        def found(query):
            return [row["number"] for row in api.get(f"needs/?{query}").json()["results"]]

        assert found("state=in_triage&older_than=5") == [old.number]
        assert found("promised=this_month") == [old.number]
        assert set(found("state=in_triage")) == {old.number, new.number}

    def test_somebody_elsewhere_finds_nothing(self, requester, brm, outsider, colleague):
        need = in_triage(requester, brm)

        assert Machine(outsider).get(f"needs/{need.number}/").status_code == 404
        assert browser(outsider).get(f"/needs/{need.number}/").status_code == 404
        assert browser(colleague).get(f"/portal/needs/{need.number}/").status_code == 404
        assert browser(colleague).get(f"/portal/requests/{need.number}/").status_code == 404


def test_a_stakeholder_page_brings_together_what_was_promised(requester, brm, organisation):
    known = kinds["stakeholder"].open(
        actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
        organisation=organisation,
    )  # fmt: skip
    move(known, "report_health", brm, health="amber", note="They waited too long.")
    need = in_triage(requester, brm, stakeholder=known)
    move(need, "promise", brm, promise="Berths 1 to 8", promised_on="2027-02-01")
    talk = kinds["interaction"].open(
        actor=brm, via=Via.HTML, title="On the pier", summary="They want berths.",
        stakeholder=known, organisation=organisation,
    )  # fmt: skip

    body = browser(brm).get(f"/stakeholders/{known.number}/").content.decode()

    assert talk.state == "held"
    for words in (need.title, "Berths 1 to 8", "On the pier", "They waited too long."):
        assert words in body
    assert browser(requester).get(f"/stakeholders/{known.number}/").status_code in (302, 404)
    assert Machine(requester).get(f"stakeholders/{known.number}/").status_code == 404


def test_a_supplier_answers_what_they_are_asked_and_sees_nothing_else(
    supplier, brm, organisation, requester
):
    request = kinds["supplier_request"].open(
        actor=brm, via=Via.HTML, title="When?", description="When does it come?",
        supplier=supplier.organisation, contact=supplier, organisation=organisation,
    )  # fmt: skip
    other = state_need(requester)
    request = move(request, "send", brm)
    api = Machine(supplier)
    for name, data in (
        ("acknowledge", {}),
        ("start", {}),
        ("answer", {"answer": "In May.", "promised_on": "2026-05-04"}),
    ):
        answer = api.post(
            f"supplier-requests/{request.number}/transitions/", {"transition": name, "data": data}
        )
        assert answer.status_code == 200, answer.content

    assert str(fresh(request).promised_on) == "2026-05-04"
    assert api.get(f"needs/{other.number}/").status_code == 404
    with pytest.raises((NotOffered, Denied)):
        move(request, "close", supplier)


def test_a_stakeholder_page_shows_the_next_talk_and_how_content_they_are(
    requester, brm, agent, organisation, desk
):
    known = kinds["stakeholder"].open(
        actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
        organisation=organisation,
    )  # fmt: skip
    for title, summary, step in (("Round", "", ""), ("Call", "They wait.", "We name a date.")):
        kinds["interaction"].open(
            actor=brm, via=Via.HTML, title=title, summary=summary, next_step=step,
            stakeholder=known, organisation=organisation,
        )  # fmt: skip
    quiet = browser(brm).get(f"/stakeholders/{known.number}/").content.decode()
    kinds["feedback"].open(
        actor=requester, via=Via.HTML, requester=requester, nature="csat", score=4,
        title="Rating", organisation=organisation,
    )  # fmt: skip

    page = browser(brm).get(f"/stakeholders/{known.number}/")

    assert (page.context["next_talk"].title, page.context["agreed"].title) == ("Round", "Call")
    assert "have not rated" in quiet
    body = page.content.decode()
    assert "4.0" in body
    assert "We name a date." in page.content.decode()


def test_a_request_to_a_supplier_opened_in_error_is_cancelled_with_a_reason(
    supplier, brm, organisation
):
    request = kinds["supplier_request"].open(
        actor=brm, via=Via.HTML, title="When?", description="When does it come?",
        supplier=supplier.organisation, organisation=organisation,
    )  # fmt: skip
    ours = browser(brm)
    page = f"/supplier-requests/{request.number}/"
    assert f"{page}do/cancel/" in ours.get(page).content.decode()

    without = ours.post(f"{page}do/cancel/", {"reason": ""})
    assert without.status_code == 422
    assert fresh(request).state == "open"

    ours.post(f"{page}do/cancel/", {"reason": "Asked twice."})
    assert (fresh(request).state, fresh(request).phase) == ("cancelled", "void")


def test_what_the_supplier_has_is_not_cancelled(supplier, brm, organisation):
    request = kinds["supplier_request"].open(
        actor=brm, via=Via.HTML, title="When?", description="When does it come?",
        supplier=supplier.organisation, organisation=organisation,
    )  # fmt: skip
    move(request, "send", brm)

    with pytest.raises(NotOffered):
        move(request, "cancel", brm, reason="Asked twice.")


def test_whoever_works_here_names_a_supplier_and_no_other_company(supplier, brm, organisation):
    vendor = supplier.organisation
    body = browser(brm).get("/supplier-requests/new/").content.decode()
    choices = re.search(r'<select name="supplier".*?</select>', body, re.DOTALL)[0]
    assert vendor.name in choices
    assert organisation.name not in choices

    named = {"title": "When?", "description": "?", "organisation": organisation.name}
    api = Machine(brm)
    asked = api.post("supplier-requests/", named | {"supplier": vendor.name})
    assert asked.status_code == 201, asked.content
    refused = api.post("supplier-requests/", named | {"supplier": organisation.name})
    assert refused.status_code == 400
    assert "There is no organisation" in refused.content.decode()
