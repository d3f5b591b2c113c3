"""Logging a call, with what is known already beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from itsm.accounts.models import User
from itsm.accounts.roles import DESK_ROLES
from itsm.core import clock
from tickets.asks import TICKET_KINDS
from tickets.calls import join_caller, log_call
from tickets.forms import CallForm, read_opening, sign_opening
from tickets.knowing import articles_for, services_meant, troubles
from tickets.models import Incident
from tickets.priority import priority_of
from tickets.similar import known_errors, similar_incidents
from valuechain.deliver_support.models import KnowledgeArticle
from valuechain.records.actions import drop_draft, save_draft
from valuechain.records.answers import NotUnderstood, find_record
from valuechain.records.models import Draft, Record
from valuechain.records.panels import panels
from valuechain.records.views import NewRecordView
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.views.conversing import draft_words, saved
from valuechain.records.vocabulary import Channel, Impact, Urgency

#: How many of a caller's open records stand beside the form.
THEIRS = 5
#: What a draft of a call keeps, and what makes it worth keeping.
DRAFTED = (
    "caller", "caller_id", "title", "service", "impact", "urgency", "description", "new_caller",
    "phone", "organisation", "kind", "priority", "priority_reason", "resolution_code", "resolution",
)  # fmt: skip
WORTH_KEEPING = ("caller", "title", "description", "resolution")


class NewTicketView(NewRecordView):
    """Opens a ticket; a call goes to the page made for calls."""

    def get(self, request: HttpRequest, resource: str = "tickets") -> HttpResponse:
        """Show the form of a kind, or the call page for `channel=call`."""
        if request.GET.get("channel") in ("call", "phone"):
            query = request.GET.copy()
            query.pop("channel")
            tail = f"?{query.urlencode()}" if query else ""
            return redirect(f"{reverse('ticket-call')}{tail}")
        return super().get(request, resource)

    def post(self, request: HttpRequest, resource: str = "tickets") -> HttpResponse:
        """Open the ticket."""
        return super().post(request, resource)


class CallView(StaffView):
    """Logs a call while the person is still talking."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in whoever keeps the desk going; other staff have no calls to log."""
        user: Any = request.user
        if user.is_authenticated and user.access.is_staff and not user.access.holds(DESK_ROLES):
            return render(
                request,
                "errors/403.html",
                {"reason": _("Logging calls needs the role of a service desk agent.")},
                status=403,
            )
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form; another system may name the caller and the problem in the address."""
        actor: Any = request.user
        initial: dict[str, Any] = {
            "opened": sign_opening(clock.now()),
            "organisation": actor.organisation_id,
            "title": request.GET.get("title", "")[:200],
            "caller": request.GET.get("caller", "")[:200],
        }
        draft = Draft.objects.visible_to(actor).written().filter(name=Draft.Name.CALL).first()
        if draft is not None and not initial["caller"] and not initial["title"]:
            initial |= draft.values
        elif initial["caller"]:
            person = _person(request.GET, actor=actor)
            if person is not None:
                initial |= {"caller": _spelled(person), "caller_id": person.pk}
            draft = None
        form = CallForm(initial=initial, actor=actor)
        given: Mapping[str, Any] = draft.values if draft else request.GET
        return self._page(request, form, given, draft_words=draft_words(draft))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log the call, or add the caller to a ticket that is open; keep everything on an error."""
        actor: Any = request.user
        now = clock.now()
        form = CallForm(request.POST, actor=actor)
        if request.POST.get("action") == "look" or request.POST.get("guess"):
            given = request.POST.copy()
            if guess := given.get("guess"):
                given["service"] = guess
            return self._page(request, _unjudged(given, actor), given)
        opened = read_opening(request.POST.get("opened", ""), now=now)
        if number := request.POST.get("join"):
            return self._join(request, form, number)
        solved = request.POST.get("action") == "resolve"
        if number := request.POST.get("article"):
            form, solved = self._answered_by(request, number), True
        record = attempt(
            form,
            lambda call: log_call(call=call, actor=actor, now=now, opened=opened, solved=solved),
        )
        if record is None:
            return self._page(request, form, request.POST, status=UNPROCESSABLE)
        drop_draft(person=actor, name=Draft.Name.CALL)
        if request.POST.get("action") == "next":
            messages.success(request, _("%(number)s is logged.") % {"number": record.number})
            return redirect("ticket-call")
        late = "&unmatched=1" if form.cleaned_data.get("unmatched") else ""
        return redirect(f"{record.get_absolute_url()}?logged=1{late}")

    def _answered_by(self, request: HttpRequest, number: str) -> CallForm:
        """Return the form with an article as what was done: the caller is sent its address."""
        actor: Any = request.user
        article = KnowledgeArticle.objects.visible_to(actor).filter(number=number).first()
        if article is None:
            raise Http404
        address = request.build_absolute_uri(reverse("portal-article", args=[article.number]))
        given = request.POST.copy()
        words = _("This article should help: %(title)s\n%(address)s")
        given["resolution"] = words % {"title": article.title, "address": address}
        given["resolution_code"] = "answered"
        return CallForm(given, actor=actor)

    def _join(self, request: HttpRequest, form: CallForm, number: str) -> HttpResponse:
        actor: Any = request.user
        now = clock.now()
        try:
            ticket = find_record(number, actor=actor)
        except NotUnderstood:
            raise Http404 from None
        # The ticket joined has a title: the caller's own words for it are welcome, not needed.
        form.fields["title"].required = False
        opened = read_opening(request.POST.get("opened", ""), now=now)
        comment = attempt(
            form,
            lambda call: join_caller(ticket, call=call, actor=actor, now=now, opened=opened),
        )
        if comment is None:
            return self._page(request, form, request.POST, status=UNPROCESSABLE)
        drop_draft(person=actor, name=Draft.Name.CALL)
        given = form.cleaned_data
        name = given["unmatched"] or given["person"] or given["caller"]
        messages.success(
            request, _("%(name)s is added to %(number)s.") % {"name": name, "number": ticket.number}
        )
        return redirect(f"{ticket.get_absolute_url()}#comment-{comment.pk}")

    def _page(
        self, request: HttpRequest, form: CallForm, given: Mapping[str, Any], status: int = 200,
        draft_words: str = "",
    ) -> HttpResponse:  # fmt: skip
        context = {
            "form": form,
            "is_whole": True,
            "draft_words": draft_words,
            **beside(given, actor=request.user),
        }
        return render(request, "tickets/call.html", context, status=status)


class CallDraftView(CallView):
    """Keeps a call as it is typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Whoever opens the address is shown the call."""
        return redirect("ticket-call")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what is filled in; a form as it was opened is not worth keeping."""
        values = {name: request.POST[name] for name in DRAFTED if request.POST.get(name)}
        worth = values if any(values.get(name) for name in WORTH_KEEPING) else {}
        return saved(save_draft(person=request.user, name=Draft.Name.CALL, values=worth))


def _unjudged(given: Mapping[str, Any], actor: User) -> CallForm:
    """Return the form with what was typed and without errors: nothing was sent yet."""
    initial = {name: given.get(name, "") for name in (*CallForm.base_fields, "service")}
    return CallForm(initial=initial, actor=actor)


class BesideView(StaffView):
    """What stands beside the call form: priority, the caller's open records, similar incidents."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with that part alone."""
        response = render(request, "tickets/_beside.html", beside(request.GET, actor=request.user))
        response["Cache-Control"] = "private, no-store"
        return response


def beside(given: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Work out what helps the agent while the caller talks, from what was typed so far."""
    person = _person(given, actor=actor)
    theirs: list[Record] = []
    if person is not None:
        theirs = list(
            Record.objects.visible_to(actor)
            .live()
            .of_kind(*TICKET_KINDS)
            .filter(requester_id=person.pk)
            .with_people()
            .order_by("-updated_at")[:THEIRS]
        )
    impact = _choice(given.get("impact"), Impact, Impact.PERSON)
    urgency = _choice(given.get("urgency"), Urgency, Urgency.SLOWED)
    priority = priority_of(impact, urgency)
    service = _service(given, actor)
    title = str(given.get("title", ""))
    similar: list[Incident] = similar_incidents(
        title, actor=actor, now=clock.now(), service=service
    )
    guesses = services_meant(title, actor=actor, person=person, similar=similar)
    draft = Incident(
        kind=Incident.KIND,
        priority=priority,
        service=service,
        organisation=person.organisation if person else actor.organisation,
        channel=Channel.PHONE,
        received_at=clock.now(),
    )
    return {
        "person": person,
        "caller_name": person.name if person else str(given.get("caller", "")).strip()[:80],
        "theirs": theirs,
        "similar": similar,
        "known": known_errors(title, actor=actor, service=service),
        "articles": articles_for(title, actor=actor),
        "troubles": troubles(actor=actor, person=person, service=service),
        "guesses": guesses,
        "priority": priority,
        "promises": panels.promised(draft, actor=actor),
        "impact_label": Impact(impact).label,
        "urgency_label": Urgency(urgency).label,
    }


def _choice(given: Any, of: Any, default: int) -> int:
    words = str(given or "")
    return int(words) if words in {str(value) for value in of.values} else default


def _person(given: Mapping[str, Any], *, actor: Any) -> User | None:
    """Return the caller picked or clearly named so far."""
    words = str(given.get("caller", "")).strip()
    form = CallForm({"caller": words, "caller_id": str(given.get("caller_id", ""))}, actor=actor)
    if not words:
        return None
    form.full_clean()
    person: User | None = form.cleaned_data.get("person")
    return person


def _spelled(person: User) -> str:
    return f"{person.name} <{person.email}>" if person.email else person.name


def _service(given: Mapping[str, Any], actor: Any) -> Record | None:
    words = str(given.get("service", "")).strip()
    if not words:
        return None
    try:
        return find_record(words, actor=actor)
    except NotUnderstood:
        return None
