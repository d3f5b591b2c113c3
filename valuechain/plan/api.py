"""REST for plan beyond what every record has: money, readers of the vision, uses of policies."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from itsm.core.rest.views import ThroughlineViewSet
from valuechain.plan.actions import acknowledge, apply_policy, stop_applying
from valuechain.plan.models import Commitment
from valuechain.plan.policy_panels import uses_of
from valuechain.plan.serializers import (
    CommitmentSerializer,
    PolicyEditionSerializer,
    PolicyUseSerializer,
    ReadingSerializer,
)
from valuechain.records.api import RecordViewSet
from valuechain.records.vocabulary import Via


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


class RulebookViewSet(RecordViewSet):
    """Policies, with their editions and where they are applied."""

    @extend_schema(responses=PolicyEditionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def editions(self, request: Request, number: str) -> Response:
        """List the texts that came into force, newest first."""
        policy: Any = self.get_object().specific
        return Response(PolicyEditionSerializer(policy.editions.all(), many=True).data)

    @extend_schema(responses=PolicyUseSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def uses(self, request: Request, number: str) -> Response:
        """List where the policy is applied, for those who work on it."""
        policy: Any = self.get_object().specific
        found = uses_of(policy, self.actor) if self.actor.access.works_on(policy) else []
        return Response(PolicyUseSerializer(found, many=True).data)

    @extend_schema(request=PolicyUseSerializer, responses={201: PolicyUseSerializer})
    @uses.mapping.post
    def apply(self, request: Request, number: str) -> Response:
        """Say that something applies the policy; twice changes nothing."""
        policy: Any = self.get_object().specific
        given = self._input(PolicyUseSerializer, request)
        use: Any = apply_policy(policy, actor=self.actor, via=Via.API, **given)
        shown = next(one for one in uses_of(policy, self.actor) if one.pk == use.pk)
        return Response(PolicyUseSerializer(shown).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"uses/(?P<pk>\d{1,18})")
    def stop_applying(self, request: Request, number: str, pk: str) -> Response:
        """Say that something applies the policy no more."""
        policy: Any = self.get_object().specific
        use = policy.uses.filter(pk=int(pk)).first()
        if use is None or not self.actor.access.works_on(policy):
            raise Http404
        stop_applying(use, actor=self.actor, via=Via.API)
        return Response(status=status.HTTP_204_NO_CONTENT)
