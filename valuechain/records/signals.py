"""The one project signal: something happened to a record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.dispatch import Signal

#: Sent inside the transaction, right after the Event is written, with `record` (locked and
#: already saved; its header at least, `record.specific` for its own columns) and `event`. Clocks, flow metrics and notifications listen; a receiver that
#: raises undoes the whole change, so receivers never do anything slow or outside the database.
recorded = Signal()

_Found = TypeVar("_Found")
_read: ContextVar[dict[str, Any] | None] = ContextVar("read", default=None)


@contextmanager
def told_together() -> Iterator[None]:
    """Let receivers of many events of one moment read only once what is the same for all of them."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def once_for_all(name: str, read: Callable[[], _Found]) -> _Found:
    """Return what `read` finds; among events told together it is asked for the first of them alone."""
    known = _read.get()
    if known is None:
        return read()
    if name not in known:
        known[name] = read()
    found: _Found = known[name]
    return found
