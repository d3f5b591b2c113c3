"""Which command lines pay for engines."""

import pytest

from itsm.runtime.commands import needs_engines


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "help",
        "--version",
        "collectstatic --noinput",
        "sla_simulate case.json",
        "migrate --help",
    ],
)
def test_commands_that_read_no_row_start_nothing(line):
    assert not needs_engines(["manage.py", *line.split()])


@pytest.mark.parametrize("line", ["migrate", "shell", "makemigrations --check", "load_sample"])
def test_other_commands_get_engines(line):
    assert needs_engines(["manage.py", *line.split()])


def test_nothing_is_started_when_both_engines_are_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db/desk")
    monkeypatch.setenv("REDIS_URL_FILE", "/run/secrets/redis")

    assert not needs_engines(["manage.py", "migrate"])
