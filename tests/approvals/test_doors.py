"""Approvals through the pages and the REST API."""

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from tests.factories import fresh
from valuechain.approvals.actions import request_approval
from valuechain.records.actions import lock_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def approval(proposal, author, approvers):
    with transaction.atomic():
        return request_approval(lock_record(proposal), actor=author, via="html")


@pytest.fixture
def api():
    def signed_in(person):
        client = APIClient()
        client.force_authenticate(person)
        return client

    return signed_in


def test_an_approver_sees_what_waits_and_votes_over_rest(api, approval, approvers, proposal):
    client = api(approvers[0])

    waiting = client.get("/api/v1/approvals/?waiting=me").json()["results"]
    assert [item["subject"]["number"] for item in waiting] == [proposal.number]
    shown = client.get(f"/api/v1/approvals/{approval.pk}/").json()
    assert shown["steps"][0]["rule"] == "1 of 3 must approve"
    answer = client.post(f"/api/v1/approvals/{approval.pk}/vote/", {"answer": "approve"})

    assert answer.status_code == 201
    assert answer.json()["result"] == "approved"
    assert fresh(proposal).state == "approved"


def test_rest_refuses_own_votes_and_missing_reasons(api, approval, approvers, author, outsider):
    path = f"/api/v1/approvals/{approval.pk}/vote/"

    assert api(author).post(path, {"answer": "approve"}).status_code == 403
    assert api(approvers[0]).post(path, {"answer": "reject"}).status_code == 400
    assert api(outsider).post(path, {"answer": "approve"}).status_code == 404


def test_only_administrators_write_policies(api, admin, agent):
    body = {
        "name": "Ferries",
        "kinds": ["proposal"],
        "steps": [{"name": "Board", "approvers": [{"source": "role", "role": "planner"}]}],
    }

    assert api(agent).post("/api/v1/approval-policies/", body).status_code == 403
    made = api(admin).post("/api/v1/approval-policies/", body)
    assert made.status_code == 201
    changed = api(admin).put(
        f"/api/v1/approval-policies/{made.json()['id']}/", {**body, "is_active": False}
    )
    assert changed.json()["is_active"] is False
    assert api(admin).post("/api/v1/approval-policies/", {**body, "steps": []}).status_code == 400


def test_a_delegation_is_given_and_taken_back(api, agent, lead):
    body = {"receiver": lead.email, "starts_on": "2026-03-02", "ends_on": "2026-03-09"}

    made = api(agent).post("/api/v1/delegations/", body)

    assert made.status_code == 201
    path = f"/api/v1/delegations/{made.json()['id']}/"
    assert api(lead).get(path).status_code == 200
    assert api(lead).delete(path).status_code == 403
    assert api(agent).delete(path).status_code == 204


def test_the_page_shows_what_waits_and_takes_a_vote(client, approval, approvers, proposal):
    client.force_login(approvers[0])

    listed = client.get("/approvals/").content.decode()
    assert proposal.number in listed
    assert "1 of 3 must approve" in listed
    silent = client.post(f"/approvals/{approval.pk}/", {"answer": "reject"})
    assert silent.status_code == 422
    assert "Say why" in silent.content.decode()
    done = client.post(f"/approvals/{approval.pk}/", {"answer": "reject", "comment": "No money"})

    assert done.status_code == 302
    assert fresh(proposal).state == "rejected"
    assert "Nothing waits" in client.get("/approvals/").content.decode()


def test_somebody_else_finds_no_approval(client, approval, outsider):
    client.force_login(outsider)

    assert client.get(f"/approvals/{approval.pk}/").status_code == 404
    assert client.post(f"/approvals/{approval.pk}/", {"answer": "approve"}).status_code == 404


def test_standing_in_is_arranged_on_a_page(client, agent, lead):
    client.force_login(agent)

    assert client.get("/approvals/delegate/").status_code == 200
    done = client.post(
        "/approvals/delegate/",
        {"receiver": lead.email, "starts_on": "2030-03-02", "ends_on": "2030-03-09"},
    )

    assert done.status_code == 302
    assert "votes for" in client.get("/approvals/").content.decode()
