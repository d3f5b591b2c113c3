"""The one place the program asks what time it is, so that a test can move time for everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """Return the current instant, aware, in UTC; inside `at`, the instant that is replayed."""
    return _held.get() or written_down()


def written_down() -> datetime:
    """Return the instant at which a row really is written, also while the past is replayed."""
    return datetime.now(tz=UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let `now` answer with an instant of the past, so that history can go through today's rules.

    An import replays what happened in another system: a reopening a week after the resolution was
    inside the window then, whatever today is. Holds for this thread alone.
    """
    token = _held.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
