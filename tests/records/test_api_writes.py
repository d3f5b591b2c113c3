"""Writing over REST: versions, repetition, imports that run twice, bulk, links, hand-offs, splits."""

from __future__ import annotations

import pytest

from tests.doors import Machine, is_problem
from tests.factories import a_ticket, fresh
from tests.together import together
from valuechain.records.actions import add_comment
from valuechain.records.models import Comment, Event, Record


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


@pytest.fixture
def api(agent):
    return Machine(agent)


def new(requester, **more):
    return {"kind": "incident", "title": "Over REST", "requester": requester.email} | more


class TestVersions:
    def test_an_edit_names_the_version_it_is_based_on(self, api, ticket):
        at = f"tickets/{ticket.number}/"
        tag = api.get(at).headers["ETag"]

        is_problem(api.patch(at, {"title": "Without"}), 428, "version_needed")
        edited = api.patch(at, {"title": "Once"}, If_Match=tag)
        again = is_problem(api.patch(at, {"title": "Twice"}, If_Match=tag), 412, "stale_version")

        assert edited.json()["title"] == "Once"
        assert edited.headers["ETag"] == f'"v{again["current_version"]}"' != tag
        assert api.get(at).json()["title"] == "Once"

    def test_what_was_read_already_is_not_sent_again(self, api, ticket):
        at = f"tickets/{ticket.number}/"
        tag = api.get(at).headers["ETag"]

        assert api.get(at, If_None_Match=tag).status_code == 304
        assert api.get(at, If_None_Match='"v999"').status_code == 200

    def test_a_transition_may_be_held_to_a_version(self, api, ticket):
        at = f"tickets/{ticket.number}/transitions/"

        is_problem(api.post(at, {"transition": "start"}, If_Match='"v999"'), 412)
        assert (
            api.post(at, {"transition": "start"}, If_Match='"v1"').json()["state"] == "in_progress"
        )

    @pytest.mark.slow
    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_edit_one_version_one_wins_in_every_round(
        self, agent, lead, requester, organisation
    ):
        ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
        two = [Machine(agent), Machine(lead)]

        for round_ in range(50):
            tag = f'"v{fresh(ticket).version}"'

            def edit(index, tag=tag, round_=round_):
                body = {"title": f"Round {round_} by {index}"}
                return two[index].patch(f"tickets/{ticket.number}/", body, If_Match=tag)

            answers = together(2, edit)
            assert sorted(answer.status_code for answer in answers) == [200, 412]
            winner = next(answer for answer in answers if answer.status_code == 200)
            assert fresh(ticket).title == winner.json()["title"]


class TestRepetition:
    def test_a_creation_repeated_gives_the_first_answer(self, api, requester):
        first = api.post("tickets/", new(requester), Idempotency_Key="k1")
        again = api.post("tickets/", new(requester), Idempotency_Key="k1")

        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Idempotent-Replayed"] == "true"
        assert Record.objects.count() == 1

    def test_the_same_key_for_something_else_is_refused(self, api, requester):
        api.post("tickets/", new(requester), Idempotency_Key="k1")

        is_problem(api.post("tickets/", new(requester, title="Other"), Idempotency_Key="k1"), 422)

    def test_comments_and_transitions_repeat_as_safely(self, api, ticket):
        at = f"tickets/{ticket.number}"
        for _ in range(2):
            said = api.post(f"{at}/comments/", {"body": "Once"}, Idempotency_Key="c")
            moved = api.post(f"{at}/transitions/", {"transition": "start"}, Idempotency_Key="t")
            assert (said.status_code, moved.status_code) == (201, 200)

        assert Comment.objects.get().body == "Once"
        assert Event.objects.filter(verb="incident.start").count() == 1

    def test_a_key_belongs_to_who_uses_it(self, api, lead, requester):
        api.post("tickets/", new(requester), Idempotency_Key="k1")

        assert (
            Machine(lead).post("tickets/", new(requester), Idempotency_Key="k1").status_code == 201
        )
        assert Record.objects.count() == 2

    def test_a_refusal_is_not_kept(self, api, ticket):
        at = f"tickets/{ticket.number}/transitions/"
        is_problem(api.post(at, {"transition": "resolve"}, Idempotency_Key="r"), 400)

        data = {"resolution_code": "fixed", "resolution": "Water."}
        assert (
            api.post(at, {"transition": "resolve", "data": data}, Idempotency_Key="r").status_code
            == 200
        )

    def test_an_external_id_is_taken_once(self, api, requester):
        named = new(requester, external_source="erp", external_id="7")

        assert api.post("tickets/", named).status_code == 201
        body = is_problem(api.post("tickets/", named), 409, "duplicate_external_id")
        assert body["errors"][0]["field"] == "external_id"
        assert api.post("tickets/", named | {"external_source": "crm"}).status_code == 201


class TestBulk:
    def test_each_item_has_its_own_result_and_spoils_no_other(self, api, requester):
        items = [
            new(requester, external_source="erp", external_id="1"),
            new(requester, title=""),
            "not an object",
            new(requester, external_source="erp", external_id="1"),
            {"kind": "wish", "title": "T"},
            new(requester, impact=10**30),
            new(requester, external_source="erp", external_id="2"),
        ]

        answer = api.post("tickets/bulk/", {"items": items})

        results = answer.json()["results"]
        assert answer.status_code == 200
        assert [r["status"] for r in results] == [201, 400, 400, 200, 400, 400, 201]
        assert results[0]["number"] == results[3]["number"]
        assert all(r["problem"]["detail"] for r in results if r["status"] == 400)
        assert Record.objects.count() == 2

    def test_run_twice_it_opens_nothing_more(self, api, requester):
        items = [new(requester, external_source="erp", external_id=str(n)) for n in range(20)]

        first, again = (api.post("tickets/bulk/", {"items": items}).json() for _ in range(2))

        assert {r["status"] for r in first["results"]} == {201}
        assert {r["status"] for r in again["results"]} == {200}
        assert [r["number"] for r in first["results"]] == [r["number"] for r in again["results"]]

    @pytest.mark.parametrize("items", [None, [], {}, "x", [{}] * 1001])
    def test_a_body_that_is_no_list_of_tickets_is_refused(self, api, items):
        assert (
            is_problem(api.post("tickets/bulk/", {"items": items}), 400)["errors"][0]["field"]
            == "items"
        )


class TestTransitions:
    def test_what_is_not_offered_says_what_is(self, api, ticket):
        body = is_problem(
            api.post(f"tickets/{ticket.number}/transitions/", {"transition": "reopen"}), 409
        )

        assert body["code"] == "not_offered"
        assert "resolve" in body["missing"]

    def test_an_unknown_one_lists_those_there_are(self, api, ticket):
        body = is_problem(
            api.post(f"tickets/{ticket.number}/transitions/", {"transition": "dance"}), 409
        )

        assert "resolve" in body["missing"]

    def test_answers_are_held_to_what_was_asked(self, api, ticket):
        data = {"resolution_code": "magic", "colour": "red"}

        answer = api.post(
            f"tickets/{ticket.number}/transitions/", {"transition": "resolve", "data": data}
        )

        assert {e["field"] for e in is_problem(answer, 400)["errors"]} == {
            "resolution_code", "colour", "resolution"}  # fmt: skip
        assert fresh(ticket).state == "new"

    def test_who_may_not_is_told_why(self, ticket, auditor):
        answer = Machine(auditor).post(
            f"tickets/{ticket.number}/transitions/", {"transition": "start"}
        )

        assert (
            is_problem(answer, 403)["detail"] == "An auditor reads everything and changes nothing."
        )


class TestLinks:
    def test_a_link_is_made_seen_from_both_ends_and_taken_away(self, api, ticket, agent, requester):
        other = a_ticket("problem", actor=agent, requester=requester, title="The cause")

        made = api.post(
            f"tickets/{ticket.number}/links/", {"kind": "caused_by", "target": other.number}
        )
        again = api.post(
            f"tickets/{ticket.number}/links/", {"kind": "caused_by", "target": other.number}
        )

        assert made.status_code == 201
        assert made.json()["id"] == again.json()["id"]
        for end in (ticket, other):
            (link,) = api.get(f"tickets/{end.number}/links/").json()["results"]
            assert (link["source"]["number"], link["target"]["number"]) == (
                ticket.number,
                other.number,
            )
        chain = api.get(f"tickets/{other.number}/chain/?direction=downstream").json()
        assert [node["number"] for node in chain["nodes"]] == [other.number, ticket.number]
        assert api.delete(f"tickets/{ticket.number}/links/{made.json()['id']}/").status_code == 204
        assert api.get("links/").json()["results"] == []

    def test_what_says_nothing_or_cannot_be_seen_is_refused(self, api, ticket, outsider):
        hidden = a_ticket(actor=outsider)
        at = f"tickets/{ticket.number}/links/"

        is_problem(
            api.post(at, {"kind": "relates_to", "target": ticket.number}), 409, "link_to_itself"
        )
        unseen = is_problem(api.post(at, {"kind": "relates_to", "target": hidden.number}), 400)
        absent = is_problem(api.post(at, {"kind": "relates_to", "target": "INC-999999"}), 400)
        assert unseen["detail"].replace(hidden.number, "") == absent["detail"].replace(
            "INC-999999", ""
        )
        is_problem(api.post(at, {"kind": "loves", "target": ticket.number}), 400)

    @pytest.mark.parametrize(
        "query", ["direction=sideways", "depth=-1", "depth=x", "depth=9999", "wide=1"]
    )
    def test_a_chain_asked_for_in_other_words_is_refused(self, api, ticket, query):
        is_problem(api.get(f"tickets/{ticket.number}/chain/?{query}"), 400)


class TestSplit:
    def test_some_messages_become_a_ticket_of_their_own(self, api, ticket, requester):
        kept, moved = (add_comment(ticket, body=body, visibility="public", actor=requester, via="email")
                       for body in ("One thing", "Another"))  # fmt: skip

        answer = api.post(
            f"tickets/{ticket.number}/split/", {"title": "Another", "comments": [moved.pk]}
        )

        assert answer.status_code == 201, answer.content
        made = answer.json()["number"]
        said = api.get(f"tickets/{made}/comments/").json()["results"]
        assert [comment["body"] for comment in said] == ["Another"]
        assert [
            c["id"] for c in api.get(f"tickets/{ticket.number}/comments/").json()["results"]
        ] == [kept.pk]

    @pytest.mark.parametrize("body", [{}, {"title": "x", "comments": []}, {"title": "x", "comments": [1]},
                                      {"title": "x", "comments": [10**30]}, {"title": "x", "comments": "1"},
                                      {"title": "x", "comments": [1], "kind": "wish"}])  # fmt: skip
    def test_what_cannot_be_split_off_is_named(self, api, ticket, body):
        is_problem(api.post(f"tickets/{ticket.number}/split/", body), 400)
        assert Record.objects.count() == 1


class TestComments:
    def test_a_message_is_internal_unless_it_says_otherwise(self, api, ticket, requester):
        note = api.post(f"tickets/{ticket.number}/comments/", {"body": "Between us"})
        reply = api.post(
            f"tickets/{ticket.number}/comments/", {"body": "To you", "visibility": "public"}
        )

        assert (note.json()["visibility"], reply.json()["visibility"]) == ("internal", "public")
        theirs = Machine(requester).get(f"tickets/{ticket.number}/comments/").json()["results"]
        assert [comment["body"] for comment in theirs] == ["To you"]

    def test_the_requester_cannot_write_a_note(self, ticket, requester):
        answer = Machine(requester).post(f"tickets/{ticket.number}/comments/", {"body": "x"})

        is_problem(answer, 403)

    @pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "  "}, {"body": ["a"]}, {"body": None},
                                      {"body": "x", "visibility": "secret"}, {"body": "x" * 50_001}])  # fmt: skip
    def test_what_is_no_message_is_refused(self, api, ticket, body):
        answer = api.post(f"tickets/{ticket.number}/comments/", body)

        is_problem(answer, 400)
        assert not Comment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_writers_of_one_ticket_lose_nothing(agent, requester, organisation):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    writers = [Machine(agent) for _ in range(8)]

    answers = together(
        8, lambda n: writers[n].post(f"tickets/{ticket.number}/comments/", {"body": str(n)})
    )

    assert {answer.status_code for answer in answers} == {201}
    assert sorted(Comment.objects.values_list("body", flat=True)) == [str(n) for n in range(8)]
    numbers = list(fresh(ticket).events.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, 10))
