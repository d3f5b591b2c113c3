"""Replaying an event log: the same doors, the right times, and twice is once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from itsm.accounts.models import Membership, Team, User
from tests.tickets.event_log import LIFE, a_file, a_line
from tickets.imports import replay
from tickets.models import Incident
from valuechain.records.models import Event, Link, Record
from valuechain.records.signals import recorded

Import = Callable[..., str]


@pytest.fixture
def run(db: None, tmp_path: Path) -> Import:
    def run_import(*lines: str, **options: Any) -> str:
        out = StringIO()
        call_command(
            "import_incidents", a_file(tmp_path, *lines), stdout=out, stderr=StringIO(),
            **{"time_zone": "UTC", **options},
        )  # fmt: skip
        return out.getvalue()

    return run_import


def rows_of_all_tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def verbs(ticket: Record) -> list[str]:
    return list(ticket.events.order_by("sequence").values_list("verb", flat=True))


def march(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2016, 3, day, hour, minute, tzinfo=UTC)


def test_a_whole_life_is_replayed_at_the_times_it_happened(run: Import) -> None:
    run(*LIFE)

    ticket = Incident.objects.get(external_id="INC0000001")
    moves = ticket.events.filter(verb__startswith="incident.").order_by("sequence")
    assert list(moves.values_list("verb", "to_state", "at")) == [
        ("incident.opened", "new", march(1, 9)),
        ("incident.assign", "assigned", march(1, 10)),
        ("incident.start", "in_progress", march(1, 10)),
        ("incident.wait_for_customer", "waiting_customer", march(1, 11)),
        ("incident.resume", "in_progress", march(2, 8)),
        ("incident.resolve", "resolved", march(2, 12)),
        ("incident.reopen", "in_progress", march(9, 12)),
        ("incident.resolve", "resolved", march(10, 12)),
        ("incident.close", "closed", march(15, 12)),
    ]
    assert ticket.received_at == ticket.opened_at == march(1, 9)
    assert ticket.closed_at == march(15, 12)
    assert ticket.reopened_count == 1
    assert ticket.channel == "phone"
    assert ticket.requester.name == "Caller 7"
    assert ticket.team.external_id == "Group 57"
    assert ticket.owner.name == "Resolver 3"
    assert not Event.objects.filter(recorded_at__lt=march(31, 0)).exists()


def test_each_update_is_done_by_the_person_it_names(run: Import) -> None:
    run(*LIFE)

    ticket = Incident.objects.get(external_id="INC0000001")
    by = dict(ticket.events.filter(verb__startswith="incident.").values_list("verb", "actor__name"))
    assert by["incident.opened"] == "Opened by 8"
    assert by["incident.start"] == "Updated by 21"
    assert by["incident.resolve"] == "Resolved by 149"
    assert set(ticket.events.values_list("via", flat=True)) == {"command"}


def test_people_and_groups_are_made_once_and_cannot_sign_in(run: Import) -> None:
    run(*LIFE)

    assert Team.objects.filter(external_source="servicenow").count() == 2
    assert User.objects.get(name="Caller 7").email is None
    assert not any(person.has_usable_password() for person in User.objects.all())
    assert User.objects.get(name="Caller 7").access.is_staff is False
    assert Membership.objects.filter(user__name="Resolver 3", team__name="Group 57").exists()


def test_problems_and_changes_it_names_are_opened_once_and_linked(run: Import) -> None:
    other = a_line(number="INC0000002", problem_id="Problem ID 2", caused_by="CHG0000047")

    run(*LIFE, other)

    assert sorted(
        Link.objects.exclude(kind="evidence_for").values_list(
            "source__external_id", "kind", "target__external_id"
        )
    ) == [
        ("INC0000001", "caused_by", "Problem ID 2"),
        ("INC0000001", "relates_to", "CHG0000047"),
        ("INC0000002", "caused_by", "CHG0000047"),
        ("INC0000002", "caused_by", "Problem ID 2"),
    ]
    assert Record.objects.filter(kind__in=("problem", "change")).count() == 2


def test_a_priority_that_the_matrix_does_not_give_is_an_override_with_its_reason(
    run: Import,
) -> None:
    run(a_line(impact="3 - Low", urgency="2 - Medium", priority="4 - Low"))

    ticket = Incident.objects.get()
    assert ticket.priority == 4
    assert ticket.priority_override == "The source gave it 4 - Low."


def test_a_new_impact_moves_the_priority_along(run: Import) -> None:
    run(
        a_line(),
        a_line(sys_mod_count="1", impact="1 - High", priority="2 - High",
               sys_updated_at="01-03-2016 09:30"),
    )  # fmt: skip

    ticket = Incident.objects.get()
    assert (ticket.impact, ticket.priority, ticket.priority_override) == (2, 2, "")


def test_an_update_dated_before_the_one_it_follows_happens_with_it(run: Import) -> None:
    report = run(
        a_line(sys_updated_at="01-03-2016 12:00", incident_state="Active"),
        a_line(sys_mod_count="1", incident_state="Resolved", sys_updated_at="01-03-2016 11:00"),
    )

    ticket = Incident.objects.get()
    assert ticket.resolved_at == march(1, 12)
    assert "updates dated before the update they follow" in report


def test_what_our_machine_cannot_do_is_counted_and_the_rest_goes_on(run: Import) -> None:
    report = run(
        a_line(incident_state="Active"),
        a_line(sys_mod_count="1", incident_state="New", sys_updated_at="01-03-2016 10:00"),
        a_line(sys_mod_count="2", incident_state="Resolved", sys_updated_at="01-03-2016 11:00"),
    )

    assert Incident.objects.get().state == "resolved"
    assert "New after in_progress: kept as it was" in report


def test_a_rule_that_says_no_refuses_its_row_and_no_other(run: Import) -> None:
    late = (
        a_line(incident_state="Resolved"),
        a_line(sys_mod_count="1", incident_state="Active", sys_updated_at="01-06-2016 10:00"),
        a_line(sys_mod_count="2", incident_state="Closed", sys_updated_at="02-06-2016 10:00"),
    )

    report = run(*late, a_line(number="INC0000002"))

    assert "line 3, column incident_state: This was resolved more than 14 days ago" in report
    assert Incident.objects.get(external_id="INC0000001").state == "closed"
    assert Incident.objects.filter(external_id="INC0000002").exists()


def test_a_broken_row_is_reported_and_the_incident_goes_on_without_it(run: Import) -> None:
    report = run(*LIFE[:3], LIFE[3].replace("02-03-2016 08:00", "yesterday"), *LIFE[4:])

    assert "line 5, column sys_updated_at: “yesterday” is not a date" in report
    assert Incident.objects.get().state == "closed"


def test_an_incident_without_one_readable_row_is_left_out(run: Import) -> None:
    report = run(a_line(number="INC0000002", opened_at="?"), a_line())

    assert "line 2, column opened_at" in report
    assert Incident.objects.get().external_id == "INC0000001"


def test_a_second_run_changes_no_table_and_ends_with_the_same_numbers(run: Import) -> None:
    lines = (*LIFE, a_line(number="INC0000002", problem_id="Problem ID 2"))
    first = run(*lines)
    before = rows_of_all_tables()

    second = run(*lines)

    assert rows_of_all_tables() == before
    assert _totals(second) == _totals(first)
    assert "unchanged" in second


def test_our_clocks_are_set_beside_the_verdicts_of_the_source(run: Import) -> None:
    quick = (
        a_line(number="INC0000002"),
        a_line(number="INC0000002", sys_mod_count="1", incident_state="Resolved",
               sys_updated_at="01-03-2016 10:00"),
    )  # fmt: skip

    slow = (
        a_line(number="INC0000003", made_sla="FALSE"),
        a_line(number="INC0000003", sys_mod_count="1", incident_state="Resolved",
               sys_updated_at="21-03-2016 10:00", made_sla="FALSE"),
    )  # fmt: skip

    report = run(*quick, *slow)

    table = report.partition("our resolution clocks (columns)")[2].splitlines()
    assert table[1].split() == ["breached", "met"]
    assert table[2].split() == ["TRUE", "0", "1"]
    assert table[3].split() == ["FALSE", "1", "0"]
    assert "2 of 2 agree" in report


def test_a_longer_log_takes_an_incident_further(run: Import) -> None:
    run(*LIFE[:4])
    assert Incident.objects.get().state == "in_progress"

    report = run(*LIFE)

    ticket = Incident.objects.get()
    assert ticket.state == "closed"
    assert verbs(ticket).count("incident.start") == 1
    assert "continued" in report


def test_stopped_halfway_and_run_again_it_ends_the_same(run: Import) -> None:
    numbers = [f"INC000000{n}" for n in range(1, 6)]
    lines = [line.replace("INC0000001", number) for number in numbers for line in LIFE]
    seen = []

    def pull_the_plug(**_kwargs: Any) -> None:
        seen.append(1)
        if len(seen) == 40:
            raise KeyboardInterrupt

    recorded.connect(pull_the_plug)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(*lines)
    finally:
        recorded.disconnect(pull_the_plug)
    whole = {verb for ticket in Incident.objects.all() for verb in verbs(ticket)[-1:]}
    assert whole == {replay.REPLAYED}, "an incident is there to its end, or not at all"
    assert Incident.objects.count() == 2

    run(*lines)

    assert set(Incident.objects.values_list("state", flat=True)) == {"closed"}
    lives = {tuple(verbs(ticket)) for ticket in Incident.objects.all()}
    assert len(lives) == 1


def test_a_trial_says_what_it_would_do_and_writes_nothing(run: Import) -> None:
    before = rows_of_all_tables()

    report = run(*LIFE, dry_run=True)

    assert "opened" in report
    assert "nothing was written" in report
    assert rows_of_all_tables() == before


def test_a_waiting_incident_returns_on_a_date_of_its_own(run: Import) -> None:
    run(*LIFE[:3])

    ticket = Incident.objects.get()
    assert ticket.waiting_reason == "Awaiting User Info"
    assert ticket.follow_up_at == march(1, 11) + timedelta(days=14)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no,such,columns\n1,2,3\n", "Missing: number"), (b"\xff\xfe\x00", "not a CSV file")],
)
def test_a_file_that_is_no_log_changes_nothing(
    db: None, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=said):
        call_command("import_incidents", path)

    assert not User.objects.exists()


def test_a_file_or_a_zone_that_does_not_exist_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_incidents", tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="There is no time zone Mars/Base"):
        call_command("import_incidents", a_file(tmp_path), time_zone="Mars/Base")


def _totals(report: str) -> str:
    return report.partition("In the database")[2].partition("\n\n")[0]
