"""The shapes of clocks, agreements and calendars over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from itsm.core import clock as time
from itsm.core.rest.shape import ShapedSerializer
from sla.explaining import Why
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion, Clock, Holiday
from sla.panels import face
from sla.published import business_time, promise
from sla.vocabulary import AgreementKind, OnChange, RolloutMode
from valuechain.records.serializers import RecordRefSerializer


class ClockSerializer(ShapedSerializer):
    """A clock as it stands now."""

    id = serializers.IntegerField()
    record = serializers.CharField(source="record.number")
    metric = serializers.CharField()
    cycle = serializers.IntegerField()
    agreement_kind = serializers.CharField()
    agreement = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    target_s = serializers.IntegerField()
    remaining_s = serializers.SerializerMethodField()
    is_open_now = serializers.SerializerMethodField()
    next_change_at = serializers.SerializerMethodField()
    finished_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    detected_at = serializers.DateTimeField(allow_null=True)
    breached_by_change = serializers.BooleanField()

    class Meta:
        expandable = {"record": RecordRefSerializer}

    def to_representation(self, instance: Clock) -> Any:
        self._face = face(instance, instance.record, time.now(), with_reason=False)
        return super().to_representation(instance)

    def get_agreement(self, clock: Clock) -> dict[str, Any]:
        rules = promise(clock.agreement_version_id)
        return {"id": rules.agreement, "name": rules.name, "version": rules.number}

    def get_state(self, _clock: Clock) -> str:
        return self._face.state

    def get_remaining_s(self, _clock: Clock) -> float:
        return self._face.remaining_s

    def get_is_open_now(self, _clock: Clock) -> bool:
        return self._face.is_open_now

    def get_next_change_at(self, _clock: Clock) -> str | None:
        moment = self._face.next_change_at
        return None if moment is None else moment.isoformat().replace("+00:00", "Z")


class StretchSerializer(serializers.Serializer[Any]):
    """One line of an explanation; `used_s` and `sum_s` are business seconds."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=["run", "pause", "resolved"])
    cause = serializers.CharField()
    note = serializers.CharField()
    actor = serializers.CharField()
    calendar = serializers.CharField()
    used_s = serializers.FloatField()
    sum_s = serializers.FloatField()
    expected = serializers.BooleanField()


class WhySerializer(serializers.Serializer[Why]):
    """Why a clock is due when it is."""

    clock = ClockSerializer()
    agreement = serializers.SerializerMethodField()
    reasons = serializers.ListField(child=serializers.CharField())
    calendar = serializers.SerializerMethodField()
    elapsed_s = serializers.SerializerMethodField()
    stretches = StretchSerializer(many=True)

    def get_agreement(self, found: Why) -> dict[str, Any]:
        rules = found.promise
        return {
            "id": rules.agreement,
            "name": rules.name,
            "version": rules.number,
            "kind": rules.kind,
            "kind_label": str(AgreementKind(rules.kind).label),
            "on_change": rules.on_change,
            "pausable": sorted(rules.pausable),
        }

    def get_calendar(self, found: Why) -> dict[str, Any]:
        version = found.calendar
        return {
            "id": version.calendar_id,
            "name": version.calendar.name,
            "version": version.number,
            "tz": business_time(version.pk).zone,
        }

    def get_elapsed_s(self, found: Why) -> float | None:
        return None if found.reading is None else found.reading.elapsed_s


class HolidaySerializer(serializers.Serializer[Holiday]):
    """A day, or a part of one, on which a calendar is closed."""

    id = serializers.IntegerField(read_only=True)
    date = serializers.DateField()
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    starts = serializers.CharField(max_length=8, default="", allow_blank=True)
    ends = serializers.CharField(max_length=8, default="", allow_blank=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    status = serializers.CharField(read_only=True)


class CalendarVersionSerializer(serializers.Serializer[CalendarVersion]):
    """One edition of a calendar."""

    number = serializers.IntegerField()
    definition = serializers.JSONField()
    published_at = serializers.DateTimeField(allow_null=True)


class CalendarSerializer(serializers.Serializer[Calendar]):
    """A calendar: what is in force, and the draft of what will be."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    region = serializers.CharField()
    in_force = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_in_force(self, calendar: Calendar) -> Any:
        return self._edition(calendar, published=True)

    def get_draft(self, calendar: Calendar) -> Any:
        return self._edition(calendar, published=False)

    def _edition(self, calendar: Calendar, *, published: bool) -> Any:
        found = [v for v in calendar.versions.all() if v.is_published is published]
        newest = max(found, key=lambda version: version.number, default=None)
        return None if newest is None else CalendarVersionSerializer(newest).data


class CalendarInputSerializer(serializers.Serializer[Any]):
    """What a new calendar, or its draft, is made of."""

    name = serializers.CharField(max_length=120, required=False)
    definition = serializers.JSONField()


class PublishCalendarSerializer(serializers.Serializer[Any]):
    """How clocks that run follow a new edition."""

    mode = serializers.ChoiceField(choices=RolloutMode.choices, default=RolloutMode.RECOMPUTE.value)


class ExampleSerializer(serializers.Serializer[Any]):
    """A worked example asks when a target that starts then is due."""

    start = serializers.DateTimeField()
    target_s = serializers.IntegerField(min_value=1)
    definition = serializers.JSONField(
        required=False, help_text="Hours to try; those of the draft, or in force, when left out."
    )


class RegionSerializer(serializers.Serializer[Any]):
    """Whose public holidays, and for which years."""

    region = serializers.CharField(max_length=16)
    years = serializers.ListField(
        child=serializers.IntegerField(min_value=1970, max_value=2100), min_length=1, max_length=20
    )


class FeedSerializer(serializers.Serializer[Any]):
    """An iCalendar file as text."""

    text = serializers.CharField(max_length=1_000_000, trim_whitespace=False)
    origin = serializers.CharField(max_length=200, default="", allow_blank=True)


class ReviewSerializer(serializers.Serializer[Any]):
    """Which imported days to take up, and which to turn down, by id."""

    accept = serializers.ListField(child=serializers.IntegerField(), default=list)
    decline = serializers.ListField(child=serializers.IntegerField(), default=list)


class AgreementVersionSerializer(serializers.Serializer[AgreementVersion]):
    """One edition of an agreement."""

    number = serializers.IntegerField()
    calendar = serializers.IntegerField(source="calendar_id")
    conditions = serializers.JSONField()
    targets = serializers.JSONField()
    pausable = serializers.ListField(child=serializers.CharField())
    on_change = serializers.CharField()
    grace_s = serializers.IntegerField()
    reopen_window_s = serializers.IntegerField(allow_null=True)
    steps = serializers.JSONField()
    quiet_hours = serializers.JSONField()
    published_at = serializers.DateTimeField(allow_null=True)


class AgreementSerializer(serializers.Serializer[Agreement]):
    """An agreement: what is in force, and the draft of what will be."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    is_active = serializers.BooleanField()
    in_force = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_in_force(self, agreement: Agreement) -> Any:
        return self._edition(agreement, published=True)

    def get_draft(self, agreement: Agreement) -> Any:
        return self._edition(agreement, published=False)

    def _edition(self, agreement: Agreement, *, published: bool) -> Any:
        found = [v for v in agreement.versions.all() if v.is_published is published]
        newest = max(found, key=lambda version: version.number, default=None)
        return None if newest is None else AgreementVersionSerializer(newest).data


class TermsSerializer(serializers.Serializer[Any]):
    """The terms of a draft; what is left out stays as it is."""

    calendar = serializers.PrimaryKeyRelatedField(queryset=Calendar.objects.all(), required=False)
    conditions = serializers.JSONField(required=False)
    targets = serializers.JSONField(required=False)
    pausable = serializers.JSONField(required=False)
    on_change = serializers.ChoiceField(choices=OnChange.choices, required=False)
    grace_s = serializers.IntegerField(min_value=0, required=False)
    reopen_window_s = serializers.IntegerField(min_value=0, allow_null=True, required=False)
    steps = serializers.JSONField(required=False)
    quiet_hours = serializers.JSONField(required=False)


class NewAgreementSerializer(TermsSerializer):
    """A new agreement with its first draft."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=AgreementKind.choices)


class PublishAgreementSerializer(serializers.Serializer[Any]):
    """Whether clocks that run follow a new edition."""

    apply_to_running = serializers.BooleanField(default=False)


class DaysSerializer(serializers.Serializer[Any]):
    """How far back a simulation looks."""

    days = serializers.IntegerField(min_value=1, max_value=366, default=30)


class FlipSerializer(serializers.Serializer[Any]):
    """A clock whose verdict the draft would change."""

    clock = serializers.IntegerField()
    number = serializers.CharField()
    metric = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    due_before = serializers.DateTimeField(allow_null=True)
    due_after = serializers.DateTimeField(allow_null=True)


class SimulationSerializer(serializers.Serializer[Any]):
    """What a draft would have done."""

    looked_at = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    not_covered = serializers.IntegerField()
    newly_breached = serializers.IntegerField()
    is_cut_off = serializers.BooleanField()
    flips = FlipSerializer(many=True)
