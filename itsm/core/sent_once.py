"""A form of a page takes effect once, however often the browser sends it.

Scripts stop a second press, but not a network that repeats itself, a reload, or a browser without scripts.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from itsm.core import clock
from itsm.core.models import KEPT_FOR, IdempotencyKey

#: The hidden field of a form that holds what marks one filling in of it.
FIELD = "once"
LONGEST = 64
View = TypeVar("View", bound=Callable[..., Any])


def new_mark() -> str:
    """Return what one drawing of a form is known by."""
    return secrets.token_urlsafe(12)


def commits_as_it_goes(view: View) -> View:
    """Decorate a view that does many things, each in a transaction of its own.

    One around them all would keep what is done first from everybody until the last is done. Whatever
    is sent to it twice must be told by itself, as by the version of each record.
    """
    view.commits_as_it_goes = True  # type: ignore[attr-defined]
    return view


class SentOnceMiddleware:
    """Gives the second of two equal sendings of a form the answer of the first.

    1. Wait until nobody else holds the mark of the form; hold it until the transaction ends.
    2. The same words were sent with it before, and led on: lead to the same place.
    3. Otherwise act, and remember where it led in the same transaction. A form that is shown again changed
       nothing and is not remembered: once mended it may be sent with the same mark.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if request.method != "POST" or request.path_info.startswith("/api/"):
            return None
        mark = request.POST.get(FIELD, "")
        if not mark or len(mark) > LONGEST or not request.user.is_authenticated:
            return None
        if getattr(view, "commits_as_it_goes", False):
            return None
        sent = {
            "caller": f"page:{request.user.pk}",
            "key": mark,
            "request": f"POST {request.get_full_path()}"[:500],
            "body_hash": _hash(request),
        }
        with transaction.atomic():
            _hold(f"{sent['caller']}\n{mark}")
            young = clock.now() - KEPT_FOR
            known = IdempotencyKey.objects.filter(**sent, created_at__gt=young).first()
            if known is not None:
                return HttpResponseRedirect(known.headers["Location"])
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                _remember(sent, response)
            return response


def _remember(sent: dict[str, str], response: HttpResponseRedirect) -> None:
    answer = {
        **sent,
        "status_code": response.status_code,
        "body": "",
        "headers": {"Location": response.url},
        "created_at": clock.now(),
    }
    IdempotencyKey.objects.update_or_create(caller=sent["caller"], key=sent["key"], defaults=answer)


def _hash(request: HttpRequest) -> str:
    """Return what tells one filling in from another: all words, and each file by name and size."""
    words = sorted(
        (name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    )
    files = sorted(
        (name, [(str(one.name), one.size) for one in given])
        for name, given in request.FILES.lists()
    )
    return hashlib.sha256(repr((words, files)).encode()).hexdigest()


def _hold(name: str) -> None:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
