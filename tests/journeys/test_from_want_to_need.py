"""A want without a sponsor is refused with the reason, appealed with evidence, and accepted.

Each person uses the door they have: the stakeholder the portal, the liaison the pages of engage,
another program the REST API.
"""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors import Machine, browser
from valuechain.records.models import Record


def test_a_want_is_refused_appealed_and_accepted(requester, brm, planner, agent):
    portal, desk, api = browser(requester), browser(brm), Machine(brm)

    def do(name, **data):
        return desk.post(f"/needs/{number}/do/{name}/", data)

    def read():
        return portal.get(f"/portal/needs/{number}/").content.decode()

    # The stakeholder says what they want.
    sent = portal.post(
        "/portal/request/need/",
        {"title": "A second radar", "description": "One radar is blind behind the silo."},
    )
    number = sent.headers["Location"].split("/")[3]
    assert number.startswith("NEED-")
    told = desk.get("/me/notifications/").content.decode()
    assert number in told
    assert "It waits for you or a colleague: Submitted." in told

    # The liaison takes it up; a want without a sponsor goes nowhere, and the refusal says why.
    assert do("take").status_code == 302
    assert (
        do("classify", classification="want", reason="One radar is enough by law.").status_code
        == 302
    )
    assert do("justify", reason="It would be safer.").status_code == 302
    assert do("assess", fulfilability="as_desired", reason="It can be bought.").status_code == 302
    refused = api.post(f"needs/{number}/transitions/", {"transition": "qualify"})
    assert refused.status_code == 409
    assert refused.json()["missing"] == ["sponsor", "trade_off"]
    assert "a sponsor, since it is a want" in do("qualify").content.decode()

    # It is turned down; the stakeholder reads the reason at once and appeals with new evidence.
    assert do("decline", reason="Nobody sponsors a second radar.").status_code == 302
    assert "Nobody sponsors a second radar." in read()
    assert "Appeal with new evidence" in read()
    assert "You can still say if we did not know something." in read()
    news = portal.get("/me/notifications/?show=all").content.decode()
    assert "It is now: Not justified. Nobody sponsors a second radar." in news
    appealed = portal.post(
        f"/portal/requests/{number}/do/appeal/",
        {"reason": "Two barges nearly met behind the silo on Monday; the planner stands for it.",
         "file": SimpleUploadedFile("log-of-monday.txt", b"06:12 two barges")},
    )  # fmt: skip
    assert appealed.status_code == 302
    assert "<span>Appeal with new evidence</span>" in read()
    assert "log-of-monday.txt" in read()
    news = desk.get("/me/notifications/").content.decode()
    assert "It is now: In triage. Two barges nearly met" in news

    # With sponsor and trade-off it is qualified, promised, and handed on.
    for page in (f"/needs/{number}/", f"/engage/?need={number}&state=in_triage"):
        weighed = desk.get(page).content.decode()
        assert "Two barges nearly met" in weighed
        assert "Turned down before" in weighed
        assert "Nobody sponsors a second radar." in weighed
    do("classify", classification="want", reason="Safer behind the silo.", sponsor=planner.email,
       trade_off="The new buoy waits a year.")  # fmt: skip
    do("justify", reason="Two near misses.", evidence="Log of Monday")
    assert do("qualify").status_code == 302
    do("promise", promise="A radar on the silo", promised_on="2027-05-01")
    assert "1 May 2027" in read()
    assert "<span>Wanted or required?</span>" in read()
    handed = Machine(brm).post(
        f"needs/{number}/hand-off/", {"flow": "request_service", "data": {"title": "Radar"}}
    )
    assert handed.status_code == 201, handed.content
    request = handed.json()["target"]["number"]

    assert "<b>Service request</b>" in read()

    # The work ends, and nobody but the stakeholder says whether it brought what they wanted.
    for name, data in (("accept", {}), ("start", {}), ("fulfil", {"resolution": "It turns."})):
        step = Machine(agent).post(
            f"tickets/{request}/transitions/", {"transition": name, "data": data}
        )
        assert step.status_code == 200, step.content
    assert Record.objects.get(number=number).state == "fulfilled"
    assert do("confirm_value").status_code == 422
    assert "1 request waits for your answer" in portal.get("/portal/").content.decode()
    assert number in portal.get("/portal/requests/").content.decode()
    assert "Did it bring what you needed?" in read()
    assert (
        portal.post(f"/portal/requests/{number}/do/confirm_value/", {"reason": ""}).status_code
        == 302
    )
    assert "Value confirmed" in read()
