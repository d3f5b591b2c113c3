"""REST for clocks, the agreements they obey and the calendars they count by."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.rest.conditional import expected_version, versioned
from itsm.core.rest.views import ReadsVersions, ThroughlineViewSet
from sla import actions, shapes
from sla.actions.calendars import active_holidays
from sla.calendars import BadInputError, read_calendar
from sla.explaining import why
from sla.filters import ClockFilter
from sla.models import Agreement, Calendar, Clock
from sla.serializers import (
    AgreementSerializer,
    AgreementVersionSerializer,
    CalendarInputSerializer,
    CalendarSerializer,
    CalendarVersionSerializer,
    ClockSerializer,
    DaysSerializer,
    ExampleSerializer,
    FeedSerializer,
    HolidaySerializer,
    NewAgreementSerializer,
    PublishAgreementSerializer,
    PublishCalendarSerializer,
    RegionSerializer,
    ReviewSerializer,
    SimulationSerializer,
    TermsSerializer,
    WhySerializer,
)
from sla.simulating import simulate
from valuechain.records.api import read_input


class ById(ThroughlineViewSet):
    """What clocks consist of has no human number; it is addressed by its id."""

    scope = "sla"
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"

    def _given(self, serializer: Any, request: Request) -> dict[str, Any]:
        given: dict[str, Any] = read_input(serializer, request, self.get_serializer_context())
        return given


class ClockViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ById):
    """The clocks on records the caller may see."""

    queryset = Clock.objects.none()
    serializer_class = ClockSerializer
    filterset_class = ClockFilter
    ordering_fields: ClassVar = {
        "due_at": "due_at",
        "started_at": "started_at",
        "breached_at": "breached_at",
    }
    ordering = "-started_at"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Clock.objects.visible_to(self.actor)
        return found.select_related("record").defer("record__search", "record__description")

    @extend_schema(responses=WhySerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def explain(self, request: Request, pk: str) -> Response:
        """Say why the clock is due when it is: agreement, calendar, and the sum line by line."""
        found = why(self.get_object())
        body = WhySerializer(found, context=self.get_serializer_context()).data
        if not self.actor.access.works_on(found.clock.record):
            for stretch in body["stretches"]:
                stretch["note"] = stretch["actor"] = ""
        return Response(body)


class CalendarViewSet(mixins.ListModelMixin, ReadsVersions, ById):
    """Business calendars: drafts are written, published editions are never changed."""

    queryset = Calendar.objects.none()
    serializer_class = CalendarSerializer
    ordering_fields: ClassVar = {"name": "name"}
    ordering = "name"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Calendar.objects.visible_to(self.actor)
        return found.prefetch_related("versions")

    @extend_schema(request=CalendarInputSerializer, responses={201: CalendarSerializer})
    def create(self, request: Request) -> Response:
        """Create a calendar as a draft."""
        given = self._given(CalendarInputSerializer, request)
        made = actions.create_calendar(
            name=given.get("name", ""), definition=given["definition"], actor=self.actor
        )
        return self._shown(made.calendar_id, status.HTTP_201_CREATED)

    @extend_schema(request=CalendarInputSerializer, responses=CalendarSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write the draft; needs If-Match."""
        calendar = self.get_object()
        expected_version(request, calendar)
        given = self._given(CalendarInputSerializer, request)
        actions.draft_calendar(calendar, given["definition"], actor=self.actor)
        return self._shown(calendar.pk)

    @extend_schema(request=PublishCalendarSerializer, responses=CalendarSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Freeze the draft with its holidays; clocks that run follow as `mode` says."""
        calendar = self.get_object()
        given = self._given(PublishCalendarSerializer, request)
        actions.publish_calendar(calendar, actor=self.actor, mode=given["mode"])
        return self._shown(calendar.pk)

    @extend_schema(responses=CalendarVersionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """List all editions, the newest first."""
        return Response(CalendarVersionSerializer(self.get_object().versions.all(), many=True).data)

    @extend_schema(responses=HolidaySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def holidays(self, request: Request, pk: str) -> Response:
        """List holidays by date, those awaiting review included."""
        return Response(HolidaySerializer(self.get_object().holidays.all(), many=True).data)

    @extend_schema(request=HolidaySerializer, responses={201: HolidaySerializer})
    @holidays.mapping.post
    def add_holiday(self, request: Request, pk: str) -> Response:
        """Type in a holiday; it counts from the next publication on."""
        given = self._given(HolidaySerializer, request)
        made = actions.add_holiday(
            self.get_object(),
            day=given["date"],
            name=given["name"],
            starts=given["starts"],
            ends=given["ends"],
            actor=self.actor,
        )
        return Response(HolidaySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RegionSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="public-holidays")
    def public_holidays(self, request: Request, pk: str) -> Response:
        """Add the public holidays of a region as rows."""
        given = self._given(RegionSerializer, request)
        added = actions.load_public_holidays(self.get_object(), actor=self.actor, **given)
        return Response({"added": added})

    @extend_schema(request=FeedSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="import")
    def import_feed(self, request: Request, pk: str) -> Response:
        """Read an iCalendar file; what is new in it waits for review."""
        given = self._given(FeedSerializer, request)
        waiting = actions.import_feed(
            self.get_object(),
            text=given["text"].encode(),
            origin=given["origin"],
            actor=self.actor,
        )
        return Response({"awaiting_review": waiting})

    @extend_schema(request=ReviewSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """Take up or turn down imported days."""
        given = self._given(ReviewSerializer, request)
        decided = actions.review_holidays(self.get_object(), actor=self.actor, **given)
        return Response({"decided": decided})

    @extend_schema(request=ExampleSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def example(self, request: Request, pk: str) -> Response:
        """Work out when a target would be due, before anything is published."""
        calendar = self.get_object()
        given = self._given(ExampleSerializer, request)
        newest = calendar.versions.order_by("-number").first()
        raw = given.get("definition") or {
            **(newest.definition if newest else {}),
            "holidays": active_holidays(calendar),
        }
        hours = read_calendar(shapes.check_definition(raw))
        try:
            due = hours.add(given["start"], given["target_s"])
        except BadInputError as problem:
            raise FieldErrors({"target_s": [("out_of_range", problem.message)]}) from None
        return Response(
            {
                "start": given["start"],
                "target_s": given["target_s"],
                "due_at": due,
                "is_open_at_start": hours.is_open(given["start"]),
                "next_change_at": hours.next_change(given["start"]),
            }
        )

    def _shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        calendar = self.get_queryset().get(pk=pk)
        return versioned(Response(self.get_serializer(calendar).data, status=code), calendar)


class AgreementViewSet(mixins.ListModelMixin, ReadsVersions, ById):
    """Agreements: drafts are written, published editions are never changed."""

    queryset = Agreement.objects.none()
    serializer_class = AgreementSerializer
    ordering_fields: ClassVar = {"name": "name"}
    ordering = "name"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Agreement.objects.visible_to(self.actor)
        return found.prefetch_related("versions")

    @extend_schema(request=NewAgreementSerializer, responses={201: AgreementSerializer})
    def create(self, request: Request) -> Response:
        """Create an agreement as a draft."""
        given = self._given(NewAgreementSerializer, request)
        made = actions.create_agreement(
            name=given.pop("name"), kind=given.pop("kind"), actor=self.actor, terms=given
        )
        return self._shown(made.agreement_id, status.HTTP_201_CREATED)

    @extend_schema(request=TermsSerializer, responses=AgreementSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write the draft; needs If-Match."""
        agreement = self.get_object()
        expected_version(request, agreement)
        given = self._given(TermsSerializer, request)
        actions.draft_agreement(agreement, given, actor=self.actor)
        return self._shown(agreement.pk)

    @extend_schema(request=PublishAgreementSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put the draft in force."""
        agreement = self.get_object()
        given = self._given(PublishAgreementSerializer, request)
        actions.publish_agreement(agreement, actor=self.actor, **given)
        return self._shown(agreement.pk)

    @extend_schema(request=None, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Let no new clock obey the agreement, and end those that run."""
        agreement = self.get_object()
        actions.retire_agreement(agreement, actor=self.actor)
        return self._shown(agreement.pk)

    @extend_schema(responses=AgreementVersionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """List all editions, the newest first."""
        found = self.get_object().versions.all()
        return Response(AgreementVersionSerializer(found, many=True).data)

    @extend_schema(request=DaysSerializer, responses=SimulationSerializer)
    @action(detail=True, methods=["post"])
    def simulate(self, request: Request, pk: str) -> Response:
        """Try the draft on the clocks of the last days; nothing is changed."""
        given = self._given(DaysSerializer, request)
        newest = self.get_object().versions.order_by("-number").first()
        if newest is None:
            raise RuleViolation("nothing_to_simulate", _("Write a draft first."))
        found = simulate(newest, days=given["days"], visible=Clock.objects.visible_to(self.actor))
        return Response(SimulationSerializer(found).data)

    def _shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        agreement = self.get_queryset().get(pk=pk)
        return versioned(Response(self.get_serializer(agreement).data, status=code), agreement)
