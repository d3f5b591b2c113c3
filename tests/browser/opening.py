"""How a browser's tab is opened for a test: patient, and behind a slow line on request."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import expect

#: Nothing is timed: a busy machine may take long, and only what never comes is a fault.
PATIENCE_MS = 90_000
#: Milliseconds that every answer is late. A test that does not wait for what it reads fails with 400.
LATE_MS = int(os.environ.get("THROUGHLINE_BROWSER_LATE_MS", "0"))

expect.set_options(timeout=PATIENCE_MS)


def new_context(browser: Any, **options: Any) -> Any:
    """Return a browser's context in which waiting is no fault."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(PATIENCE_MS)
    return context


def new_page(context: Any) -> Any:
    """Return a new page of a context, behind a slow line if that is asked for."""
    page = context.new_page()
    if LATE_MS:
        protocol = context.new_cdp_session(page)
        line = {
            "offline": False,
            "latency": LATE_MS,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", line)
    return page
