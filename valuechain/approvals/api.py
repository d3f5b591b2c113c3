"""Approvals over REST: what waits for me, one approval, a vote; policies and delegations."""

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

from itsm.core import clock
from itsm.core.errors import Denied
from itsm.core.rest.views import ThroughlineViewSet
from valuechain.approvals.actions import delegate, end_delegation, keep_policy, vote
from valuechain.approvals.models import Approval, ApprovalPolicy, Delegation
from valuechain.approvals.policies import may_keep_policies
from valuechain.approvals.serializers import (
    ApprovalDetailSerializer,
    ApprovalSerializer,
    DelegationSerializer,
    PolicySerializer,
    VoteSerializer,
)
from valuechain.approvals.vocabulary import Result
from valuechain.records.api import read_input
from valuechain.records.vocabulary import Via


class ApprovalFilter(django_filters.FilterSet):
    """Which approvals: `waiting=me`, a result, a record."""

    waiting = django_filters.ChoiceFilter(choices=[("me", "me")], method="by_waiting")
    result = django_filters.MultipleChoiceFilter(choices=Result.choices)
    subject = django_filters.CharFilter(field_name="subject__number", lookup_expr="iexact")

    class Meta:
        model = Approval
        fields: tuple[str, ...] = ()

    def by_waiting(self, queryset: Any, _name: str, _value: str) -> Any:
        return queryset.waiting_for(self.request.user, now=clock.now())


class ApprovalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """Approvals of records the caller may see."""

    scope = "approvals"
    queryset: QuerySet[Any] = Approval.objects.none()
    serializer_class: type[BaseSerializer[Any]] = ApprovalSerializer
    filterset_class = ApprovalFilter
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields: ClassVar = {"requested_at": "requested_at", "id": "pk"}
    ordering = "-requested_at"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Approval.objects.visible_to(self.actor).with_subject()
        return found

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return ApprovalSerializer if self.action == "list" else ApprovalDetailSerializer

    @extend_schema(request=VoteSerializer, responses={201: ApprovalDetailSerializer})
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, pk: str) -> Response:
        """Approve, ask for changes or reject; the reason is needed for the last two."""
        del pk
        given = read_input(VoteSerializer, request, self.get_serializer_context())
        approval = self.get_object()
        vote(approval, actor=self.actor, via=Via.API, **given)
        shown = ApprovalDetailSerializer(self.get_object())
        return Response(shown.data, status=status.HTTP_201_CREATED)


class PolicyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """Approval policies: staff read them, administrators write them."""

    scope = "approvals"
    queryset: QuerySet[Any] = ApprovalPolicy.objects.none()
    serializer_class: type[BaseSerializer[Any]] = PolicySerializer
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields: ClassVar = {"name": "name", "id": "pk"}
    ordering = "id"

    def get_queryset(self) -> QuerySet[Any]:
        found = ApprovalPolicy.objects.prefetch_related("steps__approvers")
        return found if self.actor.access.is_staff else found.none()

    @extend_schema(request=PolicySerializer, responses={201: PolicySerializer})
    def create(self, request: Request) -> Response:
        """Write a policy."""
        return self._keep(request, None, status.HTTP_201_CREATED)

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Replace a policy, for the requests to come."""
        del pk
        return self._keep(request, self.get_object(), status.HTTP_200_OK)

    def _keep(self, request: Request, policy: ApprovalPolicy | None, code: int) -> Response:
        decision = may_keep_policies(self.actor)
        if not decision:
            raise Denied.because(decision)
        given = read_input(PolicySerializer, request, self.get_serializer_context())
        given["kind_names"] = [name.replace("-", "_") for name in given.pop("kinds")]
        kept = keep_policy(policy, actor=self.actor, **given)
        return Response(PolicySerializer(kept).data, status=code)


class DelegationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """Who votes for whom; everybody keeps their own."""

    scope = "approvals"
    queryset: QuerySet[Any] = Delegation.objects.none()
    serializer_class: type[BaseSerializer[Any]] = DelegationSerializer
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields: ClassVar = {"starts_on": "starts_on", "id": "pk"}
    ordering = "-id"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Delegation.objects.visible_to(self.actor)
        return found.select_related("giver", "receiver")

    @extend_schema(request=DelegationSerializer, responses={201: DelegationSerializer})
    def create(self, request: Request) -> Response:
        """Let somebody vote for the caller from one day to another."""
        given = read_input(DelegationSerializer, request, self.get_serializer_context())
        made = delegate(actor=self.actor, **given)
        return Response(DelegationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a delegation back."""
        del pk
        end_delegation(self.get_object(), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
