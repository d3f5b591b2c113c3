"""Every address of the URL conf, so that a test walks a new one without being told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address of the URL conf."""

    path: str
    name: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")

    @property
    def viewset(self) -> Any:
        return getattr(self.callback, "cls", None)

    @property
    def reads(self) -> bool:
        """Whether the route answers GET; REST says so, of pages it is not known before."""
        return "get" in getattr(self.callback, "actions", {"get": ""})


def spelled(route: Route, arguments: dict[str, Any]) -> str:
    """Return the address of a route with its arguments filled in."""
    path = route.path
    for name, value in arguments.items():
        path = re.sub(rf"\(\?P<{name}>[^)]*\)|<(?:\w+:)?{name}>", str(value), path)
    return "/" + re.sub(r"\\(.)", r"\1", path.replace("^", "").replace("$", ""))


def routes() -> list[Route]:
    """Return every route that can be read."""
    return [route for route in _routes(get_resolver(), "", ()) if route.reads]


def _routes(resolver: URLResolver, above: str, names: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = above + str(entry.pattern)
        found = (*names, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            yield Route(path, entry.name or "", entry.callback, found)
        else:
            yield from _routes(entry, path, found)
