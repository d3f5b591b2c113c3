"""A supplier's notice moves a component's date, and whoever needs it reads the new date."""

from __future__ import annotations

from datetime import date

from tests.doors import Machine, browser
from valuechain.records.actions import link_records
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

    # The supplier lets us know on their own page, and the notice is put beside the radar.
    theirs = browser(supplier)
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
    linked = ours.post(f"{at}links/", {"kind": "supplied_by", "target": radar.number})
    assert linked.status_code == 201, linked.content
    step = ours.post(f"{at}transitions/", {"transition": "send"})
    assert step.status_code == 200, step.content
    for name, data in (
        ("acknowledge", {}),
        ("start", {}),
        ("answer", {"answer": "It sails on Friday.", "promised_on": "2026-04-10"}),
    ):
        page = theirs.get(f"/portal/requests/{number}/").content.decode()
        assert f"/portal/requests/{number}/do/{name}/" in page
        moved = theirs.post(f"/portal/requests/{number}/do/{name}/", data)
        assert moved.status_code == 302, moved.content
    # What we close is ours to close.
    assert theirs.post(f"/portal/requests/{number}/do/close/").status_code == 404

    # The stakeholder opens nothing but their need.
    body = browser(requester).get(f"/portal/needs/{need.number}/").content.decode()
    assert "10 Apr 2026" in body
    assert "The radar head" in body
    assert Machine(requester).get(f"components/{radar.number}/").status_code == 404
    assert Machine(requester).get(at).status_code == 404
    assert browser(requester).get("/portal/request/notice/").status_code == 404
