"""A real browser for the tests that need eyes: Debian's Chromium, driven without a download."""

import contextlib
import os
import shutil
import urllib.request

import pytest
from django.test import Client

from tests.browser.opening import new_context, new_page
from tests.browser.scripted import ScriptedAgent
from tests.browser.whole_company import requests_are_over, server, tabs, world  # noqa: F401 - fixtures

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("THROUGHLINE_CHROMIUM") or shutil.which("chromium")
    if not path:
        missing = "no Chromium: install Debian's chromium or set THROUGHLINE_CHROMIUM to its path"
        if os.environ.get("THROUGHLINE_BROWSER") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def let_go(address):
    """Wait until the server has answered what the pages sent as they closed.

    A draft that is saved on the way out would otherwise be written into tables that are being emptied.
    The server takes connections in their order: once it answers this one, it has begun on all before.
    """
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"{address}/static/img/mark.svg", timeout=10).read()
    requests_are_over()


@pytest.fixture
def open_page(chromium, live_server):
    """Open an address of the live server; each page records what the browser complained about."""
    contexts = []

    def open_(address, *, scheme="light", width=1280, cookies=(), **options):
        viewport = {"width": width, "height": 800}
        context = new_context(chromium, color_scheme=scheme, viewport=viewport, **options)
        contexts.append(context)
        context.add_cookies([{"url": live_server.url, **cookie} for cookie in cookies])
        page = new_page(context)
        page.complaints = []
        page.on(
            "console",
            lambda said: (
                page.complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield open_
    for context in contexts:
        context.close()
    if contexts:
        let_go(live_server.url)


@pytest.fixture
def as_person(open_page):
    """Open a page signed in as a person, with the choices of looks given as cookies."""

    def open_as(person, address, *, cookies=(), **options):
        client = Client()
        client.force_login(person)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        return open_page(address, cookies=[session, *cookies], **options)

    return open_as


@pytest.fixture
def at_work(as_person):
    """Open a page as a person without a mouse, whose keys are counted."""
    return lambda person, address: ScriptedAgent(as_person(person, address))


@pytest.fixture
def audit():
    """Return what axe finds wrong with a page as it stands, one line a finding."""

    def audit_(page):
        from axe_playwright_python.sync_playwright import Axe

        page.wait_for_load_state()
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]

    return audit_


@pytest.fixture
def sideways():
    """Return by how many pixels a page scrolls sideways."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth - innerWidth")
