"""My work by who somebody is, and how much of each place needs them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.cache import cache

from itsm.portal.blocks import DECIDED_BY
from tests.doors import browser
from tests.factories import a_person, a_ticket, at_state, fresh, opened
from tests.tickets.mail.letters import raw
from tickets.mail.intake import receive
from tickets.mail.models import Mailbox
from valuechain.records.actions import add_comment, perform
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via


def block(person, heading):
    """Return what My work shows a person under a heading, or nothing."""
    body = browser(person).get("/").content.decode()
    found = re.search(
        rf"<section(?:(?!</section>).)*{re.escape(heading)}.*?</section>", body, re.DOTALL
    )
    return unescape(found[0]) if found else ""


def test_an_agent_sees_the_tickets_where_the_requester_spoke_last(agent, requester, desk):
    asked, answered = (
        a_ticket(actor=requester, team=desk, title=title) for title in ("Asked", "Answered")
    )
    for ticket in (asked, answered):
        perform(ticket, "start", actor=agent, via=Via.HTML)
        add_comment(ticket, body="Since when?", visibility="public", actor=requester, via=Via.HTML)
    add_comment(answered, body="Fixed", visibility="public", actor=agent, via=Via.HTML)

    shown = block(agent, "Answered, and waiting for you")

    assert f'href="{asked.get_absolute_url()}"' in shown
    assert f'href="{answered.get_absolute_url()}"' not in shown


def test_a_brm_sees_the_needs_that_wait_oldest_first_and_an_agent_does_not(brm, agent, cast):
    need = at_state("need", "submitted", cast)

    shown = block(brm, "Needs that wait for a decision")

    assert need.number in shown
    assert 'data-count="1"' in shown
    assert block(agent, "Needs that wait for a decision") == ""


def test_an_owner_sees_how_their_services_stand_by_the_numbers_of_the_lists(agent, cast, lead):
    service = opened("service", cast, owner=lead)
    for _ in range(2):
        a_ticket(actor=cast.requester, team=cast.desk, service=service)

    shown = block(lead, "Your services now")

    links = dict(re.findall(r'href="([^"]+)" data-count="(\d+)"', shown))
    assert links[f"/tickets/?service={service.number}&state=open"] == "2"
    assert block(agent, "Your services now") == ""


def test_the_navigation_counts_the_mail_that_waits_and_leads_to_knowledge(agent, desk):
    box = Mailbox.objects.create(address="desk@example.org", team=desk)
    receive(raw(sender="Zoe <zoe@elsewhere.example>"), mailbox=box)
    cache.delete(f"needing:{agent.pk}")

    body = browser(agent).get("/help/").text

    inbox = re.search(r'href="/tickets/inbox/".*?</a>', body, re.DOTALL)[0]
    assert 'class="count"><span class="hide">, </span>1<' in inbox
    assert '<a href="/articles/"' in body


def test_the_navigation_counts_what_needs_its_reader_and_nobody_else(agent, lead, requester, desk):
    ticket = a_ticket(actor=requester, team=desk)
    perform(ticket, "start", actor=agent, via=Via.HTML)
    cache.delete_many([f"needing:{person.pk}" for person in (agent, lead)])

    def counted(person):
        body = browser(person).get("/help/").content.decode()
        found = re.search(r'href="/tickets/".*?</a>', body, re.DOTALL)[0]
        number = re.search(r'class="count"><span class="hide">, </span>(\d+)', found)
        return number[1] if number else None

    assert counted(agent) == "1"
    assert counted(lead) is None


@pytest.mark.parametrize(("place", "roles"), DECIDED_BY.items())
def test_what_somebody_decides_on_is_listed_for_them_and_for_nobody_else(
    place, roles, cast, organisation
):
    kind, state = place
    record = at_state(kind, state, cast)
    step = next(
        one for one in kinds[kind].machine.leaving(state) if one.name in ("approve", "authorise")
    )

    for role in sorted(roles):
        person = a_person(f"Dana {role}", organisation, role)
        assert step.may(person, fresh(record)), role
        page = browser(person).get("/").content.decode()
        assert f'href="{record.get_absolute_url()}"' in page, role
        assert "Waiting for your decision" in page
    builder = a_person("Bo", organisation, "builder")
    assert "Waiting for your decision" not in browser(builder).get("/").content.decode()


def test_nobody_is_asked_to_decide_on_their_own(cast, organisation):
    planner = a_person("Petra", organisation, "planner")
    project = at_state("project_initiation", "recommended", cast)
    pages = browser(planner)
    assert project.number in pages.get("/").content.decode()

    perform(project, "reassign", actor=cast.admin, via=Via.HTML, data={"owner": planner})

    assert "Waiting for your decision" not in pages.get("/").content.decode()
