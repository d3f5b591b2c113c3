"""Turns every error of the API into one shape, RFC 9457 `application/problem+json`."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from itsm.core import request_id
from itsm.core.errors import FieldErrors, RuleViolation, StaleVersion

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

#: A record's number in an address, which whoever finds nothing there may look for.
_NUMBER = re.compile(r"\b[A-Za-z]{2,8}-[0-9]{1,12}\b")

#: PostgreSQL's words for "somebody else was quicker" and "what this points to is gone".
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
#: Deadlock, serialization failure, lock not available: the same request may succeed a moment later.
PASSING = frozenset({"40P01", "40001", "55P03", "57014"})
#: What the database says as it ends a connection: classes of SQLSTATE. Without any it said nothing.
LEAVING = ("08", "57P")
#: DRF's own codes that say less than ours.
CODES = {"parse_error": "not_readable", "invalid": "not_understood"}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    missing: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """Return the body of a problem. `errors` holds one entry of field, code, message per fault."""
    body: dict[str, Any] = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id.current(),
    }
    if errors:
        body["errors"] = errors
    if missing:
        body["missing"] = list(missing)
    return body | more


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception of any API view, or return None for what is a fault of the program."""
    del context
    headers: dict[str, str] = {}
    if isinstance(exc, RuleViolation):
        body = _from_rule(exc)
    elif isinstance(exc, Http404):
        # One body for what is absent and for what the caller may not see.
        body = problem(404, "not_found", _("There is nothing here that you can see."))
    elif isinstance(exc, PermissionDenied):
        body = problem(403, "not_allowed", _("You are not allowed to do this."))
    elif isinstance(exc, ModelValidationError):
        body = _from_faults(exceptions.ValidationError(detail=_model_faults(exc)))
    elif isinstance(exc, exceptions.APIException):
        body = _from_rest(exc)
        headers = _headers(exc)
    else:
        found = _from_database(exc)
        if found is None:
            return None
        body = found
        if body["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = "1"
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _from_rule(exc: RuleViolation) -> dict[str, Any]:
    if isinstance(exc, FieldErrors):
        return problem(
            400,
            "not_understood",
            str(exc.message),
            errors=[
                {"field": field, "code": code, "message": str(message)}
                for field, found in exc.errors.items()
                for code, message in found
            ],
        )
    errors = None
    if exc.field:
        errors = [{"field": exc.field, "code": exc.code, "message": str(exc.message)}]
    more = {"current_version": exc.current_version} if isinstance(exc, StaleVersion) else {}
    return problem(
        exc.status, exc.code, str(exc.message), errors=errors, missing=exc.missing, **more
    )


def _from_rest(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        return _from_faults(exc)
    if isinstance(exc, exceptions.NotAuthenticated):
        detail = _("Sign in, or send a token: “Authorization: Bearer thr_…”.")
        return problem(401, "not_authenticated", detail)
    if isinstance(exc, exceptions.Throttled):
        wait = _wait(exc)
        detail = _("Too many requests. Try again in %(wait)s seconds.") % {"wait": wait}
        return problem(429, "throttled", detail, retry_after=wait)
    code = getattr(exc.detail, "code", None) or exc.default_code
    return problem(exc.status_code, CODES.get(code, code), str(exc.detail))


def _from_faults(exc: exceptions.ValidationError) -> dict[str, Any]:
    errors = list(_flat(exc.detail, ""))
    first = errors[0] if errors else {"field": "", "message": _("The values do not fit.")}
    where = f"{first['field']}: " if first["field"] else ""
    return problem(400, "not_understood", where + first["message"], errors=errors)


def _flat(detail: Any, path: str) -> Iterator[dict[str, str]]:
    """Walk nested faults into one list with dotted paths, as in `items.3.title`."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _flat(inner, f"{path}.{name}".strip("."))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _flat(inner, f"{path}.{index}".strip(".") if nested else path)
    else:
        code = getattr(detail, "code", "") or "invalid"
        yield {"field": path, "code": CODES.get(code, code), "message": str(detail)}


def _model_faults(exc: ModelValidationError) -> Any:
    return exc.message_dict if hasattr(exc, "error_dict") else exc.messages


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(exc, exceptions.Throttled):
        headers["Retry-After"] = str(_wait(exc))
    return headers


def _wait(exc: exceptions.Throttled) -> int:
    """Return the whole seconds until the caller may come back."""
    return int(getattr(exc, "wait", None) or 1)


def _from_database(exc: Exception) -> dict[str, Any] | None:
    state = getattr(exc.__cause__, "pgcode", None)
    if isinstance(exc, DataError) or (isinstance(exc, ValueError) and "NUL" in str(exc)):
        return problem(400, "not_storable", _("A value is too long, too large or not text."))
    if isinstance(exc, IntegrityError) and state == UNIQUE_VIOLATION:
        return problem(409, "already_there", _("The same thing was written a moment ago."))
    if isinstance(exc, IntegrityError) and state == FOREIGN_KEY_VIOLATION:
        return problem(409, "gone", _("Something this points to is no longer there."))
    if isinstance(exc, OperationalError) and state in PASSING:
        log.warning("The database asked for another attempt.", extra={"code": state})
        return problem(503, "try_again", _("The database was busy. Nothing changed; try again."))
    if is_away(exc):
        log.warning("The database could not be reached.", extra={"code": state})
        detail = _(
            "The database cannot be reached at the moment. Try again; "
            "a POST with the same Idempotency-Key is done only once."
        )
        return problem(503, "unavailable", detail)
    if isinstance(exc, RequestDataTooBig):
        return problem(413, "body_too_large", _("The body is too large. Send less at once."))
    if isinstance(exc, SuspiciousOperation):
        return problem(400, "not_understood", _("The request does not make sense here."))
    return None


def is_away(exc: BaseException | None) -> bool:
    """Whether an exception says that the database is gone, starts, or ended the connection."""
    state = getattr(getattr(exc, "__cause__", None), "pgcode", None) or ""
    if isinstance(exc, InterfaceError):
        return True
    return isinstance(exc, OperationalError) and (not state or state.startswith(LEAVING))


# What Django answers when no API view is reached: outside /api/ its own pages speak. ------------


def wants_problem(request: HttpRequest) -> bool:
    """Whether whoever asks is a program."""
    return request.path_info.startswith("/api/")


def problem_answer(body: dict[str, Any]) -> JsonResponse:
    """Answer with a problem where no API view is reached."""
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: for the API with the body that an unseen record has."""
    del exception
    if wants_problem(request):
        return problem_answer(
            problem(404, "not_found", _("There is nothing here that you can see."))
        )
    named = _NUMBER.search(request.path_info)
    query = named[0].upper() if named else ""
    return render(request, "errors/404.html", {"query": query}, status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    if wants_problem(request):
        return problem_answer(problem(403, "not_allowed", _("You are not allowed to do this.")))
    return defaults.permission_denied(request, exception, "errors/403.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 when the body is what was too much."""
    too_big = isinstance(exception, RequestDataTooBig)
    if wants_problem(request):
        return problem_answer(
            _from_database(exception) or problem(400, "not_understood", _("The request is broken."))
        )
    response = defaults.bad_request(request, exception, "errors/400.html")
    if too_big:
        response.status_code = 413
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with the id under which the fault is logged, and nothing about its inside.

    503 while the database cannot be reached: whoever asks may try again in a moment.
    """
    exc = sys.exception()
    away = is_away(exc)
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR
    if wants_problem(request):
        detail = _("Something failed on our side. Nothing was changed. Quote the request_id.")
        found = _from_database(exc) if away and isinstance(exc, Exception) else None
        response: HttpResponse = problem_answer(found or problem(500, "server_error", detail))
    else:
        # Without the request: a fault in what every page is given must not hide the first one.
        context = {
            "request_id": request_id.current(),
            "style": _kept("css/throughline.css"),
            "mark": _kept("img/mark.svg"),
            "is_away": away,
        }
        response = HttpResponse(render_to_string("errors/500.html", context), status=status)
    if away:
        response["Retry-After"] = "1"
    return response


def _kept(name: str) -> str:
    """Return where a static file is, even when the fault is that its name is not known."""
    try:
        return str(staticfiles_storage.url(name))
    except (ValueError, OSError):
        return f"{settings.STATIC_URL}{name}"
