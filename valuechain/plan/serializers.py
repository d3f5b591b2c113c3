"""The shapes of plan in REST beyond those every record has."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from itsm.core.rest.shape import ShapedSerializer
from valuechain.plan.applying import places
from valuechain.plan.models import Commitment, PolicyEdition, VisionReading
from valuechain.records.serializers import NamedSerializer, RecordRefSerializer


class CommitmentSerializer(serializers.Serializer[Commitment]):
    """What one budget has set aside, and already spent, for one record."""

    id = serializers.IntegerField()
    budget = serializers.CharField(source="budget.number")
    record = RecordRefSerializer()
    reserved = serializers.DecimalField(max_digits=14, decimal_places=2)
    consumed = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField(source="budget.currency")
    created_at = serializers.DateTimeField()


class ReadingSerializer(serializers.Serializer[VisionReading]):
    """That somebody has read a vision."""

    person = NamedSerializer()
    at = serializers.DateTimeField()


class PolicyEditionSerializer(serializers.Serializer[PolicyEdition]):
    """The text of a policy as it came into force."""

    edition = serializers.IntegerField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class PolicyUseSerializer(ShapedSerializer):
    """Where a policy is applied: the sort of thing, its id in its own resource, and its name."""

    id = serializers.IntegerField(read_only=True)
    place = serializers.ChoiceField(choices=())
    key = serializers.CharField(max_length=40, help_text="The id of the thing in its resource.")
    name = serializers.CharField(source="label", read_only=True)
    added_at = serializers.DateTimeField(read_only=True)

    def get_fields(self) -> Any:
        fields = super().get_fields()
        fields["place"] = serializers.ChoiceField(choices=[*places])
        return fields
