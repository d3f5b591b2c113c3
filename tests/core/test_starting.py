"""Web, worker and beat refuse to start with what must never reach production, and say all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from itsm.core.starting import refuse_unsafe_start
from itsm.runtime.paths import ROOT

GOOD = "k3Wn-8fTq_z0Pl7Xv2Rb9Yd5Hc1Jm6Sg4Ae"


@pytest.fixture
def production(settings: Any) -> Any:
    settings.IS_EMBEDDED, settings.DEBUG = False, False
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = GOOD, ["desk.example.org"]
    return settings


def test_a_sound_configuration_starts(production: Any) -> None:
    refuse_unsafe_start()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", True, "DEBUG is on"),
        ("SECRET_KEY", "short", "too short"),
        ("SECRET_KEY", "a" * 60, "too short"),
        ("SECRET_KEY", "django-insecure-" + GOOD, "is an example"),
        ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS is empty"),
        ("ALLOWED_HOSTS", ["*"], "allows every name"),
    ],
)
def test_what_is_unsafe_is_refused_by_name(
    production: Any, name: str, value: Any, words: str
) -> None:
    setattr(production, name, value)

    with pytest.raises(ImproperlyConfigured, match=words):
        refuse_unsafe_start()


def test_everything_that_is_wrong_is_told_at_once(production: Any) -> None:
    production.DEBUG, production.SECRET_KEY = True, "short"

    with pytest.raises(ImproperlyConfigured, match=r"DEBUG is on.*too short"):
        refuse_unsafe_start()


@pytest.mark.parametrize(
    "program",
    [
        ("-c", "import itsm.wsgi"),
        ("-m", "celery", "--app=itsm.celery", "worker", "--pool=solo"),
        ("-m", "celery", "--app=itsm.celery", "beat", "--schedule={folder}/schedule"),
    ],
    ids=["web", "worker", "beat"],
)
def test_every_process_refuses(program: tuple[str, ...], tmp_path: Path) -> None:
    unsafe = os.environ | {
        "DJANGO_SETTINGS_MODULE": "itsm.settings",
        "THROUGHLINE_EMBEDDED": "0",
        "DEBUG": "1",
        "SECRET_KEY": GOOD,
        "ALLOWED_HOSTS": "desk.example.org",
    }
    done = subprocess.run(
        [sys.executable, *(word.format(folder=tmp_path) for word in program)], cwd=ROOT, env=unsafe, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip

    assert done.returncode != 0
    assert "DEBUG is on" in done.stdout + done.stderr
