"""Links tie records together, and never in a circle where that would say nothing."""

import pytest

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.factories import a_ticket, fresh
from tests.together import together
from valuechain.records.actions import link_records, unlink_records
from valuechain.records.models import Link
from valuechain.records.trace import trace
from valuechain.records.vocabulary import ACYCLIC


@pytest.fixture
def make(agent, requester, organisation):
    return lambda: a_ticket(actor=agent, requester=requester, organisation=organisation)


def link(source, target, kind="relates_to", *, actor):
    return link_records(source, target, kind, actor=actor, via="html")


def test_both_ends_write_it_down(make, agent):
    first, second = make(), make()

    link(first, second, "caused_by", actor=agent)

    out, back = first.events.last(), second.events.last()
    assert (out.verb, out.data["other"], out.data["direction"]) == (
        "link.added",
        second.number,
        "out",
    )
    assert (back.verb, back.data["other"], back.data["direction"]) == (
        "link.added",
        first.number,
        "in",
    )


def test_saying_it_twice_changes_nothing(make, agent):
    first, second = make(), make()

    assert link(first, second, actor=agent).pk == link(first, second, actor=agent).pk
    assert fresh(first).event_count == 2


def test_taking_it_away_is_remembered(make, agent):
    first, second = make(), make()

    unlink_records(link(first, second, actor=agent), actor=agent, via="html")

    assert Link.objects.count() == 0
    assert [e.verb for e in second.events.all()] == [
        "incident.opened",
        "link.added",
        "link.removed",
    ]


def test_a_link_needs_somebody_who_works_on_one_end(make, requester, outsider):
    first, second = make(), make()

    for person in (requester, outsider):
        with pytest.raises(Denied):
            link(first, second, actor=person)


def test_unknown_words_and_oneself_are_refused(make, agent):
    ticket = make()

    with pytest.raises(FieldErrors):
        link(ticket, make(), "likes", actor=agent)
    with pytest.raises(RuleViolation, match="itself"):
        link(ticket, ticket, actor=agent)


@pytest.mark.parametrize("kind", sorted(ACYCLIC))
def test_a_circle_is_refused(make, agent, kind):
    first, second, third = make(), make(), make()
    link(first, second, kind, actor=agent)
    link(second, third, kind, actor=agent)

    with pytest.raises(RuleViolation) as refusal:
        link(third, first, kind, actor=agent)

    assert refusal.value.code == "link_in_a_circle"


def test_relating_both_ways_is_fine(make, agent):
    first, second = make(), make()

    link(first, second, actor=agent)
    link(second, first, actor=agent)

    assert Link.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_closing_a_circle_from_both_ends_cannot_both_win(make, agent):
    for _round in range(5):
        ends = (make(), make())

        results = together(
            2, lambda i, ends=ends: link(ends[i], ends[1 - i], "child_of", actor=agent)
        )

        assert sorted(type(result).__name__ for result in results) == ["Link", "RuleViolation"]


@pytest.mark.django_db(transaction=True)
def test_two_people_closing_a_ring_at_far_ends_cannot_both_win(make, agent):
    for _round in range(5):
        ring = [make() for _ in range(4)]
        link(ring[0], ring[1], "blocks", actor=agent)
        link(ring[2], ring[3], "blocks", actor=agent)
        gaps = [(ring[1], ring[2]), (ring[3], ring[0])]

        results = together(2, lambda i, gaps=gaps: link(*gaps[i], "blocks", actor=agent))

        assert sorted(type(result).__name__ for result in results) == ["Link", "RuleViolation"]


def test_a_chain_shows_only_what_may_be_seen(make, agent, requester, outsider, other_organisation):
    mine = make()
    foreign = a_ticket(actor=outsider, organisation=other_organisation)
    beyond = make()
    link(foreign, mine, "derived_from", actor=agent)
    link(beyond, foreign, "derived_from", actor=agent)

    seen = trace(mine, actor=requester)

    assert set(seen.records) == {mine.pk}
