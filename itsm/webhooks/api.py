"""Webhooks and their deliveries over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.rest.shape import ShapedSerializer
from itsm.core.rest.views import ThroughlineViewSet
from itsm.webhooks import actions
from itsm.webhooks.models import Delivery, Webhook

_UUID = r"[0-9a-f-]{36}"


class WebhookSerializer(ShapedSerializer, serializers.ModelSerializer[Webhook]):
    """A webhook; its secret is shown only when it is made or rotated."""

    id = serializers.UUIDField(source="uid", read_only=True)
    owner = serializers.IntegerField(source="owner_id", read_only=True)

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = (
            "id", "name", "url", "verbs", "is_active", "owner", "old_secret_until", "created_at",
        )  # fmt: skip
        read_only_fields = ("old_secret_until", "created_at")


class IssuedWebhookSerializer(WebhookSerializer):
    """A webhook with its fresh secret."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")


class DeliverySerializer(ShapedSerializer, serializers.ModelSerializer[Delivery]):
    """One event on its way to one webhook."""

    id = serializers.UUIDField(source="uid", read_only=True)
    webhook = serializers.UUIDField(source="webhook.uid", read_only=True)
    verb = serializers.CharField(source="event.verb", read_only=True)
    record = serializers.CharField(source="record.number", read_only=True)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "id", "webhook", "verb", "record", "sequence", "status", "attempts", "next_try_at",
            "last_try_at", "response_status", "response", "created_at", "delivered_at",
        )  # fmt: skip
        read_only_fields = fields


class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """The caller's webhooks."""

    scope = "webhooks"
    shown_once = ("secret",)
    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    lookup_field = "uid"
    lookup_value_regex = _UUID
    ordering_fields: ClassVar = {"created_at": "created_at"}
    ordering = "-created_at"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.visible_to(self.actor)

    @extend_schema(request=WebhookSerializer, responses={201: IssuedWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Subscribe to events. The answer is the only place where the secret is shown."""
        given = WebhookSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(given.validated_data)
        data.pop("is_active", None)
        hook, _secret = actions.subscribe(actor=self.actor, **data)
        return self._issued(hook)

    @extend_schema(request=WebhookSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, uid: str) -> Response:
        """Change a webhook."""
        hook = self.get_object()
        given = WebhookSerializer(
            hook, data=request.data, partial=True, context=self.get_serializer_context()
        )
        given.is_valid(raise_exception=True)
        changed = actions.change(hook, given.validated_data, actor=self.actor)
        return Response(WebhookSerializer(changed, context=self.get_serializer_context()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uid: str) -> Response:
        """Remove a webhook and its deliveries."""
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={201: IssuedWebhookSerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, uid: str) -> Response:
        """Replace the secret; for a day deliveries are signed with both."""
        hook, _secret = actions.rotate(self.get_object(), actor=self.actor)
        return self._issued(hook)

    @extend_schema(responses=DeliverySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def deliveries(self, request: Request, uid: str) -> Response:
        """List the deliveries of a webhook, newest first."""
        found = Delivery.objects.filter(webhook=self.get_object())
        page = self.paginate_queryset(found.select_related("webhook", "event", "record"))
        context = self.get_serializer_context()
        return self.get_paginated_response(
            DeliverySerializer(page, many=True, context=context).data
        )

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"], url_path=rf"deliveries/(?P<delivery>{_UUID})/replay")
    def replay(self, request: Request, uid: str, delivery: str) -> Response:
        """Send a delivery again."""
        from django.http import Http404

        found = Delivery.objects.filter(webhook=self.get_object(), uid=delivery)
        one = found.select_related("webhook", "event", "record").first()
        if one is None:
            raise Http404
        actions.replay(one, actor=self.actor)
        return Response(DeliverySerializer(one, context=self.get_serializer_context()).data)

    def _issued(self, hook: Webhook) -> Response:
        body = IssuedWebhookSerializer(hook, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)
