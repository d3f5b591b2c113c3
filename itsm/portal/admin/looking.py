"""Pages on which administrators look: the start and the audit log."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import AdminEvent, ApiToken, Organisation, Team, User
from itsm.portal.admin.first_steps import steps_left
from itsm.portal.admin.forms import AuditForm, SetupAuditForm
from itsm.portal.admin.telling import (
    event_lines,
    event_states,
    event_words,
    setup_lines,
    setup_words,
    verbs_of_records,
    verbs_of_setup,
)
from itsm.portal.admin.views import AdminView
from itsm.portal.models import ImportRun
from itsm.webhooks.models import Webhook
from sla.models import Agreement, Calendar
from tickets.mail.models import Mailbox
from tickets.models import RoutingRule
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.records.models import Event
from valuechain.streams.models import ValueStream

#: So many events make a page of the log.
PAGE = 100

#: By what they are about: the name of the page, what it is called, what it holds, and what is counted.
GROUPS: tuple[tuple[Any, tuple[tuple[str, Any, Any, Any], ...]], ...] = (
    (gettext_lazy("People and access"), (
        ("admin-people", gettext_lazy("People"), gettext_lazy("Who there is, and what they may do."), User),
        ("admin-roles", gettext_lazy("Roles"), gettext_lazy("Who holds which role where."), None),
        ("admin-organisations", gettext_lazy("Organisations"),
         gettext_lazy("The company, its customers and suppliers, as a tree."), Organisation),
        ("admin-teams", gettext_lazy("Teams"), gettext_lazy("Who works together."), Team),
        ("admin-sign-in", gettext_lazy("Signing in"), gettext_lazy("By which ways people come in."), None),
    )),
    (gettext_lazy("Promises"), (
        ("sla-agreements", gettext_lazy("Agreements"), gettext_lazy("What was promised to whom."), Agreement),
        ("sla-calendars", gettext_lazy("Business calendars"),
         gettext_lazy("When the time of a promise counts."), Calendar),
        ("admin-priorities", gettext_lazy("Priorities"),
         gettext_lazy("What impact and urgency make of a ticket."), None),
    )),
    (gettext_lazy("The service desk"), (
        ("record-list:offerings", gettext_lazy("Catalogue"),
         gettext_lazy("What can be asked for, and what each form asks."), None),
        ("admin-routing", gettext_lazy("Routing"),
         gettext_lazy("Which new tickets go to which team."), RoutingRule),
        ("ticket-prepared", gettext_lazy("Canned replies and macros"),
         gettext_lazy("What the desk writes or does often."), None),
        ("admin-mail", gettext_lazy("Mailboxes"), gettext_lazy("Where mail becomes tickets."), Mailbox),
        ("admin-mail-outbox", gettext_lazy("Outgoing mail"),
         gettext_lazy("What was sent, waits, or was given up."), None),
    )),
    (gettext_lazy("The value chain"), (
        ("admin-approvals", gettext_lazy("Approvals"),
         gettext_lazy("Who has to agree before something goes on."), None),
        ("stream-list", gettext_lazy("Value streams"),
         gettext_lazy("Which steps lead from a demand to its outcome."), ValueStream),
        ("freeze-list", gettext_lazy("Change freezes"),
         gettext_lazy("When nothing that runs is changed."), ChangeFreeze),
    )),
    (gettext_lazy("Other systems"), (
        ("admin-tokens", gettext_lazy("API tokens"), gettext_lazy("Which programs come in."), ApiToken),
        ("admin-webhooks", gettext_lazy("Webhooks"), gettext_lazy("Which systems are told."), Webhook),
        ("admin-imports", gettext_lazy("Import"),
         gettext_lazy("Incidents of another service desk, from a file."), ImportRun),
    )),
    (gettext_lazy("The house"), (
        ("admin-first-steps", gettext_lazy("First steps"),
         gettext_lazy("What a new desk still lacks, in order."), None),
        ("admin-branding", gettext_lazy("Branding"),
         gettext_lazy("Name, logo and colour of the house."), None),
        ("admin-audit", gettext_lazy("Audit log"), gettext_lazy("Who did what, and when."), None),
    )),
)  # fmt: skip
PLACES = tuple(place for _label, places in GROUPS for place in places)


class HomeView(AdminView):
    """Everything that is set up, on one page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the places that there are, by what they are about."""
        groups = [{"label": label, "places": [_place(*one) for one in of]} for label, of in GROUPS]
        context = {"groups": groups, "steps_left": steps_left(request.user)}
        return render(request, "admin/home.html", context)


def _place(name: str, label: Any, words: Any, model: Any) -> dict[str, Any]:
    page, _colon, resource = name.partition(":")
    count = model._default_manager.count() if model is not None else None
    url = reverse(page, args=[resource] if resource else [])
    return {"url": url, "label": label, "words": words, "count": count}


class AuditView(AdminView):
    """What happened to every record, who did it, and when."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it, the latest first."""
        if request.GET.get("of") == "setup":
            return self._setup(request)
        form = AuditForm(request.GET)
        found: Any = Event.objects.visible_to(request.user)
        if form.is_valid():
            found = _narrowed(found, form.cleaned_data)
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            found = found.filter(pk__lt=int(before))
        events = list(found.select_related("record", "actor").order_by("-pk")[: PAGE + 1])
        query = request.GET.copy()
        next_url = ""
        if len(events) > PAGE:
            query["before"] = str(events[PAGE - 1].pk)
            next_url = f"{request.path}?{query.urlencode()}"
        rows = [
            {
                "event": event,
                "words": event_words(event),
                "states": event_states(event),
                "lines": event_lines(event),
            }
            for event in events[:PAGE]
        ]
        context = {"form": form, "rows": rows, "next_url": next_url}
        return render(request, "admin/audit.html", context | {"tabs": _tabs(request)})

    def _setup(self, request: HttpRequest) -> HttpResponse:
        """Show what administrators changed of what is set up."""
        found = AdminEvent.objects.all()
        words = request.GET.get("q", "").strip()[:100]
        for word in words.split():
            said = Q(actor_name__icontains=word) | Q(subject__icontains=word)
            found = found.filter(said | _with_verb(word, verbs_of_setup(word)))
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            found = found.filter(pk__lt=int(before))
        form = SetupAuditForm(request.GET)
        if form.is_valid():
            span = {"at__gte": form.cleaned_data["since"], "at__lt": form.cleaned_data["until"]}
            found = found.filter(**{name: value for name, value in span.items() if value})
        events = list(found[: PAGE + 1])
        next_url = ""
        if len(events) > PAGE:
            query = request.GET.copy()
            query["before"] = str(events[PAGE - 1].pk)
            next_url = f"{request.path}?{query.urlencode()}"
        rows = [
            {
                "event": event,
                "words": setup_words(event.verb),
                "lines": setup_lines(event.verb, event.data),
            }
            for event in events[:PAGE]
        ]
        context = {"rows": rows, "form": form, "next_url": next_url}
        return render(request, "admin/audit_setup.html", context | {"tabs": _tabs(request)})


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    is_setup = request.GET.get("of") == "setup"
    return [
        {"label": _("Records"), "url": request.path, "current": not is_setup},
        {"label": _("What is set up"), "url": f"{request.path}?of=setup", "current": is_setup},
    ]


def _narrowed(found: Any, said: dict[str, Any]) -> Any:
    rules = {
        "actor__name__icontains": said["who"],
        "record__number": said["record"].strip().upper(),
        "at__gte": said["since"],
        "at__lt": said["until"],
    }
    found = found.filter(**{name: value for name, value in rules.items() if value})
    words = said["verb"].strip()
    return found.filter(_with_verb(words, verbs_of_records(words))) if words else found


def _with_verb(words: str, meant: list[str]) -> Q:
    """Find a verb by its name for programs, or by what people read instead; a dot says that more follows."""
    found = Q(verb__icontains=words)
    for verb in meant:
        if verb.startswith("."):
            found |= Q(verb__endswith=verb)
        elif verb.endswith("."):
            found |= Q(verb__startswith=verb)
    return found | Q(verb__in=[verb for verb in meant if verb.strip(".") == verb])
