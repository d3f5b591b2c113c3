"""Forms for any kind, made from the registry: what a kind asks to be opened, what a step asks.

They give widgets and shapes. What a value means is decided by `answers`, which REST uses too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Self

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team, User
from itsm.core.errors import FieldErrors, RuleViolation, StaleVersion
from itsm.core.machine import Ask, AskKind
from valuechain.records.answers import MAX_LINE, MAX_TEXT, NotUnderstood, find_person, find_record
from valuechain.records.kinds import Kind
from valuechain.records.models import Draft, Record
from valuechain.records.placeholders import unfilled
from valuechain.records.tagging import read_tags
from valuechain.records.vocabulary import LinkKind, link_choices


class Instant(forms.DateTimeField):
    """A date and time in the zone of the person who types it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class Day(forms.DateField):
    """A date."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonInput(forms.CharField):
    """Somebody by name or e-mail address, with suggestions while typing."""

    def __init__(self, *, actor: Any, **options: Any) -> None:
        super().__init__(max_length=MAX_LINE, **options)
        self.actor = actor
        self.widget.attrs |= {"data-suggest": "people", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, User):
            return f"{value.name} <{value.email}>" if value.email else value.name
        return value

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        return _looked_up(words, find_person, self.actor)


class RecordInput(forms.CharField):
    """A record by number, with suggestions while typing."""

    def __init__(self, *, actor: Any, kinds: Iterable[str] = (), **options: Any) -> None:
        super().__init__(max_length=MAX_LINE, **options)
        self.actor = actor
        self.kinds = tuple(kinds)
        self.widget.attrs |= {
            "data-suggest": "records",
            "data-suggest-kinds": ",".join(self.kinds),
            "autocomplete": "off",
        }

    def prepare_value(self, value: Any) -> Any:
        return f"{value.number} {value.title}" if isinstance(value, Record) else value

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        return _looked_up(words, partial(find_record, of=self.kinds), self.actor)


#: A field of tags completes the last of its words.
TAG_ATTRS = {
    "autocomplete": "off", "autocapitalize": "none", "data-suggest": "tags", "data-suggest-each": "",
}  # fmt: skip


class TagsInput(forms.CharField):
    """Tags in one line, with spaces or commas between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_TEXT, **options)
        self.widget.attrs |= TAG_ATTRS

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        try:
            return read_tags(words)
        except FieldErrors as problem:
            raise forms.ValidationError(str(problem.message), code="not_understood") from problem


def _looked_up(words: str, find: Any, actor: Any) -> Any:
    if not words:
        return None
    try:
        return find(words, actor=actor)
    except NotUnderstood as problem:
        raise forms.ValidationError(str(problem), code="not_understood") from problem


class RuledForm(forms.Form):
    """A form that shows what a rule said beside the field it concerns."""

    def as_shown(self) -> Self:
        """Close every field, for who may read what is set and not change it."""
        for field in self.fields.values():
            field.disabled = True
        return self

    def add_violation(self, violation: RuleViolation) -> None:
        """Turn a refusal into form errors; what was typed stays."""
        if isinstance(violation, FieldErrors):
            for name, found in violation.errors.items():
                for code, message in found:
                    field = name if name in self.fields else None
                    self.add_error(field, forms.ValidationError(message, code=code))
            return
        message = str(violation.message)
        field = violation.field if violation.field in self.fields else None
        self.add_error(field, forms.ValidationError(message, code=violation.code))


class VersionedForm(RuledForm):
    """A form that carries the version it was opened on, so that nobody's change is overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    #: The version that was passed by while the form was open; nothing while nobody was faster.
    seen_version: int | None = None

    def add_violation(self, violation: RuleViolation) -> None:
        """Take up the version of today, so that sending once more is sending knowingly."""
        if not isinstance(violation, StaleVersion):
            super().add_violation(violation)
            return
        self.seen_version = self.cleaned_data.get("version")
        given: Any = self.data.copy()  # type: ignore[attr-defined]  # of a request, so it can
        given["version"] = str(violation.current_version)
        self.data = given
        words = _(
            "This was changed while you wrote. What you wrote is still here: see what changed, "
            "then save again."
        )
        self.add_error(None, forms.ValidationError(words, code=violation.code))


def ask_form(asks: Iterable[Ask], *, actor: Any) -> type[VersionedForm]:
    """Make the form of what a transition or a flow asks."""
    return type("AskForm", (VersionedForm,), {ask.name: _ask_field(ask, actor) for ask in asks})


def _ask_field(ask: Ask, actor: Any) -> forms.Field:
    options: dict[str, Any] = {
        "label": ask.label,
        "required": ask.required,
        "help_text": ask.help,
    }
    if ask.kind is AskKind.PERSON:
        return PersonInput(actor=actor, **options)
    if ask.kind is AskKind.RECORD:
        return RecordInput(actor=actor, kinds=ask.kinds, **options)
    if ask.kind is AskKind.TEAM:
        return forms.ModelChoiceField(Team.objects.filter(is_active=True), **options)
    if ask.kind is AskKind.CHOICE:
        blank = [] if ask.required else [("", "—")]
        if ask.required:
            options["widget"] = forms.RadioSelect
        return forms.ChoiceField(choices=[*blank, *ask.choices], **options)
    if ask.kind is AskKind.TEXT:
        return forms.CharField(max_length=MAX_TEXT, widget=_text(), **options)
    plain: dict[AskKind, Any] = {
        AskKind.LINE: lambda **o: forms.CharField(max_length=MAX_LINE, **o),
        AskKind.BOOLEAN: lambda **o: forms.BooleanField(**(o | {"required": False})),
        AskKind.INTEGER: forms.IntegerField,
        AskKind.DECIMAL: forms.DecimalField,
        AskKind.DATE: Day,
        AskKind.INSTANT: Instant,
    }
    made: forms.Field = plain[ask.kind](**options)
    if ask.name == "tags":
        made.widget.attrs |= TAG_ATTRS
    return made


def _text(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def record_form(
    kind: Kind, *, actor: Any, editing: bool, leave_out: Iterable[str] = ()
) -> type[VersionedForm]:
    """Make the form that opens or edits a record of a kind."""
    skipped = {"external_source", "external_id", "received_at", *leave_out}
    names = kind.editable if editing else kind.fields
    declared = {
        name: _model_field(
            kind.model._meta.get_field(name), actor=actor, required=name in kind.required
        )
        for name in names
        if name not in skipped
    }
    return type(f"{kind.model.__name__}Form", (VersionedForm,), declared)


def _model_field(field: Any, *, actor: Any, required: bool) -> forms.Field:
    options: dict[str, Any] = {
        "label": str(field.verbose_name).capitalize(),
        "required": required,
        "help_text": field.help_text,
    }
    if isinstance(field, models.ForeignKey):
        return _related(field, actor, options)
    if isinstance(field, models.DateTimeField):
        return Instant(**options)
    if isinstance(field, models.DateField):
        return Day(**options)
    if isinstance(field, models.TextField):
        return forms.CharField(max_length=MAX_TEXT, widget=_text(), **options)
    if isinstance(field, ArrayField):
        return TagsInput(**options)
    made: forms.Field = field.formfield(**options)
    if field.choices and not required:
        made.required = False
    return made


def _related(field: Any, actor: Any, options: dict[str, Any]) -> forms.Field:
    model = field.related_model
    if model is User:
        return PersonInput(actor=actor, **options)
    if model is Team:
        return forms.ModelChoiceField(Team.objects.filter(is_active=True), **options)
    if model is Organisation:
        known = Organisation.objects.nameable_by(actor, field.get_limit_choices_to())
        return forms.ModelChoiceField(known, **options)
    limit = field.get_limit_choices_to().get("kind", "")
    return RecordInput(actor=actor, kinds=[limit] if limit else (), **options)


class CommentForm(RuledForm):
    """What somebody writes on a record; the page has one for replies and one for notes."""

    body = forms.CharField(
        label=_("Message"), max_length=MAX_TEXT, widget=_text(6), help_text=_("Markdown works.")
    )
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: What its writer left unsent, when that was, and where it is kept as they go on.
    draft: Draft | None = None
    draft_words = ""
    draft_url = ""

    def clean_body(self) -> str:
        """Refuse words a template left open, which nobody outside should read."""
        body: str = self.cleaned_data["body"]
        if left := unfilled(body):
            words = ", ".join(left)
            raise forms.ValidationError(
                _("Fill in first: %(words)s.") % {"words": words}, code="unfilled"
            )
        return body


class SummaryForm(VersionedForm):
    """The summary pinned above a record's conversation."""

    text = forms.CharField(
        label=_("Summary"),
        max_length=5_000,
        required=False,
        widget=_text(4),
        help_text=_("Only those who work on it read this. Markdown works; empty takes it off."),
    )


class LinkForm(RuledForm):
    """Another record, and how it relates to this one, from either side."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("This record"), choices=link_choices(), initial=LinkKind.RELATES_TO
        )
        self.fields["target"] = RecordInput(
            label=_("Which record"), actor=actor, help_text=_("Its number or words of its title.")
        )
