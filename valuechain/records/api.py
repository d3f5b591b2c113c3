"""REST for records of any kind: a resource is a list of kinds, and the rest follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from itsm.core.errors import FieldErrors
from itsm.core.rest.conditional import expected_version, versioned
from itsm.core.rest.filters import refuse_unknown
from itsm.core.rest.pagination import KeysetPagination
from itsm.core.rest.views import ReadsVersions, ThroughlineViewSet
from valuechain.records import actions
from valuechain.records.answers import NotUnderstood, find_record
from valuechain.records.filters import filterset_for
from valuechain.records.flows import flows
from valuechain.records.input_serializers import input_serializer
from valuechain.records.kinds import Kind, kinds
from valuechain.records.listing import ORDERS
from valuechain.records.models import Attachment, Comment, Event, Link, Record
from valuechain.records.panels import panels
from valuechain.records.querysets import RecordQuerySet, reads_notes
from valuechain.records.schema import move_serializer, record_schema
from valuechain.records.serializers import (
    AttachmentSerializer,
    CommentSerializer,
    DetailSerializer,
    EventSerializer,
    HandOffSerializer,
    HandoverSerializer,
    LinkInputSerializer,
    LinkSerializer,
    MoveSerializer,
    OfferSerializer,
    RecordRefSerializer,
    RecordSerializer,
    TimeEntrySerializer,
)
from valuechain.records.serving import serve
from valuechain.records.summary_api import SummaryActions
from valuechain.records.trace import BOTH, DOWNSTREAM, MAX_DEPTH, UPSTREAM, trace
from valuechain.records.vocabulary import Via


class RecordViewSet(SummaryActions, ThroughlineViewSet, ReadsVersions):
    """Records of one resource, by number."""

    resource: ClassVar[str] = ""
    move_serializer: ClassVar[type[MoveSerializer]] = MoveSerializer
    row_serializer: ClassVar[type[RecordSerializer]] = RecordSerializer
    detail_serializer: ClassVar[type[DetailSerializer]] = DetailSerializer
    queryset = Record.objects.none()
    serializer_class: type[BaseSerializer[Any]] = RecordSerializer
    ordering_fields: ClassVar = ORDERS
    ordering = "-opened_at"
    http_method_names: Sequence[str] = ("get", "post", "patch", "delete", "head", "options")

    def get_queryset(self) -> RecordQuerySet:
        found: RecordQuerySet = Record.objects.visible_to(self.request.user)
        if self.resource:
            found = found.of_resource(self.resource)
        return found.with_people()

    def get_object(self) -> Record:
        record = self.get_queryset().filter(number=self.kwargs["number"].upper()).first()
        if record is None:
            raise Http404
        return record

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action == "take_transition":
            return self.move_serializer
        return self.row_serializer if self.action == "list" else self.detail_serializer

    # The record itself ---------------------------------------------------------------------------

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the records the caller may see, filtered, ordered and page by page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open a record. Name the kind where the resource has several."""
        record = open_from(self.resource, request.data, self.get_serializer_context())
        return self._shown(record, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Edit fields of a record; needs If-Match with the version that was read."""
        record = self.get_object()
        version, kind = expected_version(request, record), record.kind_entry
        context = self.get_serializer_context()
        given = input_serializer(kind, editing=True)(data=request.data, context=context)
        given.is_valid(raise_exception=True)
        edited = kind.edit(
            record,
            given.validated_data,
            actor=request.user,
            via=Via.API,
            expected_version=version,
        )
        return self._shown(edited)

    def _shown(self, record: Record, code: int = status.HTTP_200_OK) -> Response:
        body = self.detail_serializer(record, context=self.get_serializer_context()).data
        response = Response(body, status=code)
        if code == status.HTTP_201_CREATED:
            response["Location"] = body["url"]
        return versioned(response, record)

    # What it can do ------------------------------------------------------------------------------

    @extend_schema(responses=OfferSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def transitions(self, request: Request, number: str) -> Response:
        """List what is offered now, what each asks for, and why the rest is refused."""
        record = self.get_object().specific
        offers = record.kind_entry.machine.offers(record, request.user)
        return Response(OfferSerializer(offers, many=True).data)

    @extend_schema(responses=DetailSerializer)
    @transitions.mapping.post
    def take_transition(self, request: Request, number: str) -> Response:
        """Take a transition. 409 when it is not offered or its guard is unmet, 403 with a reason.

        With `dry_run` everything is checked and answered the same, and nothing is changed.
        """
        given = self._input(MoveSerializer, request)
        record = self.get_object()
        version = expected_version(request, record) if "If-Match" in request.headers else None
        with transaction.atomic():
            event = actions.perform(
                record,
                given["transition"],
                actor=request.user,
                via=Via.API,
                data=given["data"],
                expected_version=version,
            )
            shown = self._shown(event.record)
            # What it would be has been worked out by the rules themselves; none of it stays.
            transaction.set_rollback(given["dry_run"])
        return shown

    @extend_schema(responses=OfferSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], url_path="hand-off", pagination_class=None)
    def flows(self, request: Request, number: str) -> Response:
        """List where this record's work can be handed on to."""
        record = self.get_object().specific
        return Response(OfferSerializer(flows.offers(record, request.user), many=True).data)

    @extend_schema(request=HandOffSerializer, responses={201: HandoverSerializer})
    @flows.mapping.post
    def hand_off(self, request: Request, number: str) -> Response:
        """Hand the record's work on to another activity."""
        given = self._input(HandOffSerializer, request)
        handover = actions.hand_off(
            self.get_object(), given["flow"], actor=request.user, via=Via.API, data=given["data"]
        )
        return Response(HandoverSerializer(handover).data, status=status.HTTP_201_CREATED)

    # What is said, kept and spent on it ------------------------------------------------------------

    @extend_schema(responses=CommentSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"at": "at"}, ordering="at")
    def comments(self, request: Request, number: str) -> Response:
        """List the messages the caller may read, oldest first."""
        found = Comment.objects.readable_on(self.get_object(), request.user)
        return self._paged(found.select_related("author"), CommentSerializer)

    @extend_schema(request=CommentSerializer, responses={201: CommentSerializer})
    @comments.mapping.post
    def add_comment(self, request: Request, number: str) -> Response:
        """Write a message; it is an internal note unless it says that it is public."""
        given = self._input(CommentSerializer, request)
        comment = actions.add_comment(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(CommentSerializer(comment).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=AttachmentSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"at": "at"}, ordering="at",
            parser_classes=[MultiPartParser])  # fmt: skip
    def attachments(self, request: Request, number: str) -> Response:
        """List the files the caller may open."""
        found = Attachment.objects.readable_on(self.get_object(), request.user)
        return self._paged(found.select_related("uploaded_by"), AttachmentSerializer)

    @extend_schema(request={"multipart/form-data": AttachmentSerializer},
                   responses={201: AttachmentSerializer})  # fmt: skip
    @attachments.mapping.post
    def add_attachment(self, request: Request, number: str) -> Response:
        """Attach a file, sent as multipart/form-data in the field `file`."""
        given = self._input(AttachmentSerializer, request)
        file = given["file"]
        attachment = actions.attach_file(
            self.get_object(),
            file=file,
            name=file.name,
            visibility=given["visibility"],
            actor=request.user,
            via=Via.API,
        )
        return Response(AttachmentSerializer(attachment).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"attachments/(?P<pk>\d{1,18})")
    def download(self, request: Request, number: str, pk: str) -> HttpResponseBase:
        """Download one file."""
        found = Attachment.objects.readable_on(self.get_object(), request.user)
        attachment = found.filter(pk=int(pk)).first()
        if attachment is None:
            raise Http404
        return serve(attachment)

    @extend_schema(responses=TimeEntrySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], url_path="time-entries", ordering_fields={"at": "at"},
            ordering="at")  # fmt: skip
    def time_entries(self, request: Request, number: str) -> Response:
        """List the time spent on the record, for those who work on it."""
        record = self.get_object()
        found = record.time_entries.select_related("person")
        if not reads_notes(request.user, record):
            found = found.none()
        return self._paged(found, TimeEntrySerializer)

    @extend_schema(request=TimeEntrySerializer, responses={201: TimeEntrySerializer})
    @time_entries.mapping.post
    def log_time(self, request: Request, number: str) -> Response:
        """Write down time spent."""
        given = self._input(TimeEntrySerializer, request)
        entry = actions.log_time(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(TimeEntrySerializer(entry).data, status=status.HTTP_201_CREATED)

    # What it is tied to ----------------------------------------------------------------------------

    @extend_schema(responses=LinkSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"created_at": "created_at"},
            ordering="created_at")  # fmt: skip
    def links(self, request: Request, number: str) -> Response:
        """List the links to and from the record."""
        record = self.get_object()
        found = Link.objects.visible_to(request.user).filter(Q(source=record) | Q(target=record))
        return self._paged(found.select_related("source", "target"), LinkSerializer)

    @extend_schema(request=LinkInputSerializer, responses={201: LinkSerializer})
    @links.mapping.post
    def add_link(self, request: Request, number: str) -> Response:
        """Link the record to another: this record `kind` target."""
        given = self._input(LinkInputSerializer, request)
        try:
            target = find_record(given["target"], actor=request.user)
        except NotUnderstood as problem:
            raise FieldErrors({"target": [("not_found", str(problem))]}) from problem
        link = actions.link_records(
            self.get_object(), target, given["kind"], actor=request.user, via=Via.API
        )
        return Response(LinkSerializer(link).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"links/(?P<pk>\d{1,18})")
    def remove_link(self, request: Request, number: str, pk: str) -> Response:
        """Take a link away."""
        record = self.get_object()
        found = Link.objects.visible_to(request.user).filter(Q(source=record) | Q(target=record))
        link = found.select_related("source", "target").filter(pk=int(pk)).first()
        if link is None:
            raise Http404
        actions.unlink_records(link, actor=request.user, via=Via.API)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=EventSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"sequence": "sequence"},
            ordering="sequence")  # fmt: skip
    def events(self, request: Request, number: str) -> Response:
        """List what happened to the record, as far as the caller may know."""
        record = self.get_object()
        found = Event.objects.readable_on(record, request.user).select_related("actor", "record")
        readable = reads_notes(request.user, record)
        return self._paged(found, EventSerializer, readable=lambda _event: readable)

    @extend_schema(
        parameters=[
            OpenApiParameter("direction", str, enum=[UPSTREAM, DOWNSTREAM, BOTH]),
            OpenApiParameter("depth", int),
        ],
        responses=OpenApiTypes.OBJECT,
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def chain(self, request: Request, number: str) -> Response:
        """Show upstream to demand and downstream to value: nodes and edges."""
        direction = request.query_params.get("direction", BOTH)
        depth = request.query_params.get("depth", "10")
        if direction not in (UPSTREAM, DOWNSTREAM, BOTH):
            message = _("Write upstream, downstream or both.")
            raise FieldErrors({"direction": [("not_understood", message)]})
        if not (depth.isascii() and depth.isdigit() and 0 < len(depth) < 4):
            message = _("Write a whole number up to %(most)d.") % {"most": MAX_DEPTH}
            raise FieldErrors({"depth": [("not_understood", message)]})
        refuse_unknown(request, frozenset({"direction", "depth"}))
        chain = trace(self.get_object(), actor=request.user, direction=direction, depth=int(depth))
        number_of = {pk: record.number for pk, record in chain.records.items()}
        return Response(
            {
                "root": chain.root.number,
                "nodes": [
                    {
                        **RecordRefSerializer(record).data,
                        "activity": record.activity,
                        "depth": chain.depth[record.pk],
                    }
                    for record in chain.nearest_first
                ],
                "edges": [
                    {
                        "source": number_of[link.source_id],
                        "target": number_of[link.target_id],
                        "kind": link.kind,
                    }
                    for link in chain.links
                ],
                "handovers": [
                    {
                        "source": number_of[handover.source_id],
                        "target": number_of[handover.target_id],
                        "flow": handover.flow,
                        "status": handover.status,
                        "offered_at": handover.offered_at,
                    }
                    for handover in chain.handovers
                ],
                "is_cut": chain.is_cut,
            }
        )

    # Shared ----------------------------------------------------------------------------------------

    def _input(self, serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
        return read_input(serializer, request, self.get_serializer_context())

    def _paged(
        self,
        found: QuerySet[Any],
        serializer: type[BaseSerializer[Any]],
        **context: Callable[..., Any],
    ) -> Response:
        refuse_unknown(self.request, frozenset(KeysetPagination.parameters))
        page = self.paginate_queryset(found)
        shown = serializer(page, many=True, context={**self.get_serializer_context(), **context})
        return self.get_paginated_response(shown.data)


def read_input(
    serializer: type[BaseSerializer[Any]], request: Request, context: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a client sent, in shape, or raise the 400 that says what is not."""
    given = serializer(data=request.data, context=dict(context))
    given.is_valid(raise_exception=True)
    data: dict[str, Any] = given.validated_data
    return data


def open_from(resource: str, data: Any, context: Mapping[str, Any]) -> Record:
    """Open a record of a resource from what a client sent; raises what the opener raises."""
    kind = _kind_asked(resource, data)
    given = _input_of(kind)(data=data, context=context)
    given.is_valid(raise_exception=True)
    return kind.open(actor=context["request"].user, via=Via.API, **given.validated_data)


#: What may be sent to open a record, by the identity of its kind, which is kept beside it.
_inputs: dict[int, tuple[Kind, type[serializers.Serializer[Any]]]] = {}


def _input_of(kind: Kind) -> type[serializers.Serializer[Any]]:
    if id(kind) not in _inputs:
        _inputs[id(kind)] = kind, input_serializer(kind, editing=False)
    return _inputs[id(kind)][1]


def _kind_asked(resource: str, data: Any) -> Kind:
    known = kinds.of_resource(resource)
    if not isinstance(data, dict):
        raise serializers.ValidationError(_("Send one JSON object."))
    if len(known) == 1:
        return known[0]
    asked = str(data.get("kind", "")).replace("-", "_")
    for kind in known:
        if kind.name == asked:
            return kind
    words = ", ".join(kind.name.replace("_", "-") for kind in known)
    raise FieldErrors({"kind": [("required", _("Write one of: %(words)s.") % {"words": words})]})


def viewset_for(resource: str, *, base: type[RecordViewSet] = RecordViewSet) -> type[RecordViewSet]:
    """Make the viewset of a resource from its registered kinds."""
    label = str(kinds.of_resource(resource)[0].label_plural)
    made = type(
        f"{resource.title().replace('-', '')}ViewSet",
        (base,),
        {
            "__doc__": label,
            "resource": resource,
            "scope": kinds.of_resource(resource)[0].scope,
            "filterset_class": filterset_for(resource),
            "ordering_fields": ORDERS | panels.orders.get(resource, {}),
            "move_serializer": move_serializer(resource),
            "__module__": __name__,
        },
    )
    return record_schema(made, resource)


class AnyRecordViewSet(RecordViewSet):
    """Records of every kind, by number; opened through their own resources."""

    scope = "records"
    filterset_class = filterset_for("")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Refuse: a record is opened through the resource of its kind."""
        words = ", ".join(kinds.resources)
        message = _("Open a record through its own resource: %(words)s.") % {"words": words}
        raise FieldErrors({"kind": [("own_resource", message)]})


class SearchViewSet(RecordViewSet):
    """Records that hold every word of `q`, newest first; the last word may be a beginning."""

    scope = "search"
    http_method_names = ("get", "head", "options")
    filterset_class = filterset_for("")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Search all records the caller may see; needs `q`."""
        if not request.query_params.get("q", "").strip():
            raise FieldErrors({"q": [("required", _("Write the words to look for."))]})
        return super().list(request, *args, **kwargs)
