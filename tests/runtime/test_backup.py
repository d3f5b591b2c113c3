"""A backup on an empty machine by the written steps: all equal, and what fell due meanwhile fires once."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from itsm.runtime.paths import ROOT

#: Some work: a company, an incident that is three weeks old and was never answered, a file on it.
WORK = """
from datetime import timedelta
from django.core.files.base import ContentFile
from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Organisation, User
from itsm.core import clock
from sla.defaults import install_defaults
from valuechain.records.actions import attach_file
from valuechain.records.kinds import kinds

install_defaults(zone="UTC")
house = Organisation.objects.create(name="Harbour")
ada = User.objects.create_user("ada@harbour.example", "a long password", name="Ada", organisation=house)
ticket = kinds["incident"].open(actor=SYSTEM, via="command", title="The crane stands", requester=ada,
                                organisation=house, impact=2, urgency=2,
                                at=clock.now() - timedelta(days=20))
attach_file(ticket, file=ContentFile(b"the log of the crane", name="crane.txt"), name="crane.txt",
            visibility="public", actor=SYSTEM, via="command")
from sla.models import Clock
print("clocks", Clock.objects.filter(record=ticket, next_fire_at__lt=clock.now()).count())
"""
LOOK = """
from valuechain.records.models import Attachment, Event, Record
from itsm.accounts.models import User
from sla.sweeping import sweep
sweep(); sweep()
file = Attachment.objects.get()
print("words", Record.objects.get(kind="incident").title, file.file.read().decode())
print("signs in", User.objects.get(email="ada@harbour.example").check_password("a long password"))
print("breaches", Event.objects.filter(verb="clock.breached").count())
"""


class Machine:
    """A data folder of its own, and the commands given on it."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self.environ = environ | {"THROUGHLINE_DATA": str(folder)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False, timeout=300
        )

    def does(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def first(bare_machine: dict[str, str], open_folder: Path) -> Machine:
    return Machine(bare_machine, open_folder / "first")


@pytest.fixture
def second(bare_machine: dict[str, str], open_folder: Path) -> Machine:
    return Machine(bare_machine, open_folder / "second")


def test_a_backup_comes_back_whole(first: Machine, second: Machine, open_folder: Path) -> None:
    kept = open_folder / "desk.tar"
    clocks = int(first.does("shell", "-v0", "-c", WORK).split("clocks")[1])

    assert clocks > 1
    first.does("backup", str(kept))

    assert kept.stat().st_mode & 0o077 == 0
    with tarfile.open(kept) as tar:
        assert {"manifest.json", "database.dump"} < set(tar.getnames())
    again = first.run("backup", str(kept))
    assert again.returncode == 1
    assert "exists already" in again.stderr

    told = second.does("restore", str(kept))

    assert "equal: " in told
    found = second.does("shell", "-v0", "-c", LOOK)
    assert "words The crane stands the log of the crane" in found
    assert "signs in True" in found
    # Every clock of it fell due while nothing ran: each is told once, although swept twice.
    assert f"breaches {clocks}" in found
    second.does("verify_audit")
    second.does("check_clocks")
    refused = second.run("restore", str(kept))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr


def test_what_is_no_backup_changes_nothing(second: Machine, open_folder: Path) -> None:
    broken = open_folder / "broken.tar"
    broken.write_bytes(os.urandom(4096))

    refused = second.run("restore", str(broken))

    assert refused.returncode == 1
    assert "cannot be read as a backup" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_that_is_gone_is_said_in_one_sentence(
    second: Machine, open_folder: Path
) -> None:
    gone = {
        "DATABASE_URL": "postgres://desk:hush-hush@127.0.0.1:1/desk",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    kept = open_folder / "gone.tar"

    refused = Machine(second.environ | gone, open_folder / "second").run("backup", str(kept))

    assert refused.returncode == 1
    assert "throughline: the database does not answer: " in refused.stderr
    assert "give the command again" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hush-hush" not in refused.stderr
    assert list(open_folder.glob("*gone*")) == []
