"""The bench: measures on whatever there is, and leaves nothing behind."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from itsm.accounts.models import User
from itsm.core import clock
from itsm.portal.load import mix, seed
from tests.factories import a_ticket
from valuechain.records.models import Record


@pytest.fixture
def some_tickets(db: None) -> None:
    seed.build(120, seed=1, now=clock.now(), say=lambda _words: None, requesters=40)


def rows_of_all_tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_each_kind_of_work_is_measured_and_nothing_is_left(
    some_tickets: None, tmp_path: Path, settings: Any
) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "staticfiles.json").touch()
    before, out = rows_of_all_tables(), StringIO()

    call_command("bench", rounds=1, json=tmp_path / "bench.json", stdout=out, stderr=StringIO())

    results = {one["name"]: one for one in json.loads((tmp_path / "bench.json").read_text())}
    assert list(results) == [
        "create",
        "queue",
        "queue-far",
        "page",
        "search",
        "search-word",
        "list",
    ]
    assert all(one["ours_ms"] > one["sql_ms"] > 0 for one in results.values())
    assert all(0 < one["queries"] < 40 for one in results.values())
    assert "120 tickets" in out.getvalue()
    assert rows_of_all_tables() == before


def test_one_row_alone_can_be_asked_for(some_tickets: None, tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "staticfiles.json").touch()
    out = StringIO()

    call_command("bench", "search", rounds=1, stdout=out, stderr=StringIO())

    assert "search, 3 words" in out.getvalue()
    assert "create a ticket" not in out.getvalue()


def test_without_tickets_it_says_what_to_do(db: None, tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "staticfiles.json").touch()

    with pytest.raises(CommandError, match="seed_load"):
        call_command("bench", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db(transaction=True)
def test_the_mix_is_answered_by_a_running_server(
    live_server: Any, agent: User, requester: User
) -> None:
    for _n in range(3):
        a_ticket(actor=agent, requester=requester)

    answers = mix.run(agent, url=live_server.url, minutes=0.02, say=lambda _words: None)

    assert answers.errors == {}
    assert answers.took.keys() == mix.BARS.keys()
    assert sum(map(len, answers.took.values())) == 30
    made = Record.objects.filter(title__startswith="Mix ").count()
    assert made == len(answers.took["create"]) > 2
    assert any("30 answers" in line for line in answers.lines(0.02))
