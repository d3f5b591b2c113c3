"""The shapes of improve in REST beyond those every record has."""

from __future__ import annotations

from rest_framework import serializers

from itsm.core.rest.shape import ShapedSerializer
from valuechain.records.serializers import RecordRefSerializer


class QuoteSerializer(ShapedSerializer):
    """Words kept as evidence, with where and by whom they were said."""

    id = serializers.IntegerField(read_only=True)
    record = RecordRefSerializer(read_only=True)
    anchor = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    said_by = serializers.CharField(read_only=True)
    said_at = serializers.DateTimeField(read_only=True)
    is_internal = serializers.BooleanField(read_only=True)
    kept_at = serializers.DateTimeField(read_only=True)


class QuoteInputSerializer(ShapedSerializer):
    """Which entry of which record's timeline is kept: `comment-17`, or `event-4` by its sequence."""

    record = serializers.CharField(max_length=24)
    anchor = serializers.CharField(max_length=40)
