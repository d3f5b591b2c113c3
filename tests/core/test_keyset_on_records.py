"""The 500th page of a queue begins inside the index, for any record and for one kind of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.core import clock
from itsm.core.keyset import Order, paginate
from tickets.models import Incident
from valuechain.records.models import Record

pytestmark = pytest.mark.django_db
LIVE = {"resource": "tickets", "phase__in": ["new", "open", "waiting"]}


@pytest.fixture
def _many(company):
    now = clock.now()
    Record.objects.bulk_create(
        Record(
            number=f"INC-{n}",
            kind="incident",
            resource="tickets",
            title="x",
            state="new",
            phase="new",
            state_since=now,
            organisation=company,
            priority=n % 5 or None,
            opened_at=now - timedelta(seconds=n // 3),
            next_due_at=None if n % 2 else now + timedelta(minutes=n),
        )
        for n in range(400)
    )
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO tickets_incident (record_ptr_id, priority_override, resolution_code,"
            " resolution, reopened_count, is_major)"
            " SELECT id, '', '', '', 0, false FROM records_record"
        )
        sql.execute("ANALYZE records_record, tickets_incident")


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("model", [Record, Incident])
@pytest.mark.parametrize(
    ("path", "bound"),
    [
        ("-opened_at", "ROW(opened_at, id) < ROW("),
        ("opened_at", "ROW(opened_at, id) > ROW("),
        ("priority", "ROW(priority, id) > ROW("),
        ("-priority", "ROW(priority, id) < ROW("),
        ("next_due_at", "ROW(next_due_at, id) > ROW("),
        ("-next_due_at", "ROW(next_due_at, id) < ROW("),
    ],
)
def test_a_late_page_begins_inside_the_index(model, path, bound):
    order = Order.by(path, path)
    queryset = model.objects.filter(**LIVE)
    cursor = paginate(queryset, order=order, cursor=None, size=150).next_cursor

    with CaptureQueriesContext(connection) as caught:
        paginate(queryset, order=order, cursor=cursor, size=20)
    with connection.cursor() as sql:
        sql.execute("SET LOCAL enable_seqscan = off")
        sql.execute("SET LOCAL enable_bitmapscan = off")
        sql.execute("EXPLAIN " + caught[-1]["sql"])
        plan = [line.strip() for (line,) in sql.fetchall()]

    assert len(caught) == 1
    assert any(line.startswith("Index Cond") and bound in line for line in plan), plan
