"""Lists in the API, page by page, by the same keyset that the portal's lists use."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from itsm.core.errors import FieldErrors
from itsm.core.keyset import MAX_SIZE, Order, Page, paginate, read_size


class KeysetPagination(BasePagination):
    """Pages by `cursor` and `page_size`, ordered by one of the orders the view allows.

    The view declares `ordering_fields`, public name to column path (or several), and `ordering`,
    the default. Nothing is counted unless `?count=true` asks.
    """

    parameters: ClassVar[tuple[str, ...]] = ("cursor", "page_size", "ordering", "count")
    page: Page[Any]
    total: int | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page asked for. FieldErrors (400) for a parameter that fails."""
        self.request = request
        asked = request.query_params
        self.page = paginate(
            queryset,
            order=self._order(asked.get("ordering"), view),
            cursor=asked.get("cursor"),
            size=read_size(asked.get("page_size"), default=_size(view)),
        )
        if _wants_count(asked.get("count")):
            self.total = queryset.order_by().count()
        return self.page.items

    def _order(self, asked: str | None, view: Any) -> Order:
        allowed: Mapping[str, str | Sequence[str]] = getattr(view, "ordering_fields", None) or {}
        default = getattr(view, "ordering", None)
        if not (asked or default):
            raise ImproperlyConfigured(f"{type(view).__name__} declares no default `ordering`.")
        return Order.choose(asked or default or "", allowed)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.body(data))

    def body(self, data: Any) -> dict[str, Any]:
        """Return the page as it is sent: results, next and previous, count when asked for."""
        body = {
            "results": data,
            "next": self._link(self.page.next_cursor),
            "previous": self._link(self.page.previous_cursor),
        }
        return body if self.total is None else body | {"count": self.total}

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        kept = [
            (name, value)
            for name, values in self.request.query_params.lists()
            if name not in {"cursor", "count"}
            for value in values
        ]
        query = urlencode([*kept, ("cursor", cursor)])
        return self.request.build_absolute_uri(f"{self.request.path}?{query}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
                "count": {"type": "integer", "description": "Only with ?count=true."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = sorted(getattr(view, "ordering_fields", None) or {})
        orders = [sign + name for name in names for sign in ("", "-")]
        return [
            _parameter("cursor", {"type": "string"}, "Where an earlier page ended."),
            _parameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}, ""),
            _parameter("ordering", {"type": "string", "enum": orders}, "A minus descends."),
            _parameter("count", {"type": "boolean"}, "Also count all rows of the list."),
        ]


def _size(view: Any) -> int:
    """Return the page size of a view that names none in the address."""
    return int(getattr(view, "page_size", None) or api_settings.PAGE_SIZE or MAX_SIZE)


def _wants_count(given: str | None) -> bool:
    if given in {None, "", "false", "0"}:
        return False
    if given in {"true", "1"}:
        return True
    raise FieldErrors({"count": [("not_boolean", "Write true or false.")]})


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
    }
