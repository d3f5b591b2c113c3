"""The whole company that the pages are looked at in: the sample, and what it lacks for some of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from itsm.accounts.actions import issue_token
from itsm.accounts.models import Team, User
from itsm.accounts.sign_in_links import make_link
from itsm.core import clock
from itsm.portal.models import ImportRun
from itsm.portal.reports.mailing import schedule_report
from itsm.portal.tracking import link_to
from itsm.webhooks.actions import subscribe
from itsm.webhooks.models import Delivery
from tickets.actions import save_rule
from tickets.prepared import CannedReply, Macro
from tickets.preparing import EVERYBODY, keep
from valuechain.deliver_support.actions.freezing import save_freeze
from valuechain.records.actions.viewing import save_view
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Record

ADMIN, REQUESTER, NOBODY, GUEST = "admin", "requester", "nobody", "guest"


@dataclass(frozen=True)
class World:
    """The sample company, who looks at it, and the sessions they are signed in with."""

    admin: User
    requester: User
    sessions: dict[str, str] = field(default_factory=dict)
    #: Addresses that a row was written for, which the server has to find.
    links: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        for who, person in ((ADMIN, self.admin), (REQUESTER, self.requester)):
            client = Client()
            client.force_login(person)
            self.sessions[who] = client.cookies["sessionid"].value
        guest = Client()
        guest.post(urlsplit(link_to(self.requester, followed(self))).path)
        self.sessions[GUEST] = guest.cookies["sessionid"].value
        token = make_link(User.objects.get(pk=self.requester.pk))
        self.links["sign-in-link"] = reverse("sign-in-link", args=[token])


def followed(world: World) -> Record:
    """What the requester asked for and most was said about."""
    facing = [kind.name for kind in kinds if kind.faces_requesters]
    own = Record.objects.filter(requester=world.requester, kind__in=facing)
    return own.order_by("-event_count", "pk")[0]


def complete(world: World) -> None:
    """Add what the sample company has not: it is about tickets, these pages are about the rest."""
    world.sign_in()
    save_view(resource="tickets", name="Hot", actor=world.admin, filters={"q": "printer"})
    for model, text in ((CannedReply, "body"), (Macro, "note")):
        given = {"title": "Off and on", text: "Turn it off and on again.", "audience": EVERYBODY}
        keep(model, given, actor=world.admin)
    issue_token(user=world.admin, name="Nightly export", scopes=("all:read",), actor=world.admin)
    hook, _secret = subscribe(
        name="Chat", url="https://93.184.215.14/hook", verbs=["incident.*"], actor=world.admin
    )
    monthly = {
        "report": "volume",
        "span": "before",
        "every": "month",
        "at": "07:00",
        "time_zone": "UTC",
    }
    schedule_report(monthly, actor=world.admin)
    ImportRun.objects.create(
        name="incidents.csv",
        size=48_000,
        organisation="Old desk",
        time_zone="UTC",
        stage="tried",
        rows=210,
        incidents=31,
        trial={
            "outcomes": {"opened": 30, "refused": 1, "people made": 12},
            "moves": {"resolve": 30},
            "notes": {},
            "refused": 1,
            "refusals": [[17, "opened_at", "This is no date."]],
            "tried": 31,
        },
        started_by=world.admin,
    )
    event = Event.objects.filter(verb="incident.resolve").first()
    Delivery.objects.create(
        webhook=hook,
        event=event,
        record=event.record,
        sequence=event.sequence,
        status="dead",
        attempts=9,
        response_status=500,
        response="Internal Server Error",
    )
    given = {"name": "Telephones", "words": "phone, headset", "team": Team.objects.first()}
    save_rule(None, given, actor=world.admin)
    now = clock.now()
    save_freeze(
        None,
        name="Year end",
        starts_at=now,
        ends_at=now + timedelta(days=9),
        reason="Closing the books",
        organisations=[],
        services=[],
        actor=world.admin,
    )
