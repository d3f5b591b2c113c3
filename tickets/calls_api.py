"""REST for telephone systems: who is calling, and a call written down with its length."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Func, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.accounts.models import User
from itsm.core import clock
from itsm.core.errors import FieldErrors
from itsm.core.rest.views import SafeWrites
from tickets.asks import TICKET_KINDS
from valuechain.records.actions import add_comment, log_time
from valuechain.records.answers import NotUnderstood, find_record
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Record
from valuechain.records.vocabulary import Channel, Via, Visibility

#: The last digits of a number that have to agree: country and area may be written in many ways.
ENOUGH = 7


class CallSerializer(serializers.Serializer[Any]):
    """A call as a telephone system tells of it.

    With `ticket` it is written on that ticket, with `title` it opens one; with neither it is only
    looked up, and the answer holds the address of the form, filled in.
    """

    caller = serializers.CharField(max_length=40)
    ticket = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200, required=False)
    kind = serializers.CharField(required=False, default="incident")
    text = serializers.CharField(required=False, max_length=50_000, default="", allow_blank=True)
    visibility = serializers.ChoiceField(Visibility.choices, required=False, default="internal")
    started_at = serializers.DateTimeField(required=False)
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=86_400)
    external_source = serializers.CharField(
        required=False, max_length=60, default="", allow_blank=True
    )
    external_id = serializers.CharField(
        required=False, max_length=120, default="", allow_blank=True
    )


class CallerSerializer(serializers.Serializer[Any]):
    """Somebody whose number fits, and what they have open."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    open_tickets = serializers.ListField(child=serializers.CharField())


class CallAnswerSerializer(serializers.Serializer[Any]):
    """Who called, what was written down, and where the form is."""

    callers = CallerSerializer(many=True)
    ticket = serializers.CharField(allow_null=True)
    form_url = serializers.CharField()


class CallViewSet(SafeWrites, viewsets.GenericViewSet[Any]):
    """Telephone calls."""

    scope: ClassVar = "tickets"
    serializer_class = CallSerializer
    queryset = Record.objects.none()

    @extend_schema(
        request=CallSerializer, responses={200: CallAnswerSerializer, 201: CallAnswerSerializer}
    )
    def create(self, request: Request) -> Response:
        """Say who is calling; write the call down when it names a ticket or a title."""
        given = CallSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        call: dict[str, Any] = given.validated_data
        actor: Any = request.user
        people = callers(call["caller"], actor=actor)
        ticket = _write_down(call, people, actor=actor)
        known = people[0].email or people[0].phone if people else call["caller"]
        body = {
            "callers": [_shown(person, actor) for person in people],
            "ticket": ticket.number if ticket else None,
            "form_url": f"{settings.SITE_URL}{reverse('ticket-call')}?{urlencode({'caller': known})}",
        }
        return Response(body, status=status.HTTP_201_CREATED if ticket else status.HTTP_200_OK)


def callers(number: str, *, actor: Any) -> list[User]:
    """Return the people, at most five, whose number ends as this one does."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < ENOUGH:
        return []
    bare = Func("phone", Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    found = User.objects.visible_to(actor).filter(is_active=True).exclude(phone="")
    fitting = found.annotate(digits=bare).filter(digits__endswith=digits[-ENOUGH:])
    people = list(fitting.select_related("organisation")[:50])
    # The same local number may exist in two towns; the one that agrees furthest comes first.
    people.sort(key=lambda one: -_agreement(re.sub(r"\D", "", one.phone), digits))
    return people[:5]


def _agreement(one: str, other: str) -> int:
    same = 0
    while same < min(len(one), len(other)) and one[-1 - same] == other[-1 - same]:
        same += 1
    return same


def _write_down(call: dict[str, Any], people: list[User], *, actor: Any) -> Record | None:
    if "ticket" not in call and "title" not in call:
        return None
    at = min(call.get("started_at") or clock.now(), clock.now())
    record = _on_a_ticket(call, at, actor) if "ticket" in call else _new(call, people, at, actor)
    if call.get("seconds"):
        log_time(record, seconds=call["seconds"], actor=actor, via=Via.API, at=at, note=_("Call"))
    return record


def _on_a_ticket(call: dict[str, Any], at: Any, actor: Any) -> Record:
    try:
        record = find_record(call["ticket"], actor=actor, of=TICKET_KINDS)
    except NotUnderstood as problem:
        raise FieldErrors({"ticket": [("not_found", str(problem))]}) from problem
    comment = add_comment(
        record,
        body=call["text"] or _("Call from %(number)s.") % {"number": call["caller"]},
        visibility=call["visibility"],
        form=Comment.Form.CALL,
        actor=actor,
        via=Via.API,
        at=at,
    )
    return Record.objects.visible_to(actor).filter(pk=comment.record_id).first() or record


def _new(call: dict[str, Any], people: list[User], at: Any, actor: Any) -> Record:
    kind = call["kind"].replace("-", "_")
    if kind not in TICKET_KINDS[:2]:
        message = _("Choose one of: %(words)s.") % {"words": ", ".join(TICKET_KINDS[:2])}
        raise FieldErrors({"kind": [("not_understood", message)]})
    if not people:
        message = _("Nobody is known under this number. Open the form to add them.")
        raise FieldErrors({"caller": [("unknown", message)]})
    return kinds[kind].open(
        actor=actor,
        via=Via.API,
        title=call["title"],
        description=call["text"],
        requester=people[0],
        organisation=people[0].organisation,
        channel=Channel.PHONE,
        received_at=at,
        external_source=call["external_source"],
        external_id=call["external_id"],
    )


def _shown(person: User, actor: Any) -> dict[str, Any]:
    tickets = Record.objects.visible_to(actor).of_resource("tickets").live()
    return {
        "id": person.pk,
        "name": person.name,
        "organisation": person.organisation.name,
        "open_tickets": list(
            tickets.filter(requester=person).order_by("-pk").values_list("number", flat=True)[:10]
        ),
    }
