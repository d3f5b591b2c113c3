"""What every form says where Django's own words help nobody: nothing chosen yet, nothing written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Django's drawing of an empty choice.
DASHES = BLANK_CHOICE_DASH[0][1]
#: What to do about a field left empty, by what it is filled with.
FILL_IN: dict[type[forms.Field], Any] = {
    forms.Field: gettext_lazy("Fill this in."),
    forms.ChoiceField: gettext_lazy("Choose one."),
    forms.ModelChoiceField: gettext_lazy("Choose one."),
    forms.MultipleChoiceField: gettext_lazy("Choose at least one."),
    forms.ModelMultipleChoiceField: gettext_lazy("Choose at least one."),
    forms.BooleanField: gettext_lazy("Tick this to go on."),
    forms.FileField: gettext_lazy("Choose a file."),
    forms.IntegerField: gettext_lazy("Write a number."),
    forms.DateField: gettext_lazy("Give a date."),
    forms.DateTimeField: gettext_lazy("Give a date and a time."),
}


def say_what_to_fill_in() -> None:
    """Let every field that was left empty say what to do, not that a rule was broken."""
    for field, words in FILL_IN.items():
        field.default_error_messages = {**field.default_error_messages, "required": words}


def name_the_empty_choice(field: forms.Field) -> None:
    """Say in words what choosing nothing means, where a select would draw dashes."""
    if isinstance(field.widget, forms.NullBooleanSelect):
        field.widget.choices = [
            (value, _("Any") if value == "unknown" else said)
            for value, said in field.widget.choices
        ]
    if not isinstance(field, forms.ChoiceField):
        return
    words = _("Choose…") if field.required else _("None")
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = words
        return
    if hasattr(field, "empty_label"):  # a filter, which names it itself
        return
    known: Any = field.choices
    choices = list(known)
    if choices and choices[0][0] in ("", None) and choices[0][1] == DASHES:
        field.choices = [(choices[0][0], words), *choices[1:]]
