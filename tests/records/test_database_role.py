"""The least-privileged role of docs/operations.md can do the desk's work, and cannot touch the trail."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from itsm.accounts.models import User
from itsm.runtime.paths import ROOT
from tests.factories import a_ticket
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Event
from valuechain.records.vocabulary import Visibility

pytestmark = pytest.mark.django_db


def written_steps() -> str:
    """The statements as the page has them, for whoever owns the tables here."""
    page = (ROOT / "docs" / "operations.md").read_text()
    found = re.search(r"```\n(CREATE ROLE .*?)```", page, re.DOTALL)
    assert found is not None
    return found.group(1).replace("FOR ROLE throughline ", "FOR ROLE CURRENT_USER ")


@pytest.fixture
def as_the_app(agent: User, requester: User) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(written_steps())
        cursor.execute("SET LOCAL ROLE throughline_app")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.usefixtures("as_the_app")
def test_the_desk_works_as_the_role(agent: User, requester: User) -> None:
    ticket = a_ticket(actor=agent, requester=requester)
    add_comment(ticket, body="Seen.", visibility=Visibility.PUBLIC, actor=agent, via="html")
    perform(ticket, "assign", actor=agent, via="html", data={"owner": agent})

    assert Event.objects.filter(record=ticket).count() >= 3


@pytest.mark.usefixtures("as_the_app")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_event SET verb = 'other'",
        "DELETE FROM records_event",
        "TRUNCATE records_event",
        "ALTER TABLE records_event DISABLE TRIGGER events_are_append_only",
        "DROP TRIGGER events_are_append_only ON records_event",
        "DROP FUNCTION records_refuse_event_change() CASCADE",
        "CREATE TABLE public.own (id int)",
    ],
)
def test_the_role_is_refused(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
