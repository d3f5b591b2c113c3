"""The ticket page in a real browser: nothing typed is lost, and a reply can be taken back."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.factories import a_ticket
from tickets.models import CannedReply, Macro
from valuechain.records.actions import add_comment
from valuechain.records.models import Attachment, Comment, Draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]
WORDS = "We are bringing a new printer at noon."


@pytest.fixture
def ticket(agent, requester):
    return a_ticket(actor=requester, title="Printer is jammed")


def write(page, words=WORDS):
    """Open the reply by its key and type at once, as a person in a hurry does."""
    page.keyboard.press("r")
    page.keyboard.type(words)


def box(page):
    return page.locator("#id_reply-body")


def test_the_server_keeps_a_draft_and_a_reload_brings_it_back(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url())
    write(page)
    page.get_by_text("Draft saved").wait_for()

    assert Draft.objects.get().body == WORDS
    page.evaluate("sessionStorage.clear()")
    page.reload()

    expect(box(page)).to_have_value(WORDS)
    expect(box(page)).to_be_visible()


def test_a_reload_right_after_typing_loses_nothing(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url())
    write(page)

    page.reload()

    expect(box(page)).to_have_value(WORDS)


def test_a_session_that_ends_while_typing_loses_nothing(as_person, agent, ticket):
    agent.set_password("correct horse battery")
    agent.save()
    page = as_person(agent, ticket.get_absolute_url())
    write(page, "We are bringing ")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.type("a new printer at noon.")
    page.get_by_text("Kept in this tab.").wait_for()

    page.keyboard.press("Control+Enter")
    page.get_by_label("E-mail").wait_for()
    page.get_by_label("E-mail").fill(agent.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ticket.get_absolute_url()}")

    expect(box(page)).to_have_value(WORDS)


def test_an_error_over_there_loses_nothing(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url())
    broken = "<!doctype html><title>Error</title><body data-page=error>Something broke.</body>"
    page.route(
        "**/comment/**",
        lambda route: route.fulfill(status=500, body=broken, content_type="text/html"),
    )
    write(page)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Something broke.").wait_for()
    page.unroute("**/comment/**")

    page.goto(page.url.split("comment/")[0])

    expect(box(page)).to_have_value(WORDS)


def test_a_reply_across_another_shows_it_and_can_be_sent_anyway(
    as_person, audit, agent, lead, ticket
):
    page = as_person(agent, ticket.get_absolute_url())
    write(page)
    add_comment(ticket, body="I have it.", visibility="public", actor=lead, via="html")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Leo Lead replied just now.").wait_for()

    expect(box(page)).to_have_value(WORDS)
    expect(page.get_by_text("I have it.")).to_be_visible()
    assert audit(page) == []
    page.get_by_role("button", name="Send anyway").click()
    page.get_by_text("Not sent yet: nobody else sees it.").wait_for()
    assert Draft.objects.held().get().body == WORDS


def test_a_reply_across_another_can_stay_a_draft(as_person, agent, lead, ticket):
    page = as_person(agent, ticket.get_absolute_url())
    write(page)
    add_comment(ticket, body="I have it.", visibility="public", actor=lead, via="html")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Keep as draft").click()

    page.get_by_text("I have it.").wait_for()
    expect(box(page)).to_have_value(WORDS)
    assert Comment.objects.count() == 1


def test_undo_brings_the_words_back_also_without_scripts(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url(), java_script_enabled=False)
    page.locator("#reply > summary").click()
    box(page).fill(WORDS)
    page.get_by_role("button", name="Send reply to Rita Requester").click()

    page.get_by_role("button", name="Undo").click()

    expect(box(page)).to_have_value(WORDS)
    assert not Comment.objects.exists()


def test_a_reply_leaves_by_itself_and_the_page_shows_it(as_person, agent, ticket):
    agent.undo_seconds = 2
    agent.save()
    page = as_person(agent, ticket.get_absolute_url())
    write(page)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Not sent yet: nobody else sees it.").wait_for()

    # No worker runs here: the page asks again when the seconds are over, and that sends it.
    page.get_by_text("Not sent yet: nobody else sees it.").wait_for(state="detached")

    expect(page.locator(".entry-reply_out").get_by_text(WORDS)).to_be_visible()
    assert Comment.objects.get().body == WORDS
    assert page.complaints == []


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_the_page_is_readable_by_all(as_person, audit, sideways, agent, ticket, scheme, width):
    page = as_person(agent, ticket.get_absolute_url(), scheme=scheme, width=width)
    write(page)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Not sent yet: nobody else sees it.").wait_for()

    assert audit(page) == []
    assert sideways(page) <= 0


def test_the_next_ticket_is_taken_and_answered_from_a_canned_reply_in_nine_keys(
    as_person, agent, ticket
):
    CannedReply.objects.create(title="Paper jam", body="Hi {{ first_name }}, we look at it.")
    page = as_person(agent, "/")
    keys = 0

    def press(*names):
        nonlocal keys
        for name in names:
            page.keyboard.press(name)
            keys += 1

    press("Shift+n")
    page.wait_for_url(f"**{ticket.get_absolute_url()}")
    press("r", ":", ":", "j")
    page.get_by_role("option", name="Paper jam").wait_for()
    press("Enter")
    expect(box(page)).to_have_value("Hi Rita, we look at it.")
    press("Control+Enter")
    page.get_by_text("Not sent yet: nobody else sees it.").wait_for()

    # Shift and Control are keys of their own.
    assert keys + 2 <= 9
    assert Draft.objects.held().get().body == "Hi Rita, we look at it."
    assert page.complaints == []


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_what_is_kept_ready_is_readable_by_all(
    as_person, audit, sideways, agent, desk, ticket, scheme, width
):
    CannedReply.objects.create(title="Paper jam", body="Hi {{ first_name }}, about {{ service }}.")
    Macro.objects.create(title="Fixed by phone", take=True, reply="Done.", step="resolve")
    page = as_person(agent, ticket.get_absolute_url(), scheme=scheme, width=width)
    write(page, "::pap")
    page.get_by_role("option", name="Paper jam").wait_for()
    # Nothing else is to lie half below the bars, where nobody would press it.
    page.locator("#reply").evaluate("form => form.scrollIntoView({block: 'start'})")
    assert audit(page) == []
    assert sideways(page) <= 0

    for path in (
        "/tickets/prepared/",
        "/tickets/prepared/macros/new/",
        f"{ticket.get_absolute_url()}canned/",
        f"{ticket.get_absolute_url()}macros/",
    ):
        page.goto(page.url.split("/tickets")[0] + path)
        assert audit(page) == []
        assert sideways(page) <= 0


PASTES = """(field) => {
  const held = new DataTransfer();
  const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
  held.items.add(new File([bytes], "image.png", { type: "image/png" }));
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_picture_goes_along_and_the_text_names_it(
    as_person, agent, ticket, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    pastes = PASTES % base64.b64encode(drawn.getvalue()).decode()
    page = as_person(agent, ticket.get_absolute_url())
    page.keyboard.press("n")
    page.keyboard.type("It says: ")

    page.locator("#id_note-body").evaluate(pastes)
    page.locator("#id_note-body").evaluate(pastes)

    expect(page.locator("#toasts")).to_contain_text("One file goes with a message")
    words = page.locator("#id_note-body").input_value()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    file = Attachment.objects.get()
    assert words == f"It says: [{file.name}]"
    assert file.content_type == "image/png"
    expect(page.locator(".entry .text").get_by_role("link", name=file.name)).to_have_count(1)


def test_the_letter_of_an_activity_is_drawn_and_not_read_aloud(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url())

    drawn = page.locator(".offer-list :is(a, button):has(.ring)")
    assert drawn.count() > 0
    for offer in drawn.all():
        letter, words = offer.evaluate(
            "one => [one.querySelector('.ring').textContent, one.lastChild.textContent.trim()]"
        )
        assert offer.inner_text().startswith(letter)
        role = "link" if offer.evaluate("one => one.matches('a')") else "button"
        assert page.get_by_role(role, name=words, exact=True).count() == 1, words
