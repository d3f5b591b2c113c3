"""The page of all components, and what each page owes its readers before a browser looks at it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from itsm.branding.reading import look

STATIC = Path(settings.BASE_DIR) / "static"


@pytest.fixture
def page(client):
    response = client.get("/design/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_the_design_page_needs_no_database(client, django_assert_num_queries):
    look()  # each process keeps how the house looks
    with django_assert_num_queries(0):
        response = client.get("/design/")

    assert response.status_code == 200


@pytest.mark.django_db
def test_every_badge_and_clock_says_its_meaning_in_words(page):
    found = re.findall(r'<span class="(?:bdg|sla)[^"]*"[^>]*>(.*?)</span>', page, re.DOTALL)

    assert len(found) > 30
    for inside in found:
        assert re.sub(r"<[^>]+>", "", inside).strip()


@pytest.mark.django_db
def test_no_page_part_needs_an_exception_from_the_content_security_policy(page):
    assert not re.search(r'\sstyle="', page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "hx-on" not in page
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)


@pytest.mark.django_db
def test_the_strip_reads_in_the_order_of_the_visits_and_numbers_them(page):
    start = page.index('<ol class="strip"')
    strip = page[start : page.index("</ol>", start)]

    names = re.findall(r'class="station-name">([^<]+)', strip)
    assert names[:4] == ["Engage", "Deliver &amp; support", "Obtain &amp; build", "Improve"]
    assert "</span>1, 3</span>" in strip
    assert strip.count('aria-current="step"') == 1


@pytest.mark.django_db
def test_a_refused_action_is_shown_with_its_reason_and_what_is_missing(page):
    assert re.search(r'<button[^>]*aria-disabled="true"[^>]*data-refused="close"', page)
    assert "A ticket closes when nothing open hangs below it." in page
    assert "INC-10482" in page


@pytest.mark.django_db
def test_every_icon_drawn_is_in_the_sprite(page):
    sprite = Path(finders.find("img/icons.svg")).read_text(encoding="utf-8")

    drawn = set(re.findall(r"icons\.svg#([\w-]+)", page))
    assert drawn
    assert drawn <= set(re.findall(r'symbol id="([\w-]+)"', sprite))


def test_every_icon_named_in_a_template_is_in_the_sprite():
    sprite = (STATIC / "img/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'symbol id="([\w-]+)"', sprite))

    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        named = re.findall(r'{% icon "([\w-]+)" %}', template.read_text(encoding="utf-8"))
        assert set(named) <= known, template


def test_every_script_stays_small_enough_to_read_at_once():
    for script in (STATIC / "js").glob("*.js"):
        assert len(script.read_text(encoding="utf-8").splitlines()) <= 170, script


def test_every_component_and_base_says_what_it_expects():
    templates = Path(settings.BASE_DIR) / "templates"
    for template in [*(templates / "components").glob("*.html"), *templates.glob("*.html")]:
        text = template.read_text(encoding="utf-8")
        assert text.find("{% comment %}") in range(60), template
        assert "Context:" in text, template


@pytest.mark.django_db
@pytest.mark.parametrize("choice", [("theme", "dark"), ("density", "compact"), ("nav", "narrow")])
def test_a_choice_of_appearance_is_in_the_first_paint_of_the_next_page(client, choice):
    name, value = choice

    answer = client.post("/appearance/", {name: value, "next": "/design/"})

    assert answer["Location"] == "/design/"
    assert f'data-{name}="{value}"' in client.get("/design/").content.decode()


@pytest.mark.django_db
def test_a_choice_of_appearance_never_leads_to_another_site(client):
    answer = client.post("/appearance/", {"theme": "dark", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_a_choice_that_does_not_exist_is_not_kept(client):
    client.post("/appearance/", {"theme": '"><b>', "next": "/design/"})

    assert "theme" not in client.cookies
