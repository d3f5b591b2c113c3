"""The name, the logo and the colour of the house: who sets them, what is refused, where they are seen."""

from __future__ import annotations

import io
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from PIL import Image, PngImagePlugin

from itsm.branding import reading
from itsm.branding.accents import NEEDED, accent_in, nearest
from itsm.core.colours import DARK, LIGHT, contrast, hexadecimal, shade_of, tokens
from itsm.core.rest.problems import server_error
from itsm.notifications.delivering import deliver
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records.actions import add_comment

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/branding/"


@pytest.fixture(autouse=True)
def nothing_kept():
    """The look is kept per process; what a test chose must not reach the next."""
    reading.forget()
    yield
    reading.forget()


@pytest.fixture
def page(cast):
    return browser(cast.admin)


def picture(size=(400, 100), kind="PNG", **options):
    out = io.BytesIO()
    Image.new("RGB", size, "#0b5d6b").save(out, kind, **options)
    return out.getvalue()


def said(ticket, body, actor):
    add_comment(ticket, body=body, visibility="public", actor=actor, via="html")


def upload(content, name="logo.png"):
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_black_on_white_has_the_contrast_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert hexadecimal(shade_of("#0b5d6b")) == "#0b5d6b"


def test_the_programs_own_colours_pass_what_is_asked_of_others():
    for theme in (LIGHT, DARK):
        assert accent_in(theme, tokens(theme)["accent"]).reached >= NEEDED


@pytest.mark.parametrize(
    "colour", ["#ffd400", "#ff0000", "#00ff88", "#777777", "#123456", "#ffffff"]
)
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_colour_has_a_near_shade_that_can_be_read(theme, colour):
    assert nearest(theme, colour).reached >= NEEDED


def test_only_administrators_choose_the_look(cast, page):
    assert page.get(ADDRESS).status_code == 200
    for person in (cast.agent, cast.requester):
        assert browser(person).get(ADDRESS).status_code == 404
        assert browser(person).post(ADDRESS, {"name": "Mine"}).status_code == 404


def test_the_name_is_on_the_pages_of_staff_in_the_portal_and_at_the_door(cast, page, client):
    page.post(ADDRESS, {"name": "Harbour Help"})

    for reader, address in ((cast.agent, "/"), (cast.requester, "/portal/"), (None, "/login/")):
        text = browser(reader).get(address).content.decode()
        assert "<span>Harbour Help</span>" in text
        assert re.search(r"<title>[^<]* · Harbour Help</title>", text)
        assert "Throughline" not in text


def test_a_pale_colour_is_refused_with_the_contrast_it_reaches_and_one_that_would_do(page):
    answer = page.post(ADDRESS, {"name": "Harbour", "accent": "#ffd400"})

    assert answer.status_code == 422
    reached = accent_in(LIGHT, "#ffd400").ratio
    words = answer.content.decode()
    assert f"In the light theme this colour reaches a contrast of {reached}" in words
    assert "4.5:1 is needed" in words
    offered = re.search(r"(#[0-9a-f]{6}) would do", words)[1]
    assert page.post(ADDRESS, {"accent": offered}).status_code == 302


def test_a_dark_colour_is_refused_for_the_dark_theme(page):
    answer = page.post(ADDRESS, {"accent": "#0b5d6b", "accent_dark": "#0b5d6b"})

    assert answer.status_code == 422
    assert "In the dark theme this colour reaches a contrast of" in answer.content.decode()


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "url(x)", "#fff}*{"])
def test_what_is_no_colour_never_reaches_a_stylesheet(page, colour):
    answer = page.post(ADDRESS, {"accent": colour[:7]})

    assert answer.status_code == 422
    assert "Write the colour as # and six digits" in answer.content.decode()


def test_the_colour_comes_in_a_small_stylesheet_named_by_its_content(cast, page, client):
    page.post(ADDRESS, {"accent": "#7a1fa2"})
    text = browser(cast.requester).get("/portal/").content.decode()
    address = re.search(r'href="(/brand/[0-9a-f]+\.css)"', text)[1]

    answer = client.get(address)

    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    rules = answer.content.decode()
    assert "--accent: light-dark(#7a1fa2, " in rules
    dark = re.search(r"--accent: light-dark\(#7a1fa2, (#[0-9a-f]{6})\)", rules)[1]
    assert accent_in(DARK, dark).reached >= NEEDED
    assert " style=" not in text
    page.post(ADDRESS, {"accent": "#0b5d6b"})
    assert "immutable" not in client.get(address)["Cache-Control"]
    page.post(ADDRESS, {"accent": ""})
    none = client.get(address)
    assert (none.status_code, none.content, none["Cache-Control"]) == (200, b"", "no-store")


def test_a_logo_is_drawn_anew_and_served_as_nothing_but_a_picture(cast, page, client):
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "<script>alert(1)</script>")
    sent = picture((2000, 400), pnginfo=words) + b"<script>alert(2)</script>"

    assert page.post(ADDRESS, {"name": "Harbour", "logo": upload(sent)}).status_code == 302

    text = browser(cast.requester).get("/portal/").content.decode()
    tag = re.search(r'<img class="brand-logo"[^>]*>', text)[0]
    assert 'alt="Harbour"' in tag
    answer = client.get(re.search(r'src="([^"]+)"', tag)[1])
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"script" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert drawn.size == (480, 96)

    page.post(ADDRESS, {"drops_logo": "on"})
    assert "brand-logo" not in browser(cast.requester).get("/portal/").content.decode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Choose a PNG, JPEG or WebP"),
        (b"\x89PNG\r\n\x1a\n" + b"not a picture at all", "The picture cannot be read."),
        (picture((5000, 1000)), "The picture has 5000 × 1000 pixels."),  # noqa: RUF001 - the sign
        (b"\x89PNG\r\n\x1a\n" + bytes(600 * 1024), "The file is larger than 512 KB."),
    ],
)
def test_what_is_no_bearable_picture_is_refused(page, content, reason):
    answer = page.post(ADDRESS, {"name": "Harbour", "logo": upload(content)})

    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_mails_carry_the_name_and_the_logo(cast, page):
    page.post(ADDRESS, {"name": "Harbour Help", "accent": "#7a1fa2"})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    said(ticket, "It works again.", cast.agent)

    deliver()

    sent = [one for one in mail.outbox if cast.requester.email in one.to]
    html = sent[-1].alternatives[0][0]
    assert "Harbour Help" in html
    assert 'bgcolor="#7a1fa2"' in html
    page.post(ADDRESS, {"name": "Harbour Help", "logo": upload(picture())})
    said(ticket, "And once more.", cast.agent)
    deliver()
    html = [one for one in mail.outbox if cast.requester.email in one.to][-1].alternatives[0][0]
    assert re.search(r'<img src="http://[^"]+/brand/[0-9a-f]+\.png"[^>]*alt="Harbour Help"', html)


def test_the_desk_is_reached_from_every_page_of_the_portal_and_where_the_portal_fails(cast, page):
    page.post(ADDRESS, {"phone": " +43 1  555 0100", "email": "desk@example.org"})

    portal = browser(cast.requester).get("/portal/").text
    # Nothing but what this process read before is at hand once the database is gone.
    with CaptureQueriesContext(connection) as asked:
        fault = server_error(RequestFactory().get("/portal/")).content.decode()

    assert not asked.captured_queries
    for text in (portal, fault):
        assert '<a href="tel:+4315550100">+43 1 555 0100</a>' in text
        assert '<a href="mailto:desk@example.org">desk@example.org</a>' in text


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("phone", "ask Bob", "Write the number as it is dialled"),
        ("phone", "+43 1; rm", "Write the number as it is dialled"),
        ("email", "desk", "Write a whole address"),
        ("email", "desk@example.org?cc=all@example.org", "Write a whole address"),
    ],
)
def test_what_reaches_nobody_is_refused(page, field, value, reason):
    answer = page.post(ADDRESS, {field: value})

    assert answer.status_code == 422
    assert reason in answer.text


def test_nothing_is_said_of_a_desk_that_nobody_described(cast):
    assert "Service desk:" not in browser(cast.requester).get("/portal/").text
    assert "reach the service desk" not in server_error(RequestFactory().get("/")).content.decode()
