"""What an event keeps as text is told as people read it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from itsm.accounts.actions import issue_token
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment
from valuechain.records.telling import said_value


@pytest.mark.parametrize(
    ("kind", "field", "kept", "said"),
    [
        ("change", "window_start", "2026-11-12T19:00:00Z", "12 Nov 2026, 20:00"),
        ("change", "window_start", "2026-11-12T19:00:00+00:00", "12 Nov 2026, 20:00"),
        ("change", "window_start", "soon", "soon"),
        ("change", "title", "2026-11-12", "2026-11-12"),
        ("change", "verdict", "2026-11-12", "2026-11-12"),
        ("component", "needed_at", "2026-11-12", "12 Nov 2026"),
        ("objective", "baseline", "48.00", "48"),
        ("objective", "baseline", "4.50", "4.50"),
        ("budget", "amount", "480000.00", "480,000.00"),
        ("feedback", "wants_call", False, "No"),
        ("feedback", "wants_call", True, "Yes"),
        ("budget", "amount", None, None),
        ("budget", "amount", "", ""),
    ],
)
def test_a_value_is_told_as_people_read_it(kind, field, kept, said):
    with timezone.override("Europe/Vienna"):
        assert said_value(kinds[kind].model(kind=kind), field, kept) == said


@pytest.mark.django_db
def test_the_timeline_names_the_program_that_came_by_the_api(cast):
    _token, spelled = issue_token(
        user=cast.agent, name="monitoring-prod", scopes=["all"], actor=cast.admin
    )
    outside = {"Authorization": f"Bearer {spelled}"}
    made = browser().post("/api/v1/tickets/", {"kind": "incident", "title": "The disk is full"},
                          "application/json", headers=outside).json()  # fmt: skip

    address = f"/api/v1/tickets/{made['number']}/"
    for visibility in ("public", "internal"):
        said = browser().post(f"{address}comments/", {"body": "88 % now", "visibility": visibility},
                              "application/json", headers=outside).json()  # fmt: skip
        assert (said["via"], said["program"]) == ("api", "monitoring-prod")

    shown = browser(cast.agent).get(f"/tickets/{made['number']}/").content.decode()

    # Opened, replied and noted.
    assert shown.count("by monitoring-prod via API") == 3
    # What was written before the name was kept with it has it from the trail.
    Comment.objects.update(program="")
    with connection.cursor() as cursor:
        cursor.execute(
            import_module("valuechain.records.migrations.0012_program_of_a_comment").BACKFILL
        )
    assert set(Comment.objects.values_list("program", flat=True)) == {"monitoring-prod"}
    assert f'<link rel="alternate" type="application/json" href="{address}">' in shown
    assert f'data-copy="http://testserver{address}"' in shown


@pytest.mark.django_db
def test_a_person_who_uses_the_api_in_their_browser_is_no_program(cast):
    ticket = a_ticket(actor=cast.requester, team=cast.desk)

    said = browser(cast.agent).post(
        f"/api/v1/tickets/{ticket.number}/comments/", {"body": "Seen."}, "application/json"
    ).json()  # fmt: skip

    assert (said["via"], said["program"]) == ("api", "")
