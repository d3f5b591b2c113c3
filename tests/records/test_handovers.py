"""Work crosses activities through one door, written down on both sides."""

import pytest

from itsm.core.decisions import ALLOW, deny
from itsm.core.errors import Denied, FieldErrors, NotOffered, RuleViolation
from itsm.core.machine import Ask, AskKind
from tests.doors import browser
from tests.factories import a_person, a_ticket
from tests.stand_ins import stand_in
from valuechain.records.actions import (
    accept_handover,
    edit_record,
    hand_off,
    open_record,
    perform,
    return_handover,
)
from valuechain.records.flows import Flow, flows
from valuechain.records.kinds import kinds
from valuechain.records.models import Handover, Link, Record
from valuechain.records.policies import may_work


def _build(source, actor, via, answers):
    return open_record(
        "paper_plan",
        actor=actor,
        via=via,
        title=answers["title"],
        requester=source.requester,
        organisation=source.organisation,
    )


@pytest.fixture
def flow(db):
    """Two ways from an incident into a plain kind: taken at once, and offered first."""
    common = {
        "sources": ("incident",),
        "to": "paper_plan",
        "build": _build,
        "asks": (Ask("title", "Title", AskKind.LINE),),
        "may": may_work,
        "guard": lambda r: deny("Not for these.", missing=["n"]) if r.title == "No" else ALLOW,
    }
    added = [
        Flow("plan_it", label="Plan it", **common),
        Flow("propose_it", label="Propose it", is_offered=True, **common),
    ]
    with stand_in("paper_plan"):
        flows.accept(*added)
        yield
        flows._flows[:] = [flow for flow in flows if flow not in added]


@pytest.fixture
def ticket(agent, requester, organisation, desk, flow):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def a_qualified_need(requester, brm):
    need = kinds["need"].open(
        actor=requester, via="html", title="See the free berths", state="submitted",
        description="We cannot see them.", requester=requester,
    )  # fmt: skip
    need = perform(need, "take", actor=brm, via="html").record
    for name, data in (
        ("classify", {"classification": "required", "reason": "The law."}),
        ("justify", {"reason": "Two near misses."}),
        ("assess", {"fulfilability": "as_desired", "reason": "By May."}),
        ("qualify", {}),
    ):
        need = perform(need, name, actor=brm, via="html", data=data).record
    return need


def hand(ticket, actor, name="plan_it", title="A fireproof printer"):
    return hand_off(ticket, name, actor=actor, via="html", data={"title": title})


def test_the_receiving_record_is_opened_linked_and_told(ticket, agent):
    handover = hand(ticket, agent)

    target = handover.target
    assert (target.kind, target.title) == ("paper_plan", "A fireproof printer")
    assert Link.objects.filter(source=target, target=ticket, kind="derived_from").exists()
    assert handover.status == Handover.Status.ACCEPTED
    assert (handover.from_activity, handover.to_activity) == ("deliver_support", "plan")
    assert [e.verb for e in ticket.events.all()][-2:] == ["handover.offered", "handover.accepted"]
    assert [e.verb for e in target.events.all()][-2:] == ["handover.offered", "handover.accepted"]


def test_what_is_offered_waits_to_be_taken_over(ticket, agent):
    handover = hand(ticket, agent, "propose_it")
    assert handover.status == Handover.Status.OFFERED

    taken = accept_handover(handover, actor=agent, via="html")

    assert (taken.status, taken.accepted_by) == (Handover.Status.ACCEPTED, agent)
    with pytest.raises(RuleViolation, match="already"):
        return_handover(handover, reason="Too late", actor=agent, via="html")


def test_what_nobody_owned_is_theirs_who_took_it(requester, organisation, brm):
    architect = a_person("Arno", organisation, "architect")
    spec = hand(a_qualified_need(requester, brm), brm, "specify", title="A display").target
    assert spec.owner is None
    handover = Handover.objects.get(target=spec)

    answer = browser(architect).post(f"/handovers/{handover.pk}/accept/")

    assert answer.headers["Location"] == f"/specs/{spec.number}/"
    spec = Record.objects.get(pk=spec.pk)
    assert spec.owner == architect
    assert spec.events.last().data["changes"] == [
        {"field": "owner", "before": None, "after": "Arno"}
    ]


def test_what_has_an_owner_keeps_them(requester, organisation, brm):
    architect = a_person("Arno", organisation, "architect")
    other = a_person("Rita", organisation, "architect")
    spec = hand(a_qualified_need(requester, brm), brm, "specify", title="A display").target
    edit_record(spec.specific, {"owner": other}, actor=other, via="html")

    accept_handover(Handover.objects.get(target=spec), actor=architect, via="html")

    assert Record.objects.get(pk=spec.pk).owner == other


def test_what_is_returned_says_why_to_those_who_work_here(ticket, agent, requester):
    handover = hand(ticket, agent, "propose_it")

    with pytest.raises(FieldErrors):
        return_handover(handover, reason=" ", actor=agent, via="html")
    returned = return_handover(handover, reason="No money", actor=agent, via="html")

    assert (returned.status, returned.return_reason) == (Handover.Status.RETURNED, "No money")
    assert ticket.events.last().data["reason"] == "No money"
    assert not ticket.events.readable_on(ticket, requester).filter(verb__startswith="handover")


def test_what_is_refused_opens_nothing(ticket, requester, agent, organisation):
    burnt = a_ticket(actor=agent, requester=requester, organisation=organisation, title="No")

    with pytest.raises(Denied):
        hand(ticket, requester)
    with pytest.raises(RuleViolation, match="Not for these"):
        hand(burnt, agent)
    with pytest.raises(FieldErrors):
        hand(ticket, agent, title="")
    with pytest.raises(NotOffered) as refusal:
        hand(ticket, agent, "burn_it")

    assert set(refusal.value.missing) >= {"plan_it", "propose_it"}
    assert not Record.objects.of_kind("paper_plan").exists()
    assert not Handover.objects.exists()


def test_every_kind_a_flow_names_exists():
    assert flows.problems() == []
