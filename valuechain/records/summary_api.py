"""REST for the summary pinned to a record."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.rest.conditional import expected_version, versioned
from valuechain.records import actions
from valuechain.records.models import Record, Summary
from valuechain.records.querysets import reads_notes
from valuechain.records.serializers import NamedSerializer
from valuechain.records.vocabulary import Via


class SummarySerializer(serializers.Serializer[Summary]):
    """How a record stands, in the words of those who work on it; nobody else reads it."""

    text = serializers.CharField(max_length=5_000, allow_blank=True)
    by = NamedSerializer(read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True, allow_null=True)


class SummaryActions:
    """What a viewset of records does with summaries."""

    @extend_schema(responses=SummarySerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def summary(self, request: Request, number: str) -> Response:
        """Show the summary pinned to the record; empty for whoever does not read its notes."""
        record: Record = self.get_object()  # type: ignore[attr-defined]
        return versioned(Response(_shown(record, request.user)), record)

    @extend_schema(request=SummarySerializer, responses=SummarySerializer)
    @summary.mapping.patch
    def write_summary(self, request: Request, number: str) -> Response:
        """Pin a summary, change it, or take it off with an empty text."""
        given = self._input(SummarySerializer, request)  # type: ignore[attr-defined]
        record: Record = self.get_object()  # type: ignore[attr-defined]
        version = expected_version(request, record) if "If-Match" in request.headers else None
        kept = actions.sum_up(
            record, given["text"], actor=request.user, via=Via.API, expected_version=version
        )
        return versioned(Response(_shown(kept, request.user)), kept)


def _shown(record: Record, actor: Any) -> dict[str, Any]:
    found = Summary.objects.select_related("by").filter(record_id=record.pk)
    kept = found.first() if reads_notes(actor, record) else None
    if kept is None:
        return {"text": "", "by": None, "at": None}
    shown: dict[str, Any] = SummarySerializer(kept).data
    return shown
