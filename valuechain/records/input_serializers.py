"""The shapes of what people and machines send to open or edit a record of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers

from itsm.accounts.models import Organisation, Team, User
from valuechain.records.answers import NotUnderstood, find_person, find_record
from valuechain.records.kinds import Kind
from valuechain.records.models import (
    Record,
)
from valuechain.records.tagging import LONGEST, MOST, read_tags


class Looked(serializers.CharField):
    """A value that is looked up by what was written: a name, an address, a number."""

    def look_up(self, words: str) -> Any:
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            data = data.get("id", "")
        words = super().to_internal_value(str(data) if isinstance(data, int) else data)
        try:
            return self.look_up(words)
        except NotUnderstood as problem:
            raise serializers.ValidationError(str(problem), code="not_understood") from problem


class PersonField(Looked):
    """A person by `me`, id, e-mail address or full name."""

    def look_up(self, words: str) -> User:
        return find_person(words, actor=self.context["request"].user)


class RecordField(Looked):
    """A record by number, of one kind where only that fits."""

    def __init__(self, *, of: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def look_up(self, words: str) -> Record:
        return find_record(words, actor=self.context["request"].user, of=[self.of])


class TeamField(Looked):
    """A team by id or name."""

    def look_up(self, words: str) -> Team:
        return _by_id_or_name(Team.objects.filter(is_active=True), words, _("team"))


class OrganisationField(Looked):
    """An organisation by id or name, out of those the caller may name here."""

    def __init__(self, *, limits: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.limits = limits or {}

    def look_up(self, words: str) -> Organisation:
        known = Organisation.objects.nameable_by(self.context["request"].user, self.limits)
        return _by_id_or_name(known, words, _("organisation"))


def _by_id_or_name(queryset: Any, words: str, what: str) -> Any:
    by_id = words.isascii() and words.isdigit() and len(words) < 19
    found = queryset.filter(**({"pk": int(words)} if by_id else {"name__iexact": words})).first()
    if found is None:
        raise NotUnderstood(_("There is no %(what)s “%(words)s”.") % {"what": what, "words": words})
    return found


_LOOKED: dict[type[models.Model], type[Looked]] = {
    User: PersonField,
    Team: TeamField,
    Organisation: OrganisationField,
    Record: RecordField,
}


class TagsField(serializers.ListField):
    """Tags, each a short word in small letters."""

    child = serializers.CharField(max_length=LONGEST)

    def to_internal_value(self, data: Any) -> list[str]:
        return read_tags(super().to_internal_value(data))


def input_serializer(kind: Kind, *, editing: bool) -> type[serializers.Serializer[Any]]:
    """Make the serializer of what may be sent to open (or edit) a record of a kind."""
    names = kind.editable if editing else kind.fields
    declared: dict[str, Any] = {
        name: _input_field(
            kind.model._meta.get_field(name),
            # Without a requester the caller is one.
            required=not editing and name in kind.required and name != "requester",
        )
        for name in names
    }
    declared["to_internal_value"] = _refusing_unknown
    return type(
        f"{kind.model.__name__}{'Edit' if editing else 'Open'}", (serializers.Serializer,), declared
    )


def _refusing_unknown(self: serializers.Serializer[Any], data: Any) -> Any:
    """Refuse fields nobody asked for: one that is silently dropped is a lost value."""
    if isinstance(data, dict):
        unknown = sorted(str(name) for name in data.keys() - self.fields.keys() - {"kind"})
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {
                    name: serializers.ErrorDetail(
                        _("There is no such field here. Known are: %(known)s.") % {"known": known},
                        code="unknown_field",
                    )
                    for name in unknown
                }
            )
    return serializers.Serializer.to_internal_value(self, data)


def _input_field(field: Any, *, required: bool) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {"required": required}
    if field.help_text:
        options["help_text"] = field.help_text
    if isinstance(field, models.ForeignKey):
        return _looked_up(field, options)
    if getattr(field, "choices", None):
        if field.blank and not field.null:
            options["allow_blank"] = True
        return serializers.ChoiceField(choices=field.choices, allow_null=field.null, **options)
    if isinstance(field, models.CharField | models.TextField):
        return serializers.CharField(
            max_length=field.max_length or 50_000, allow_blank=field.blank, **options
        )
    if isinstance(field, ArrayField):
        return TagsField(max_length=MOST, **options)
    made = serializers.ModelSerializer.serializer_field_mapping[type(field)]
    return made(allow_null=field.null, **options, **_number_options(field))


def _looked_up(field: Any, options: dict[str, Any]) -> Looked:
    """The field of a value that is looked up, within what the column is limited to."""
    looked = _LOOKED[field.related_model]
    limits: Any = field.get_limit_choices_to()
    if looked is RecordField:
        options["of"] = limits.get("kind", "")
    elif looked is OrganisationField:
        options["limits"] = limits
    return looked(allow_null=field.null, **options)


def _number_options(field: Any) -> dict[str, Any]:
    """The bounds of a number, so that one out of range is refused before the database does."""
    if isinstance(field, models.IntegerField):
        return {"validators": field.validators}
    if isinstance(field, models.DecimalField):
        return {"max_digits": field.max_digits, "decimal_places": field.decimal_places}
    return {}
