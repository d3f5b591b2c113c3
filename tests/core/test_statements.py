"""Statements put into SQL once: they find what the queryset finds, for whoever asks."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from itsm.accounts.models import User
from itsm.core.statements import Given, Statement, insert
from tests.factories import a_person, at_state
from tickets.models import Incident
from valuechain.records.models import Comment, Event, Participation, Record

pytestmark = pytest.mark.django_db


def test_a_statement_finds_for_each_value_what_the_queryset_finds(cast, django_assert_num_queries):
    numbers = [at_state("incident", "new", cast).number for _n in range(3)]
    statement = Statement(
        lambda: Record.objects.with_people().with_ties().filter(number=Given("number"))
    )

    for number in numbers:
        with django_assert_num_queries(1):
            (found,) = statement(number=number)
        with django_assert_num_queries(0):
            told = (found.number, found.requester.name, found.organisation.name, found.is_tied)
        (same,) = Record.objects.with_people().with_ties().filter(number=number)
        assert told == (same.number, same.requester.name, same.organisation.name, same.is_tied)
        assert found.get_deferred_fields() == same.get_deferred_fields()
        assert found == same
    assert statement(number="INC-0") == []


def test_any_number_of_values_can_be_given_for_one_of_many_and_none(cast):
    pks = tuple(at_state("incident", "new", cast).pk for _n in range(3))
    among = Statement(
        lambda: Record.objects.filter(pk__in=Given("pks")).order_by("pk").values_list("pk")
    )

    assert among(pks=pks) == [(pk,) for pk in pks]
    assert among(pks=pks[1:2]) == [(pks[1],)]
    assert among(pks=()) == []


def test_percent_signs_of_the_text_stay_what_they_are(cast):
    ticket = at_state("incident", "new", cast, title="100% sure")
    statement = Statement(
        lambda: Record.objects.filter(title__contains="0% s", number=Given("number"))
    )

    assert [found.pk for found in statement(number=ticket.number)] == [ticket.pk]


def test_each_shape_is_a_statement_of_its_own(cast):
    ticket = at_state("incident", "new", cast)
    statement = Statement(
        lambda live: Record.objects.filter(pk=Given("pk"), phase="new" if live else "done")
    )

    assert [found.pk for found in statement(True, pk=ticket.pk)] == [ticket.pk]
    assert statement(False, pk=ticket.pk) == []


def test_a_statement_that_can_find_nothing_asks_nothing(django_assert_num_queries):
    statement = Statement(lambda: User.objects.filter(pk__in=[]))

    with django_assert_num_queries(0):
        assert statement() == []


def test_a_value_reaches_into_a_subquery(cast, requester):
    ticket = at_state("incident", "new", cast)
    wrote = Exists(Comment.objects.filter(author_id=Given("person"), record_id=OuterRef("pk")))
    statement = Statement(lambda: Record.objects.annotate(wrote=wrote).filter(pk=Given("pk")))

    (found,) = statement(pk=ticket.pk, person=requester.pk)

    assert found.wrote is False


def test_rows_are_inserted_as_django_would_and_get_their_ids(cast, organisation):
    ticket = at_state("incident", "new", cast)
    people = [a_person(f"Person {n}", organisation) for n in range(3)]
    rows = [Participation(record=ticket, person=person, role="watcher") for person in people]

    insert(rows)
    insert([])

    kept = Participation.objects.filter(record=ticket, role="watcher").order_by("pk")
    assert [(one.pk, one.person_id) for one in kept] == [
        (row.pk, person.pk) for row, person in zip(rows, people, strict=True)
    ]
    rows[0].role = "caller"
    rows[0].save()  # an update: it knows that it is kept
    assert Participation.objects.filter(record=ticket).count() == len(kept) + 1


def test_a_record_is_inserted_into_the_table_of_its_kind_too(cast, django_assert_num_queries):
    old = Incident.objects.get(pk=at_state("incident", "new", cast).pk)
    values = {
        field.attname: getattr(old, field.attname)
        for field in Incident._meta.concrete_fields
        if not field.generated and not field.primary_key and field.name != "id"
    }
    new = Incident(**values | {"number": "INC-99"})

    with django_assert_num_queries(2):
        insert([new])

    kept = Incident.objects.get(number="INC-99")
    assert kept.pk == new.pk == new.id
    for name, value in (values | {"number": "INC-99"}).items():
        assert getattr(kept, name) == value, name
    assert Record.objects.filter(search="printer", pk=new.pk).exists()


def test_what_the_database_refuses_is_refused(cast):
    ticket = at_state("incident", "new", cast)
    first = Event.objects.filter(record=ticket).first()
    again = Event(
        record=ticket, sequence=first.sequence, verb="x", via="api", at=first.at, data={"a": [1]}
    )

    with pytest.raises(IntegrityError, match="event_sequence_once"), transaction.atomic():
        insert([again])
