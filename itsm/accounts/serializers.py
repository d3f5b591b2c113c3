"""The shapes of tokens in the API; the secret itself appears in one answer only."""

from typing import Any

from rest_framework import serializers

from itsm.accounts.models import Organisation
from itsm.accounts.tokens import ApiToken
from itsm.core.rest.shape import ShapedSerializer


class TokenSerializer(ShapedSerializer, serializers.ModelSerializer[ApiToken]):
    """A token as its owner sees it, without the secret."""

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "prefix",
            "name",
            "scopes",
            "organisation",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[Any]):
    """What is asked for to make a token."""

    name = serializers.CharField(max_length=120, help_text="Which program uses it.")
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=60
    )
    days = serializers.IntegerField(min_value=1, max_value=366, default=90)
    organisation = serializers.PrimaryKeyRelatedField[Organisation](
        queryset=Organisation.objects.none(), required=False, allow_null=True, default=None
    )

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if (request := self.context.get("request")) and request.user.is_authenticated:
            # An organisation the caller cannot see is answered like one that does not exist.
            fields["organisation"].queryset = Organisation.objects.visible_to(request.user)
        return fields


class RotationSerializer(serializers.Serializer[Any]):
    """How long the old token works beside the new one."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=720, default=24)


class IssuedTokenSerializer(TokenSerializer):
    """A token in the one answer that shows it whole."""

    token = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown this once; null when the answer is repeated for an Idempotency-Key.",
    )

    class Meta(TokenSerializer.Meta):
        fields: tuple[str, ...] = ("token", *TokenSerializer.Meta.fields)
        read_only_fields = fields
