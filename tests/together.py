"""Doing one thing from many threads at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Call `work(0..count-1)` at once; return what each returned, or the exception it raised."""
    gate = Barrier(count, timeout=30)

    def run(index: int) -> Any:
        try:
            gate.wait()
            return work(index)
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
