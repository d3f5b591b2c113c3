"""Lets a client repeat a POST without fear: the same key gives the first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core import clock
from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.models import KEPT_FOR, IdempotencyKey
from itsm.core.rest.throttles import caller

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("ETag", "Location")
LONGEST_KEY = 255


class OtherBody(RuleViolation):
    """The key was used for another request before: HTTP 422."""

    status = 422


def answer_once(
    request: Request,
    act: Callable[[], HttpResponseBase],
    *,
    shown_once: Collection[str] = (),
) -> HttpResponseBase:
    """Run `act` in a transaction, or give the answer it gave when this key was used before.

    Without the header this is a plain transaction. With it:
    1. Take the key for this transaction; whoever holds it meanwhile makes this a 409.
    2. An answer is kept: return it, or 422 when the body or the path differs.
    3. None is kept: act, and keep the answer in the same transaction, so a crash undoes both.
    `shown_once` names the fields of the answer that are secret: they are kept nowhere, and are null
    when the answer is given again. Refusals changed nothing and are not kept: the same key may be tried again once they are mended.
    """
    key = request.headers.get(HEADER, "")
    with transaction.atomic():
        if request.method != "POST" or not key:
            return _undo_if_refused(act())
        _check_shape(key)
        who = caller(request)
        _take(who, key)
        now = clock.now()
        wanted, digest = _identity(request)
        kept = IdempotencyKey.objects.filter(caller=who, key=key).first()
        if kept is not None and kept.created_at > now - KEPT_FOR:
            if (kept.request, kept.body_hash) != (wanted, digest):
                message = _("This key was used for another request. Use a new one.")
                raise OtherBody("key_used_otherwise", message)
            return _replay(kept)
        response = _undo_if_refused(act())
        if isinstance(response, Response) and response.status_code < 400:
            IdempotencyKey.objects.update_or_create(
                caller=who,
                key=key,
                defaults={
                    "request": wanted,
                    "body_hash": digest,
                    "status_code": response.status_code,
                    "body": _render(response, shown_once),
                    "headers": _headers(response),
                    "created_at": now,
                },
            )
        return response


def _undo_if_refused(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code >= 400:
        transaction.set_rollback(True)
    return response


def _check_shape(key: str) -> None:
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        message = _("Use up to 255 printable ASCII characters as key.")
        raise FieldErrors({HEADER: [("not_understood", message)]})


def _take(who: str, key: str) -> None:
    """Hold the key until the transaction ends, or raise 409 while another request holds it."""
    digest = hashlib.sha256(f"idempotency\n{who}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (held,) = cursor.fetchone()
    if not held:
        message = _("The first request with this key is still running. Try again in a moment.")
        raise RuleViolation("still_running", message)


def _identity(request: Request) -> tuple[str, str]:
    """Return what the request asks, and a hash of its body that ignores white space."""
    body = JSONRenderer().render(_canonical(request.data))
    return f"{request.method} {request.get_full_path()}"[:500], hashlib.sha256(body).hexdigest()


def _canonical(value: Any) -> Any:
    """Order keys, so that JSON spelled in another order is the same body; hash files in a form."""
    if isinstance(value, MultiValueDict):
        return _canonical(dict(value.lists()))
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, UploadedFile):
        digest = hashlib.sha256()
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
        return [value.name, digest.hexdigest()]
    return value


def _render(response: Response, shown_once: Collection[str]) -> str:
    if response.data is None:
        return ""
    body = response.data
    if shown_once:
        body = {name: None if name in shown_once else value for name, value in body.items()}
    return JSONRenderer().render(body).decode()


def _headers(response: Response) -> dict[str, str]:
    return {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}


def _replay(kept: IdempotencyKey) -> HttpResponse:
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    kind = "application/json" if kept.body else ""
    return HttpResponse(kept.body, status=kept.status_code, headers=headers, content_type=kind)
