"""The sample company: believable, complete, loaded once and kept to itself."""

from __future__ import annotations

import stat
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from itsm.accounts.models import Organisation, RoleGrant, User
from itsm.accounts.roles import Role
from itsm.core import clock
from itsm.portal.sample import accounts, loading
from itsm.portal.sample.company import PEOPLE
from itsm.portal.sample.stories import STORIES
from itsm.portal.sample.telling import script
from tests.factories import a_person
from tickets import preparing
from tickets.asks import TICKET_KINDS
from tickets.prepared import CannedReply, Macro
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Event, Link, Record
from valuechain.records.placeholders import fill, unfilled


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Any:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def told(folder: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Load the company once for all that look at it, and undo it afterwards."""
    out = StringIO()
    with (
        override_settings(DATA_DIR=folder),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        call_command("load_sample", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def loaded(told: str, db: None) -> str:
    """What the command said; the company is there, in a test that leaves it as it was."""
    return told


def test_it_is_not_loaded_beside_real_people(
    organisation: Organisation, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    a_person("Real Person", organisation)

    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("load_sample")

    assert not loading.is_loaded()
    assert not (tmp_path / accounts.NAME).exists()


def test_asking_for_accounts_before_loading_says_what_to_do(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path

    with pytest.raises(CommandError, match="load_sample"):
        call_command("sample_accounts")


def test_no_story_reaches_into_the_future_whatever_the_hour() -> None:
    for story in STORIES:
        hour, minute = map(int, story.at.split(":"))
        youngest = (
            timedelta(days=story.days) - timedelta(hours=hour, minutes=minute)
            if story.days
            else timedelta(minutes=story.minutes)
        )

        assert story.lasts < youngest, story.title


@pytest.mark.parametrize("days", range(7))
def test_no_story_speaks_of_one_that_has_not_begun_whatever_the_weekday(days: int) -> None:
    now = datetime(2026, 11, 23, 15, 40, tzinfo=UTC) + timedelta(days=days)
    begun = set()
    for at, name, _story, move in script(STORIES, now):
        begun.add(name)
        assert at <= now, name
        assert move is None or not move.speaks_of or move.speaks_of in begun, name


def test_every_ticket_kind_is_found_in_every_state_it_can_be_in(loaded: str) -> None:
    found = defaultdict(set)
    for kind, state in Record.objects.of_kind(*TICKET_KINDS).values_list("kind", "state"):
        found[kind].add(state)

    # A project is converted into a portfolio item and a specification, which come with Plan.
    expected = {kind: {s.name for s in kinds[kind].machine.states} for kind in TICKET_KINDS}
    expected["project_initiation"].discard("converted")
    assert dict(found) == expected


def test_its_month_reads_as_one(loaded: str) -> None:
    now = clock.now()

    assert Record.objects.filter(resource="tickets").count() >= len(STORIES)
    assert not Event.objects.filter(at__gt=now).exists()
    # A change may belong to a demand that was followed for a year; the desk's own month is short.
    assert not Record.objects.filter(
        kind__in=("incident", "service_request"), opened_at__lt=now - timedelta(days=33)
    ).exists()
    assert Comment.objects.filter(visibility="internal").exists()
    assert Link.objects.filter(kind="child_of").count() == 2
    numbers = list(
        Record.objects.filter(kind="incident").order_by("opened_at", "pk").values_list("pk")
    )
    assert numbers == sorted(numbers)
    assert not Record.objects.filter(phase="waiting", follow_up_at__lte=now).exists()


def test_there_is_somebody_for_every_role_and_all_share_a_password(loaded: str) -> None:
    password = loaded.partition("Password of all of them: ")[2].split()[0]

    held = set(RoleGrant.objects.values_list("role", flat=True))
    agent = authenticate(username="agent@brightwater.example", password=password)

    assert held == set(Role.values)
    assert agent == User.objects.get(name="Nora Lindqvist")
    assert all(person.email in loaded for person in PEOPLE if person.tries)
    assert User.objects.get(name="Ines Carvalho").has_usable_password() is False


def test_the_table_of_accounts_is_for_its_owner_alone(loaded: str, folder: Any) -> None:
    kept = folder / accounts.NAME
    out = StringIO()

    call_command("sample_accounts", stdout=out)

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "lead@brightwater.example" in out.getvalue()


def test_a_second_load_changes_nothing(loaded: str, folder: Any) -> None:
    events, table = Event.objects.count(), (folder / accounts.NAME).read_text()
    out = StringIO()

    call_command("load_sample", stdout=out)

    assert "already" in out.getvalue()
    assert Event.objects.count() == events
    assert (folder / accounts.NAME).read_text() == table


@pytest.mark.usefixtures("loaded")
def test_the_desk_has_replies_and_macros_ready_that_fit_its_tickets() -> None:
    agent = User.objects.get(email="agent@brightwater.example")
    ticket = Record.objects.live().of_kind("incident").filter(title__startswith="Label printer")
    record = ticket.get().specific

    for reply in CannedReply.objects.visible_to(agent):
        assert unfilled(fill(reply.body, record=record, actor=agent)) == []
    macros = list(Macro.objects.visible_to(agent))
    assert len(macros) == 2
    assert [preparing.refusal_of(macro, record, actor=agent) for macro in macros] == ["", ""]
