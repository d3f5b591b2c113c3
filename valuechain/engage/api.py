"""REST for engage beyond what every record has: deciding on a need in one request."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.rest.conditional import expected_version, versioned
from valuechain.engage.deciding import decide_and_route
from valuechain.engage.serializers import DecidedSerializer, DecisionSerializer
from valuechain.records.api import RecordViewSet
from valuechain.records.vocabulary import Via


class NeedViewSet(RecordViewSet):
    """Needs, and the four questions that decide on one."""

    @extend_schema(request=DecisionSerializer, responses=DecidedSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, number: str) -> Response:
        """Answer the four questions in one go, and make what the need leads to; all of it or nothing.

        Needs If-Match with the version that was read. The answers stand in the order of the card; what was decided before need not be sent again.
        """
        given = self._input(DecisionSerializer, request)
        need = self.get_object()
        version = expected_version(request, need)
        routes = [(way["flow"], way["data"]) for way in given.pop("routes")]
        decided, handovers = decide_and_route(
            need.specific, given, routes, actor=self.actor, via=Via.API, expected_version=version
        )
        shown = DecidedSerializer(
            {"need": decided, "handovers": handovers}, context=self.get_serializer_context()
        )
        return versioned(Response(shown.data), decided)
