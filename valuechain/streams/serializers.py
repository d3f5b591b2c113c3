"""The JSON of value streams, of their runs, and of the numbers of flow."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from itsm.accounts.models import Organisation, User
from itsm.core.rest.shape import ShapedSerializer
from valuechain.streams.flow import CAUSES, RULE, Figures
from valuechain.streams.models import Instance, Step, ValueStream, Visit


class StepSerializer(serializers.ModelSerializer[Step]):
    """One step of a stream."""

    class Meta:
        model = Step
        fields: tuple[str, ...] = (
            "id", "position", "activity", "name", "practice", "entry", "exit", "target_hours",
            "is_optional", "is_repeatable",
        )  # fmt: skip
        read_only_fields = ("id", "position")


class StreamSerializer(ShapedSerializer, serializers.ModelSerializer[ValueStream]):
    """A stream with its steps in order."""

    owner = serializers.CharField(source="owner.email", read_only=True)
    organisation = serializers.CharField(source="organisation.name", read_only=True)
    steps = StepSerializer(many=True, read_only=True)

    class Meta:
        model = ValueStream
        fields: tuple[str, ...] = (
            "id", "slug", "name", "trigger", "outcome", "owner", "organisation", "order",
            "created_at", "steps",
        )  # fmt: skip
        read_only_fields = fields


class StreamInputSerializer(serializers.ModelSerializer[ValueStream]):
    """What a stream is drawn with."""

    organisation = serializers.SlugRelatedField(
        slug_field="name", queryset=Organisation.objects.all()
    )
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.all(), required=False
    )
    steps = StepSerializer(many=True, required=False)

    class Meta:
        model = ValueStream
        fields: tuple[str, ...] = (
            "name", "trigger", "outcome", "owner", "organisation", "order", "steps",
        )  # fmt: skip


class VisitSerializer(serializers.ModelSerializer[Visit]):
    """One record at one step."""

    step = serializers.IntegerField(source="step_id", read_only=True)
    step_name = serializers.CharField(source="step.name", read_only=True)
    activity = serializers.CharField(source="step.activity", read_only=True)
    record = serializers.CharField(source="record.number", read_only=True)

    class Meta:
        model = Visit
        fields: tuple[str, ...] = ("sequence", "step", "step_name", "activity", "record", "at")
        read_only_fields = fields


class InstanceSerializer(ShapedSerializer, serializers.ModelSerializer[Instance]):
    """One run of a stream, with the steps taken so far in the order they were taken."""

    stream = serializers.CharField(source="stream.slug", read_only=True)
    first = serializers.CharField(source="first.number", read_only=True)
    visits = VisitSerializer(many=True, read_only=True)

    class Meta:
        model = Instance
        fields: tuple[str, ...] = ("id", "stream", "first", "started_at", "visits")
        read_only_fields = fields


class StartSerializer(serializers.Serializer[Any]):
    """The record a run begins with."""

    record = serializers.CharField(max_length=24)


class TakeSerializer(serializers.Serializer[Any]):
    """A record, and the step whose work it does."""

    step = serializers.IntegerField(min_value=1, max_value=2**62)
    record = serializers.CharField(max_length=24)


class FlowFactSerializer(serializers.Serializer[Any]):
    """The times of one finished record, in seconds."""

    record = serializers.CharField(source="number")
    queue = serializers.FloatField()
    touch = serializers.FloatField()
    wait = serializers.FloatField()
    flow = serializers.FloatField()
    returns = serializers.IntegerField()


class FiguresSerializer(serializers.Serializer[Any]):
    """The numbers of one group; times are sums in seconds over the records finished."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    activity = serializers.CharField()
    arrived = serializers.IntegerField()
    finished = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    oldest_in_progress = serializers.FloatField(source="oldest")
    queue = serializers.FloatField()
    touch = serializers.FloatField()
    wait = serializers.FloatField()
    wait_by = serializers.DictField(child=serializers.FloatField(), help_text=", ".join(CAUSES))
    flow = serializers.FloatField()
    flow_p50 = serializers.SerializerMethodField()
    flow_p85 = serializers.SerializerMethodField()
    efficiency = serializers.FloatField(allow_null=True)
    returns = serializers.IntegerField()
    first_time_right = serializers.FloatField(allow_null=True)
    throughput_per_week = serializers.FloatField(source="per_week")

    def get_flow_p50(self, figures: Figures) -> float | None:
        return figures.percentile("flow", 50)

    def get_flow_p85(self, figures: Figures) -> float | None:
        return figures.percentile("flow", 85)


class FlowSerializer(serializers.Serializer[Any]):
    """How work flowed in a period, group by group."""

    period_from = serializers.SerializerMethodField()
    period_to = serializers.SerializerMethodField()
    groups = FiguresSerializer(many=True)
    total = FiguresSerializer()
    bottleneck = serializers.SerializerMethodField()
    rule = serializers.SerializerMethodField()
    records = serializers.SerializerMethodField()

    def get_period_from(self, _flow: Any) -> str:
        return str(self.context["period"].first.isoformat())

    def get_period_to(self, _flow: Any) -> str:
        return str(self.context["period"].last.isoformat())

    def get_bottleneck(self, flow: Any) -> str | None:
        found = flow.bottleneck
        return None if found is None else str(found.key)

    def get_rule(self, _flow: Any) -> str:
        return str(RULE)

    @extend_schema_field(FlowFactSerializer(many=True))
    def get_records(self, flow: Any) -> Any:
        shown = self.context.get("shown")
        found = [fact for one in flow.groups if one.key == shown for fact in one.facts]
        return FlowFactSerializer(found, many=True).data
