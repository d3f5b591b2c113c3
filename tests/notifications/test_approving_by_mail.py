"""An approver decides from a mail: the link asks first, acts on the form alone, and only once."""

from __future__ import annotations

import pytest
from django.db import transaction

from itsm.notifications import links
from itsm.notifications.models import Notification
from tests.approvals.conftest import *  # noqa: F403 - the kind of record that is approved, and its people
from tests.doors import browser
from tests.factories import fresh
from valuechain.approvals.actions import request_approval
from valuechain.approvals.models import Vote
from valuechain.records.actions import lock_record


@pytest.fixture
def approval(proposal, author, approvers, policy):
    with transaction.atomic():
        return request_approval(
            lock_record(proposal),
            policy({"mode": "any", "approvers": approvers}),
            actor=author,
            via="html",
        )


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return "/mail/approve/" + text.partition("/mail/approve/")[2].split()[0]


def test_each_approver_is_told_and_finds_a_link(approval, approvers, postbox, sent):
    sent()

    for person in approvers:
        assert Notification.objects.get(person=person).reason == "approval"
        (mail,) = postbox.to(person)
        assert link_in(mail)


def test_a_visit_decides_nothing_and_the_form_decides_once(
    approval, proposal, approvers, postbox, sent
):
    sent()
    link = link_in(postbox.to(approvers[0])[0])

    page = browser().get(link)
    assert page.status_code == 200
    assert not Vote.objects.exists()
    done = browser().post(link, {"answer": "approve"})
    again = browser().post(link, {"answer": "reject", "comment": "No"})

    assert (done.status_code, again.status_code) == (200, 200)
    vote = Vote.objects.get()
    assert (vote.approver, vote.answer, vote.via) == (approvers[0], "approve", "email")
    assert fresh(proposal).state == "approved"


def test_what_is_missing_is_said_and_the_link_still_works(approval, approvers):
    link = links.approval_link(approvers[0].pk, approval.pk, 0).partition("8000")[2]

    refused = browser().post(link, {"answer": "reject"})
    done = browser().post(link, {"answer": "reject", "comment": "Too dear"})

    assert (refused.status_code, done.status_code) == (422, 200)
    assert Vote.objects.get().answer == "reject"


def test_a_link_for_somebody_who_is_not_asked_decides_nothing(approval, author):
    link = links.approval_link(author.pk, approval.pk, 0).partition("8000")[2]

    assert browser().post(link, {"answer": "approve"}).status_code == 422
    assert not Vote.objects.exists()
