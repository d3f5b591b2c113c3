"""The name one request goes by, in the answer, in the logs and in every error shown to a person."""

import re
import uuid
from contextvars import ContextVar

#: What a caller may send as X-Request-ID; anything else is replaced, so that logs stay one line.
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request or task being served, or an empty string outside of one."""
    return _current.get()


def begin(offered: str = "") -> str:
    """Take the id offered when it is well formed, else make one; remember and return it."""
    chosen = offered if WELL_FORMED.fullmatch(offered) else uuid.uuid4().hex
    _current.set(chosen)
    return chosen
