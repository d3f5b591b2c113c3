"""REST for what ties records together: links, and the handovers of work."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from itsm.core.rest.views import ThroughlineViewSet
from valuechain.records import actions
from valuechain.records.api import read_input
from valuechain.records.models import Handover, Link
from valuechain.records.serializers import HandoverSerializer, LinkSerializer, ReasonSerializer
from valuechain.records.vocabulary import Via


class LinkViewSet(ThroughlineViewSet):
    """All links between records the caller may see."""

    scope = "records"
    queryset: QuerySet[Any] = Link.objects.none()
    serializer_class: type[BaseSerializer[Any]] = LinkSerializer
    ordering_fields: ClassVar = {"created_at": "created_at"}
    ordering = "-created_at"

    def get_queryset(self) -> QuerySet[Link]:
        found: QuerySet[Link] = Link.objects.visible_to(self.request.user)
        return found.select_related("source", "target")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List links, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class HandoverViewSet(LinkViewSet):
    """All handovers between records the caller may see."""

    queryset = Handover.objects.none()
    serializer_class = HandoverSerializer
    ordering_fields: ClassVar = {"offered_at": "offered_at"}
    ordering = "-offered_at"
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Handover] = Handover.objects.visible_to(self.request.user)
        return found.select_related("source", "target")

    @extend_schema(request=None, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take over the work that was offered."""
        taken = actions.accept_handover(self.get_object(), actor=request.user, via=Via.API)
        return Response(HandoverSerializer(taken).data)

    @extend_schema(request=ReasonSerializer, responses=HandoverSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """Send the work back, saying why."""
        given = read_input(ReasonSerializer, request, self.get_serializer_context())
        back = actions.return_handover(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(HandoverSerializer(back).data)
