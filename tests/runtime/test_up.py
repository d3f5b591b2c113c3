"""`manage.py up` as a newcomer meets it: it starts, heals itself, and stops without a trace."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from itsm.runtime import processes
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.paths import ROOT
from itsm.runtime.serving import listen
from itsm.runtime.up import own_names

NAMES = {"postgres", "valkey", "web", "worker", "beat"}


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(RuntimeProblem, match=rf"port {port} .* --port \d+"):
            listen("127.0.0.1", port)


def test_port_zero_takes_a_free_one():
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_named_address_is_a_name_of_this_machine():
    assert own_names("192.0.2.7") == ["192.0.2.7"]
    assert own_names("2001:db8::7") == ["[2001:db8::7]"]
    assert socket.gethostname() in own_names("0.0.0.0")


class Running:
    """One `up` in a process of its own."""

    def __init__(self, environ, *arguments):
        self.data = Path(environ["THROUGHLINE_DATA"])
        self.output = self.data.parent / "up.out"
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "up", "--port", "0", *arguments],
                env=environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def text(self):
        return self.output.read_text()

    def wait_for(self, happened, seconds):
        limit = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < limit, self.text() + self.logs()
            assert self.process.poll() is None, self.text() + self.logs()
            time.sleep(0.1)

    def logs(self):
        return "".join(path.read_text()[-2000:] for path in self.data.glob("log/*.log"))

    def children(self):
        return {each["name"]: each["pid"] for each in json.loads(self.children_file.read_text())}

    @property
    def children_file(self):
        return self.data / "children.json"

    def answers(self):
        url = re.search(r"http://localhost:\d+", self.text()).group()
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def up(bare_machine):
    running = Running(bare_machine, "--no-sample")
    running.wait_for(lambda: "Throughline runs at" in running.text(), 120)
    yield running
    if running.process.poll() is None:
        running.interrupt()


def gone(pids):
    return all(processes.birth(pid) is None for pid in pids)


@pytest.mark.slow
def test_up_heals_itself_and_stops_without_a_trace(up):
    assert up.answers()
    before = up.children()
    assert set(before) == NAMES

    for name in ("worker", "valkey", "postgres"):
        os.kill(before[name], signal.SIGKILL)
    up.wait_for(lambda: "worker runs again" in up.text(), 30)
    up.wait_for(lambda: "valkey runs again" in up.text(), 30)
    up.wait_for(lambda: "postgres runs again" in up.text(), 30)
    up.wait_for(up.answers, 30)
    after = up.children()
    assert {name for name in NAMES if before[name] != after[name]} == {
        "worker",
        "valkey",
        "postgres",
    }

    assert up.interrupt() == 0
    assert "Throughline has stopped." in up.text()
    assert gone([*before.values(), *after.values()])
    assert not up.children_file.exists()


@pytest.mark.slow
def test_a_killed_up_takes_its_children_along_and_starts_again(up, bare_machine):
    children = up.children()

    up.process.kill()
    up.process.wait()
    assert processes.wait_until(lambda: gone(children.values()), seconds=30)

    again = Running(bare_machine, "--no-sample")
    again.wait_for(lambda: "Throughline runs at" in again.text(), 120)
    assert again.answers()
    assert again.interrupt() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"DATABASE_URL": "postgres://desk:hush-hush@127.0.0.1:1/desk"},
            r"throughline: the database does not answer: .*127\.0\.0\.1.*mend DATABASE_URL\.",
        ),
        (
            {"DATABASE_URL": "mysql://desk:hush-hush@127.0.0.1/desk"},
            r"throughline: DATABASE_URL must begin with postgres://",
        ),
        (
            {"REDIS_URL": "redis://:hush-hush@127.0.0.1:1/0"},
            r"throughline: Redis does not answer: .*127\.0\.0\.1:1.*mend REDIS_URL\.",
        ),
    ],
)
def test_an_engine_that_does_not_answer_is_named_and_nothing_starts(bare_machine, given, said):
    running = Running(bare_machine | given, "--no-sample")

    assert running.process.wait(120) == 1
    text = running.text()
    assert re.search(said, text)
    assert "Traceback" not in text
    assert "hush-hush" not in text
    assert "starting web" not in text
    assert not running.children_file.exists()


@pytest.mark.slow
def test_an_empty_desk_says_last_how_to_begin(up):
    assert re.search(r"first administrator:\n\s+http://localhost:\d+/begin/\w{40}/", up.text())
