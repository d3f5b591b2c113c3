"""The gates every change passes: style, types, layers, locks, migrations and settings."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-extras.txt")


def run(*command: str, **variables: str) -> None:
    """Run a tool in the repository; its words are the failure message."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def module(*command: str, **variables: str) -> None:
    run(sys.executable, "-m", *command, **variables)


def test_code_keeps_the_style_rules():
    module("ruff", "check")


def test_code_is_formatted():
    module("ruff", "format", "--check")


def test_browser_tests_wait_for_what_they_say():
    """A page may still be on its way: `expect(...)` waits for it, what stands in an `assert` does not."""
    hasty = re.compile(r"^ *assert .*\.(is_visible|is_hidden|is_checked|title)\(\)")
    found = [
        f"{path.relative_to(ROOT)}:{at}: {line.strip()}"
        for path in sorted((ROOT / "tests/browser").glob("*.py"))
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if hasty.match(line)
    ]
    assert found == []


@pytest.mark.slow
def test_types_hold():
    module("mypy")


def test_imports_point_down_the_ladder():
    run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")


@pytest.mark.django_db
def test_migrations_are_complete():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_production_settings_pass_djangos_deployment_checks():
    module(
        *("django", "check", "--deploy", "--fail-level", "WARNING"),
        DJANGO_SETTINGS_MODULE="itsm.settings",
        SECRET_KEY="long and random, fifty characters at least: 0123456789-abcdefg",
        SITE_URL="https://desk.example.org",
        ALLOWED_HOSTS="desk.example.org",
        DEBUG="0",
        # Browser tests set it for their own process; production never has it.
        DJANGO_ALLOW_ASYNC_UNSAFE="",
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()

    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|file:|--index|--extra-index|--find-links", text)


def test_the_test_lock_contains_the_others():
    base, test, more = (
        set(re.findall(r"^(\S+==\S+)", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS
    )

    assert base <= more <= test


def test_locks_cover_every_declared_dependency():
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = {
        "requirements.txt": [*project["dependencies"], *extras["embedded"]],
        "requirements-extras.txt": [
            *project["dependencies"],
            *extras["embedded"],
            *extras["s3"],
            *extras["sso"],
        ],
        "requirements-test.txt": [
            *project["dependencies"],
            *extras["embedded"],
            *extras["test"],
        ],
    }

    for lock, wanted in declared.items():
        locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for requirement in map(Requirement, wanted):
            name = canonicalize_name(requirement.name)
            assert name in locked, f"{lock} lacks {name}: make the locks again"
            assert locked[name] in requirement.specifier, f"{lock} holds another {name}"


def test_compose_file_describes_the_production_processes():
    import yaml

    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert set(services) == {"db", "redis", "migrate", "web", "worker", "beat", "mail"}
    for name in ("db", "redis", "web", "worker", "beat"):
        assert services[name]["healthcheck"]["test"], f"{name} has no health check"
    assert services["mail"]["profiles"] == ["dev"]
