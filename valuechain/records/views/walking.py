"""The way through a list from inside a record: the one before it and the one after.

The address of a record opened from a list says which list, and at which place. While the record is
still on that page of the list its neighbours are those of today; once it has left, the walk goes on
from the place where it was.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from itsm.core.machine import Phase
from valuechain.records.models import Record
from valuechain.records.views.listing import found_by, page_of, state_of


def opened_from(query: str, place: int) -> str:
    """Return what is added to the address of a record opened from a list."""
    return f"?{urlencode({'from': query, 'i': place})}"


def walk_of(record: Record, *, request: HttpRequest) -> dict[str, Any] | None:
    """Return where a record's page leads along its list, or None when it was not opened from one.

    One query, and one more at the end of a page.
    """
    query, raw = request.GET.get("from", ""), request.GET.get("i", "")
    if not query or not raw.isdecimal() or len(raw) > 4:
        return None
    resource, place = record.resource, int(raw)
    state = state_of(request, resource, query=QueryDict(query))
    state, filterset, _problems = found_by(state, resource, request=request)
    state, page = page_of(state, resource, filterset.qs, size=state.query.get("page_size"))
    numbers = [one.number for one in page.items]
    if record.number in numbers:
        place = numbers.index(record.number)
        before, after = place - 1, place + 1
    else:
        before, after = min(place, len(numbers)) - 1, place

    def step(cursor: str | None, *, last: bool) -> str:
        if not cursor:
            return ""
        there = QueryDict(query, mutable=True)
        there["cursor"] = cursor
        there_state = state_of(request, resource, query=there)
        _state, beyond = page_of(
            there_state, resource, filterset.qs, size=there_state.query.get("page_size")
        )
        if not beyond.items:
            return ""
        at = len(beyond.items) - 1 if last else 0
        return _url(beyond.items[at].number, resource, there.urlencode(), at)

    return {
        "list_url": f"{reverse('record-list', args=[resource])}?{query}",
        "previous_url": _url(numbers[before], resource, query, before)
        if before >= 0
        else step(page.previous_cursor, last=True),
        "next_url": _url(numbers[after], resource, query, after)
        if after < len(numbers)
        else step(page.next_cursor, last=False),
    }


def _url(number: str, resource: str, query: str, place: int) -> str:
    return reverse("record-detail", args=[resource, number]) + opened_from(query, place)


def tail_of(request: HttpRequest) -> str:
    """Return what keeps a page on the walk through its list, for the address of the page after it."""
    kept = {name: request.GET[name] for name in ("from", "i") if request.GET.get(name)}
    return urlencode(kept) if len(kept) == 2 else ""


def here(record: Record, *, request: HttpRequest) -> str:
    """Return the address of a record's page, on the walk it was reached by."""
    tail = tail_of(request)
    page = record.get_absolute_url()
    return f"{page}?{tail}" if tail else page


def leads_on(record: Record, *, request: HttpRequest) -> str | None:
    """Return where the page of a record that became part of another leads, or None to stay.

    Whoever adds `stay` to the address looks at the old one.
    """
    successor = record.kind_entry.successor(record)
    if successor is None or "stay" in request.GET:
        return None
    if not Record.objects.visible_to(request.user).filter(pk=successor.pk).exists():
        return None
    query = request.GET.copy()
    query["merged"] = record.number
    return f"{successor.get_absolute_url()}?{query.urlencode()}"


def ends(record: Record, step: str) -> bool:
    """Whether a step of that name finishes the record as it is."""
    machine = record.kind_entry.machine
    targets = [one.target for one in machine.leaving(record.state) if one.name == step]
    return any(target and machine.phase(target) is Phase.DONE for target in targets)


def landing(record: Record, *, request: HttpRequest, is_over: bool) -> str:
    """Return where somebody goes after a step: by their own choice where it finished the record."""
    actor: Any = request.user
    choice = actor.after_resolve
    if not is_over or choice == actor.AfterResolve.STAY:
        return here(record, request=request)
    walk = walk_of(record, request=request)
    if walk is None:
        return reverse("record-list", args=[record.resource])
    is_next = choice == actor.AfterResolve.NEXT and walk["next_url"]
    return str(walk["next_url"] if is_next else walk["list_url"])
