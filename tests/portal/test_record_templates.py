"""What the record pages show with much to say, with little, and when something goes wrong."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string

from itsm.portal import design

pytestmark = pytest.mark.django_db

#: What every list page is given beside its rows: where it stands and what narrows it.
FRAME = {
    "resource": "tickets",
    "words": "",
    "filter_query": "",
    "list_query": "",
    "state": {"view": ""},
    "views": {"is_counted": True},
    "export_url": "",
}
TICKETS = {"label": "Ticket", "label_plural": "Tickets", "activity": "deliver"}


@pytest.fixture
def draw(rf):
    def draw_(template, **context):
        request = rf.get("/tickets/")
        request.user = AnonymousUser()
        return render_to_string(template, context, request)

    return draw_


@pytest.fixture
def record():
    return SimpleNamespace(
        number="INC-1",
        title="Mail is slow",
        kind_label="Incident",
        state_label="New",
        phase="new",
        priority=None,
        requester=None,
        owner=None,
        event_count=1,
        get_absolute_url="/tickets/INC-1/",
    )


def test_a_record_that_has_only_begun_shows_its_header_and_an_empty_timeline(draw, record):
    html = draw("records/detail.html", record=record, kind=TICKETS)

    assert "<h1>Mail is slow</h1>" in html
    assert "Nothing has happened yet." in html
    assert 'class="strip"' not in html
    assert 'class="composer' not in html


def test_a_reply_and_a_note_are_two_forms_that_name_their_readers(draw, record):
    html = draw(
        "records/detail.html",
        record=record,
        kind=TICKETS,
        reply_form=design.WordsForm(prefix="reply"),
        reply_url="/tickets/INC-1/reply/",
        reply_to="Ana Ruiz",
        note_form=design.WordsForm(prefix="note"),
        note_url="/tickets/INC-1/note/",
    )

    assert 'action="/tickets/INC-1/reply/"' in html
    assert "Send reply to Ana Ruiz" in html
    assert 'action="/tickets/INC-1/note/"' in html
    assert "Internal note. The requester cannot see this." in html


def test_an_action_without_questions_is_a_form_and_one_with_questions_a_link(draw, record):
    resolve, assign = design._offers()[:2]

    html = draw(
        "records/detail.html", record=record, kind=TICKETS, offers=[resolve, assign | {"asks": ()}]
    )

    assert '<a class="btn btn-primary" href="#actions" data-offer="resolve">' in html
    assert '<button class="btn" data-offer="assign">' in html


def test_an_empty_list_says_why_and_offers_one_thing_to_do(draw):
    page = {"items": [], "previous_url": "", "next_url": ""}

    fresh = draw(
        "records/list.html",
        **FRAME,
        kind=TICKETS,
        page=page,
        columns=[],
        create_url="/new/",
    )
    narrowed = draw(
        "records/list.html",
        **FRAME,
        kind=TICKETS,
        page=page,
        columns=[],
        chips=[{"label": "Status: open", "remove_url": "?"}],
        clear_url="?all",
    )

    assert "Tickets: nothing here yet." in fresh
    assert 'href="/new/"' in fresh
    assert "Nothing matches these filters." in narrowed
    assert 'href="?all"' in narrowed


def test_a_sorted_column_says_so_and_every_row_is_headed_by_its_subject(draw):
    records = design._records(design._clocks())

    html = draw(
        "records/list.html",
        **FRAME,
        kind=TICKETS,
        page={"items": records},
        columns=design.COLUMNS,
    )

    assert html.count('aria-sort="ascending"') == 1
    assert html.count('<th class="subject" scope="row"') == len(records)


def test_a_form_with_problems_says_so_in_its_title_and_links_to_each_field(draw, record):
    form = design.WordsForm({"text": ""})

    html = draw(
        "records/transition.html",
        record=record,
        offer={"label": "Resolve", "tone": "primary", "url": "/resolve/"},
        form=form,
    )

    assert "<title>Error: Resolve" in html
    assert "There is a problem" in html
    assert '<a href="#id_text">Text · ' in html


@pytest.mark.parametrize("code", ["400", "403", "404", "409", "429", "500"])
def test_an_error_page_needs_nothing_to_be_drawn(code):
    # The page of a fault is told where its style lies: it may not ask for anything itself.
    told = {"style": "/style.css", "mark": "/mark.svg"} if code == "500" else {}

    html = render_to_string(f"errors/{code}.html", told)

    assert "<h1>" in html
    assert 'data-page="problem"' in html
    for refused in ("forbidden", "invalid", "oops", "please"):
        assert refused not in html.lower()


def test_an_unknown_address_is_answered_with_the_error_page(client):
    answer = client.get("/nothing/here/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_the_requester_shell_has_no_single_letter_keys(draw):
    assert 'data-keyboard="off"' in draw("portal_base.html")
