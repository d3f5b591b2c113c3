"""Reports by mail: at their hour, once, as their reader sees them, until somebody ends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from itsm.portal.models import ReportSchedule
from itsm.portal.reports import mailing
from tests.doors import browser
from tests.factories import a_ticket

pytestmark = pytest.mark.django_db
ADDRESS = "/reports/volume/mail/"
USUAL = {"every": "month", "span": "so_far", "at": "07:00", "time_zone": "Europe/Vienna"}


def scheduled(person, actor=None, **given):
    return mailing.schedule_report(
        {"report": "volume", **USUAL, "person": person, **given}, actor=actor or person
    )


def test_it_is_set_up_on_the_page_and_shown_there(cast, lead):
    page = browser(lead)

    answer = page.post(ADDRESS, {**USUAL, "person": lead.email, "service": ""}, follow=True)

    shown = answer.content.decode()
    assert "It is mailed from now on." in shown
    assert "On the first of each month, 07:00 (Europe/Vienna)" in shown
    assert ReportSchedule.objects.get().person == lead


def test_requesters_have_none_and_are_mailed_none(cast, lead):
    assert browser(cast.requester).get(ADDRESS).url == "/portal/"
    answer = browser(lead).post(ADDRESS, {**USUAL, "person": cast.requester.email})

    assert answer.status_code == 422
    assert "Name somebody who works here" in answer.content.decode()


def test_the_same_twice_is_refused(cast, lead):
    scheduled(lead)
    answer = browser(lead).post(ADDRESS, {**USUAL, "person": lead.email})

    assert answer.status_code == 422
    assert "They are mailed this report already." in answer.content.decode()


@pytest.mark.parametrize(
    ("every", "now", "expected"),
    [
        # A Monday at nine in UTC: today's hour is over, the next Monday is meant.
        ("week", "2026-03-02T09:00", "2026-03-09T07:00"),
        ("week", "2026-03-02T05:00", "2026-03-02T07:00"),
        ("month", "2026-03-02T09:00", "2026-04-01T07:00"),
        # The clocks of Vienna go forward in between: the hour on the wall stays.
        ("week", "2026-03-25T09:00", "2026-03-30T07:00"),
    ],
)
def test_the_next_time_is_an_hour_on_the_readers_wall(every, now, expected):
    schedule = ReportSchedule(every=every, at="07:00", time_zone="Europe/Vienna")

    at = mailing.following(schedule, datetime.fromisoformat(now).replace(tzinfo=UTC))

    local = at.astimezone(ZoneInfo("Europe/Vienna"))
    assert local.strftime("%Y-%m-%dT%H:%M") == expected


def test_it_goes_out_at_its_hour_once_and_then_again_the_next_time(cast, lead, frozen, mailoutbox):
    schedule = scheduled(lead, every="week")
    assert mailing.deliver_due() == 0

    frozen.move_to(schedule.due_at + timedelta(minutes=3))
    assert mailing.deliver_due() == 1
    assert mailing.deliver_due() == 0

    (mail,) = mailoutbox
    assert mail.to == [lead.email]
    assert mail.attachments[0][0].startswith("volume-2026-03")
    schedule.refresh_from_db()
    assert schedule.due_at == datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
    frozen.move_to(schedule.due_at + timedelta(days=40))
    assert mailing.deliver_due() == 1  # what was missed meanwhile is not sent in a heap
    assert mailing.deliver_due() == 0


def test_it_shows_what_its_reader_sees_and_not_what_its_maker_sees(
    cast, lead, outsider, frozen, mailoutbox
):
    for _n in range(3):
        a_ticket(actor=cast.agent, requester=cast.requester)
    seen = scheduled(lead, actor=cast.admin)
    scheduled(outsider, actor=cast.admin)

    frozen.move_to(seen.due_at)
    mailing.deliver_due()

    bodies = {mail.to[0]: mail.attachments[0][1] for mail in mailoutbox}
    # April has begun meanwhile; what is counted is the month so far, so look at all that is open.
    assert set(bodies) == {lead.email, outsider.email}
    now = seen.due_at
    for person, count in ((lead, 3), (outsider, 0)):
        backlog = ReportSchedule(
            report="backlog", person=person, span="so_far", every="month", time_zone="UTC",
            due_at=now, pk=1,
        )  # fmt: skip
        rows = mailing.compose(backlog, now).attachments[0][1].splitlines()[1:]
        assert sum(int(row.split(",")[1] or 0) for row in rows) == count


def test_who_no_longer_works_here_is_sent_nothing(cast, frozen, mailoutbox):
    schedule = scheduled(cast.agent)
    cast.agent.grants.all().delete()
    cast.agent.memberships.all().delete()
    frozen.move_to(schedule.due_at)

    assert mailing.deliver_due() == 0
    assert not mailoutbox


def test_a_mail_server_that_refuses_is_asked_again(cast, lead, frozen, mailoutbox, settings):
    schedule = scheduled(lead)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    frozen.move_to(schedule.due_at)
    assert mailing.deliver_due() == 0
    schedule.refresh_from_db()
    assert schedule.attempts == 1
    assert schedule.last_error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    frozen.shift(timedelta(minutes=3))
    assert mailing.deliver_due() == 1
    assert f"report-{schedule.pk}-" in mailoutbox[0].extra_headers["Message-ID"]


def test_a_file_that_is_too_large_is_a_link(cast, lead, frozen, mailoutbox, monkeypatch):
    monkeypatch.setattr(mailing, "MOST_BYTES", 10)
    schedule = scheduled(lead)
    frozen.move_to(schedule.due_at)
    mailing.deliver_due()

    (mail,) = mailoutbox
    assert not mail.attachments
    assert "The file is too large for a mail. Fetch it here." in mail.body
    link = mail.body.split("Fetch it here. http://")[1].split()[0].partition("/")[2]
    assert browser(lead).get(f"/{link}")["Content-Type"].startswith("text/csv")


def test_the_link_in_the_mail_ends_it_only_when_pressed(cast, lead, client, settings):
    schedule = scheduled(lead)
    link = mailing.stop_link(schedule).removeprefix(settings.SITE_URL)

    assert "will no longer be mailed to you" in client.get(link).content.decode()
    assert ReportSchedule.objects.exists()
    assert "no longer mailed" in client.post(link).content.decode()
    assert not ReportSchedule.objects.exists()
    assert client.post(link).status_code == 200
    assert client.post(link[:-5] + "abcd/").status_code == 404


def test_nobody_ends_what_is_not_theirs(cast, lead):
    schedule = scheduled(lead)
    address = f"/reports/schedules/{schedule.pk}/end/"

    assert browser(cast.agent).post(address).status_code == 404
    assert ReportSchedule.objects.exists()
    browser(lead).post(address)
    assert not ReportSchedule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(admin, mailoutbox):
    schedule = scheduled(admin)
    ReportSchedule.objects.update(next_try_at=schedule.due_at - timedelta(days=60))

    def work(_n):
        try:
            return mailing.deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))

    assert sum(sent) == 1
    assert len(mailoutbox) == 1
