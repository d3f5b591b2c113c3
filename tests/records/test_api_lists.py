"""Lists over REST: pages that lose and repeat nothing, filters that mean what they say, shapes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.accounts.models import Organisation, Team
from itsm.core import clock
from tests.crowds import copies
from tests.doors import Machine, is_problem
from tests.factories import a_person, a_ticket, at_state
from valuechain.records.actions import add_comment
from valuechain.records.models import Record


@pytest.fixture
def api(agent):
    return Machine(agent)


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


class TestPaging:
    def test_pages_follow_one_another_while_rows_arrive(self, api, ticket, agent):
        copies(ticket, 24)
        before = set(Record.objects.values_list("number", flat=True))

        seen, at = [], "tickets/?page_size=5&ordering=-opened_at"
        while at:
            answer = api.get(at)
            seen += numbers(answer)
            a_ticket(actor=agent, title="Meanwhile")
            at = answer.json()["next"]

        assert len(seen) == len(set(seen)) == 25
        assert set(seen) == before

    def test_one_can_go_back(self, api, ticket):
        copies(ticket, 9)
        first = api.get("tickets/?page_size=4&ordering=number")
        second = api.get(first.json()["next"])

        back = api.get(second.json()["previous"])

        assert numbers(back) == numbers(first)
        assert not set(numbers(first)) & set(numbers(second))
        assert first.json()["previous"] is None

    def test_rows_are_counted_when_asked(self, api, ticket):
        copies(ticket, 9)

        assert "count" not in api.get("tickets/").json()
        assert api.get("tickets/?count=true&page_size=2").json()["count"] == 10

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("page_size=0", "page_size"),
            ("page_size=201", "page_size"),
            ("page_size=x", "page_size"),
            ("cursor=x", "cursor"),
            ("cursor=%00", "cursor"),
            ("count=maybe", "count"),
            ("ordering=description", "ordering"),
            ("ordering=requester__password", "ordering"),
            ("ordering=-", "ordering"),
            ("owner=nobody%20at%20all", "owner"),
            ("state=dancing", "state"),
            ("kind=wish", "kind"),
            ("priority=9", "priority"),
            ("phase=later", "phase"),
            ("colour=red", "colour"),
            ("organisation__name=x", "organisation__name"),
            ("opened_after=yesterday", "opened"),
            ("fields=title,secret", "fields"),
            ("expand=events", "expand"),
            ("q=%00", "q"),
        ],
    )  # fmt: skip
    def test_what_is_not_known_is_named(self, api, ticket, query, field):
        errors = is_problem(api.get(f"tickets/?{query}"), 400)["errors"]

        assert errors[0]["field"].startswith(field)

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("opened_before=2026-03-02", True),
            ("opened_before=2026-03-01", False),
            ("opened_after=2026-03-02", True),
            ("opened_after=2026-03-03", False),
            ("opened_after=2026-03-02&opened_before=2026-03-02", True),
            ("opened_before=2026-03-02T08:59:59Z", False),
            ("opened_before=2026-03-02T09:00:00Z", True),
        ],
    )
    def test_a_day_at_the_end_of_a_span_is_meant_whole(self, frozen, api, ticket, query, is_found):
        assert bool(api.get(f"tickets/?{query}").json()["results"]) is is_found

    def test_a_cursor_belongs_to_its_order(self, api, ticket):
        copies(ticket, 9)
        cursor = (
            api.get("tickets/?page_size=2&ordering=number").json()["next"].partition("cursor=")[2]
        )

        is_problem(api.get(f"tickets/?page_size=2&ordering=-priority&cursor={cursor}"), 400)

    @pytest.mark.parametrize(
        "name", ["opened_at", "updated_at", "priority", "next_due_at", "number"]
    )
    @pytest.mark.parametrize("sign", ["", "-"])
    def test_every_order_lists_each_row_once(self, api, ticket, name, sign):
        copies(ticket, 4)
        Record.objects.filter(pk=ticket.pk).update(priority=None, next_due_at=clock.now())

        seen, at = [], f"tickets/?page_size=2&ordering={sign}{name}"
        while at:
            answer = api.get(at)
            seen += numbers(answer)
            at = answer.json()["next"]

        assert len(seen) == len(set(seen)) == 5


class TestFilters:
    def test_open_and_closed_are_known_to_every_kind(self, api, cast):
        new, done = at_state("incident", "new", cast), at_state("incident", "closed", cast)

        assert numbers(api.get("tickets/?state=open")) == [new.number]
        assert numbers(api.get("tickets/?state=closed")) == [done.number]
        assert len(numbers(api.get("tickets/?state=open&state=closed"))) == 2
        assert numbers(api.get("tickets/?state=new")) == [new.number]

    def test_me_is_whoever_asks(self, agent, lead, organisation, desk):
        mine, theirs, nobodys = (
            a_ticket(actor=agent, requester=who, organisation=organisation, owner=owner)
            for who, owner in ((agent, agent), (lead, lead), (agent, None))
        )

        for person, own in ((agent, mine), (lead, theirs)):
            assert numbers(Machine(person).get("tickets/?owner=me")) == [own.number]
            assert numbers(Machine(person).get(f"tickets/?owner={person.email}")) == [own.number]
        assert numbers(Machine(lead).get("tickets/?owner=none")) == [nobodys.number]
        assert len(numbers(Machine(lead).get(f"tickets/?requester={agent.pk}"))) == 2

    def test_an_organisation_means_all_below_it(self, admin, organisation):
        below = Organisation.objects.create(name="Quay", parent=organisation)
        deep = Organisation.objects.create(name="Crane", parent=below)
        top, low = (a_ticket(actor=admin, organisation=place) for place in (organisation, deep))
        api = Machine(admin)

        assert set(numbers(api.get(f"tickets/?organisation={organisation.pk}"))) == {
            top.number,
            low.number,
        }
        assert numbers(api.get("tickets/?organisation=quay")) == [low.number]
        assert numbers(api.get("tickets/?organisation=999999999999999999")) == []

    def test_overdue_is_live_and_past_its_deadline(self, api, cast):
        late, early, done = at_state("incident", "new", cast), at_state("incident", "new", cast), at_state(
            "incident", "closed", cast)  # fmt: skip
        past, future = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
        Record.objects.filter(pk__in=[late.pk, done.pk]).update(next_due_at=past)
        Record.objects.filter(pk=early.pk).update(next_due_at=future)

        assert numbers(api.get("tickets/?overdue=true")) == [late.number]
        assert numbers(api.get("tickets/?overdue=false")) == [early.number]

    def test_ranges_include_their_ends(self, api, agent, organisation):
        days = [clock.now().replace(microsecond=0) - timedelta(days=n) for n in (3, 2, 1)]
        old, middle, new = (
            a_ticket(actor=agent, organisation=organisation, at=day) for day in days
        )

        def between(**ends):
            query = "&".join(f"opened_{end}={day:%Y-%m-%dT%H:%M:%SZ}" for end, day in ends.items())
            return numbers(api.get(f"tickets/?ordering=opened_at&{query}"))

        assert between(after=days[1]) == [middle.number, new.number]
        assert between(before=days[1]) == [old.number, middle.number]
        assert between(after=days[1], before=days[1]) == [middle.number]

    def test_teams_kinds_and_external_ids(self, api, agent, desk, organisation):
        other = Team.objects.create(name="Night", organisation=organisation)
        one = a_ticket(
            actor=agent,
            organisation=organisation,
            team=desk,
            external_source="erp",
            external_id="7",
        )
        two = a_ticket("service_request", actor=agent, organisation=organisation, team=other)
        three = a_ticket("problem", actor=agent, organisation=organisation)

        assert numbers(api.get("tickets/?team=mine")) == [one.number]
        assert numbers(api.get("tickets/?team=none")) == [three.number]
        assert numbers(api.get(f"tickets/?team={other.pk}")) == [two.number]
        assert numbers(api.get("tickets/?kind=service-request")) == [two.number]
        assert numbers(api.get("tickets/?kind=service_request&kind=problem&ordering=number")) == [
            two.number, three.number]  # fmt: skip
        assert numbers(api.get("tickets/?external_source=erp&external_id=7")) == [one.number]
        assert numbers(api.get("records/?kind=problem")) == [three.number]


class TestSearch:
    def test_every_word_counts_and_the_last_may_be_a_beginning(self, api, agent, organisation):
        found = a_ticket(actor=agent, organisation=organisation, title="Drucker im Büro brennt")
        a_ticket(actor=agent, organisation=organisation, title="Drucker leer")

        assert numbers(api.get("search/?q=drucker%20bre")) == [found.number]
        assert numbers(api.get("search/?q=buro")) == [found.number]
        assert numbers(api.get(f"search/?q={found.number}")) == [found.number]
        assert numbers(api.get("search/?q=drucker%20kalt")) == []

    @pytest.mark.parametrize(
        "words", ["%27", "a%26b", "!", "%28%28", "%3A*", "a:*|b", "\\\\", "-", "%22a"]
    )
    def test_signs_are_not_a_language(self, api, ticket, words):
        assert api.get(f"search/?q={words}").status_code == 200

    def test_without_words_it_asks_for_some(self, api):
        is_problem(api.get("search/"), 400)
        is_problem(api.get("search/?q=%20"), 400)

    def test_a_note_is_found_by_those_who_read_notes_alone(self, api, ticket, agent, requester):
        add_comment(ticket, body="xylophone", visibility="internal", actor=agent, via="html")

        assert numbers(api.get("search/?q=xylophone")) == [ticket.number]
        assert numbers(Machine(requester).get("search/?q=xylophone")) == []
        blind = Machine(agent, "search:read")
        assert numbers(blind.get("search/?q=xylophone")) == []


class TestShapes:
    def test_fields_are_those_asked_for(self, api, ticket):
        (row,) = api.get("tickets/?fields=number,title").json()["results"]
        one = api.get(f"tickets/{ticket.number}/?fields=version,state").json()

        assert row == {"number": ticket.number, "title": ticket.title}
        assert one == {"state": "new", "version": 1}

    def test_people_are_expanded_when_asked(self, api, ticket, requester):
        plain = api.get(f"tickets/{ticket.number}/").json()["requester"]
        expanded = api.get("tickets/?expand=requester,owner").json()["results"][0]["requester"]

        assert plain == {"id": requester.pk, "name": requester.name}
        assert expanded["email"] == requester.email

    def test_instants_are_utc(self, api, ticket):
        for name in ("received_at", "opened_at", "updated_at", "state_since"):
            assert api.get(f"tickets/{ticket.number}/").json()[name].endswith("Z")


class TestTokens:
    def test_reading_tickets_is_not_writing_them_nor_reading_anything_else(self, agent, ticket):
        reader = Machine(agent, "tickets:read")

        assert numbers(reader.get("tickets/")) == [ticket.number]
        for answer in (
            reader.post("tickets/", {"kind": "incident", "title": "x"}),
            reader.post(f"tickets/{ticket.number}/comments/", {"body": "x"}),
            reader.post(f"tickets/{ticket.number}/transitions/", {"transition": "start"}),
            reader.patch(f"tickets/{ticket.number}/", {"title": "x"}, If_Match='"v1"'),
            reader.get("records/"),
            reader.get("search/?q=x"),
            reader.get("events/"),
            reader.get("people/"),
            reader.get("tokens/"),
        ):
            assert is_problem(answer, 403, "missing_scope")["missing"]

    def test_without_the_scope_for_notes_there_are_none_anywhere(self, agent, ticket):
        add_comment(ticket, body="secret-note", visibility="internal", actor=agent, via="html")
        whole, blind = Machine(agent), Machine(agent, "tickets:read", "records:read", "search:read")
        at = f"tickets/{ticket.number}"

        for path in (f"{at}/comments/", f"{at}/events/", "events/", "search/?q=secret"):
            assert len(whole.get(path).json()["results"]) > len(blind.get(path).json()["results"])
        for path in (f"{at}/", f"{at}/comments/", f"{at}/events/", f"{at}/attachments/", "events/"):
            assert "secret-note" not in blind.get(path).content.decode()
        assert "waiting_reason" not in blind.get(f"{at}/").json()

    def test_a_token_of_one_organisation_knows_no_other(
        self, admin, organisation, other_organisation
    ):
        here, there = (
            a_ticket(actor=admin, organisation=o) for o in (organisation, other_organisation)
        )
        below = Organisation.objects.create(name="Quay", parent=organisation)
        low = a_ticket(actor=admin, organisation=below)
        limited = Machine(admin, organisation=organisation)

        assert set(numbers(limited.get("tickets/"))) == {here.number, low.number}
        is_problem(limited.get(f"tickets/{there.number}/"), 404)
        is_problem(limited.post("tickets/", {"kind": "problem", "title": "x", "requester": "me",
                                             "organisation": other_organisation.pk}), 400)  # fmt: skip

    def test_a_token_that_was_withdrawn_or_mistyped_opens_nothing(self, agent, ticket):
        api = Machine(agent)
        api.written = api.written[:-1] + ("a" if api.written[-1] != "a" else "b")

        body = is_problem(api.get("tickets/"), 401, "token_refused")

        assert "request_id" in body

    def test_somebody_who_left_opens_nothing_with_theirs(self, agent, ticket):
        api = Machine(agent)
        agent.is_active = False
        agent.save()

        is_problem(api.get("tickets/"), 401)


def test_a_requester_sees_what_they_take_part_in(requester, colleague, ticket):
    assert numbers(Machine(requester).get("tickets/")) == [ticket.number]
    assert numbers(Machine(colleague).get("tickets/")) == []
    stranger = a_person("Nora Nobody", ticket.organisation)
    assert numbers(Machine(stranger).get("records/")) == []
