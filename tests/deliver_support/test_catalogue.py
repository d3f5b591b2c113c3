"""Services tell people how they are; the catalogue and the articles are there for everybody."""

import pytest

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.deliver_support.conftest import do, window
from tests.factories import at_state
from valuechain.deliver_support.actions import save_freeze, set_questions
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.deliver_support.policies import may_order
from valuechain.deliver_support.questions import read_answers
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

QUESTIONS = [
    {"name": "colour", "label": "Colour", "kind": "choice", "choices": ["black", "grey"]},
    {"name": "remarks", "label": "Remarks", "kind": "text", "required": False},
]


class TestService:
    def test_only_a_live_one_is_there_for_everybody(self, service, service_owner, requester):
        seen = Record.objects.visible_to(requester).of_kind("service")
        assert not seen.exists()

        do(service, "adopt", service_owner)

        assert list(seen) == [Record.objects.visible_to(service_owner).get(pk=service.pk)]

    def test_what_people_notice_is_kept_until_it_works_again(self, service, service_owner, agent):
        do(service, "adopt", service_owner)

        ill = do(service, "degrade", agent, health="down", health_note="Nobody can book")
        assert (ill.state, ill.health, ill.health_note) == ("degraded", "down", "Nobody can book")

        well = do(ill, "restore", agent)
        assert (well.state, well.health, well.health_note) == ("live", "working", "")

    def test_the_desk_proposes_none(self, agent, organisation):
        with pytest.raises(Denied):
            kinds["service"].open(actor=agent, via="html", title="X", organisation=organisation)


class TestOffering:
    @pytest.fixture
    def offering(self, cast):
        return at_state("offering", "published", cast)

    def test_its_questions_are_read_in_one_shape(self, offering, service_owner):
        saved = set_questions(offering, QUESTIONS, actor=service_owner, via="html")

        assert [(q["name"], q["required"]) for q in saved.form] == [
            ("colour", True),
            ("remarks", False),
        ]
        assert read_answers(saved, {"colour": "grey"}, actor=service_owner) == [
            ("colour", "Colour", "grey")
        ]

    @pytest.mark.parametrize(
        "broken",
        [
            "colour",
            [{"name": "Colour", "label": "Colour"}],
            [{"name": "a", "label": ""}],
            [{"name": "a", "label": "A", "kind": "file"}],
            [{"name": "a", "label": "A", "kind": "choice", "choices": ["one"]}],
            [{"name": "a", "label": "A"}, {"name": "a", "label": "B"}],
            ["a"],
        ],
    )
    def test_others_are_refused(self, offering, service_owner, broken):
        with pytest.raises(FieldErrors):
            set_questions(offering, broken, actor=service_owner, via="html")

    def test_they_are_replaced_through_rest(self, api, offering, service_owner):
        client = api(service_owner)
        url = f"/api/v1/offerings/{offering.number}/form/"
        tag = client.get(f"/api/v1/offerings/{offering.number}/").headers["ETag"]

        assert client.put(url, {"form": QUESTIONS}).status_code == 428
        answer = client.put(url, {"form": QUESTIONS}, headers={"If-Match": tag})

        assert answer.status_code == 200, answer.data
        assert client.get(url).data["form"][0]["choices"] == ["black", "grey"]
        assert client.put(url, {"form": []}, headers={"If-Match": tag}).status_code == 412

    def test_its_audience_decides_who_may_order(self, cast, requester, outsider, agent):
        everybody = at_state("offering", "published", cast)
        ours = at_state("offering", "published", cast, audience="organisation")
        staff = at_state("offering", "published", cast, audience="staff")
        draft = at_state("offering", "draft", cast)

        assert [bool(may_order(requester, each)) for each in (everybody, ours, staff, draft)] == [
            True, True, False, False,
        ]  # fmt: skip
        assert [bool(may_order(outsider, each)) for each in (everybody, ours, staff)] == [
            True, False, True,
        ]  # fmt: skip

    def test_a_short_name_is_given_once(self, offering, service_owner, organisation):
        with pytest.raises(FieldErrors, match="short name"):
            kinds["offering"].open(actor=service_owner, via="html", title="Again",
                                   slug=offering.slug, organisation=organisation)  # fmt: skip

    def test_it_needs_somebody_to_fulfil_it(self, cast, service_owner):
        draft = at_state("offering", "draft", cast, fulfilment_team=None)

        with pytest.raises(RuleViolation) as refusal:
            do(draft, "publish", service_owner)

        assert refusal.value.missing == ("fulfilment_team",)


class TestArticle:
    def test_a_published_one_is_found_by_its_words(self, cast, requester, colleague):
        at_state("article", "published", cast, title="Printer", description="Clean the fuser.")
        at_state("article", "draft", cast, title="Draft", description="Clean the fuser too.")

        found = Record.objects.visible_to(colleague).matching("fuser", actor=colleague)

        assert [record.title for record in found] == ["Printer"]

    def test_its_text_changes_by_way_of_a_review(self, cast, lead):
        article = at_state("article", "published", cast)

        with pytest.raises(Denied, match="outdated"):
            kinds["article"].edit(article, {"description": "New"}, actor=lead, via="html")

    def test_a_reader_counts_once(self, cast, api, requester):
        article = at_state("article", "published", cast)
        url = f"/api/v1/articles/{article.number}/votes/"
        client = api(requester)

        client.post(url, {"is_useful": True})
        answer = client.post(url, {"is_useful": False})

        assert answer.data == {"useful": 0, "not_useful": 1}


class TestFreeze:
    def test_only_who_manages_changes_there_declares_one(
        self, organisation, other_organisation, change_manager, agent
    ):
        span = window(1)
        plan = {
            "name": "Freeze", "reason": "Why", "services": [],
            "starts_at": span["window_start"], "ends_at": span["window_end"],
        }  # fmt: skip
        for actor, where in (
            (agent, [organisation]),
            (change_manager, [other_organisation]),
            (change_manager, []),
        ):
            with pytest.raises(Denied):
                save_freeze(None, organisations=where, actor=actor, **plan)

        made = save_freeze(None, organisations=[organisation], actor=change_manager, **plan)

        assert list(ChangeFreeze.objects.visible_to(change_manager)) == [made]

    def test_it_is_kept_through_rest(self, api, organisation, change_manager, outsider):
        client = api(change_manager)
        body = {
            "name": "Year end", "reason": "The books close.", "organisations": [organisation.name],
            "starts_at": "2026-12-20T00:00:00Z", "ends_at": "2027-01-04T00:00:00Z",
        }  # fmt: skip

        made = client.post("/api/v1/freezes/", body)
        assert made.status_code == 201, made.data
        url = f"/api/v1/freezes/{made.data['id']}/"
        backwards = client.put(url, body | {"ends_at": "2026-12-19T00:00:00Z"})
        assert backwards.status_code == 400

        assert api(outsider).get(url).status_code == 404
        assert client.delete(url).status_code == 204
        assert client.get(url).status_code == 404

    def test_it_holds_below_its_organisation_and_for_its_services(
        self, cast, organisation, service, change_manager
    ):
        from itsm.accounts.models import Organisation

        ward = Organisation.objects.create(name="Ward", parent=organisation)
        span = window(1)
        save_freeze(None, name="Freeze", reason="Why", organisations=[organisation],
                    services=[service], starts_at=span["window_start"],
                    ends_at=span["window_end"], actor=change_manager)  # fmt: skip
        there = at_state("change", "draft", cast, service=service)
        there.organisation = ward
        elsewhere = at_state("change", "draft", cast)

        assert ChangeFreeze.objects.holding_for(there).count() == 1
        assert ChangeFreeze.objects.holding_for(elsewhere).count() == 0
