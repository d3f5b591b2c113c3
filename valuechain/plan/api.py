"""REST for plan beyond what every record has: money set aside, and who has read the vision."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from itsm.core.rest.views import ThroughlineViewSet
from valuechain.plan.actions import acknowledge
from valuechain.plan.models import Commitment
from valuechain.plan.serializers import CommitmentSerializer, ReadingSerializer
from valuechain.records.api import RecordViewSet


class CommitmentFilter(django_filters.FilterSet):
    """Which commitments: those of a budget, or for a record."""

    budget = django_filters.CharFilter(field_name="budget__number", lookup_expr="iexact")
    record = django_filters.CharFilter(field_name="record__number", lookup_expr="iexact")

    class Meta:
        model = Commitment
        fields: tuple[str, ...] = ()


class CommitmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """Money set aside. It is set aside, freed and spent through the budget's transitions."""

    scope = "plan"
    queryset: QuerySet[Any] = Commitment.objects.none()
    serializer_class: type[BaseSerializer[Any]] = CommitmentSerializer
    filterset_class = CommitmentFilter
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields: ClassVar = {"created_at": "created_at", "id": "pk"}
    ordering = "-id"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Commitment.objects.visible_to(self.actor)
        return found.select_related("budget", "record")


class VisionViewSet(RecordViewSet):
    """Visions, with who has read them."""

    @extend_schema(request=None, responses={201: ReadingSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, number: str) -> Response:
        """Say that the caller has read the published vision; twice changes nothing."""
        vision: Any = self.get_object().specific
        reading = acknowledge(vision, actor=request.user)
        return Response(ReadingSerializer(reading).data, status=status.HTTP_201_CREATED)
