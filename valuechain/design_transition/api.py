"""REST for specifications beyond what every record has: versions, what changed, coverage."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from valuechain.design_transition import actions, policies
from valuechain.design_transition.content import requirements_of
from valuechain.design_transition.diffing import CHANGED, compare
from valuechain.design_transition.figures import schedule_of, schedules_of
from valuechain.design_transition.models import Remark, SpecVersion
from valuechain.design_transition.panels import sources_of
from valuechain.records.api import RecordViewSet
from valuechain.records.models import Record
from valuechain.records.querysets import reads_notes
from valuechain.records.serializers import (
    DetailSerializer,
    NamedSerializer,
    RecordRefSerializer,
    RecordSerializer,
)
from valuechain.records.vocabulary import Via


class SpecVersionSerializer(serializers.Serializer[SpecVersion]):
    """A specification as it read when it was put up for approval."""

    number = serializers.IntegerField()
    content_hash = serializers.CharField()
    author = NamedSerializer(allow_null=True)
    at = serializers.DateTimeField()
    content = serializers.JSONField()


class CoverageSerializer(serializers.Serializer[Any]):
    """Needs without a requirement, requirements without a need, and musts nobody took on."""

    uncovered_needs = RecordRefSerializer(many=True)
    requirements_without_need = RecordRefSerializer(many=True)
    unallocated_musts = RecordRefSerializer(many=True)


class AwaitedSerializer(serializers.Serializer[Any]):
    """Something that comes later than it is needed."""

    record = RecordRefSerializer()
    needed = serializers.DateField()
    expected = serializers.DateField()
    days = serializers.IntegerField()


class ScheduleSerializer(serializers.Serializer[Any]):
    """When it has to be live, when it can be, and the days between: below zero is too late."""

    target = serializers.DateField(allow_null=True)
    forecast = serializers.DateField(allow_null=True)
    slack_days = serializers.IntegerField(source="slack", allow_null=True)
    slack = serializers.CharField(source="words", allow_blank=True)
    because = AwaitedSerializer(many=True)


class ForecastSerializer(serializers.Serializer[Any]):
    """The same without what moves the day, for a list."""

    target = serializers.DateField(allow_null=True)
    forecast = serializers.DateField(allow_null=True)
    slack_days = serializers.IntegerField(source="slack", allow_null=True)
    slack = serializers.CharField(source="words", allow_blank=True)


class WithForecast(serializers.Serializer[Any]):
    """When a specification can be live, asked once for all rows of a page."""

    time_to_market_forecast = serializers.SerializerMethodField()

    @extend_schema_field(ForecastSerializer)
    def get_time_to_market_forecast(self, spec: Record) -> Any:
        """Say when it can be live."""
        context: Any = self.context
        known: dict[int, Any] = context.setdefault("forecasts", {})
        if spec.pk not in known:
            page: Any = self.parent.instance if self.parent is not None else [spec]
            known |= schedules_of(page)
        return ForecastSerializer(known[spec.pk]).data


class SpecRowSerializer(WithForecast, RecordSerializer):
    """A specification in a list, with the day it can be live."""


class SpecSerializer(WithForecast, DetailSerializer):
    """A specification, with the day it can be live."""


class RemarkSerializer(serializers.Serializer[Remark]):
    """A comment on one part of a specification, or an answer to one."""

    id = serializers.IntegerField(read_only=True)
    part = serializers.CharField(
        max_length=40,
        required=False,
        help_text=(
            "A section's name, `requirements`, `money`, `time` or the number of a requirement. "
            "An answer takes it from its thread."
        ),
    )
    body = serializers.CharField(max_length=50_000)
    answers_to = serializers.IntegerField(
        source="answers_to_id", required=False, allow_null=True, help_text="The first of a thread."
    )
    version = serializers.IntegerField(
        source="version_number", read_only=True, allow_null=True,
        help_text="The version that was read.",
    )  # fmt: skip
    author = NamedSerializer(read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)
    resolved_by = NamedSerializer(read_only=True, allow_null=True)
    resolved_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SettledSerializer(serializers.Serializer[Any]):
    """Whether a thread is ticked off."""

    resolved = serializers.BooleanField()


class SpecViewSet(RecordViewSet):
    """Specifications, with their versions and coverage."""

    row_serializer = SpecRowSerializer
    detail_serializer = SpecSerializer

    @extend_schema(responses=SpecVersionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"number": "number"}, ordering="-number")
    def versions(self, request: Request, number: str) -> Response:
        """List the versions, newest first."""
        spec: Any = self.get_object().specific
        found = SpecVersion.objects.filter(spec=spec).select_related("author")
        return self._paged(found, SpecVersionSerializer)

    @extend_schema(
        parameters=[OpenApiParameter("since", int, description="The version to compare with.")],
        responses=OpenApiTypes.OBJECT,
        filters=False,
    )
    @action(detail=True, methods=["get"], url_path=r"versions/(?P<version>\d{1,9})/changes",
            pagination_class=None)  # fmt: skip
    def changes(self, request: Request, number: str, version: str) -> Response:
        """Say what changed in a version since the one before, or since the one named."""
        spec: Any = self.get_object().specific
        shown = spec.versions.filter(number=int(version)).first()
        since = request.query_params.get("since", "")
        wanted = int(since) if since.isascii() and since.isdigit() else int(version) - 1
        older = spec.versions.filter(number=min(wanted, 2**31 - 1)).first()
        if shown is None or older is None:
            raise Http404
        difference = compare(older.content, shown.content)
        return Response(
            {
                "from": older.number,
                "to": shown.number,
                "fields": [
                    {"field": c.name, "before": c.before, "after": c.after}
                    for c in (*difference.sections, *difference.figures)
                    if c.is_changed
                ],
                "requirements": [
                    {
                        "number": row.number,
                        "how": row.how,
                        "fields": [
                            {"field": c.name, "before": c.before, "after": c.after}
                            for c in (row.cells if row.how == CHANGED else ())
                        ],
                    }
                    for row in difference.rows
                ],
            }
        )

    @extend_schema(responses=RemarkSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"id": "pk"}, ordering="id")
    def remarks(self, request: Request, number: str) -> Response:
        """List the comments on the parts of a specification."""
        return self._paged(self._remarks(), RemarkSerializer)

    @extend_schema(request=RemarkSerializer, responses={201: RemarkSerializer})
    @remarks.mapping.post
    def add_remark(self, request: Request, number: str) -> Response:
        """Comment on a part, or answer a comment."""
        given = self._input(RemarkSerializer, request)
        first = given.get("answers_to_id")
        remark = actions.add_remark(
            self.get_object(),
            part=given.get("part", ""),
            body=given["body"],
            answers_to=None if first is None else self._remark(first),
            actor=request.user,
            via=Via.API,
        )
        return Response(RemarkSerializer(remark).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="specs_remarks_settle", request=SettledSerializer, responses=RemarkSerializer
    )
    @action(detail=True, methods=["post"], url_path=r"remarks/(?P<pk>\d{1,18})")
    def settle_remark(self, request: Request, number: str, pk: str) -> Response:
        """Tick a thread off, or open it again."""
        given = self._input(SettledSerializer, request)
        remark = actions.settle_remark(
            self._remark(int(pk)), is_settled=given["resolved"], actor=request.user, via=Via.API
        )
        return Response(RemarkSerializer(remark).data)

    def _remarks(self) -> Any:
        spec: Any = self.get_object().specific
        # Written between the people who work on it, like a note: never for a requester.
        if not reads_notes(self.request.user, spec):
            return Remark.objects.none()
        return Remark.objects.filter(spec=spec).select_related("author", "resolved_by")

    def _remark(self, pk: int) -> Remark:
        found: Remark | None = self._remarks().filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(responses=ScheduleSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def schedule(self, request: Request, number: str) -> Response:
        """Say when it can be live, with the slack in days, and what moves that day."""
        spec = self.get_object().specific
        return Response(ScheduleSerializer(schedule_of(spec).seen_by(request.user)).data)

    @extend_schema(responses=CoverageSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def coverage(self, request: Request, number: str) -> Response:
        """Trace both ways: needs without a requirement, requirements without a need."""
        spec = self.get_object().specific
        requirements = list(requirements_of(spec))
        sources = sources_of(requirements, request.user)
        seen = Record.objects.visible_to(request.user)
        uncovered = [need.pk for need in policies.uncovered_needs(spec)]
        musts = [must.pk for must in policies.unallocated_musts(spec)]
        shown = CoverageSerializer(
            {
                "uncovered_needs": seen.filter(pk__in=uncovered),
                "requirements_without_need": [r for r in requirements if not sources.get(r.pk)],
                "unallocated_musts": seen.filter(pk__in=musts),
            }
        )
        return Response(shown.data)
