"""Where one installation keeps its things."""

import os
from pathlib import Path

import pytest

from itsm.runtime import paths
from itsm.runtime.errors import RuntimeProblem


def test_the_data_folder_is_beside_manage_py_unless_named():
    assert paths.data_folder({}) == paths.ROOT / ".data"
    assert paths.data_folder({"THROUGHLINE_DATA": "/srv/desk"}) == Path("/srv/desk")


def test_engines_get_private_folders_of_their_own_account(open_folder):
    places = paths.settle(open_folder / "data")

    assert places.account.uid != 0
    for folder in (places.cluster, places.valkey, places.sockets):
        assert folder.stat().st_uid == places.account.uid
        assert folder.stat().st_mode & 0o077 == 0


def test_settling_twice_changes_nothing(open_folder):
    assert paths.settle(open_folder / "data") == paths.settle(open_folder / "data")


def test_a_long_path_keeps_its_sockets_in_a_short_private_folder(open_folder):
    data = open_folder / ("long-" * 12) / ("longer-" * 8)

    places = paths.settle(data)

    try:
        assert len(str(places.sockets / ".s.PGSQL.5432.lock")) <= paths.LONGEST_SOCKET
        assert places.sockets.stat().st_uid == places.account.uid
        assert places.sockets.stat().st_mode & 0o077 == 0
    finally:
        places.sockets.rmdir()


def test_a_socket_folder_that_others_could_enter_is_refused(open_folder):
    data = open_folder / ("long-" * 12) / ("longer-" * 8)
    sockets = paths.settle(data).sockets
    sockets.chmod(0o777)

    try:
        with pytest.raises(RuntimeProblem, match="is not private"):
            paths.settle(data)
    finally:
        sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another account")
def test_root_keeps_the_database_where_its_account_reaches_it(tmp_path, monkeypatch, open_folder):
    monkeypatch.setattr(paths, "SYSTEM_HOME", open_folder / "system")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    places = paths.settle(closed / "data")

    assert (closed / "data" / "engines").is_symlink()
    assert places.home.is_relative_to(open_folder / "system")
    assert places.account.can_use(places.home)
    assert paths.settle(closed / "data") == places


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another account")
def test_a_lost_database_folder_is_named_and_not_replaced_by_an_empty_one(tmp_path, open_folder):
    data = tmp_path / "data"
    data.mkdir()
    (data / "engines").symlink_to(open_folder / "gone")

    with pytest.raises(RuntimeProblem, match="is gone"):
        paths.settle(data)


@pytest.mark.parametrize("below", ["", "data"])
def test_a_place_that_can_be_no_folder_is_named_with_the_way_out(tmp_path, below):
    taken = tmp_path / "taken"
    taken.write_text("not a folder")

    with pytest.raises(RuntimeProblem, match=r"taken.* cannot be written: .*THROUGHLINE_DATA"):
        paths.settle(taken / below)
