"""Versions over HTTP: nobody overwrites what they have not read, nobody fetches what they have."""

from __future__ import annotations

import re
from typing import Protocol

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.errors import RuleViolation, StaleVersion


class Versioned(Protocol):
    """Anything with a version that grows by one with each change."""

    version: int


class VersionNeeded(RuleViolation):
    """A change was sent without the version it is based on: HTTP 428."""

    status = 428


def etag(record: Versioned) -> str:
    """Return the tag of a record as it stands, with its quotes: "v7"."""
    return f'"v{record.version}"'


def expected_version(request: Request, record: Versioned) -> int:
    """Return the version a change is based on, from If-Match.

    Raises VersionNeeded (428) without the header and StaleVersion (412) when no tag in it is the
    record's. `*` accepts whatever version there is. The action that writes must compare the version
    once more under its lock: between this look and that lock somebody else may write.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        message = _("Send If-Match with the ETag of the version you read, for example %(tag)s.")
        raise VersionNeeded("version_needed", message % {"tag": etag(record)})
    if given != "*" and etag(record) not in _tags(given):
        message = _("Somebody changed this since you read it. Read it again, then change it.")
        raise StaleVersion(message, current_version=record.version)
    return record.version


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether the reader already has what carries this tag (If-None-Match)."""
    given = request.headers.get("If-None-Match", "").strip()
    return given == "*" or tag in _tags(given)


def versioned(response: Response, record: Versioned) -> Response:
    """Put the record's ETag on an answer and return it."""
    response["ETag"] = etag(record)
    return response


def _tags(header: str) -> list[str]:
    # A compressing server marks its tags weak, W/"v7"; a version is the same however it was sent.
    return re.findall(r'"[^"]*"', header)
