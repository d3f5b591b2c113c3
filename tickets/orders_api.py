"""REST for ordering: what the catalogue offers becomes a service request."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.ordering import order
from valuechain.deliver_support.api import OfferingViewSet
from valuechain.records.input_serializers import PersonField
from valuechain.records.serializers import DetailSerializer
from valuechain.records.vocabulary import Channel, Via


class OrderSerializer(serializers.Serializer[Any]):
    """The answers to the item's questions, and whom it is for."""

    answers = serializers.DictField(required=False, default=dict)
    requester = PersonField(required=False)


class OrderableViewSet(OfferingViewSet):
    """Catalogue items that can be ordered."""

    @extend_schema(request=OrderSerializer, responses={201: DetailSerializer})
    @action(detail=True, methods=["post"])
    def order(self, request: Request, number: str) -> Response:
        """Order the item; the answer is the service request it became."""
        offering: Any = self.get_object().specific
        given = self._input(OrderSerializer, request)
        made = order(offering, actor=request.user, via=Via.API, channel=Channel.API, **given)
        return self._shown(made, status.HTTP_201_CREATED)
