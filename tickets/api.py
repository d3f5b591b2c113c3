"""REST for tickets: all a record can do, and what only the desk does."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.rest.problems import exception_handler
from tickets.actions import split_ticket
from tickets.actions.merging import Moving, moving, split_back
from tickets.prepared_api import PreparedActions
from valuechain.records.api import RecordViewSet, open_from
from valuechain.records.input_serializers import TeamField
from valuechain.records.serializers import DetailSerializer, dashed

MAX_BULK = 1_000


class SplitSerializer(serializers.Serializer[Any]):
    """Which messages go to the new ticket, and what it is called."""

    title = serializers.CharField(max_length=200)
    comments = serializers.ListField(child=serializers.IntegerField(), min_length=1)
    kind = serializers.CharField(required=False)
    team = TeamField(required=False)


class MovingSerializer(serializers.Serializer[Any]):
    """What a merge would move."""

    messages = serializers.IntegerField()
    notes = serializers.IntegerField()
    files = serializers.IntegerField()
    seconds = serializers.IntegerField()
    people = serializers.ListField(child=serializers.CharField())
    children = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_children(self, moving: Moving) -> list[str]:
        """The numbers of the parts that go along."""
        return [child.number for child in moving.children]


class TicketViewSet(PreparedActions, RecordViewSet):
    """Tickets of the five kinds."""

    @extend_schema(
        parameters=[OpenApiParameter("into", str, required=True)], responses=MovingSerializer
    )
    @action(detail=True, methods=["get"], url_path="merge-preview")
    def merge_preview(self, request: Request, number: str) -> Response:
        """Count what the transition `merge` into another ticket would move."""
        into = request.query_params.get("into", "")
        survivor = self.get_queryset().filter(number=into.upper()).first()
        if survivor is None:
            raise FieldErrors({"into": [("unknown", _("There is no record of that number."))]})
        found = moving(self.get_object(), survivor, actor=request.user)
        return Response(MovingSerializer(found).data)

    @extend_schema(request=None, responses=DetailSerializer)
    @action(detail=True, methods=["post"], url_path="split-back")
    def split_back(self, request: Request, number: str) -> Response:
        """Take a merge back within 7 days, with all that it moved."""
        return self._shown(split_back(self.get_object(), actor=request.user, via="api"))

    @extend_schema(request=SplitSerializer, responses={201: DetailSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, number: str) -> Response:
        """Open a second ticket from some of the messages of this one."""
        given = self._input(SplitSerializer, request)
        if "kind" in given:
            given["kind"] = given["kind"].replace("-", "_")
        made = split_ticket(self.get_object(), actor=request.user, via="api", **given)
        return self._shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def bulk(self, request: Request) -> Response:
        """Open up to 1,000 tickets; each item has a result of its own, and spoils no other.

        Send `{"items": [ticket, …]}`, each with its `external_source` and `external_id` so that the
        call can be repeated: an item that exists already is answered with 200 and its number.
        """
        items = request.data.get("items") if isinstance(request.data, dict) else None
        if not isinstance(items, list) or not 0 < len(items) <= MAX_BULK:
            message = _("Send a list of 1 to %(most)d tickets.") % {"most": MAX_BULK}
            raise FieldErrors({"items": [("not_understood", message)]})
        results = [self._one(index, item) for index, item in enumerate(items)]
        failed = sum(1 for result in results if result["status"] >= 400)
        return Response({"results": results, "opened": len(results) - failed, "failed": failed})

    def _one(self, index: int, item: Any) -> dict[str, Any]:
        try:
            with transaction.atomic():
                ticket = open_from(self.resource, item, self.get_serializer_context())
        except RuleViolation as problem:
            if problem.code == "duplicate_external_id":
                return self._known(index, item, problem)
            return self._refused(index, problem)
        except (APIException, ModelValidationError, DatabaseError, ValueError, Http404) as problem:
            return self._refused(index, problem)
        return {"index": index, "status": 201, "number": ticket.number, "kind": dashed(ticket.kind)}

    def _known(self, index: int, item: dict[str, Any], problem: RuleViolation) -> dict[str, Any]:
        known = (
            self.get_queryset()
            .filter(
                external_source=item.get("external_source", ""),
                external_id=item.get("external_id", ""),
            )
            .first()
        )
        if known is None:
            return self._refused(index, problem)
        return {"index": index, "status": 200, "number": known.number, "kind": dashed(known.kind)}

    def _refused(self, index: int, problem: Exception) -> dict[str, Any]:
        answer = exception_handler(problem, {})
        if answer is None:
            raise problem
        return {"index": index, "status": answer.status_code, "problem": answer.data}
