"""The shapes of approvals, policies and delegations in REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from itsm.accounts.roles import Role
from valuechain.approvals.models import Approval, ApprovalPolicy, Delegation, PolicyApprover, Vote
from valuechain.approvals.reading import describe
from valuechain.approvals.subjects import digest
from valuechain.approvals.vocabulary import Answer, Mode, Source
from valuechain.records.input_serializers import PersonField, TeamField
from valuechain.records.serializers import NamedSerializer, RecordRefSerializer
from valuechain.records.vocabulary import Principle


class VoteSerializer(serializers.Serializer[Vote]):
    """What one approver said."""

    step = serializers.IntegerField(read_only=True)
    approver = NamedSerializer(read_only=True)
    cast_by = NamedSerializer(read_only=True)
    answer = serializers.ChoiceField(choices=Answer.choices)
    comment = serializers.CharField(max_length=5_000, default="", allow_blank=True)
    conditions = serializers.CharField(max_length=2_000, default="", allow_blank=True)
    principle = serializers.ChoiceField(choices=Principle.choices, default="", allow_blank=True)
    at = serializers.DateTimeField(read_only=True)


class SeatSerializer(serializers.Serializer[Any]):
    """One approver of one step, and what they said so far."""

    person = NamedSerializer()
    answer = serializers.CharField(source="vote.answer", default=None, allow_null=True)


class StepSerializer(serializers.Serializer[Any]):
    """Where one step stands: its rule in words, and who has said what."""

    name = serializers.CharField()
    rule = serializers.CharField()
    is_current = serializers.BooleanField()
    is_passed = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True)
    seats = SeatSerializer(many=True)


class ApprovalSerializer(serializers.Serializer[Approval]):
    """One request to agree to a record as it read at that moment."""

    id = serializers.IntegerField()
    subject = RecordRefSerializer()
    subject_label = serializers.CharField()
    subject_hash = serializers.CharField()
    policy = serializers.CharField(source="snapshot.policy")
    requested_by = NamedSerializer(allow_null=True)
    requested_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ApprovalDetailSerializer(ApprovalSerializer):
    """An approval with where each of its steps stands and every vote."""

    is_of_today = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    votes = serializers.SerializerMethodField()

    def get_is_of_today(self, approval: Approval) -> bool:
        return approval.subject_hash == digest(approval.subject)

    def get_steps(self, approval: Approval) -> list[dict[str, Any]]:
        found = describe(approval, approval.subject_hash).steps
        return list(StepSerializer(found, many=True).data)

    def get_votes(self, approval: Approval) -> list[dict[str, Any]]:
        found: Any = approval.votes.select_related("approver", "cast_by")
        return list(VoteSerializer(found, many=True).data)


class PolicyApproverSerializer(serializers.Serializer[PolicyApprover]):
    """One way in which a step names people."""

    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]
    person = PersonField(required=False, allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices, required=False, allow_blank=True)
    team = TeamField(required=False, allow_null=True)
    field = serializers.CharField(required=False, allow_blank=True, max_length=60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = attrs["source"]
        if needed in ("person", "role", "team", "field") and not attrs.get(needed):
            raise serializers.ValidationError({needed: "Say which."}, code="required")
        return attrs

    def to_representation(self, instance: PolicyApprover) -> dict[str, Any]:
        return {
            "source": instance.source,
            "person": instance.person_id,
            "role": instance.role,
            "team": instance.team_id,
            "field": instance.field,
        }


class PolicyStepSerializer(serializers.Serializer[Any]):
    """One round of a policy."""

    name = serializers.CharField(max_length=120)
    mode = serializers.ChoiceField(choices=Mode.choices, default=Mode.ALL.value)
    count = serializers.IntegerField(min_value=1, max_value=100, default=1)
    has_veto = serializers.BooleanField(default=True)
    due_hours = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    remind_hours = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    escalate_to = PersonField(allow_null=True, default=None)
    approvers = PolicyApproverSerializer(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            "name": instance.name,
            "mode": instance.mode,
            "count": instance.count,
            "has_veto": instance.has_veto,
            "due_hours": instance.due_hours,
            "remind_hours": instance.remind_hours,
            "escalate_to": instance.escalate_to_id,
            "approvers": PolicyApproverSerializer(instance.approvers.all(), many=True).data,
        }


class PolicySerializer(serializers.Serializer[ApprovalPolicy]):
    """Who must agree to records of certain kinds, in which order."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(default="", allow_blank=True, max_length=5_000)
    kinds = serializers.ListField(child=serializers.CharField(max_length=24))
    is_active = serializers.BooleanField(default=True)
    steps = PolicyStepSerializer(many=True)


class DelegationSerializer(serializers.Serializer[Delegation]):
    """Somebody votes for somebody else for some days."""

    id = serializers.IntegerField(read_only=True)
    giver = NamedSerializer(read_only=True)
    receiver = PersonField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    note = serializers.CharField(default="", allow_blank=True, max_length=200)

    def to_representation(self, instance: Delegation) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {"receiver": NamedSerializer(instance.receiver).data}
