"""REST for specifications beyond what every record has: versions, what changed, coverage."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from valuechain.design_transition import policies
from valuechain.design_transition.content import requirements_of
from valuechain.design_transition.diffing import compare
from valuechain.design_transition.models import SpecVersion
from valuechain.design_transition.panels import sources_of
from valuechain.records.api import RecordViewSet
from valuechain.records.models import Record
from valuechain.records.serializers import NamedSerializer, RecordRefSerializer


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


class SpecViewSet(RecordViewSet):
    """Specifications, with their versions and coverage."""

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
                            for c in row.cells
                        ],
                    }
                    for row in difference.rows
                ],
            }
        )

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
