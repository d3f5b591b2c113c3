"""The two public doors as one person comes through them: the portal and the REST API."""

from __future__ import annotations

import json
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import Organisation, User

API = "/api/v1"


class Machine:
    """A program that calls the API with a token of somebody's."""

    def __init__(self, user: User, *scopes: str, organisation: Organisation | None = None) -> None:
        _token, self.written = issue_token(
            user=user,
            name="test",
            scopes=scopes or ("all",),
            actor=SYSTEM,
            organisation=organisation,
        )
        self.client = Client(raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON (or bytes as they are); header names have underscores for dashes.

        `path` is an address below the API, an absolute path, or a link an answer gave.
        """
        path = path.removeprefix("http://testserver")
        path = path if path.startswith("/") else f"{API}/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = body if isinstance(body, bytes | str) else json.dumps({} if body is None else body)
        more = {} if method in ("GET", "HEAD") else {"data": sent}
        return self.client.generic(
            method,
            path,
            content_type=named.pop("Content-Type", "application/json"),
            headers={"Authorization": f"Bearer {self.written}", **named},
            **more,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def upload(self, path: str, file: Any, **fields: str) -> Any:
        """Attach a file the way a form sends it."""
        return self.client.post(
            f"{API}/{path}",
            {"file": file, **fields},
            headers={"Authorization": f"Bearer {self.written}"},
        )


def browser(user: User | None = None) -> Client:
    """Return a browser, signed in unless nobody is named."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def is_problem(response: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """Hold an answer to be a problem of this status, and return its body."""
    assert response.status_code == status, response.content.decode(errors="replace")[:600]
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["detail"].strip()
    if code is not None:
        assert body["code"] == code, body
    return body


class _Buttons(HTMLParser):
    """Reads the action bars of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: dict[str, tuple[set[str], dict[str, str]]] = {}
        self.bar = ""
        self.depth = 0
        self.refused = ""
        self.is_reason = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "div":
            if self.bar:
                self.depth += 1
            elif {"action-bar", "offer-bar"} & set((found.get("class") or "").split()):
                self.bar, self.depth = found.get("aria-label") or "", 1
                self.bars[self.bar] = (set(), {})
        if not self.bar:
            return
        if name := found.get("data-offer"):
            self.bars[self.bar][0].add(name)
        if name := found.get("data-refused"):
            self.refused = name
            self.bars[self.bar][1][name] = ""
        self.is_reason = tag == "span" and (found.get("id") or "") == f"why-{self.refused}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.is_reason = False
        if tag == "div" and self.bar:
            self.depth -= 1
            if self.depth == 0:
                self.bar = ""

    def handle_data(self, data: str) -> None:
        if self.bar and self.is_reason:
            self.bars[self.bar][1][self.refused] += unescape(data)


def buttons(page: str, bar: str = "Actions") -> tuple[set[str], dict[str, str]]:
    """Return the names of a page's live buttons, and the refused ones with their reasons."""
    reader = _Buttons()
    reader.feed(page)
    return reader.bars.get(bar, (set(), {}))
