"""Pages that stay put: nothing is skipped and nothing is shown twice, whatever arrives."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from itsm.accounts.models import Organisation, User
from itsm.accounts.tokens import ApiToken
from itsm.core.errors import FieldErrors
from itsm.core.keyset import Order, paginate, read_size

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ALLOWED = {
    "name": "name",
    "used": "last_used_at",
    "used_name": ("last_used_at", "name"),
    "mixed": ("name", "-created_at"),
    "owner": "user__phone",
}
ORDERS = [sign + name for name in ALLOWED for sign in ("", "-")]


def person(organisation=None):
    organisation = organisation or Organisation.objects.create(name="Northwind")
    return User.objects.create(name="Ada", phone="1", organisation=organisation)


def tokens(owners, rows):
    """Add one token per row: (name, minute last used or None, owner's place, minute made)."""
    ApiToken.objects.bulk_create(
        ApiToken(
            user=owners[owner % len(owners)],
            name=name,
            prefix=f"{ApiToken.objects.count() + index:012x}",
            scopes=["all:read"],
            created_at=START + timedelta(minutes=made),
            expires_at=START,
            last_used_at=None if used is None else START + timedelta(microseconds=used),
        )
        for index, (name, used, owner, made) in enumerate(rows)
    )


def walk(order, size, *, queryset=None):
    """Yield page after page from the beginning."""
    cursor = None
    while True:
        found = ApiToken.objects.all() if queryset is None else queryset
        page = paginate(found, order=order, cursor=cursor, size=size)
        yield page
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def expected(order):
    """Sort in Python: each column in its direction, nothing last."""
    rows = list(ApiToken.objects.select_related("user"))
    for key in reversed(order.columns):

        def value(row, path=key.path):
            for part in path.split("__"):
                row = getattr(row, part)
            return row

        filled = [row for row in rows if value(row) is not None]
        hollow = [row for row in rows if value(row) is None]
        rows = sorted(filled, key=value, reverse=key.is_descending) + hollow
    return [row.pk for row in rows]


names = st.sampled_from(["a", "b", "c"])
rows = st.lists(
    st.tuples(names, st.none() | st.integers(0, 3), st.integers(0, 1), st.integers(0, 2)),
    max_size=14,
)


class Walks(TestCase):
    """Every page of every order, forwards and backwards, over rows drawn at random."""

    @given(rows=rows, asked=st.sampled_from(ORDERS), size=st.integers(1, 5))
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_pages_forwards_and_backwards_are_the_sorted_list(self, rows, asked, size):
        company = Organisation.objects.create(name="Northwind")
        owners = [
            User.objects.create(name=name, phone=name, organisation=company) for name in ("p", "q")
        ]
        tokens(owners, rows)
        order = Order.choose(asked, ALLOWED)
        wanted = expected(order)

        pages = list(walk(order, size))

        assert [row.pk for page in pages for row in page.items] == wanted
        assert all(len(page.items) == size for page in pages[:-1])
        back, cursor = [], pages[-1].previous_cursor
        while cursor:
            page = paginate(ApiToken.objects.all(), order=order, cursor=cursor, size=size)
            back = [row.pk for row in page.items] + back
            cursor = page.previous_cursor
        assert back == wanted[: len(wanted) - len(pages[-1].items)]

    @given(
        first=rows,
        arriving=st.lists(rows.map(lambda found: found[:2]), min_size=1, max_size=5),
        asked=st.sampled_from(ORDERS),
        size=st.integers(1, 4),
    )
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_rows_that_arrive_move_nothing(self, first, arriving, asked, size):
        owner = person()
        tokens([owner], first)
        present = set(ApiToken.objects.values_list("pk", flat=True))
        order = Order.choose(asked, ALLOWED)
        waiting = list(arriving)

        seen = []
        for page in walk(order, size):
            seen += [row.pk for row in page.items]
            if waiting:
                tokens([owner], waiting.pop())

        assert len(seen) == len(set(seen))
        assert present <= set(seen)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ORDERS)
def test_each_page_costs_one_query(asked, django_assert_num_queries):
    tokens([person()], [("a", None if n % 3 else n, 0, n) for n in range(12)])
    order = Order.choose(asked, ALLOWED)
    cursor = None

    for _page in range(3):
        with django_assert_num_queries(1):
            cursor = paginate(
                ApiToken.objects.select_related("user"), order=order, cursor=cursor, size=4
            ).next_cursor


@pytest.mark.django_db
def test_a_late_page_begins_inside_the_index():
    tokens([person()], [("a", None, 0, n) for n in range(50)])
    order = Order.by("-id", "-user_id")
    owner = ApiToken.objects.values_list("user_id", flat=True)[0]
    queryset = ApiToken.objects.filter(user_id=owner)
    cursor = paginate(queryset, order=order, cursor=None, size=10).next_cursor

    with connection.cursor() as sql:
        # On so few rows any plan is cheap. These are left out when there is another way: what
        # remains in the plan is there because the statement leaves no other.
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            sql.execute(f"SET LOCAL enable_{way} = off")
        with CaptureQueriesContext(connection) as caught:
            paginate(queryset, order=order, cursor=cursor, size=10)
        sql.execute("EXPLAIN " + caught[-1]["sql"])
        plan = "\n".join(line for (line,) in sql.fetchall())

    assert "Index Cond" in plan
    assert "ROW(user_id, id) < ROW(" in plan
    assert "Sort" not in plan


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda cursor: cursor[:-1] + ("A" if cursor[-1] != "A" else "B"),
        lambda cursor: "x" + cursor,
        lambda cursor: cursor.split(".")[0],
        lambda cursor: "\x00",
        lambda cursor: "…",
    ],
)
def test_an_altered_cursor_is_refused(spoil):
    tokens([person()], [("a", None, 0, n) for n in range(3)])
    order = Order.choose("name", ALLOWED)
    cursor = paginate(ApiToken.objects.all(), order=order, cursor=None, size=1).next_cursor

    with pytest.raises(FieldErrors, match="not given out"):
        paginate(ApiToken.objects.all(), order=order, cursor=spoil(cursor), size=1)


@pytest.mark.django_db
def test_a_cursor_of_another_order_is_refused():
    tokens([person()], [("a", None, 0, n) for n in range(3)])
    first = Order.choose("name", ALLOWED)
    cursor = paginate(ApiToken.objects.all(), order=first, cursor=None, size=1).next_cursor

    with pytest.raises(FieldErrors, match="another order"):
        paginate(
            ApiToken.objects.all(), order=Order.choose("-name", ALLOWED), cursor=cursor, size=1
        )


def test_an_order_that_is_not_allowed_lists_those_that_are():
    with pytest.raises(FieldErrors, match="mixed, name, owner, used"):
        Order.choose("secret_hash", ALLOWED)


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1.5", "٣", "9" * 5000])
def test_a_page_size_out_of_range_is_refused(size):
    with pytest.raises(FieldErrors, match="1 to 200"):
        read_size(size, default=50)
