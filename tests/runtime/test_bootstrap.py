"""How the environment is made, completed and trusted."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from itsm.runtime import bootstrap
from itsm.runtime.bootstrap import BASE_LOCK, TEST_LOCK, BootstrapError, Environment


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose locks need no package."""
    for lock in (BASE_LOCK, TEST_LOCK):
        (tmp_path / lock).write_text(f"# {lock}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "lock"),
    [
        (["manage.py", "up"], BASE_LOCK),
        (["manage.py", "migrate"], BASE_LOCK),
        (["manage.py"], BASE_LOCK),
        (["manage.py", "test", "-k", "up"], TEST_LOCK),
    ],
)
def test_only_the_test_command_needs_the_test_tools(line, lock):
    assert bootstrap.wanted_lock(line) == lock


def test_nothing_is_made_when_the_bootstrap_is_off(monkeypatch):
    monkeypatch.setenv("THROUGHLINE_BOOTSTRAP", "off")

    assert bootstrap.enter(["manage.py", "up"]) is None


@pytest.mark.slow
def test_an_environment_is_made_once_and_again_when_it_is_broken(checkout, capsys):
    environment = Environment(checkout)

    environment.ensure(BASE_LOCK)
    assert environment.satisfies(BASE_LOCK)
    assert not environment.satisfies(TEST_LOCK)
    assert "making .venv" in capsys.readouterr().err

    environment.ensure(BASE_LOCK)
    assert capsys.readouterr().err == ""

    environment.ensure(TEST_LOCK)
    assert environment.satisfies(TEST_LOCK)
    assert environment.satisfies(BASE_LOCK)

    shutil.rmtree(environment.folder / "bin")
    assert not environment.satisfies(BASE_LOCK)
    environment.ensure(BASE_LOCK)
    assert environment.satisfies(BASE_LOCK)


def test_a_changed_lock_is_not_satisfied(checkout):
    environment = Environment(checkout)
    python = environment.folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    stamp = {"python": str(python.resolve()), BASE_LOCK: environment._hash(BASE_LOCK)}
    (environment.folder / bootstrap.STAMP).write_text(json.dumps(stamp))
    assert environment.satisfies(BASE_LOCK)

    (checkout / BASE_LOCK).write_text("# another\n")

    assert not environment.satisfies(BASE_LOCK)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"python": 7}'])
def test_a_damaged_stamp_counts_as_none(checkout, content):
    environment = Environment(checkout)
    environment.folder.mkdir()
    (environment.folder / bootstrap.STAMP).write_text(content)

    assert not environment.satisfies(BASE_LOCK)


@pytest.mark.slow
def test_a_package_with_another_hash_is_refused_and_nothing_counts_as_made(checkout):
    (checkout / BASE_LOCK).write_text("idna==3.10 --hash=sha256:" + "0" * 64 + "\n")
    environment = Environment(checkout)

    with pytest.raises(BootstrapError, match="pip could not install"):
        environment.ensure(BASE_LOCK)

    assert not environment.satisfies(BASE_LOCK)


def test_a_python_without_pip_is_told_what_to_install(checkout, monkeypatch):
    monkeypatch.setattr(bootstrap, "_has_module", lambda _name: False)

    with pytest.raises(BootstrapError, match="apt-get install"):
        Environment(checkout).ensure(BASE_LOCK)


@pytest.mark.slow
def test_a_python_without_ensurepip_uses_its_own_pip(checkout, monkeypatch):
    monkeypatch.setattr(bootstrap, "_has_module", lambda name: name == "pip")
    environment = Environment(checkout)

    environment.ensure(BASE_LOCK)

    assert environment.satisfies(BASE_LOCK)
    assert not Path(environment.folder / "bin" / "pip").exists()
