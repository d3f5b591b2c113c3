"""A rating that says "it works" and tells of trouble asks once whether the work shall go on."""

from __future__ import annotations

import pytest

from tests.doors import browser
from tests.factories import at_state, fresh
from valuechain.improve.csat import link_for
from valuechain.improve.models import Feedback
from valuechain.improve.trouble import tells_of_trouble

QUESTION = "Shall we keep it open?"


@pytest.mark.parametrize(
    "words",
    [
        "Works, but it is still slow", "It doesn't print in colour", "It fails now and then",
        "Thanks. The error came back", "Es geht nicht", "Immer noch langsam", "Leider wieder kaputt",
    ],
)  # fmt: skip
def test_trouble_is_heard_in_both_languages(words):
    assert tells_of_trouble(words)


@pytest.mark.parametrize(
    "words",
    ["", "Great, no problems since", "Quick and friendly", "Alles gut, keine Probleme", "Danke!",
     "Without errors now"],
)  # fmt: skip
def test_praise_is_no_trouble(words):
    assert not tells_of_trouble(words)


@pytest.fixture
def resolved(cast):
    return at_state("incident", "resolved", cast)


@pytest.fixture
def rate(cast, resolved):
    link = link_for(resolved, cast.requester)
    visitor = browser()

    def post(**given):
        return visitor.post(link, given).content.decode()

    return post


@pytest.mark.django_db
def test_yes_with_trouble_is_kept_and_asked_about_once(rate, resolved):
    shown = rate(works="yes", score="4", description="It is still slow.")

    assert QUESTION in shown
    assert Feedback.objects.get().score == 4
    assert fresh(resolved).state == "resolved"
    assert QUESTION not in rate(works="yes", score="4", description="It is still slow.")
    assert Feedback.objects.count() == 1


@pytest.mark.django_db
def test_keeping_it_open_opens_it_with_the_persons_words(rate, resolved):
    rate(works="yes", score="4", description="It is still slow.")

    shown = rate(do="keep")

    assert "We go on with it" in shown
    assert fresh(resolved).state == "in_progress"
    event = fresh(resolved).events.get(verb="incident.reopen")
    assert "It is still slow." in str(event.data)
    assert "Thank you" in rate(do="keep")
    assert fresh(resolved).events.filter(verb="incident.reopen").count() == 1


@pytest.mark.django_db
def test_leaving_it_solved_changes_nothing(rate, resolved):
    rate(works="yes", score="4", description="It is still slow.")

    assert "Thank you" in rate(do="leave")
    assert fresh(resolved).state == "resolved"


@pytest.mark.django_db
def test_not_yet_needs_words_and_goes_on_at_once(rate, resolved):
    assert "Say what does not work yet" in rate(works="no", score="2")
    assert fresh(resolved).state == "resolved"

    assert "We go on with it" in rate(works="no", score="2", description="The tray jams.")
    assert fresh(resolved).state == "in_progress"


@pytest.mark.django_db
def test_yes_without_trouble_is_only_thanked_for(rate, resolved):
    assert QUESTION not in rate(works="yes", score="5", description="Quick and friendly.")
    assert fresh(resolved).state == "resolved"


@pytest.mark.django_db
def test_what_is_closed_for_good_is_not_asked_about(cast):
    closed = at_state("incident", "closed", cast)
    link = link_for(closed, cast.requester)

    assert "Is it working now?" not in browser().get(link).content.decode()
    shown = browser().post(link, {"score": "3", "description": "It is still slow."})

    assert QUESTION not in shown.content.decode()
