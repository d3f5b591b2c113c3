"""Commands share the engines of a data folder instead of starting them twice."""

import threading
import time

import pytest

from itsm.runtime.engines import Postgres
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.lease import EngineLease
from itsm.runtime.paths import settle

pytestmark = pytest.mark.slow


@pytest.fixture
def places(open_folder):
    return settle(open_folder / "data")


def lease(places, said=None):
    return EngineLease(places, (said if said is not None else []).append)


def runs(owner):
    return all(engine.answers() for engine in owner.engines)


def test_the_second_command_uses_the_engines_of_the_first_which_waits_for_it(places, bare_machine):
    said = []
    owner, guest = lease(places, said), lease(places)
    first_done = threading.Event()
    owner_block = owner.for_command(bare_machine)
    guest_block = guest.for_command(bare_machine)
    running = owner_block.__enter__()

    assert guest_block.__enter__() == running
    assert guest.engines == []

    leaving = threading.Thread(
        target=lambda: (owner_block.__exit__(None, None, None), first_done.set())
    )
    leaving.start()
    time.sleep(0.5)
    assert not first_done.is_set()
    assert runs(owner)
    assert said == ["done; another command still uses the database, waiting for it"]

    guest_block.__exit__(None, None, None)
    assert first_done.wait(20)
    leaving.join()
    assert owner.engines == []


def test_up_is_refused_where_it_already_runs(places, bare_machine):
    with (
        lease(places).for_supervisor(bare_machine, lambda: None),
        pytest.raises(RuntimeProblem, match="already runs"),
        lease(places).for_supervisor(bare_machine, lambda: None),
    ):
        pass


def test_a_cluster_of_another_major_version_is_refused_with_the_way_out(places, bare_machine):
    with lease(places).for_command(bare_machine):
        pass
    (places.cluster / "PG_VERSION").write_text("9\n")

    with (
        pytest.raises(RuntimeProblem, match=r"made by PostgreSQL 9.*THROUGHLINE_PG_BIN"),
        lease(places).for_command(bare_machine),
    ):
        pass


def test_an_engine_that_cannot_start_shows_the_end_of_its_log(places, bare_machine, monkeypatch):
    monkeypatch.setattr("itsm.runtime.engines.START_ATTEMPTS", 1)
    monkeypatch.setattr(
        Postgres, "command", lambda self: [str(self.programs / "postgres"), "-D", "/nowhere"]
    )

    with (
        pytest.raises(RuntimeProblem, match=r"(?s)postgres does not start.*/nowhere"),
        lease(places).for_command(bare_machine),
    ):
        pass
