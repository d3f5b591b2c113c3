"""Reads JSON bodies within bounds and refuses, with the place, what no record could hold."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MAX_DEPTH = 20
#: Longer runs of digits fit no column and cost quadratic time to read.
MAX_DIGITS = 40
#: A whole string, so that brackets within it are passed over, or one bracket.
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


class BodyTooLarge(APIException):
    """The body is larger than the server accepts: HTTP 413."""

    status_code = 413
    default_code = "body_too_large"


class BoundedJSONParser(BaseParser):
    """Parses UTF-8 JSON of bounded size and depth, without NaN, NUL or keys given twice."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value in the body. ParseError (400) names what is wrong and where."""
        del media_type, parser_context
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(
                _("The body is larger than %(limit)s bytes. Send less at once.") % {"limit": limit}
            )
        return read_json(body)


def read_json(body: bytes) -> Any:
    """Return the value that a body of UTF-8 JSON holds, or raise ParseError saying where it fails."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ParseError(
            _("The body is not UTF-8: byte %(byte)s cannot be read.") % {"byte": problem.start + 1}
        ) from None
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
            object_pairs_hook=_each_key_once,
        )
    except json.JSONDecodeError as problem:
        raise ParseError(
            _("The body is not JSON: %(what)s at line %(line)s, column %(column)s.")
            % {"what": problem.msg, "line": problem.lineno, "column": problem.colno}
        ) from None
    if not isinstance(value, dict | list):
        raise ParseError(_("Send a JSON object, for example {}."))
    _refuse_unstorable(value, "$")
    return value


def _check_depth(text: str) -> None:
    """Refuse deep nesting before it is parsed, so that nesting cannot exhaust the stack."""
    depth = 0
    for token in STRING_OR_BRACKET.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(
                    _("The body nests deeper than %(depth)s levels, at character %(place)s.")
                    % {"depth": MAX_DEPTH, "place": token.start() + 1}
                )
        elif token[0] in "]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(_("%(name)s is not a JSON number.") % {"name": name})


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ParseError(_("A number in the body has more than %(n)s digits.") % {"n": MAX_DIGITS})
    return int(digits)


def _finite_float(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise ParseError(_("The number %(digits)s is too large.") % {"digits": digits[:40]})
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        doubled = Counter(key for key, _value in pairs).most_common(1)[0][0]
        raise ParseError(_("The key “%(key)s” is given twice.") % {"key": doubled[:80]})
    return found


def _refuse_unstorable(value: Any, place: str) -> None:
    """Refuse NUL and lone surrogates, which JSON can spell and PostgreSQL cannot keep."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError(_("The text at %(place)s holds a NUL character.") % {"place": place})
        if SURROGATE.search(value):
            raise ParseError(_("The text at %(place)s is not whole Unicode.") % {"place": place})
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key, place)
            _refuse_unstorable(inner, f"{place}.{key[:80]}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_unstorable(inner, f"{place}[{index}]")
