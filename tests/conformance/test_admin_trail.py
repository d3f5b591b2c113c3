"""Whatever an administrator's form changes is in the trail: who, what, before and after, and no secret.

The forms are found by the URL conf. One that this file does not fill in makes it fail, so that a new page
cannot forget its trail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.accounts import second_step
from itsm.accounts.models import AdminEvent, ApiToken
from itsm.core import clock
from itsm.portal.admin.looking import PLACES
from itsm.portal.admin.telling import DONE, THINGS, setup_words
from itsm.portal.admin.views import AdminView
from itsm.portal.models import ImportRun
from itsm.webhooks.models import Delivery, Webhook
from sla.models import Agreement, Calendar
from tests.doors import browser
from tests.factories import Cast, a_ticket, opened
from tests.routes import Route, routes
from tests.tickets.event_log import LIFE, a_log
from tickets.mail.models import Mailbox, SenderRule
from tickets.models import RoutingRule
from tickets.prepared import CannedReply, Macro
from valuechain.approvals.models import ApprovalPolicy
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.records.models import Event
from valuechain.records.views.access import AdminView as RecordsAdminView
from valuechain.streams.models import ValueStream

pytestmark = pytest.mark.django_db

#: Forms that change what is set up, on pages which others than administrators open as well.
SHARED = {
    "sla-calendars", "sla-calendar", "sla-agreement-new", "sla-agreement",
    "ticket-keep-new", "ticket-keep", "ticket-drop", "stream-new", "stream-detail",
    "freeze-new", "freeze-edit", "freeze-lift",
}  # fmt: skip
#: Pages an administrator sends something on, which change nothing that is set up.
NO_SETTING = {"admin-mail-outbox": "sends a mail once more"}


@dataclass
class Desk:
    """What the scenarios need: an administrator's browser, people, and a team."""

    page: Any
    cast: Cast
    team: Any
    organisation: Any

    def post(self, path: str, /, **said: Any) -> Any:
        """Press a button; the answer has to be that it was done."""
        answer = self.page.post(path, said)
        assert answer.status_code in (200, 201, 302), answer.content.decode()[:2000]
        return answer


def _person(d: Desk) -> set[str]:
    d.post("/admin/people/new/", name="Nora New", organisation=d.organisation.pk)
    at = f"/admin/people/{d.cast.requester.pk}/"
    d.post(
        at, do="person", name="Rita Renamed", email="r@h.example", organisation=d.organisation.pk
    )
    d.post(at, do="grant", role="agent", organisation=d.organisation.pk)
    d.post(at, do="withdraw", grant=d.cast.requester.grants.get().pk)
    then = clock.now()
    held = second_step.begin(d.cast.requester)
    second_step.confirm(d.cast.requester, second_step.code_at(held.secret, then), now=then)
    d.post(at, do="second_step")
    d.post(at, do="invite")
    d.post(at, do="link")
    d.post(at, do="stop", typed="Rita Renamed")
    d.post(at, do="activate")
    return {
        "person.added", "person.changed", "role.granted", "role.withdrawn", "person.invited",
        "person.second_step_removed", "person.password_link", "person.locked", "person.unlocked",
    }  # fmt: skip


def _people_file(d: Desk) -> set[str]:
    table = f"name,email,organisation\nNora New,nora@h.example,Harbour\nRita Renamed,{d.cast.requester.email},Harbour\n"
    d.post("/admin/people/file/", do="bring", table=table)
    return {"person.added", "person.changed"}


def _organisation(d: Desk) -> set[str]:
    d.post("/admin/organisations/new/", name="Quay", kind="customer", is_active="on")
    d.post(
        f"/admin/organisations/{d.organisation.pk}/",
        name="Harbour and quay", kind="internal", is_active="on",
    )  # fmt: skip
    return {"organisation.added", "organisation.changed"}


def _team(d: Desk) -> set[str]:
    d.post("/admin/teams/new/", name="Night", organisation=d.organisation.pk, is_active="on")
    at = f"/admin/teams/{d.team.pk}/"
    d.post(at, name="Quay desk", organisation=d.organisation.pk, is_active="on")
    d.post(at, do="member", person=d.cast.requester.email)
    d.post(at, do="remove", member=d.team.memberships.get(user=d.cast.requester).pk)
    return {"team.added", "team.changed", "team.member_added", "team.member_removed"}


def _priorities(d: Desk) -> set[str]:
    d.post("/admin/priorities/", **{"cell-4-4": "1"})
    return {"priorities.changed"}


def _routing(d: Desk) -> set[str]:
    for name in ("Cranes", "Ships"):
        d.post("/admin/routing/new/", name=name, words=name, team=d.team.pk, is_active="on")
    first = RoutingRule.objects.get(name="Cranes")
    d.post("/admin/routing/", do=f"down-{first.pk}")
    d.post(f"/admin/routing/{first.pk}/", name="Cranes", words="boom", team=d.team.pk)
    d.post(f"/admin/routing/{first.pk}/", do="remove", typed="Cranes")
    return {f"routing_rule.{done}" for done in ("added", "moved", "changed", "removed")}


def _webhooks(d: Desk) -> set[str]:
    said = {"name": "Bus", "url": "https://93.184.216.34/hook", "verbs": "incident.*"}
    d.post("/admin/webhooks/new/", **said)
    hook = Webhook.objects.get()
    at = f"/admin/webhooks/{hook.pk}/"
    d.post(at, **{**said, "verbs": "*"}, is_active="on")
    d.post(at, do="rotate")
    a_ticket(actor=d.cast.agent, requester=d.cast.requester)
    delivery = hook.deliveries.first()
    Delivery.objects.filter(pk=delivery.pk).update(status=Delivery.Status.DEAD)
    d.post(at, do=f"replay-{delivery.pk}")
    d.post(at, do="remove", typed="Bus")
    done = ("added", "changed", "secret_renewed", "sent_again", "removed")
    return {f"webhook.{verb}" for verb in done}


def _approvals(d: Desk) -> set[str]:
    said = {
        "name": "Money first", "kind_names": ["design_spec"], "is_active": "on",
        "1-name": "Money", "1-mode": "any", "1-who": ["role:budget_holder"], "1-due_hours": "24",
    }  # fmt: skip
    d.post("/admin/approvals/new/", **said)
    d.post(f"/admin/approvals/{ApprovalPolicy.objects.get().pk}/", **{**said, "1-mode": "all"})
    was, now = AdminEvent.objects.get(verb="approval_policy.changed").data["changed"]["steps"]
    assert was == ["1. Money: any, role budget_holder, 24 h"]
    assert now == ["1. Money: all, role budget_holder, 24 h"]
    return {"approval_policy.added", "approval_policy.changed"}


def _tokens(d: Desk) -> set[str]:
    d.post(
        "/admin/tokens/new/", name="Probe", scopes=["tickets:read"], days="30",
        new_account="Probe account", organisation=d.organisation.pk,
    )  # fmt: skip
    d.post(f"/admin/tokens/{ApiToken.objects.get().pk}/withdraw/", typed="Probe")
    return {"integration.added", "token.made", "token.withdrawn"}


def _imports(d: Desk) -> set[str]:
    file = SimpleUploadedFile("log.csv", a_log(*LIFE))
    d.post("/admin/imports/", file=file, organisation="Imported", time_zone="Europe/Lisbon")
    d.post(f"/admin/imports/{ImportRun.objects.get().pk}/", do="remove")
    return {"import.file_sent", "import.file_removed"}


def _branding(d: Desk) -> set[str]:
    d.post("/admin/branding/", name="Harbour Help", accent="#7a1fa2")
    return {"branding.changed"}


def _sign_in(d: Desk) -> set[str]:
    d.post("/admin/sign-in/", by_mail="requesters")
    return {"sign_in.changed"}


def _mailboxes(d: Desk) -> set[str]:
    said = {
        "address": "desk@harbour.example", "kind": "incident", "port": "993", "security": "tls",
        "folder": "INBOX", "after": "seen", "is_active": "on",
    }  # fmt: skip
    d.post("/admin/mail/new/", **said)
    pk = Mailbox.objects.get().pk
    d.post(f"/admin/mail/{pk}/", **{**said, "name": "Harbour desk"})
    d.post("/admin/mail/", domain="quay.example", organisation=d.organisation.pk)
    d.post(f"/admin/mail/rules/{SenderRule.objects.get().pk}/drop/")
    return {"mailbox.added", "mailbox.changed", "sender_rule.added", "sender_rule.removed"}


def _prepared(d: Desk) -> set[str]:
    verbs = set()
    shelves: Any = (
        ("replies", CannedReply, "canned_reply", {"body": "We look at it."}),
        ("macros", Macro, "macro", {"note": "Seen.", "take": "on"}),
    )
    for shelf, model, name, said in shelves:
        at = f"/tickets/prepared/{shelf}"
        d.post(f"{at}/new/", title="Hello", audience="all", **said)
        pk = model.objects.get().pk
        d.post(f"{at}/{pk}/", title="Good day", audience="all", **said)
        d.post(f"{at}/{pk}/drop/")
        verbs |= {f"{name}.{done}" for done in ("added", "changed", "removed")}
    return verbs


def _calendars(d: Desk) -> set[str]:
    d.post("/sla/calendars/", name="Office", tz="Europe/Vienna")
    pk = Calendar.objects.get().pk
    at = f"/sla/calendars/{pk}/"
    d.post(at, do="hours", tz="Europe/Vienna", monday="09:00-17:00", mon="09:00-17:00")
    d.post(at, do="holiday", **{"holiday-day": "2027-05-03", "holiday-name": "Harbour day"})
    d.post(at, do="publish", **{"publish-mode": "recompute"})
    d.post(at, do="remove", day=Calendar.objects.get().holidays.get().pk)
    return {f"calendar.{done}" for done in ("added", "drafted", "changed", "published")}


def _agreements(d: Desk) -> set[str]:
    d.post("/sla/calendars/", name="Round the clock", tz="Europe/Vienna")
    calendar = Calendar.objects.get()
    d.post(f"/sla/calendars/{calendar.pk}/", do="publish", **{"publish-mode": "recompute"})
    d.post("/sla/agreements/new/", name="Gold", kind="sla", calendar=calendar.pk, resolution="8h")
    at = f"/sla/agreements/{Agreement.objects.get().pk}/"
    terms = d.page.get(at).context["terms_form"]
    said = {bound.html_name: bound.value() for bound in terms if bound.value() not in (None, "")}
    grace = next(name for name in said | dict.fromkeys(terms.fields) if "grace" in name)
    d.post(at, do="terms", **{**said, grace: "10m"})
    d.post(at, do="publish")
    d.post(at, do="retire", **{"retire-typed": "Gold"})
    return {f"agreement.{done}" for done in ("added", "drafted", "published", "ended")}


def _streams(d: Desk) -> set[str]:
    d.post(
        "/streams/new/", name="Restore", trigger="A call", outcome="It works", order="free",
        organisation=d.organisation.pk,
    )  # fmt: skip
    for name in ("Help", "Learn"):
        d.post("/streams/restore/", do="step", **{"step-name": name, "step-activity": "improve"})
    learn = ValueStream.objects.get().steps.get(name="Learn")
    d.post("/streams/restore/", do="up", step=learn.pk)
    d.post("/streams/restore/", do="remove", step=learn.pk)
    told = [event.data["changed"] for event in AdminEvent.objects.filter(verb__endswith="changed")]
    both = ["Help (Improve)", "Learn (Improve)"]
    assert [one["steps"] for one in reversed(told)] == [
        [[], both[:1]], [[], both[1:]], [both, both[::-1]], [both[1:], []],
    ]  # fmt: skip
    return {"value_stream.added", "value_stream.changed"}


def _freezes(d: Desk) -> set[str]:
    said = {
        "name": "Harvest", "reason": "All hands are out.", "organisations": [d.organisation.pk],
        "starts_at": "2026-09-01T00:00", "ends_at": "2026-09-08T00:00",
    }  # fmt: skip
    d.post("/deliver/freezes/new/", **said)
    pk = ChangeFreeze.objects.get().pk
    d.post(f"/deliver/freezes/{pk}/", **{**said, "organisations": []})
    d.post(f"/deliver/freezes/{pk}/lift/")
    changed = AdminEvent.objects.get(verb="change_freeze.changed").data["changed"]
    assert changed == {"organisations": [["Harbour"], []]}
    return {f"change_freeze.{done}" for done in ("added", "changed", "lifted")}


#: By the names of the pages: what fills their forms in, and the verbs that has to leave.
FILLED: dict[tuple[str, ...], Callable[[Desk], set[str]]] = {
    ("admin-person-new", "admin-person"): _person,
    ("admin-people-file",): _people_file,
    ("admin-organisation-new", "admin-organisation"): _organisation,
    ("admin-team-new", "admin-team"): _team,
    ("admin-priorities",): _priorities,
    ("admin-routing", "admin-rule-new", "admin-rule"): _routing,
    ("admin-policy-new", "admin-policy"): _approvals,
    ("admin-webhook-new", "admin-webhook"): _webhooks,
    ("admin-token-new", "admin-token-withdraw"): _tokens,
    ("admin-imports", "admin-import"): _imports,
    ("admin-branding",): _branding,
    ("admin-sign-in",): _sign_in,
    ("admin-mail", "admin-mail-new", "admin-mail-edit", "admin-mail-rule-drop"): _mailboxes,
    ("ticket-keep-new", "ticket-keep", "ticket-drop"): _prepared,
    ("sla-calendars", "sla-calendar"): _calendars,
    ("sla-agreement-new", "sla-agreement"): _agreements,
    ("stream-new", "stream-detail"): _streams,
    ("freeze-new", "freeze-edit", "freeze-lift"): _freezes,
}


@pytest.fixture
def d(cast, desk, organisation, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Desk(browser(cast.admin), cast, desk, organisation)


def _changes_something(route: Route) -> bool:
    view = getattr(route.callback, "view_class", None)
    if view is None:
        return route.name.startswith("admin-")
    is_admin = issubclass(view, AdminView | RecordsAdminView) or route.name in SHARED
    return is_admin and hasattr(view, "post") and "post" in view.http_method_names


def test_every_form_of_an_administrator_is_filled_in_here():
    forms = {route.name for route in routes() if _changes_something(route)} - set(NO_SETTING)
    filled = {name for names in FILLED for name in names}

    assert forms - filled == set()
    assert filled - forms == set()


def test_every_place_of_the_start_page_is_looked_at():
    """A place without a form of its own only shows, or is where the forms above are found."""
    shows = {"admin-people", "admin-roles", "admin-organisations", "admin-teams", "sla-agreements",
             "ticket-prepared", "admin-webhooks", "admin-tokens", "admin-audit",
             "record-list:offerings", "admin-mail-outbox", "stream-list", "freeze-list",
             "admin-approvals", "admin-first-steps"}  # fmt: skip
    filled = {name for names in FILLED for name in names}
    assert {place[0] for place in PLACES} - filled == shows


@pytest.mark.parametrize("names", FILLED, ids=lambda names: names[0])
def test_what_it_changes_is_written_down_with_who_and_what(d, names):
    verbs = FILLED[names](d)

    events = list(AdminEvent.objects.all())
    assert verbs - {event.verb for event in events} == set()
    for event in events:
        assert (event.actor_id, event.actor_name) == (d.cast.admin.pk, d.cast.admin.name)
        assert event.subject
        assert all(was != now for was, now in event.data.get("changed", {}).values())
    shown = d.page.get("/admin/audit/?of=setup").content.decode()
    assert all(setup_words(verb) in shown for verb in verbs)


@pytest.mark.parametrize("names", FILLED, ids=lambda names: names[0])
def test_it_is_told_in_peoples_words(d, names):
    """No verb, no field and no value of a known set stands there as a program spells it."""
    FILLED[names](d)
    rows = d.page.get("/admin/audit/?of=setup").context["rows"]
    assert rows
    for row in rows:
        noun, _dot, done = row["event"].verb.partition(".")
        assert noun in THINGS, row["event"].verb
        assert done in DONE, row["event"].verb
        for line in row["lines"]:
            assert not re.search(r"[a-z]_[a-z]", line.name), line


def test_before_and_after_stand_in_it(d):
    _mailboxes(d)
    _routing(d)

    changed = AdminEvent.objects.get(verb="mailbox.changed").data["changed"]
    assert changed == {"name": ["", "Harbour desk"]}
    changed = AdminEvent.objects.get(verb="routing_rule.changed").data["changed"]
    assert changed == {"words": ["Cranes", "boom"], "is_active": [True, False]}
    gone = AdminEvent.objects.get(verb="routing_rule.removed").data["changed"]
    assert gone["words"] == ["boom", None]


def test_a_secret_is_told_to_have_changed_and_never_told(d):
    _webhooks(d)

    secrets = AdminEvent.objects.get(verb="webhook.secret_renewed").data["changed"]
    assert secrets["secret"] == ["set", "set anew"]
    told = str(list(AdminEvent.objects.values_list("data", flat=True)))
    assert "whs_" not in told


def test_what_somebody_keeps_for_themselves_is_theirs(d):
    d.post("/tickets/prepared/replies/new/", title="Mine", audience="me", body="Hello.")
    assert not AdminEvent.objects.exists()


def test_the_questions_of_an_offering_are_in_the_trail_of_records(d):
    offering = opened("offering", d.cast)
    d.post(
        f"/offerings/{offering.number}/questions/", add="1", label="Which size?", kind="text",
        key="size", name="size",
    )  # fmt: skip
    event = Event.objects.filter(record=offering).latest("pk")
    assert "Which size?" in str(event.data)
