"""For every route of the URL conf, addresses that show it with something in it.

A new page is found here by the URL conf. When its arguments cannot be filled, or nothing is there to
fill them with, the tests say so until this file knows an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse

from itsm.accounts.administering import password_words
from itsm.accounts.models import Organisation, Team, User
from itsm.notifications.links import approval_link, digest_link, mute_link
from itsm.portal.models import ImportRun, ReportSchedule
from itsm.portal.reports.mailing import stop_link
from itsm.portal.reports.shelf import REPORTS
from itsm.portal.requests import own_offers
from itsm.portal.tracking import link_to
from itsm.webhooks.models import Webhook
from sla.models import Agreement, Calendar, Clock
from tests.browser.company import ADMIN, GUEST, NOBODY, REQUESTER, World, followed
from tests.routes import Route, routes, spelled
from tickets.mail.models import InboundMail, Mailbox
from tickets.models import RoutingRule
from tickets.prepared import CannedReply, Macro
from valuechain.approvals.models import Approval, ApprovalPolicy
from valuechain.deliver_support.models import ChangeFreeze, ServiceOffering
from valuechain.improve.csat import link_for
from valuechain.obtain_build.models import AcceptanceCheck
from valuechain.records.flows import flows
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Comment, Record, SavedView
from valuechain.records.vocabulary import Activity
from valuechain.streams.models import ValueStream

#: Readable routes that are no page, each with the reason.
NOT_PAGES = {
    "healthz": "one word for a load balancer",
    "readyz": "one word for a load balancer",
    "metrics": "figures for a program",
    "change-calendar-file": "a calendar file",
    "mail-raw": "a mail as it came",
    "record-file": "a file as it was attached",
    "record-file-preview": "a picture drawn small",
    "sso-start": "sends the browser to another house",
    "sso-back": "takes back whom another house sent",
    "brand-styles": "a stylesheet",
    "brand-logo": "a picture",
    "portal-suggest": "rows below a field",
    "people-suggest": "rows below a field",
    "records-suggest": "rows below a field",
    "tags-suggest": "rows below a field",
    "notification-moved": "leads on to where it is now",
    "notification-part-moved": "leads on to where it is now",
    "record-export": "a file for a spreadsheet",
    "export": "a file for a spreadsheet",
    "begin": "leads to the sign-in once somebody is administrator",
    "ticket-call-beside": "the panel beside the call form, which the form's own page shows",
}


#: What whoever is not signed in yet opens from a mail, or to be sent one.
BY_MAIL = ("password-forgot", "sign-in-by-mail", "sign-in-link")


def reader_of(route: Route) -> str:
    """Who opens a route: requesters the portal, nobody yet signed in the doors, an administrator the rest."""
    if route.name in (
        "login",
        "password-set",
        "csat",
        "track",
        "track-open",
        "report-stop",
        *BY_MAIL,
    ):
        return NOBODY
    if route.name == "track-show":
        return GUEST
    return REQUESTER if route.path.startswith("portal/") else ADMIN


def pages() -> list[Route]:
    """Return the routes that a browser opens."""
    return [
        route
        for route in routes()
        if not route.is_api and route.name not in NOT_PAGES and _answers_get(route)
    ]


def _answers_get(route: Route) -> bool:
    """Whether a view shows something; one made of a function says so only when it is asked."""
    view = getattr(route.callback, "view_class", None)
    return view is None or (hasattr(view, "get") and "get" in view.http_method_names)


def somewhere(route: Route) -> str:
    """Return an address of a route that need not exist, to learn whether it is read at all."""
    return spelled(route, dict.fromkeys(route.arguments, 1) | {"number": "INC-1", "name": "x"})


def addresses(route: Route, world: World) -> Iterator[str]:
    """Yield the addresses that show a route."""
    if make := _MADE.get(route.name):
        yield from make(world)
    elif (filled := _filled(route)) is not None:
        yield spelled(route, filled)


def _filled(route: Route) -> dict[str, Any] | None:
    """Return what stands for the arguments of a route that any object of its kind shows."""
    arguments = set(route.arguments)
    if not arguments:
        return {}
    if arguments == {"pk"} and route.name in _OBJECTS:
        found = _OBJECTS[route.name].objects.order_by("pk").first()
        return None if found is None else {"pk": found.pk}
    if not arguments <= {"resource", "number"}:
        return None
    resource = "tickets"
    if "resource" not in arguments:
        resource = spelled(route, {"number": ""}).strip("/").partition("/")[0]
    record = Record.objects.filter(resource=resource).order_by("-event_count", "pk").first()
    return None if record is None else {"resource": record.resource, "number": record.number}


_OBJECTS: dict[str, Any] = {
    "approval-vote": Approval,
    "freeze-edit": ChangeFreeze,
    "admin-person": User,
    "person": User,
    "admin-organisation": Organisation,
    "admin-team": Team,
    "admin-mail-edit": Mailbox,
    "admin-rule": RoutingRule,
    "admin-webhook": Webhook,
    "admin-import": ImportRun,
    "admin-policy": ApprovalPolicy,
    "mail-detail": InboundMail,
    "sla-calendar": Calendar,
    "sla-why": Clock,
}


def _of_each_kind() -> Iterator[tuple[Kind, Record]]:
    """One record of each kind, that on which most has happened."""
    for kind in kinds:
        record = Record.objects.filter(kind=kind.name).order_by("-event_count", "pk").first()
        if record is not None:
            yield kind, record.specific


def _details(_world: World) -> Iterator[str]:
    for kind, record in _of_each_kind():
        yield record.get_absolute_url()
        ended = Record.objects.filter(kind=kind.name, closed_at__isnull=False).first()
        if ended is not None and ended.pk != record.pk:
            yield ended.get_absolute_url()


def _lists(_world: World) -> Iterator[str]:
    for resource in kinds.resources:
        yield reverse("record-list", args=[resource])
    yield reverse("record-list", args=["tickets"]) + "?q=nothing-is-called-this"


def _new(_world: World) -> Iterator[str]:
    for kind in kinds:
        yield reverse("record-new", args=[kind.resource]) + f"?kind={kind.name}"
    yield reverse("record-new", args=["tickets"])


def _transitions(world: World) -> Iterator[str]:
    """One question of each kind: the one that asks most."""
    for _kind, record in _of_each_kind():
        offers = [o for o in record.kind_entry.machine.offers(record, world.admin) if o.decision]
        if offers:
            most = max(offers, key=lambda offer: len(offer.asks))
            yield reverse("record-transition", args=[record.resource, record.number, most.name])


def _flows(world: World) -> Iterator[str]:
    for kind, record in _of_each_kind():
        for flow in flows:
            if kind.name in flow.sources:
                yield reverse("record-flow", args=[record.resource, record.number, flow.name])
                break


#: Pages that are the same for every kind but for the fields: these are as unlike as they get.
_UNLIKE = ("incident", "change", "design_spec", "need", "component")


def _one(name: str) -> Callable[[World], Iterator[str]]:
    def make(_world: World) -> Iterator[str]:
        for record in (record for kind, record in _of_each_kind() if kind.name in _UNLIKE):
            yield reverse(name, args=[record.resource, record.number])

    return make


def _own(name: str) -> Callable[[World], Iterator[str]]:
    """Requests of the requester, one in each state they are in."""

    def make(world: World) -> Iterator[str]:
        mine = Record.objects.visible_to(world.requester).filter(requester=world.requester)
        seen = set()
        for record in mine.order_by("pk"):
            if (record.kind, record.state) not in seen:
                seen.add((record.kind, record.state))
                yield reverse(name, args=[record.number])

    return make


def _steps(world: World) -> Iterator[str]:
    for record in Record.objects.filter(requester=world.requester).order_by("pk"):
        for offer in own_offers(record.specific, world.requester):
            yield reverse("portal-step", args=[record.number, offer["name"]])


def _own_need(world: World) -> Iterator[str]:
    for record in Record.objects.filter(kind="need", requester=world.requester)[:2]:
        yield reverse("portal-need", args=[record.number])


def _articles(_world: World) -> Iterator[str]:
    for record in Record.objects.filter(resource="articles", state="published")[:1]:
        yield reverse("portal-article", args=[record.number])


def _quotes(_world: World) -> Iterator[str]:
    for comment in Comment.objects.filter(record__resource="tickets").order_by("pk")[:1]:
        here = [comment.record.resource, comment.record.number, f"comment-{comment.pk}"]
        yield reverse("improve-quote", args=here)


def _texts(_world: World) -> Iterator[str]:
    for kind, state in (("vision", "published"), ("policy", "in_force")):
        for record in Record.objects.filter(kind=kind, state=state)[:1]:
            yield reverse("portal-text", args=[record.number])


def _orders(_world: World) -> Iterator[str]:
    for offering in ServiceOffering.objects.filter(state="published").order_by("pk"):
        yield reverse("portal-order", args=[offering.slug])


def _ratings(world: World) -> Iterator[str]:
    record = Record.objects.filter(kind="incident", phase="done").first()
    if record is not None:
        yield link_for(record, world.requester)
        yield link_for(record, world.requester) + "?r=4"


def _report_stop(_world: World) -> Iterator[str]:
    yield urlsplit(stop_link(ReportSchedule.objects.order_by("pk")[0])).path


def _streams(name: str) -> Callable[[World], Iterator[str]]:
    def make(_world: World) -> Iterator[str]:
        for stream in ValueStream.objects.order_by("pk")[:2]:
            yield reverse(name, args=[stream.slug])

    return make


def _welcome(world: World) -> Iterator[str]:
    words = password_words(world.requester, actor=world.admin)
    yield reverse("password-set", args=[words["uidb64"], words["token"]])


def _spec_versions(_world: World) -> Iterator[str]:
    for record in Record.objects.filter(resource="specs").order_by("-event_count")[:1]:
        yield reverse("spec-version", args=[record.number, 1])


def _approvals_by_mail(world: World) -> Iterator[str]:
    for approval in Approval.objects.filter(decided_at__isnull=True).order_by("pk")[:1]:
        yield urlsplit(approval_link(world.admin.pk, approval.pk, 1)).path


def _stops(world: World) -> Iterator[str]:
    record = Record.objects.filter(resource="tickets").first()
    if record is not None:
        yield urlsplit(mute_link(world.admin.pk, record.pk)).path


def _digests(world: World) -> Iterator[str]:
    yield urlsplit(digest_link(world.admin.pk)).path


def _views(_world: World) -> Iterator[str]:
    for view in SavedView.objects.filter(name="Hot"):
        yield reverse("record-view", args=[view.resource, view.pk])


def _kept(_world: World) -> Iterator[str]:
    for shelf, model in (("replies", CannedReply), ("macros", Macro)):
        for kept in model.objects.filter(title="Off and on"):
            yield reverse("ticket-keep", args=[shelf, kept.pk])


def _remarks(_world: World) -> Iterator[str]:
    for record in Record.objects.filter(resource="specs").order_by("-event_count")[:1]:
        yield reverse("spec-remark", args=[record.number]) + "?part=risks"


def _agreements(_world: World) -> Iterator[str]:
    for agreement in Agreement.objects.order_by("pk")[:1]:
        yield reverse("sla-agreement", args=[agreement.pk]) + "?simulate=30"


def _bulk(_world: World) -> Iterator[str]:
    numbers = Record.objects.filter(kind="incident").live().values_list("number", flat=True)[:2]
    chosen = "&".join(f"number={number}" for number in numbers)
    yield f"{reverse('record-bulk', args=['tickets'])}?{chosen}"
    yield f"{reverse('record-bulk', args=['tickets'])}?step=assign&{chosen}"


def _checks(_world: World) -> Iterator[str]:
    check = AcceptanceCheck.objects.select_related("component").first()
    if check is not None:
        yield reverse("check-answer", args=[check.component.number, check.pk])


def _offering_questions(_world: World) -> Iterator[str]:
    for record in Record.objects.filter(resource="offerings")[:2]:
        yield reverse("offering-questions", args=[record.number])


_MADE: dict[str, Callable[[World], Iterator[str]]] = {
    "record-detail": _details,
    "record-list": _lists,
    "record-new": _new,
    "record-transition": _transitions,
    "record-flow": _flows,
    "record-edit": _one("record-edit"),
    "record-chain": _one("record-chain"),
    "record-link": _one("record-link"),
    "record-comment": _one("record-comment"),
    "activity": lambda _w: (
        reverse("activity", args=[name.replace("_", "-")]) for name in Activity.values
    ),
    "report": lambda _w: (reverse("report", args=[key]) for key in REPORTS),
    "report-schedule": lambda _w: iter((reverse("report-schedule", args=["volume"]),)),
    "report-stop": _report_stop,
    "portal-request": _own("portal-request"),
    "portal-sent": _own("portal-sent"),
    "portal-step": _steps,
    "portal-need": _own_need,
    "portal-article": _articles,
    "portal-text": _texts,
    "improve-quote": _quotes,
    "portal-order": _orders,
    "portal-new": lambda _w: (
        reverse("portal-new", args=[slug]) for slug in ("broken", "ask", "need", "idea")
    ),
    "csat": _ratings,
    "sign-in-link": lambda w: iter((w.links["sign-in-link"],)),
    "track-open": lambda w: iter((urlsplit(link_to(w.requester, followed(w))).path,)),
    "track-show": lambda w: iter((reverse("track-show", args=[followed(w).number]),)),
    "stream-detail": _streams("stream-detail"),
    "stream-map": _streams("stream-map"),
    "stream-records": _streams("stream-records"),
    "password-set": _welcome,
    "search": lambda _w: iter(("/search/?q=dock", "/search/?q=nothingatall", "/search/")),
    "approval-by-mail": _approvals_by_mail,
    "notification-stop": _stops,
    "spec-version": _spec_versions,
    "spec-remark": _remarks,
    "digest-stop": _digests,
    "sla-agreement": _agreements,
    "record-view": _views,
    "ticket-keep": _kept,
    "ticket-keep-new": lambda _w: (
        reverse("ticket-keep-new", args=[shelf]) for shelf in ("replies", "macros")
    ),
    "record-bulk": _bulk,
    "check-answer": _checks,
    "offering-questions": _offering_questions,
}
