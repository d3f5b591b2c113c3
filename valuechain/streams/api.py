"""REST for value streams and their runs, and for the numbers of how work flows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.errors import FieldErrors
from itsm.core.rest.filters import refuse_unknown
from itsm.core.rest.views import ThroughlineViewSet
from valuechain.records.api import read_input
from valuechain.records.models import Record
from valuechain.streams import actions
from valuechain.streams.flow import ACTIVITY, GROUPS, STEP, measure
from valuechain.streams.models import Instance, Step, ValueStream, Visit
from valuechain.streams.periods import read_period
from valuechain.streams.serializers import (
    FlowSerializer,
    InstanceSerializer,
    StartSerializer,
    StepSerializer,
    StreamInputSerializer,
    StreamSerializer,
    TakeSerializer,
)


class _ById(ThroughlineViewSet):
    """Streams and runs have no human number; they are addressed by their id."""

    scope = "streams"
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"

    def _given(self, serializer: Any, request: Request) -> dict[str, Any]:
        given: dict[str, Any] = read_input(serializer, request, self.get_serializer_context())
        return given

    def _record(self, number: str) -> Record:
        found: Any = Record.objects.visible_to(self.actor).filter(number=number.upper()).first()
        if found is None:
            message = _("There is no such record, or it is not yours to see.")
            raise FieldErrors({"record": [("not_found", message)]})
        record: Record = found
        return record


class StreamViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _ById):
    """Value streams with their steps in order."""

    queryset = ValueStream.objects.none()
    serializer_class = StreamSerializer
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}
    ordering = "name"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = ValueStream.objects.visible_to(self.actor)
        return found.select_related("owner", "organisation").prefetch_related("steps")

    @extend_schema(request=StreamInputSerializer, responses={201: StreamSerializer})
    def create(self, request: Request) -> Response:
        """Draw a stream, with its steps if given."""
        given = self._given(StreamInputSerializer, request)
        made = actions.create_stream(actor=self.actor, **given)
        return self._shown(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=StreamInputSerializer(partial=True), responses=StreamSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the words, owner or order of a stream."""
        stream = self.get_object()
        given = StreamInputSerializer(
            data=request.data, partial=True, context=self.get_serializer_context()
        )
        given.is_valid(raise_exception=True)
        actions.change_stream(stream, given.validated_data, actor=self.actor)
        return self._shown(stream.pk)

    @extend_schema(request=StepSerializer, responses={201: StepSerializer})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, pk: str) -> Response:
        """Add a step at the end."""
        stream = self.get_object()
        given = self._given(StepSerializer, request)
        made = actions.add_step(stream, actor=self.actor, **given)
        return Response(StepSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"steps/(?P<step>\d{1,18})")
    def remove_step(self, request: Request, pk: str, step: str) -> Response:
        """Take out a step that no record went along."""
        found = self.get_object().steps.filter(pk=step).first()
        if found is None:
            raise Http404
        actions.remove_step(found, actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(methods=["GET"], responses=InstanceSerializer(many=True), filters=False)
    @extend_schema(methods=["POST"], request=StartSerializer, responses={201: InstanceSerializer})
    @action(
        detail=True,
        methods=["get", "post"],
        ordering="-started_at",
        ordering_fields={"started_at": "started_at"},
    )
    def instances(self, request: Request, pk: str) -> Response:
        """List the runs of a stream, or begin one with a record."""
        stream = self.get_object()
        if request.method == "POST":
            given = self._given(StartSerializer, request)
            run = actions.start_instance(stream, self._record(given["record"]), actor=self.actor)
            context = self.get_serializer_context()
            found = runs(self.actor).get(pk=run.pk)
            return Response(
                InstanceSerializer(found, context=context).data, status=status.HTTP_201_CREATED
            )
        page = self.paginate_queryset(runs(self.actor).filter(stream=stream))
        context = self.get_serializer_context()
        return self.get_paginated_response(
            InstanceSerializer(page, many=True, context=context).data
        )

    def _shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        stream = self.get_queryset().get(pk=pk)
        body = StreamSerializer(stream, context=self.get_serializer_context()).data
        return Response(body, status=code)


class InstanceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _ById):
    """The runs of all value streams."""

    queryset = Instance.objects.none()
    serializer_class = InstanceSerializer
    ordering_fields: ClassVar = {"started_at": "started_at"}
    ordering = "-started_at"

    def get_queryset(self) -> QuerySet[Any]:
        return runs(self.actor)

    @extend_schema(request=TakeSerializer, responses={201: InstanceSerializer})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, pk: str) -> Response:
        """Take a record along a step of the run."""
        run = self.get_object()
        given = self._given(TakeSerializer, request)
        step = Step.objects.filter(stream=run.stream, pk=given["step"]).first()
        if step is None:
            raise FieldErrors({"step": [("not_found", _("This stream has no such step."))]})
        with transaction.atomic():
            actions.take_step(run, step, self._record(given["record"]), actor=self.actor)
        found = self.get_queryset().get(pk=run.pk)
        body = InstanceSerializer(found, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)


def runs(actor: Any) -> QuerySet[Any]:
    """Return the runs an actor may see, each with the visits of records they may see."""
    visits = (
        Visit.objects.filter(record__in=Record.objects.visible_to(actor).values("pk"))
        .select_related("step", "record")
        .defer("record__search", "record__description")
    )
    found: QuerySet[Any] = Instance.objects.visible_to(actor)
    return (
        found.select_related("stream", "first")
        .defer("first__search", "first__description")
        .prefetch_related(Prefetch("visits", queryset=visits))
    )


class FlowViewSet(ThroughlineViewSet):
    """How work flows: time in the queue, worked on and waiting, returns and the bottleneck."""

    scope = "metrics"
    serializer_class = FlowSerializer
    pagination_class = None
    queryset = ValueStream.objects.none()
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        responses=FlowSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("stream", OpenApiTypes.STR, description="The slug of a stream."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="The first day, UTC."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="The last day, UTC."),
            OpenApiParameter("group", OpenApiTypes.STR, enum=GROUPS),
            OpenApiParameter(
                "records", OpenApiTypes.STR, description="The key of a group whose records to list."
            ),
        ],
    )
    def list(self, request: Request) -> Response:
        """Measure a period; each number is the sum over the records that `records` lists."""
        refuse_unknown(request, frozenset({"stream", "from", "to", "group", "records"}))
        asked = request.query_params
        period = read_period(asked)
        stream = None
        if asked.get("stream"):
            seen = ValueStream.objects.visible_to(self.actor)
            stream = seen.filter(slug=asked["stream"]).first()
            if stream is None:
                message = _("There is no such stream, or it is not yours to see.")
                raise FieldErrors({"stream": [("not_found", message)]})
        group = asked.get("group") or (STEP if stream else ACTIVITY)
        if group not in GROUPS or (group == STEP and stream is None):
            message = _("Choose activity, or step together with a stream.")
            raise FieldErrors({"group": [("not_understood", message)]})
        flow = measure(
            actor=self.actor,
            begin=period.begin,
            end=period.end,
            now=period.now,
            stream=stream,
            group=group,
        )
        shown = asked.get("records")
        if shown and shown not in {one.key for one in flow.groups}:
            raise FieldErrors({"records": [("not_found", _("There is no such group."))]})
        body = FlowSerializer(
            flow, context={**self.get_serializer_context(), "period": period, "shown": shown}
        )
        return Response(body.data)
