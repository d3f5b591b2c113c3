"""The shapes records have in REST. Shapes only: every rule lives behind the actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from rest_framework import serializers
from rest_framework.reverse import reverse

from itsm.accounts.models import User
from itsm.core.machine import AskKind
from itsm.core.rest.shape import ShapedSerializer
from valuechain.records.kinds import Kind
from valuechain.records.models import (
    Attachment,
    Comment,
    Event,
    Handover,
    Link,
    Record,
    TimeEntry,
)
from valuechain.records.querysets import reads_notes
from valuechain.records.vocabulary import LinkKind, Visibility


class PersonSerializer(serializers.Serializer[User]):
    """A person, as far as another needs to know."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField()


class NamedSerializer(serializers.Serializer[Any]):
    """Anything that has an id and a name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class RecordRefSerializer(serializers.Serializer[Record]):
    """A record in one line."""

    number = serializers.CharField()
    kind = serializers.SerializerMethodField()
    title = serializers.CharField()
    state = serializers.CharField()
    phase = serializers.CharField()

    def get_kind(self, record: Record) -> str:
        return dashed(record.kind)


def dashed(kind: str) -> str:
    """Spell a kind as REST does: service-request."""
    return kind.replace("_", "-")


class RecordSerializer(ShapedSerializer):
    """The header of a record of any kind."""

    number = serializers.CharField(read_only=True)
    kind = serializers.SerializerMethodField()
    title = serializers.CharField()
    description = serializers.CharField()
    state = serializers.CharField(read_only=True)
    phase = serializers.CharField(read_only=True)
    activity = serializers.CharField(read_only=True)
    priority = serializers.IntegerField(allow_null=True)
    impact = serializers.IntegerField(allow_null=True)
    urgency = serializers.IntegerField(allow_null=True)
    channel = serializers.CharField()
    organisation = NamedSerializer()
    requester = NamedSerializer(allow_null=True)
    owner = NamedSerializer(allow_null=True)
    team = NamedSerializer(allow_null=True)
    service = serializers.CharField(source="service.number", read_only=True, allow_null=True)
    received_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    state_since = serializers.DateTimeField(read_only=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    follow_up_at = serializers.DateTimeField(read_only=True, allow_null=True)
    external_source = serializers.CharField()
    external_id = serializers.CharField()
    tags = serializers.SerializerMethodField()
    version = serializers.IntegerField(read_only=True)
    url = serializers.SerializerMethodField()
    html_url = serializers.SerializerMethodField()

    class Meta:
        expandable: ClassVar = {
            "requester": PersonSerializer,
            "owner": PersonSerializer,
            "service": RecordRefSerializer,
        }

    def get_kind(self, record: Record) -> str:
        return dashed(record.kind)

    def get_tags(self, record: Record) -> list[str]:
        """The tags of the record, for those who work on it."""
        request = self.context.get("request")
        return record.tags if request is not None and reads_notes(request.user, record) else []

    def get_url(self, record: Record) -> str:
        return reverse(
            f"{record.resource}-detail", args=[record.number], request=self.context.get("request")
        )

    def get_html_url(self, record: Record) -> str:
        return f"{settings.SITE_URL}{record.get_absolute_url()}"


_HEADER = {field.name for field in Record._meta.fields}


def special_fields(kind: Kind) -> list[models.Field[Any, Any]]:
    """The columns a kind has beyond the header, in the order of its model."""
    return [
        field
        for field in kind.model._meta.get_fields()
        if isinstance(field, models.Field)
        and field.name not in _HEADER
        and not field.one_to_one
        and not isinstance(field, models.GeneratedField)
    ]


_INTERNAL = frozenset({"follow_up_at", "priority_override"})


class DetailSerializer(RecordSerializer):
    """A record with what is special to its kind."""

    def to_representation(self, record: Record) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(record)
        request = self.context.get("request")
        if request is not None and request.query_params.get("fields"):
            return shown
        special = record.specific
        for field in special_fields(record.kind_entry):
            shown[field.name] = _plain(field, getattr(special, field.attname), special)
        if request is not None and reads_notes(request.user, record):
            shown["waiting_reason"] = record.waiting_reason
        else:
            for name in _INTERNAL | record.kind_entry.hidden:
                shown.pop(name, None)
        return shown


def _plain(field: models.Field[Any, Any], value: Any, record: Record) -> Any:
    if isinstance(field, models.ForeignKey):
        related = getattr(record, field.name)
        if related is None:
            return None
        if isinstance(related, Record):
            return related.number
        return {"id": related.pk, "name": str(related)}
    if isinstance(value, bool | int | str | None.__class__):
        return value
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.replace("+00:00", "Z")
    return str(value) if value is not None else None


class CommentSerializer(serializers.Serializer[Comment]):
    """One message on a record."""

    id = serializers.IntegerField(read_only=True)
    visibility = serializers.ChoiceField(
        choices=Visibility.choices, default=Visibility.INTERNAL.value
    )
    form = serializers.ChoiceField(choices=Comment.Form.choices, default=Comment.Form.MESSAGE.value)
    body = serializers.CharField(max_length=50_000)
    at = serializers.DateTimeField(read_only=True)
    author = NamedSerializer(read_only=True, allow_null=True)
    is_from_staff = serializers.BooleanField(read_only=True)
    via = serializers.CharField(read_only=True)
    program = serializers.CharField(
        read_only=True, help_text="The name of the token it was sent with; empty otherwise."
    )


class AttachmentSerializer(serializers.Serializer[Attachment]):
    """One file on a record."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    content_type = serializers.CharField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    standing = serializers.ChoiceField(
        choices=Attachment.Standing.choices,
        read_only=True,
        help_text="What waits to be scanned, or is quarantined, cannot be downloaded.",
    )
    visibility = serializers.ChoiceField(
        choices=Visibility.choices, default=Visibility.INTERNAL.value
    )
    at = serializers.DateTimeField(read_only=True)
    uploaded_by = NamedSerializer(read_only=True, allow_null=True)
    file = serializers.FileField(write_only=True, allow_empty_file=True, max_length=200)


class EventSerializer(serializers.Serializer[Event]):
    """One thing that happened to a record."""

    id = serializers.IntegerField()
    sequence = serializers.IntegerField()
    record = serializers.CharField(source="record.number", read_only=True)
    verb = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    actor = NamedSerializer(allow_null=True)
    via = serializers.CharField()
    at = serializers.DateTimeField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_data(self, event: Event) -> dict[str, Any]:
        readable = self.context["readable"](event)
        return event.data if readable else {k: v for k, v in event.data.items() if k != "internal"}


# A few fields are called what a Serializer calls an attribute of its own; on the class they are
# fields, on the instance DRF's attribute, and both work.


class LinkSerializer(serializers.Serializer[Link]):
    """A typed arrow from one record to another."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    source = RecordRefSerializer()  # type: ignore[assignment]
    target = RecordRefSerializer()
    created_at = serializers.DateTimeField()


class LinkInputSerializer(serializers.Serializer[Any]):
    """What it takes to link this record to another: this record `kind` target."""

    kind = serializers.ChoiceField(choices=LinkKind.choices)
    target = serializers.CharField(help_text="The other record's number.")


class HandoverSerializer(serializers.Serializer[Handover]):
    """Work that crossed from one activity to another."""

    id = serializers.IntegerField()
    flow = serializers.CharField()
    source = RecordRefSerializer()  # type: ignore[assignment]
    target = RecordRefSerializer()
    from_activity = serializers.CharField()
    to_activity = serializers.CharField()
    trigger = serializers.CharField()
    input = serializers.CharField()
    output = serializers.CharField()
    status = serializers.CharField()
    offered_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)
    return_reason = serializers.CharField()


class TimeEntrySerializer(serializers.Serializer[TimeEntry]):
    """Time somebody spent on a record."""

    id = serializers.IntegerField(read_only=True)
    person = NamedSerializer(read_only=True)
    seconds = serializers.IntegerField(min_value=1, max_value=86_400)
    note = serializers.CharField(max_length=200, default="", allow_blank=True)
    at = serializers.DateTimeField(read_only=True)


class AskSerializer(serializers.Serializer[Any]):
    """One question a transition or a flow asks."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=[kind.value for kind in AskKind])
    required = serializers.BooleanField()  # type: ignore[assignment]
    help = serializers.CharField()
    choices = serializers.SerializerMethodField()

    def get_choices(self, ask: Any) -> list[Any]:
        return [value for value, _label in ask.choices]


class OfferSerializer(serializers.Serializer[Any]):
    """A transition or flow as it stands for the caller: open, or refused with the reason."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    asks = AskSerializer(many=True)
    allowed = serializers.BooleanField(source="decision.allowed")
    reason = serializers.CharField(source="decision.reason")
    missing = serializers.ListField(child=serializers.CharField(), source="decision.missing")


class MoveSerializer(serializers.Serializer[Any]):
    """A transition to take, with the answers it asks for."""

    transition = serializers.CharField(max_length=60)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]
    dry_run = serializers.BooleanField(
        default=False, help_text="Answer with the record as it would be, and change nothing."
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something goes back."""

    reason = serializers.CharField(max_length=5_000)


class HandOffSerializer(serializers.Serializer[Any]):
    """A flow to hand the record on through, with the answers it asks for."""

    flow = serializers.CharField(max_length=60)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]
