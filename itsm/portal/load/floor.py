"""The least that Django and REST framework can do for the same rows: what the bench compares with.

Plain views as a tutorial would write them, behind Django's usual middleware: no visibility, no
audit, no clocks, no problem details. Only the bench answers at these addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import Context, Template
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.authentication import TokenAuthentication as _BearerScheme
from rest_framework.pagination import BasePagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from itsm.accounts import tokens
from itsm.accounts.tokens import ApiToken
from itsm.core import clock
from tickets.models import Incident
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Record
from valuechain.records.numbers import next_number

PAGE = 50
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "itsm.portal.load.floor.answer_here",
)


def answer_here(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware that sends a request to the addresses below instead of the program's own."""

    def middleware(request: HttpRequest) -> Any:
        request.urlconf = __name__
        return get_response(request)

    return middleware


_ROWS = Template(
    """<!doctype html><title>Tickets</title><table>{% for r in rows %}
    <tr><td><a href="/{{ r.number }}/">{{ r.number }}</a><td>{{ r.title }}<td>{{ r.kind }}
    <td>{{ r.state }}<td>{{ r.get_priority_display }}<td>{{ r.requester|default_if_none:"" }}
    <td>{{ r.owner|default_if_none:"" }}<td>{{ r.team|default_if_none:"" }}
    <td>{{ r.opened_at|date:"c" }}<td>{{ r.next_due_at|date:"c" }}{% endfor %}</table>"""
)
_PAGE = Template(
    """<!doctype html><title>{{ r.title }}</title><h1>{{ r.number }} {{ r.title }}</h1>
    <p>{{ r.state }}<p>{{ r.get_priority_display }}<p>{{ r.requester|default_if_none:"" }}
    <p>{{ r.owner|default_if_none:"" }}<p>{{ r.team|default_if_none:"" }}
    <p>{{ r.description|linebreaks }}{% for c in comments %}
    <article><b>{{ c.author|default_if_none:"" }}</b> {{ c.at|date:"c" }}{{ c.body|linebreaks }}
    </article>{% endfor %}"""
)


def _tickets() -> QuerySet[Record]:
    return Record.objects.filter(resource="tickets").select_related("requester", "owner", "team")


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Fifty rows, newest first; further down by the place where the page before ended."""
    rows = _tickets().order_by("-opened_at", "-pk")
    if before := request.GET.get("before"):
        rows = rows.filter(opened_at__lt=datetime.fromisoformat(before))
    return HttpResponse(_ROWS.render(Context({"rows": rows[:PAGE]})))


@login_required
def page(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket with its messages."""
    del request
    record = get_object_or_404(_tickets(), number=number)
    comments = Comment.objects.filter(record=record).select_related("author").order_by("at")
    return HttpResponse(_PAGE.render(Context({"r": record, "comments": comments})))


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Tickets whose header or messages hold every word."""
    query = SearchQuery(" & ".join(request.GET["q"].split()), search_type="raw",
                        config="throughline")  # fmt: skip
    said = Comment.objects.filter(search=query).values("record_id")
    found = Record.objects.filter(search=query).values("pk").union(said)
    rows = _tickets().filter(pk__in=found).order_by("-updated_at")
    return HttpResponse(_ROWS.render(Context({"rows": rows[:PAGE]})))


class _Token(_BearerScheme):
    """REST framework's own token scheme over our table of tokens."""

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        prefix, secret = tokens.read(key) or ("", "")
        token = ApiToken.objects.select_related("user").get(prefix=prefix)
        if not token.matches(secret):
            raise LookupError(prefix)
        return token.user, token


class _Ticket(serializers.ModelSerializer[Any]):
    organisation: Any = serializers.StringRelatedField()
    requester: Any = serializers.StringRelatedField()
    owner: Any = serializers.StringRelatedField()
    team: Any = serializers.StringRelatedField()

    class Meta:
        model = Record
        fields = ("id", "number", "kind", "title", "description", "state", "phase", "priority",
                  "impact", "urgency", "channel", "organisation", "requester", "owner", "team",
                  "opened_at", "updated_at", "next_due_at", "version")  # fmt: skip


class _NewTicket(serializers.ModelSerializer[Any]):
    class Meta:
        model = Incident
        fields = ("id", "title", "description", "requester", "organisation", "impact", "urgency")


class _FirstPage(BasePagination):
    """The first fifty and no count."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        del request, view
        return list(queryset[:PAGE])

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data})


class _Plain(generics.GenericAPIView[Any]):
    """What both REST views share: nothing of this program's."""

    authentication_classes = [_Token]
    permission_classes = [IsAuthenticated]
    renderer_classes = [JSONRenderer]
    throttle_classes = ()
    filter_backends = ()


class TicketList(_Plain, generics.ListAPIView[Any]):
    """Tickets in one state."""

    serializer_class = _Ticket
    pagination_class = _FirstPage

    def get_queryset(self) -> QuerySet[Record]:
        found = _tickets().select_related("organisation")
        return found.filter(state=self.request.query_params["state"]).order_by("-opened_at")


class NewTicket(_Plain, generics.CreateAPIView[Any]):
    """A ticket as two bare rows."""

    serializer_class = _NewTicket
    queryset = Incident.objects.all()

    def perform_create(self, serializer: Any) -> None:
        now = clock.now()
        serializer.save(
            number=next_number(kinds["incident"]), kind="incident", resource="tickets",
            state="new", phase="new", state_since=now, opened_at=now, priority=3,
        )  # fmt: skip


urlpatterns = [
    path("queue/", queue),
    path("search/", search),
    path("api/tickets/", TicketList.as_view()),
    path("api/new/", NewTicket.as_view()),
    path("<str:number>/", page),
]
