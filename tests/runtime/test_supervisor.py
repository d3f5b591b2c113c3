"""How the supervisor keeps its processes, seen with small real ones."""

import os
import signal
import subprocess
import sys
import time

import pytest

from itsm.runtime import processes
from itsm.runtime.console import Console
from itsm.runtime.supervisor import Supervisor, Watched, end_left_over, how_it_ended

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(Console(), tmp_path / "children.json")
    yield made
    made.stop(*[watched.name for watched in made.watched])


def sleeper(tmp_path, name="sleeper", command=SLEEP):
    return Watched(name, lambda: processes.spawn(command, log=tmp_path / f"{name}.log"), patience=5)


def tick_until(supervisor, condition, seconds=10):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        supervisor.tick()
        time.sleep(0.02)


def test_a_killed_process_runs_again(supervisor, tmp_path, capsys):
    watched = sleeper(tmp_path)
    supervisor.add(watched)
    first = watched.process.pid

    os.kill(first, signal.SIGKILL)
    tick_until(supervisor, lambda: watched.process.pid != first)

    assert watched.process.poll() is None
    assert "sleeper was ended by SIGKILL, starting it again in 0.5 s" in capsys.readouterr().out


def test_a_process_that_ends_at_once_is_tried_with_growing_pauses(tmp_path):
    watched = sleeper(tmp_path)
    watched.began = time.monotonic()

    pauses = [watched.pause() for _ in range(9)]

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_process_that_ran_for_long_is_started_again_quickly(tmp_path):
    watched = sleeper(tmp_path)
    watched.failures = 7
    watched.began = time.monotonic() - 3600

    assert watched.pause() == 0.5


def test_stopping_ends_the_process_and_is_not_undone(supervisor, tmp_path):
    watched = sleeper(tmp_path)
    supervisor.add(watched)

    supervisor.stop("sleeper")
    supervisor.tick()

    assert watched.process.returncode == -signal.SIGTERM


def test_a_process_that_ignores_the_request_is_ended_with_its_children(supervisor, tmp_path):
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    watched = sleeper(tmp_path, "stubborn", [sys.executable, "-c", stubborn])
    watched.patience = 0.5
    supervisor.add(watched)
    log = tmp_path / "stubborn.log"
    tick_until(supervisor, lambda: log.read_text().strip())

    supervisor.stop("stubborn")

    assert watched.process.returncode == -signal.SIGKILL
    assert processes.wait_until(lambda: processes.birth(int(log.read_text())) is None, seconds=5)


def test_children_do_not_outlive_a_killed_parent(tmp_path):
    parent = (
        "import sys, time; from pathlib import Path; from itsm.runtime import processes;"
        f"child = processes.spawn({SLEEP!r}, log=Path({str(tmp_path / 'log')!r}));"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as run:
        child = int(run.stdout.readline())
        assert processes.birth(child) is not None

        run.kill()

    assert processes.wait_until(lambda: processes.birth(child) is None, seconds=5)


def test_what_a_killed_run_left_behind_is_ended(tmp_path, capsys):
    earlier = Supervisor(Console(), tmp_path / "children.json")
    watched = sleeper(tmp_path)
    earlier.add(watched)

    end_left_over(tmp_path / "children.json", Console())

    assert watched.process.wait(5) == -signal.SIGTERM
    assert "left behind: sleeper" in capsys.readouterr().out


def test_another_process_with_an_old_number_is_left_alone(tmp_path):
    bystander = subprocess.Popen(SLEEP)
    register = tmp_path / "children.json"
    register.write_text(f'[{{"name": "web", "pid": {bystander.pid}, "birth": "1"}}]')

    end_left_over(register, Console())

    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_the_end_of_a_process_is_told_in_words():
    assert how_it_ended(3) == "ended with code 3"
    assert how_it_ended(-9) == "was ended by SIGKILL"
