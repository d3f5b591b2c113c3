"""Writing long lists to files behind the scenes: as their reader would see them, whole or not at all.

Which rows is found out in one statement, so that what changes meanwhile is neither missed nor there twice.
A worker then writes them a stretch at a time, each to a file of its own, and keeps how far it is in the row:
another goes on where one was killed. What the reader may no longer see when a stretch is written is left out.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.keyset import Order
from itsm.core.letters import send_letter
from itsm.core.wording import absolute
from valuechain.records.exporting import CHUNK, csv_lines
from valuechain.records.filters import filterset_for
from valuechain.records.kinds import kinds
from valuechain.records.listing import ListState, columns_of, orders_of
from valuechain.records.models import Export, Record
from valuechain.records.panels import panels

log = logging.getLogger(__name__)

#: A list of more rows than these is written by workers.
MOST_AT_ONCE = 100_000
#: So many rows make a stretch, which no worker needs long for.
STRETCH = 10_000
KEPT = timedelta(days=3)
CLAIM = timedelta(minutes=5)
MOST_FOR_ONE_PERSON, MOST_ATTEMPTS = 3, 8
Stage = Export.Stage


def ask_for(resource: str, query: str, *, actor: Any) -> Export:
    """Have a list written for the actor. Raises RuleViolation when enough are being written for them."""
    waiting = Export.objects.visible_to(actor).filter(stage__in=(Stage.WAITING, Stage.WRITING))
    if waiting.count() >= MOST_FOR_ONE_PERSON:
        raise RuleViolation(
            "enough_exports",
            _("Three files are being written for you already. Wait until one is ready."),
        )
    return Export.objects.create(
        person_id=actor.pk, stamp=actor.session_stamp, resource=resource, query=query
    )


def throw_away(export: Export) -> None:
    """Remove a file before its time."""
    export.delete()
    _delete_parts(export)


def is_over(export: Export, actor: Any) -> bool:
    """Whether a file is kept no longer, or shows what its reader saw with other roles."""
    is_old = export.finished_at is not None and export.finished_at + KEPT < clock.now()
    return is_old or export.stamp != actor.session_stamp


def content_of(export: Export) -> Iterator[bytes]:
    """Yield the bytes of a file that is ready."""
    for number in range(export.parts):
        with default_storage.open(_part(export, number), "rb") as part:
            yield from part.chunks()


def advance() -> bool:
    """Write one stretch of one file, or tell its reader that it is ready. Returns whether there was one."""
    export = _claim()
    if export is None:
        return False
    person = export.person
    if not person.is_active or not person.access.is_staff or export.stamp != person.session_stamp:
        throw_away(export)
        return True
    with _as_the_reader(person):
        try:
            _tell(export) if export.stage == Stage.DONE else _write(export)
        except (smtplib.SMTPException, OSError) as problem:
            log.warning("An export has to wait.", extra={"code": type(problem).__name__})
            _put_off(export)
            return True
    return True


def forget_old() -> int:
    """Remove the files that are kept no longer. Returns how many."""
    before = clock.now() - KEPT
    old = list(Export.objects.filter(Q(finished_at__lt=before) | Q(created_at__lt=before - KEPT)))
    for export in old:
        throw_away(export)
    return len(old)


def _claim() -> Export | None:
    """Take the next thing to do, so that no other worker does it meanwhile."""
    now = clock.now()
    to_do = Q(stage__in=(Stage.WAITING, Stage.WRITING)) | Q(stage=Stage.DONE, mailed_at=None)
    with transaction.atomic():
        found = (
            Export.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("person", "person__organisation")
            .filter(to_do, claimed_until__lte=now)
            .defer("ids")
            .order_by("claimed_until", "pk")
            .first()
        )
        if found is not None:
            _settle(found, claimed_until=now + CLAIM)
    return found


@contextmanager
def _as_the_reader(person: Any) -> Iterator[None]:
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        yield


def _write(export: Export) -> None:
    """Write the next stretch; the first time, find out which rows there are."""
    state = _state_of(export)
    if export.stage == Stage.WAITING:
        ids = _found(export, state)
        _settle(export, ids=ids, total=len(ids), stage=Stage.WRITING, claimed_until=clock.now())
        return
    first = export.looked_at
    stretch = (
        Export.objects.filter(pk=export.pk).values_list(
            f"ids__{first}_{first + STRETCH}", flat=True
        )[0]
        or []
    )
    columns = [
        column for column in columns_of(export.resource, state) if column["key"] != "last_message"
    ]
    written: list[int] = []
    lines = csv_lines(_chunks(export, stretch, written), columns, has_header=export.parts == 0)
    content = "".join(lines).encode()
    _save_part(export, content)
    looked_at = first + len(stretch)
    is_done = looked_at >= export.total
    now = clock.now()
    _settle(
        export,
        looked_at=looked_at,
        rows=export.rows + sum(written),
        parts=export.parts + 1,
        size=export.size + len(content),
        attempts=0,
        claimed_until=now,
        **({"stage": Stage.DONE, "finished_at": now, "ids": []} if is_done else {}),
    )


def _state_of(export: Export) -> ListState:
    return ListState(
        QueryDict(export.query),
        path=reverse("record-list", args=[export.resource]),
        default_ordering=panels.default_ordering.get(export.resource, "-opened_at"),
    )


def _found(export: Export, state: ListState) -> list[int]:
    """Return the ids of all rows the list finds for its reader, in the list's order. One statement."""
    request = HttpRequest()
    request.user, request.GET = export.person, QueryDict(export.query)
    rows = filterset_for(export.resource)(
        state.filters, queryset=_seen(export), request=request, is_lean=True
    ).qs
    try:
        order = Order.choose(state.ordering, orders_of(export.resource))
    except FieldErrors:
        order = Order.choose(state.default_ordering, orders_of(export.resource))
    by = [
        F(key.path).desc(nulls_last=True) if key.is_descending else F(key.path).asc(nulls_last=True)
        for key in order.columns
    ]
    return list(rows.order_by(*by).values_list("pk", flat=True))


def _seen(export: Export) -> Any:
    return Record.objects.visible_to(export.person).of_resource(export.resource)


def _chunks(export: Export, ids: list[int], written: list[int]) -> Iterator[list[Record]]:
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        held = {row.pk: row for row in _seen(export).with_people().filter(pk__in=wanted)}
        rows = [held[pk] for pk in wanted if pk in held]
        panels.decorate(rows, actor=export.person)
        written.append(len(rows))
        yield rows


def _tell(export: Export) -> None:
    """Mail the reader where the file is. Who has no address finds it on the page of their exports."""
    if export.person.email:
        until = absolute(timezone.localtime((export.finished_at or clock.now()) + KEPT))
        words = {"count": export.rows, "list": str(_label(export.resource))}
        send_letter(
            export.person.email,
            subject=_("Your file is ready"),
            opening=_("%(list)s: the file with %(count)d rows is written.") % words,
            link=f"{settings.SITE_URL}{reverse('exports')}",
            action=_("Fetch it here"),
            closing=_("It is kept until %(until)s, and only you can fetch it, signed in.")
            % {"until": until},
        )
    _settle(export, mailed_at=clock.now())


def _label(resource: str) -> Any:
    entries = kinds.of_resource(resource)
    if len(entries) == 1:
        return entries[0].label_plural
    return panels.resource_labels[resource][1]


def _put_off(export: Export) -> None:
    """Try again later, each time after twice as long; give up at last."""
    attempts = export.attempts + 1
    pause = min(timedelta(minutes=1) * 2**attempts, timedelta(hours=4))
    given_up: dict[str, Any] = {}
    if attempts >= MOST_ATTEMPTS:
        given_up = (
            {"mailed_at": clock.now()}
            if export.stage == Stage.DONE
            else {"stage": Stage.FAILED, "finished_at": clock.now()}
        )
    _settle(export, attempts=attempts, claimed_until=clock.now() + pause, **given_up)


def _settle(export: Export, **values: Any) -> None:
    Export.objects.filter(pk=export.pk).update(**values)


def _part(export: Export, number: int) -> str:
    return f"{export.folder}/{number:05d}.csv"


def _save_part(export: Export, content: bytes) -> None:
    """Write a stretch, over what a worker that was killed may have left of it."""
    name = _part(export, export.parts)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def _delete_parts(export: Export) -> None:
    for number in range(export.parts + 1):
        default_storage.delete(_part(export, number))
