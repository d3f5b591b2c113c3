"""Single keys: switched off or exchanged for others, for every page and every browser of a person."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from itsm.core.errors import FieldErrors
from itsm.portal.keys import KEYS, chosen_from
from tests.doors import browser

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "/me/keyboard/"
#: Keys in templates, and in the tables that templates draw them from.
WRITTEN = (
    ("templates/**/*.html", re.compile(r'data-keys="([^"{]+)"')),
    ("valuechain/**/*.py", re.compile(r'\bkeys="([^"]+)"')),
    ("tickets/**/*.py", re.compile(r'\bkeys="([^"]+)"')),
)


def place_of(key):
    return f"key_{[one.key for one in KEYS].index(key)}"


def test_every_single_key_of_the_pages_can_be_exchanged():
    from itsm.portal.shell import GO_KEYS
    from valuechain.engage.forms import QUESTIONS
    from valuechain.engage.views.inbox import STEPS

    found = {
        keys
        for pattern, wanted in WRITTEN
        for path in ROOT.glob(pattern)
        for keys in wanted.findall(path.read_text("utf-8"))
    }
    found |= {f"g {letter}" for letter in GO_KEYS.values()} | set(STEPS.values())
    found |= {key for _name, own, answers in QUESTIONS for key in (own, *answers)} - {""}
    first = {keys.split(" ")[0] for keys in found}
    single = {key.removeprefix("Shift+") for key in first if not key.startswith(("Control", "Alt"))}

    assert len(single) > 20
    # Arrows and Enter are no characters, and digits choose by place.
    letters = {key for key in single if len(key) == 1} - set("123456789")
    assert letters <= {one.key for one in KEYS}


def test_what_is_not_changed_is_not_kept():
    assert chosen_from({}) == {}
    assert chosen_from({"c": "q", "r": "r"}) == {"c": "q"}
    assert chosen_from({"r": "n", "n": "r"}) == {"r": "n", "n": "r"}


@pytest.mark.parametrize("sign", ["7", "ö", "#", "cc"])
def test_what_is_no_single_key_is_refused(sign):
    with pytest.raises(FieldErrors, match="Choose one letter"):
        chosen_from({"c": sign})


@pytest.mark.django_db
def test_two_things_on_one_key_are_refused_in_words(agent):
    answer = browser(agent).post(ADDRESS, {place_of("c"): "r"})

    assert answer.status_code == 422
    words = unescape(answer.content.decode())
    assert "“r” would do two things: “Log a call” and “Reply”." in words
    agent.refresh_from_db()
    assert agent.key_map == {}


@pytest.mark.django_db
def test_own_keys_are_on_every_page_of_every_browser_and_go_away_again(agent):
    page = browser(agent)
    page.post(ADDRESS, {place_of("c"): "q"})

    elsewhere = unescape(browser(agent).get("/").content.decode())
    assert 'data-key-map="{"c": "q"}"' in elsewhere
    assert 'value="q"' in page.get(ADDRESS).content.decode()

    page.post(ADDRESS, {"do": "usual"})
    assert "data-key-map" not in browser(agent).get("/").content.decode()


@pytest.mark.django_db
def test_switched_off_is_off_in_every_browser(agent):
    browser(agent).post(ADDRESS, {"keys": "off"})

    assert 'data-keyboard="off"' in browser(agent).get("/").content.decode()
    browser(agent).post(ADDRESS, {"keys": "on"})
    assert 'data-keyboard="off"' not in browser(agent).get("/").content.decode()
