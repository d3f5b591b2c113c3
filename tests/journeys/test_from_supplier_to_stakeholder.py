"""A supplier's notice moves a component's date, and whoever needs it reads the new date."""

from __future__ import annotations

from datetime import date

import pytest

from itsm.accounts.models import Organisation
from itsm.notifications.models import Notification
from itsm.notifications.news import news
from tests.doors import Machine, browser
from tests.factories import fresh
from valuechain.records.actions import link_records, perform
from valuechain.records.audit import first_break
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via


def test_the_stakeholder_reads_the_new_date(frozen, requester, supplier, brm, admin, organisation):
    need = kinds["need"].open(
        actor=requester, via=Via.HTML, title="See the free berths", description="All of them."
    )
    spec = kinds["design_spec"].open(
        actor=admin, via=Via.HTML, title="A second radar", organisation=organisation
    )
    radar = kinds["component"].open(
        actor=admin, via=Via.HTML, title="The radar head", organisation=organisation,
        needed_at=date(2026, 4, 1), needed_location="Silo",
    )  # fmt: skip
    link_records(spec, need, LinkKind.FULFILS, actor=admin, via=Via.HTML)
    link_records(radar, spec, LinkKind.IMPLEMENTS, actor=admin, via=Via.HTML)

    # The supplier lets us know on their own page, and we say what it is about.
    theirs = browser(supplier)
    form = theirs.get("/portal/request/notice/").content.decode()
    assert "Which delivery or contract" in form
    assert "what happened instead" not in form
    sent = theirs.post(
        "/portal/request/notice/", {"title": "The radar is late", "description": "It is stuck."}
    )
    number = sent.headers["Location"].split("/")[3]
    assert number.startswith("SUP-")
    notice = Record.objects.get(number=number).specific
    assert (notice.subject, notice.contact, notice.organisation) == (
        "notice", supplier, organisation,
    )  # fmt: skip
    ours = Machine(brm)
    at = f"supplier-requests/{number}/"
    # They wrote it: nothing is to be sent, and what it means is ours to say.
    sent = ours.post(f"{at}transitions/", {"transition": "send"})
    assert sent.status_code == 409, sent.content
    assert sent.json()["detail"] == "The supplier wrote this; there is nothing to send."
    data = {
        "answer": "It sails on Friday.", "component": radar.number, "promised_on": "2026-04-10",
    }  # fmt: skip
    noted = ours.post(f"{at}transitions/", {"transition": "note", "data": data})
    assert noted.status_code == 200, noted.content
    assert noted.json()["state"] == "answered"
    assert Record.objects.get(number=number).phase == "done"
    # What we close is ours to close.
    assert theirs.post(f"/portal/requests/{number}/do/close/").status_code == 404

    # The stakeholder opens nothing but their need.
    body = browser(requester).get(f"/portal/needs/{need.number}/").content.decode()
    assert "10 Apr 2026" in body
    assert "The radar head" in body
    assert Machine(requester).get(f"components/{radar.number}/").status_code == 404
    assert Machine(requester).get(at).status_code == 404
    assert browser(requester).get("/portal/request/notice/").status_code == 404


def test_what_we_ask_goes_to_the_supplier_and_comes_back_with_a_date(
    frozen, supplier, brm, admin, organisation
):
    vendor = Organisation.objects.create(name="Radar works", kind=Organisation.Kind.SUPPLIER)
    radar = kinds["component"].open(
        actor=admin, via=Via.HTML, title="The radar head", organisation=organisation,
        needed_at=date(2026, 4, 1), needed_location="Silo",
    )  # fmt: skip
    ours, theirs = Machine(brm), browser(supplier)
    asked = kinds["supplier_request"].open(
        actor=brm, via=Via.HTML, title="When?", description="When does it arrive?",
        supplier=vendor, contact=supplier, organisation=organisation,
    )  # fmt: skip
    number = asked.number
    at = f"supplier-requests/{number}/"
    ours.post(f"{at}links/", {"kind": "supplied_by", "target": radar.number})
    noted = ours.post(
        f"{at}transitions/", {"transition": "note", "data": {"answer": "It is late."}}
    )
    assert noted.status_code == 409, noted.content
    assert noted.json()["detail"] == "The supplier is asked here; send it to them."

    assert ours.post(f"{at}transitions/", {"transition": "send"}).status_code == 200
    for name, data in (
        ("acknowledge", {}),
        ("start", {}),
        ("answer", {"answer": "It sails on Friday.", "promised_on": "2026-04-10"}),
    ):
        moved = theirs.post(f"/portal/requests/{number}/do/{name}/", data)
        assert moved.status_code == 302, moved.content

    assert fresh(radar).promised_at == date(2026, 4, 10)


def test_what_a_supplier_said_on_the_telephone_moves_the_date(
    frozen, supplier, brm, agent, admin, organisation
):
    vendor = supplier.organisation
    known = kinds["stakeholder"].open(
        actor=brm, via=Via.HTML, title="The vendor", person=supplier, represents=vendor,
        organisation=organisation,
    )  # fmt: skip
    radar = kinds["component"].open(
        actor=admin, via=Via.HTML, title="The radar head", organisation=organisation,
        needed_at=date(2026, 4, 1), needed_location="Silo",
    )  # fmt: skip
    ours = Machine(agent)
    said = ours.post(
        "interactions/",
        {"title": "They called", "stakeholder": known.number, "form": "call",
         "summary": "It sails on Friday. They sounded ashamed."},
    )  # fmt: skip
    assert said.status_code == 201, said.content

    handed = ours.post(
        f"interactions/{said.json()['number']}/hand-off/",
        {"flow": "take_notice", "data": {"statement": "It sails on Friday."}},
    )
    assert handed.status_code == 201, handed.content
    notice = Record.objects.get(kind="supplier_request").specific
    assert (notice.subject, notice.supplier, notice.contact) == ("notice", vendor, supplier)
    # Their contact reads what they said, never what we wrote down of the call.
    theirs = browser(supplier).get(f"/portal/requests/{notice.number}/").content.decode()
    assert "It sails on Friday." in theirs
    assert "ashamed" not in theirs

    at = f"supplier-requests/{notice.number}/"
    data = {"answer": "A week late.", "component": radar.number, "promised_on": "2026-04-08"}
    noted = ours.post(f"{at}transitions/", {"transition": "note", "data": data})
    assert noted.status_code == 200, noted.content
    assert fresh(radar).promised_at == date(2026, 4, 8)


def test_what_a_supplier_wrote_by_mail_comes_to_those_they_serve(
    frozen, supplier, brm, agent, desk, organisation
):
    mail = kinds["incident"].open(
        actor=agent, via=Via.EMAIL, title="It sails on Friday", requester=supplier,
        organisation=supplier.organisation, team=desk,
    )  # fmt: skip
    handed = Machine(agent).post(
        f"tickets/{mail.number}/hand-off/",
        {"flow": "take_notice", "data": {"statement": "It sails on Friday."}},
    )
    assert handed.status_code == 201, handed.content

    notice = Record.objects.get(kind="supplier_request").specific
    assert (notice.supplier, notice.contact) == (supplier.organisation, supplier)
    assert notice.organisation == organisation
    at = f"supplier-requests/{notice.number}/transitions/"
    noted = Machine(brm).post(at, {"transition": "note", "data": {"answer": "A week late."}})
    assert noted.status_code == 200, noted.content


@pytest.mark.parametrize("is_from_component", [True, False])
def test_a_component_linked_after_the_answer_gets_its_date(
    frozen, supplier, brm, admin, organisation, is_from_component
):
    asked = kinds["supplier_request"].open(
        actor=brm, via=Via.HTML, title="When?", description="When does it arrive?",
        supplier=supplier.organisation, contact=supplier, organisation=organisation,
    )  # fmt: skip
    radar = kinds["component"].open(
        actor=admin, via=Via.HTML, title="The radar head", organisation=organisation,
        needed_at=date(2026, 4, 1), needed_location="Silo",
    )  # fmt: skip
    for name, data in (
        ("send", {}),
        ("acknowledge", {}),
        ("start", {}),
        ("answer", {"answer": "In April.", "promised_on": "2026-04-10"}),
    ):
        perform(fresh(asked), name, actor=brm, via=Via.HTML, data=data)
    ends = (radar, asked) if is_from_component else (asked, radar)

    link_records(fresh(ends[0]), fresh(ends[1]), LinkKind.RELATES_TO, actor=admin, via=Via.HTML)

    assert fresh(radar).promised_at == date(2026, 4, 10)
    assert asked.number in radar.events.get(verb="component.promise").data["answers"]["reason"]
    for end in ends:
        assert first_break(fresh(end), end.events.order_by("sequence")) is None


def test_the_liaison_is_told_once_when_a_part_comes_after_the_day_that_was_promised(
    frozen, requester, brm, admin, organisation
):
    need = kinds["need"].open(
        actor=requester, via=Via.HTML, title="See the free berths", description="All of them.",
        state="submitted",
    )  # fmt: skip
    perform(need, "take", actor=brm, via=Via.HTML)
    perform(
        fresh(need), "promise", actor=brm, via=Via.HTML,
        data={"promise": "A picture of each berth", "promised_on": "2026-04-05"},
    )  # fmt: skip
    spec = kinds["design_spec"].open(
        actor=admin, via=Via.HTML, title="A second radar", organisation=organisation
    )
    radar = kinds["component"].open(
        actor=admin, via=Via.HTML, title="The radar head", organisation=organisation,
        needed_at=date(2026, 4, 1), needed_location="Silo",
    )  # fmt: skip
    link_records(spec, need, LinkKind.FULFILS, actor=admin, via=Via.HTML)
    link_records(radar, spec, LinkKind.IMPLEMENTS, actor=admin, via=Via.HTML)

    def promise(day):
        perform(
            fresh(radar), "promise", actor=admin, via=Via.HTML,
            data={"promised_at": day, "reason": "The supplier waits for parts."},
        )  # fmt: skip

    told = Notification.objects.filter(person=brm, event__verb="need.part_late")
    promise("2026-04-03")
    assert not told.exists()
    promise("2026-04-20")
    promise("2026-04-20")

    said = f"{radar.number} The radar head comes on 20 Apr 2026, after the day promised here: 5 Apr 2026."
    assert news(told.get()) == said
    assert said in browser(brm).get(f"/needs/{need.number}/").content.decode()
    assert "after the day promised" not in (
        browser(requester).get(f"/portal/needs/{need.number}/").content.decode()
    )
    assert not Notification.objects.filter(person=requester, event__verb="need.part_late").exists()
