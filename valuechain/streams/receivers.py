"""Takes records along the streams that the records they come from are on."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from valuechain.records.models import Record
from valuechain.records.signals import recorded
from valuechain.streams.actions import GOES_ON, take_where_it_fits
from valuechain.streams.models import Instance


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(follow, dispatch_uid="streams.follow")


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Take a freshly linked record along every run that the record at the other end is on."""
    if event.verb != "link.added" or event.data.get("kind") not in GOES_ON:
        return
    runs = (
        Instance.objects.filter(visits__record=record)
        .exclude(visits__record__number=event.data["other"])
        .select_related("stream")
        .distinct()
    )
    for run in runs:
        other = Record.objects.get(number=event.data["other"])
        take_where_it_fits(run, other, actor=SYSTEM)
