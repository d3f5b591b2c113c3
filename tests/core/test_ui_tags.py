"""The words pages are written in."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import engines

from itsm.core import markdown, wording
from itsm.core.templatetags import ui

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def draw(source, **context):
    return engines["django"].from_string(source).render(context)


def clock(state, remaining_s, **more):
    facts = {"metric_label": "Resolution", "due_at": NOON, "risk_s": 3600, "is_open_now": True}
    return {"state": state, "remaining_s": remaining_s} | facts | more


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-5), "5 min ago"),
        (timedelta(hours=-3, minutes=-40), "3 h ago"),
        (timedelta(hours=2), "in 2 h"),
        (timedelta(days=-6), "6 d ago"),
        (timedelta(days=-9), "14 Nov 2026, 12:00"),
    ],
)
def test_a_moment_is_said_relative_within_seven_days(away, said):
    assert wording.relative(NOON + away, now=NOON) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(1080, "0:18"), (21900, "6:05"), (184800, "2d 03:20"), (-2520, "0:42")]
)
def test_a_clock_shows_hours_and_minutes_and_days_in_front(seconds, said):
    assert wording.clock_span(seconds) == said


def test_a_span_is_spoken_in_full_words():
    assert wording.spoken_span(21900) == "6 hours 5 minutes"
    assert wording.spoken_span(0) == "0 minutes"


@pytest.mark.parametrize(
    ("facts", "face", "words"),
    [
        (clock("running", 21900), "run", "6:05 left"),
        (clock("running", 1080), "risk", "0:18 left"),
        (clock("running", -2520), "late", "0:42 late"),
        (clock("breached", -2520), "late", "0:42 late"),
        (clock("breached", -720, finished_at=NOON), "missed", "Missed by 0:12"),
        (clock("paused", 4200), "hold", "Paused, 1:10 left"),
        (clock("paused", -4200), "hold", "Paused, 1:10 late"),
        (clock("met", 1860, finished_at=NOON), "met", "Met, 0:31 early"),
        (clock("idle", 0), "idle", "Not started"),
    ],
)
def test_a_clock_shows_shape_word_and_time(facts, face, words):
    drawn = ui.clock_badge(facts)

    assert f'data-s="{face}"' in drawn
    assert words in drawn
    assert f"#{ui.CLOCKS[face].icon}" in drawn


def test_only_a_clock_that_can_tick_carries_what_ticking_needs():
    running = ui.clock_badge(clock("running", 4980, is_open_now=False, next_change_at=NOON))
    paused = ui.clock_badge(clock("paused", 4980))

    assert 'data-rem="4980"' in running
    assert 'data-run="0"' in running
    assert f'data-next="{NOON.isoformat()}"' in running
    assert "data-rem" not in paused


def test_a_state_shows_its_own_label_with_the_shape_of_its_phase():
    drawn = ui.state_badge({"state_label": "Waiting for approval", "phase": "waiting"})

    assert "Waiting for approval" in drawn
    assert "#bars" in drawn


def test_words_of_people_are_escaped_everywhere():
    evil = "<script>x</script>"

    for drawn in (
        ui.badge(evil),
        ui.person({"name": evil}),
        ui.state_badge({"state_label": evil, "phase": "open"}),
        ui.clock_badge(clock("running", 10, metric_label=evil)),
    ):
        assert "<script>" not in drawn


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![x](https://elsewhere.example/track.gif)",
        '<img src=x onerror="alert(1)">',
        "[a](data:text/html;base64,PHN=)",
        '<a href="#" onclick="x">a</a>',
    ],
)
def test_markdown_lets_nothing_active_through(text):
    html = markdown.to_html(text)

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert '<a href="#" onclick' not in html


def test_markdown_shows_headings_as_strong_lines_and_addresses_as_links():
    html = markdown.to_html("# Cause\nSee https://kb.example/a?b=1&c=2, or `https://code.example`.")

    assert "<h1" not in html
    assert "<strong>Cause</strong>" in html
    assert html.count("<a ") == 1
    assert 'href="https://kb.example/a?b=1&amp;c=2"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


SHOT = markdown.NamedFile("shot_1.png", "/files/1/", "/files/1/small/")
PLAN = markdown.NamedFile("plan [2].pdf", "/files/2/")


def test_a_text_shows_the_files_that_came_with_it_where_it_names_them():
    html = markdown.to_html("See [shot_1.png] and [plan [2].pdf], not [other.png].", (SHOT, PLAN))

    drawn = '<a class="picture" href="/files/1/"><img src="/files/1/small/" alt="shot_1.png"'
    assert f"See {drawn}" in html
    assert '<a href="/files/2/">[plan [2].pdf]</a>' in html
    assert "not [other.png]" in html


@pytest.mark.parametrize(
    "text",
    [
        "`[shot_1.png]`",
        "[[shot_1.png]](https://elsewhere.example)",
        '[a](https://elsewhere.example "[shot_1.png]")',
        "https://elsewhere.example/[shot_1.png]",
        "\ue0000\ue001",
    ],
)
def test_code_links_and_their_titles_show_no_file(text):
    assert "<img" not in markdown.to_html(text, (SHOT,))


def test_the_name_of_a_file_is_never_read_as_html():
    evil = markdown.NamedFile('"><script>.png', "/files/1/", "/files/1/small/")

    html = markdown.to_html("[" + evil.name + "]", (evil,))

    assert "<img" in html
    assert "<script" not in html


class Form(forms.Form):
    """A form with a hint and a field that may be left empty."""

    subject = forms.CharField(label="Subject", help_text="One line.")
    place = forms.CharField(label="Place", required=False)


def test_a_field_with_an_error_is_wired_to_its_hint_and_its_error():
    form = Form({"subject": ""})

    drawn = draw("{% field form.subject %}", form=form)

    assert 'aria-describedby="id_subject-hint id_subject-error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_subject-error"' in drawn
    assert "Error:" in drawn


def test_only_a_field_that_may_stay_empty_is_marked():
    form = Form()

    assert "(optional)" not in draw("{% field form.subject %}", form=form)
    assert "(optional)" in draw("{% field form.place %}", form=form)


def test_a_record_without_visits_still_shows_six_stations():
    stations = [{"activity": name, "visits": []} for name in ui.ACTIVITIES]

    drawn = draw("{% strip stations %}", stations=stations)

    assert drawn.count('<li class="station') == 6
    assert "<path" not in drawn


def test_the_apps_names_of_activities_are_understood():
    assert "Design &amp; transition" in ui.activity_badge("design_transition")
    assert "act-build" in ui.activity_ring("obtain_build")


def test_initials_come_from_the_first_and_the_last_name():
    assert ui.initials("Ana Maria Ruiz") == "AR"
    assert ui.initials("Prince") == "P"
    assert ui.initials("") == ""
