"""Tokens over REST: everybody manages those of their own account."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.accounts.actions import issue_token, revoke_token, rotate_token
from itsm.accounts.serializers import (
    IssuedTokenSerializer,
    NewTokenSerializer,
    RotationSerializer,
    TokenSerializer,
)
from itsm.accounts.tokens import ApiToken
from itsm.core.rest.views import ThroughlineViewSet


class TokenViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """The API tokens of the caller's own account."""

    scope = "tokens"
    shown_once = ("token",)
    serializer_class = TokenSerializer
    lookup_field = "prefix"
    lookup_value_regex = "[0-9a-f]{12}"
    ordering_fields: ClassVar = {"created_at": "created_at", "last_used_at": "last_used_at"}
    ordering = "-created_at"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.visible_to(self.actor)

    @extend_schema(request=NewTokenSerializer, responses={201: IssuedTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. The answer is the only place where it is ever shown."""
        asked = NewTokenSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        token, written = issue_token(
            user=self.actor,
            name=wanted["name"],
            scopes=wanted["scopes"],
            actor=self.actor,
            lifetime=timedelta(days=wanted["days"]),
            organisation=wanted["organisation"],
        )
        return self._issued(token, written)

    @extend_schema(request=RotationSerializer, responses={201: IssuedTokenSerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, prefix: str) -> Response:
        """Replace a token; the old one goes on working for the overlap."""
        del prefix
        asked = RotationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        overlap = timedelta(hours=asked.validated_data["overlap_hours"])
        token, written = rotate_token(self.get_object(), actor=self.actor, overlap=overlap)
        return self._issued(token, written)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, prefix: str) -> Response:
        """Withdraw a token at once. It stays in the list, marked as revoked."""
        del prefix
        revoke_token(self.get_object(), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _issued(self, token: ApiToken, written: str) -> Response:
        token.token = written  # type: ignore[attr-defined]
        body = IssuedTokenSerializer(token, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)
