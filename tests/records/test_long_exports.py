"""Lists of more than 100,000 rows as files: written behind the scenes, whole or not at all, for one reader."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from itsm.accounts.models import User
from itsm.accounts.roles import Role
from tests.doors import browser
from tests.factories import a_person, a_ticket
from valuechain.records.actions import long_exports
from valuechain.records.actions.long_exports import CLAIM, KEPT, advance, forget_old
from valuechain.records.models import Export, Record
from valuechain.records.views import exports

pytestmark = pytest.mark.django_db
ADDRESS = "/tickets/export/"


@pytest.fixture(autouse=True)
def small(monkeypatch, settings, tmp_path):
    """What is long begins at four rows here, and two make a stretch."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(long_exports, "STRETCH", 2)


@pytest.fixture
def reader(organisation):
    return a_person("Lea Lead", organisation, Role.AGENT)


@pytest.fixture
def tickets(cast):
    return [
        a_ticket(actor=cast.agent, requester=cast.requester, title=f"Crane {n}") for n in range(5)
    ]


def write_all():
    steps = 0
    while advance():
        steps += 1
        assert steps < 20
    return steps


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def asked(page, query="ordering=number"):
    answer = page.post(ADDRESS, {"list": query, "write": "1"})
    assert answer.url == "/exports/"
    return Export.objects.latest("pk")


def test_a_short_list_is_sent_at_once(reader, cast):
    a_ticket(actor=cast.agent, requester=cast.requester, title="One crane")
    answer = browser(reader).get(ADDRESS)

    assert [row["Title"] for row in rows_of(answer)] == ["One crane"]
    assert not Export.objects.exists()


def test_a_long_one_is_offered_to_be_written_and_nothing_happens_by_looking(reader, tickets):
    answer = browser(reader).get(f"{ADDRESS}?q=Crane")

    assert "This list has more than" in answer.content.decode()
    assert "q=Crane" in answer.content.decode()
    assert not Export.objects.exists()


def test_it_is_written_in_stretches_in_the_order_and_columns_of_the_list(
    reader, tickets, mailoutbox, settings
):
    page = browser(reader)
    export = asked(page, "ordering=-number&cols=number,title")
    assert page.get(f"/exports/{export.pk}/").status_code == 404
    write_all()

    answer = page.get(f"/exports/{export.pk}/")

    assert [row["Title"] for row in rows_of(answer)] == [f"Crane {n}" for n in (4, 3, 2, 1, 0)]
    assert answer["Content-Disposition"] == 'attachment; filename="tickets.csv"'
    assert "no-store" in answer["Cache-Control"]
    export.refresh_from_db()
    assert (export.parts, export.rows, export.ids) == (3, 5, [])
    (mail,) = mailoutbox
    assert mail.to == [reader.email]
    assert f"{settings.SITE_URL}/exports/" in mail.body
    assert "Crane" not in mail.body


def test_filters_and_what_a_spreadsheet_would_run_are_as_on_the_page(reader, tickets, cast):
    a_ticket(actor=cast.agent, requester=cast.requester, title="=cmd|calc harbour")
    page = browser(reader)
    export = asked(page, "q=harbour")
    write_all()

    assert [row["Title"] for row in rows_of(page.get(f"/exports/{export.pk}/"))] == [
        "'=cmd|calc harbour"
    ]


def test_what_comes_meanwhile_is_left_out_and_nothing_is_there_twice(reader, tickets, cast):
    page = browser(reader)
    export = asked(page)
    advance()
    advance()
    a_ticket(actor=cast.agent, requester=cast.requester, title="Late")
    write_all()

    titles = [row["Title"] for row in rows_of(page.get(f"/exports/{export.pk}/"))]
    assert titles == [f"Crane {n}" for n in range(5)]


def test_it_holds_what_its_reader_sees_and_no_more(reader, tickets, cast, outsider):
    hidden = a_ticket(actor=cast.agent, requester=cast.requester, title="Crane of elsewhere")
    Record.objects.filter(pk=hidden.pk).update(organisation=outsider.organisation)
    page = browser(reader)
    export = asked(page)
    advance()  # the rows are known
    Record.objects.filter(pk=tickets[4].pk).update(organisation=outsider.organisation)
    write_all()

    titles = [row["Title"] for row in rows_of(page.get(f"/exports/{export.pk}/"))]
    assert titles == [f"Crane {n}" for n in range(4)]


def test_nobody_else_fetches_or_removes_it(reader, tickets, cast):
    export = asked(browser(reader))
    write_all()

    for person in (cast.admin, cast.agent, cast.requester):
        page = browser(person)
        assert page.get(f"/exports/{export.pk}/").status_code in (302, 404)
        assert page.post(f"/exports/{export.pk}/").status_code in (302, 404)
        assert f"/exports/{export.pk}/" not in page.get("/exports/").content.decode()
    assert Export.objects.filter(pk=export.pk).exists()


def test_a_worker_that_is_killed_leaves_it_to_another_which_goes_on(
    reader, tickets, monkeypatch, frozen
):
    page = browser(reader)
    export = asked(page)
    advance()
    advance()

    def killed(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(long_exports, "_settle", _dies_after_the_file(long_exports._settle, killed))
        with pytest.raises(KeyboardInterrupt):
            advance()
    assert not advance()  # it is still claimed
    frozen.shift(CLAIM + timedelta(seconds=1))
    write_all()

    rows = rows_of(page.get(f"/exports/{export.pk}/"))
    assert [row["Title"] for row in rows] == [f"Crane {n}" for n in range(5)]


def _dies_after_the_file(settle, killed):
    def act(export, **values):
        if "looked_at" in values:
            killed()
        settle(export, **values)

    return act


def test_it_is_kept_for_some_days(reader, tickets, frozen):
    page = browser(reader)
    export = asked(page)
    write_all()
    _folders, files = default_storage.listdir(export.folder)
    assert len(files) == 3
    frozen.shift(KEPT + timedelta(minutes=1))
    page = browser(User.objects.get(pk=reader.pk))

    assert page.get(f"/exports/{export.pk}/").status_code == 404
    assert forget_old() == 1
    assert default_storage.listdir(export.folder) == ([], [])
    assert not Export.objects.exists()


def test_who_holds_other_roles_meanwhile_is_given_no_file_of_before(reader, tickets):
    export = asked(browser(reader))
    write_all()
    reader.end_sessions()

    page = browser(User.objects.get(pk=reader.pk))
    assert page.get(f"/exports/{export.pk}/").status_code == 404
    assert "Kept no longer" in page.get("/exports/").content.decode()

    waiting = asked(page)
    User.objects.get(pk=reader.pk).end_sessions()
    write_all()
    assert not Export.objects.filter(pk=waiting.pk).exists()


def test_three_at_a_time_are_enough_and_one_can_be_removed(reader, tickets):
    page = browser(reader)
    for _n in range(3):
        export = asked(page)
    answer = page.post(ADDRESS, {"list": "", "write": "1"}, follow=True)
    assert "Three files are being written for you already." in answer.content.decode()

    page.post(f"/exports/{export.pk}/")
    assert Export.objects.count() == 2


def test_a_list_that_is_empty_by_then_is_a_header_alone(reader, tickets):
    page = browser(reader)
    export = asked(page, "q=submarine")
    write_all()
    assert rows_of(page.get(f"/exports/{export.pk}/")) == []
