"""Every page of the URL conf in a real browser, at both widths, in both themes.

A page is opened once and looked at in every way; a route without an example fails. The pages of
records are in test_every_record_page.py, so that two workers share the work.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.company import World
from tests.browser.examples import NOT_PAGES, addresses, reader_of
from tests.browser.looking import faults
from tests.browser.refusing import SHAPES, refusal_faults
from tests.browser.whole_company import OF_RECORDS, PAGES, look_at
from tests.routes import routes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


def test_every_readable_route_is_a_page_or_is_said_not_to_be_one() -> None:
    unknown = NOT_PAGES.keys() - {route.name for route in routes()}

    assert not unknown, f"No longer there: {sorted(unknown)}"


def test_the_look_sees_what_it_looks_for(tabs: Any, server: LiveServer) -> None:
    tab = tabs("nobody")
    tab.open(server.url + "/login/")
    tab.page.evaluate("""() => {
      const add = (name, words, given) => {
        const one = Object.assign(document.createElement(name), {textContent: words});
        for (const [key, value] of Object.entries(given)) one.setAttribute(key, value);
        document.querySelector("main").append(one);
        return one;
      };
      add("span", "", {class: "bdg"});
      add("button", "Nobody's", {tabindex: "-1"});
      const fixed = add("p", "Cut off once it grows", {});
      Object.assign(fixed.style, {inlineSize: "11em", fontSize: "10px", overflow: "hidden", whiteSpace: "nowrap"});
      Object.assign(add("p", "Wide once it grows", {}).style, {inlineSize: "30rem"});
    }""")

    found = "\n".join(faults(tab, "/login/"))

    for fault in (
        "says nothing in words",
        "no key leads to",
        "200 % text, 640 px: scrolls",
        "spaced, 320 px: cut off",
    ):
        assert fault in found, found


@pytest.mark.parametrize("name", sorted(PAGES.keys() - OF_RECORDS))
def test_a_page_is_fit_for_everybody(
    name: str, world: World, tabs: Any, server: LiveServer
) -> None:
    look_at(name, world, tabs, server)


@pytest.mark.parametrize("name", SHAPES)
def test_an_empty_form_is_refused_in_the_same_way_everywhere(
    name: str, world: World, tabs: Any, server: LiveServer
) -> None:
    route = PAGES[name]
    tab = tabs(reader_of(route))
    tab.open(server.url + next(addresses(route, world)))

    assert list(refusal_faults(tab)) == []
