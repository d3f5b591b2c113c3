"""The shapes of plan in REST beyond those every record has."""

from __future__ import annotations

from rest_framework import serializers

from valuechain.plan.models import Commitment, VisionReading
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
