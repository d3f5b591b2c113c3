"""Gives a test run its own throw-away PostgreSQL and Redis-compatible server."""

import os
from collections.abc import Generator
from typing import Any

import pytest

from itsm.runtime.throwaway import ThrowAwayEngines

KEY = pytest.StashKey[ThrowAwayEngines]()
MARK = "THROUGHLINE_TEST_ENGINES"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Start the engines before anything reads Django's settings; workers of a run use their parent's."""
    if MARK not in os.environ:
        engines = ThrowAwayEngines()
        early_config.stash[KEY] = engines
        early_config.add_cleanup(engines.stop)
        os.environ.update(engines.start(os.environ))
        os.environ[MARK] = "1"
    return (yield)
