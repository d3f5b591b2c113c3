"""What follows from the transitions of deliver & support, in the same transaction."""

from __future__ import annotations

from typing import Any

from itsm.core.machine import Change
from valuechain.deliver_support.readiness import overlaps_of


def working(service: Any, _change: Change) -> None:
    """A service that is live again has nothing left for people to notice."""
    service.health = "working"
    service.health_note = ""


def out_of_use(service: Any, _change: Change) -> None:
    """A service nobody uses any more is neither well nor ill."""
    service.health = ""
    service.health_note = ""


def tests_passed(release: Any, _change: Change) -> None:
    """Note that what was built does what it should."""
    release.tests_passed = True


def overlap_accepted(planned: Any, _change: Change) -> None:
    """Keep what was accepted; whatever comes later needs another word."""
    known = set(planned.overlaps_accepted) | set(overlaps_of(planned))
    planned.overlaps_accepted = sorted(known)


def untested(release: Any, _change: Change) -> None:
    """What is built anew has to be tested anew."""
    release.tests_passed = False
