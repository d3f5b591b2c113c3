"""The administrators' pages: people, roles, organisations, teams, tokens and the audit log."""

from __future__ import annotations

import pytest

from itsm.accounts.models import Organisation, RoleGrant, Team, User
from tests.doors import Machine, browser
from tests.factories import a_ticket, take

pytestmark = pytest.mark.django_db

PAGES = (
    "/admin/", "/admin/people/", "/admin/people/new/", "/admin/roles/", "/admin/organisations/",
    "/admin/organisations/new/", "/admin/teams/", "/admin/teams/new/", "/admin/priorities/",
    "/admin/tokens/", "/admin/audit/", "/admin/routing/", "/admin/routing/new/", "/admin/webhooks/",
    "/admin/webhooks/new/",
)  # fmt: skip


@pytest.fixture
def page(cast):
    return browser(cast.admin)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_there_for_administrators_and_for_nobody_else(cast, page, address):
    assert page.get(address).status_code == 200
    assert browser(cast.agent).get(address).status_code == 404
    assert browser(cast.requester).get(address).status_code == 404


def test_somebody_new_sets_a_password_with_the_link_and_signs_in(page, organisation, client):
    new = {"do": "person", "name": "Nina New", "email": "Nina@Example.org",
           "organisation": organisation.pk}  # fmt: skip
    assert page.post("/admin/people/new/", new).status_code == 302
    person = User.objects.get(email="nina@example.org")

    shown = page.post(f"/admin/people/{person.pk}/", {"do": "link"})
    link = shown.context["link"].removeprefix("http://testserver")
    opened = client.get(link, follow=True)
    secret = "quite-a-long-word-42"
    address = opened.redirect_chain[-1][0]
    client.post(address, {"new_password1": secret, "new_password2": secret})

    assert client.login(username="nina@example.org", password=secret)
    assert "was used already" in client.get(link, follow=True).content.decode()


def test_what_was_typed_stays_when_an_address_is_taken(page, cast, organisation):
    new = {"do": "person", "name": "Nina New", "email": cast.agent.email,
           "organisation": organisation.pk}  # fmt: skip

    answer = page.post("/admin/people/new/", new)

    assert answer.status_code == 422
    assert "Somebody has this address already." in answer.content.decode()
    assert 'value="Nina New"' in answer.content.decode()


def test_roles_are_given_and_withdrawn_but_never_the_last_administrator(page, cast, organisation):
    address = f"/admin/people/{cast.requester.pk}/"
    page.post(address, {"do": "grant", "role": "agent", "organisation": organisation.pk})
    grant = RoleGrant.objects.get(user=cast.requester)
    assert grant.organisation == organisation
    page.post(address, {"do": "withdraw", "grant": grant.pk})
    assert not RoleGrant.objects.filter(user=cast.requester).exists()

    own = RoleGrant.objects.get(user=cast.admin)
    page.post(f"/admin/people/{cast.admin.pk}/", {"do": "withdraw", "grant": own.pk})
    assert RoleGrant.objects.filter(pk=own.pk).exists()


def test_nobody_is_locked_out_by_accident_or_by_themselves(page, cast):
    address = f"/admin/people/{cast.agent.pk}/"

    assert page.post(address, {"do": "stop", "typed": "yes"}).status_code == 422
    assert page.post(address, {"do": "stop", "typed": cast.agent.name}).status_code == 302
    cast.agent.refresh_from_db()
    assert not cast.agent.is_active
    own = f"/admin/people/{cast.admin.pk}/"
    assert page.post(own, {"do": "stop", "typed": cast.admin.name}).status_code == 422


def test_organisations_form_a_tree_without_circles(page, organisation):
    page.post("/admin/organisations/new/", {"name": "Dock", "kind": "internal",
                                            "parent": organisation.pk, "is_active": "on"})  # fmt: skip
    dock = Organisation.objects.get(name="Dock")
    assert dock.lineage == [organisation.pk, dock.pk]

    circle = {"name": "Harbour", "kind": "internal", "parent": dock.pk}
    answer = page.post(f"/admin/organisations/{organisation.pk}/", circle)

    assert answer.status_code == 422
    assert "below itself" in answer.content.decode()


def test_a_team_is_made_and_filled(page, cast, organisation):
    page.post("/admin/teams/new/", {"name": "Cranes", "organisation": organisation.pk,
                                    "is_active": "on"})  # fmt: skip
    team = Team.objects.get(name="Cranes")
    address = f"/admin/teams/{team.pk}/"

    page.post(address, {"do": "member", "person": cast.agent.email, "is_lead": "on"})
    member = team.memberships.get()
    assert (member.user, member.is_lead) == (cast.agent, True)
    page.post(address, {"do": "remove", "member": member.pk})
    assert not team.memberships.exists()


def test_a_token_is_withdrawn_for_somebody_else(page, cast):
    machine = Machine(cast.agent)
    token = cast.agent.api_tokens.get()

    address = f"/admin/tokens/{token.pk}/withdraw/"
    assert "This cannot be undone" in page.get(address).content.decode()
    other = page.post(address, {"typed": "something"})
    assert other.status_code == 422
    assert "This is not its name." in other.content.decode()
    assert machine.get("tickets/").status_code == 200

    page.post(address, {"typed": token.name})

    assert machine.get("tickets/").status_code == 401
    assert page.get(address).status_code == 404


def test_the_audit_log_is_narrowed_by_who_what_and_record(page, cast):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    a_ticket(actor=cast.admin, requester=cast.requester)

    every = page.get("/admin/audit/").context["rows"]
    narrow = page.get(f"/admin/audit/?who=agnes&record={ticket.number}&verb=opened")

    assert len(every) >= 2
    assert {row["event"].record_id for row in narrow.context["rows"]} == {ticket.pk}


def test_the_audit_log_speaks_as_people_do_and_is_found_by_their_words(page, cast):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    take(ticket, "start", cast)

    found = page.get("/admin/audit/?verb=start work")

    row = found.context["rows"][0]
    assert row["event"].verb == "incident.start"
    assert row["words"] == "Start work"
    assert row["states"][1] == "In progress"
    assert "Programs call it <code>incident.start</code>" in found.content.decode()
    assert page.get("/admin/audit/?verb=elephant").context["rows"] == []


def new_token(page, **given):
    usual = {"name": "Monitoring", "scopes": ["tickets:read"], "days": "30"}
    return page.post("/admin/tokens/new/", {**usual, **given})


def test_a_program_gets_an_account_of_its_own_and_a_token_that_is_shown_once(page, organisation):
    answer = new_token(page, new_account="Monitoring probe", organisation=organisation.pk)

    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    written = answer.context["written"]
    assert written in answer.content.decode()
    assert written not in page.get("/admin/tokens/").content.decode()
    account = User.objects.get(name="Monitoring probe")
    assert account.is_service_account
    assert not account.has_usable_password()
    assert account.api_tokens.get().organisation == organisation
    headers = {"Authorization": f"Bearer {written}"}
    assert browser().get("/api/v1/tickets/", headers=headers).status_code == 200

    again = new_token(page, account=account.pk, name="Second key")
    assert again.status_code == 201
    assert account.api_tokens.count() == 2


def test_a_token_for_somebody_else_acts_as_them(page, cast):
    answer = new_token(page, person=cast.agent.email)

    assert answer.status_code == 201
    assert cast.agent.api_tokens.get().name == "Monitoring"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "Choose one of the three: whom does the token act as?"),
        ({"new_account": "Probe"}, "Choose where the new program belongs."),
        ({"new_account": "Probe", "days": "5000"}, "less than or equal to 366"),
    ],
)
def test_what_a_token_lacks_is_said(page, given, reason):
    answer = new_token(page, **given)

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not User.objects.filter(is_service_account=True).exists()


def test_only_administrators_make_tokens_for_others(cast):
    for person in (cast.agent, cast.requester):
        assert new_token(browser(person), person=cast.admin.email).status_code == 404
