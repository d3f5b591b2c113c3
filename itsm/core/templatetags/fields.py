"""Form fields, drawn by a function: forms stand on most pages, and a page of a record has two."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.form_words import name_the_empty_choice
from itsm.core.sent_once import FIELD, new_mark
from itsm.core.templatetags import ui

register = template.Library()


@register.simple_tag(takes_context=True, name="csrf_token")
def marks(context: Context) -> SafeString:
    """Draw what each form that is sent carries: where it came from, and which drawing of it this is.

    Django's own tag draws the first alone. By the second, sending a form twice takes effect once.
    """
    token = context.get("csrf_token")
    return marked(token) if token else SafeString("")


def marked(token: Any) -> SafeString:
    """Return the hidden fields of one drawing of a form."""
    return ui.fill(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="{}" value="{}">',
        token,
        FIELD,
        new_mark(),
    )


@register.simple_tag
def field(bound: BoundField, optional: bool = True) -> SafeString:  # noqa: FBT001, FBT002 - a template's argument
    """Draw a form field with label, hint, error and control wired to one another."""
    name_the_empty_choice(bound.field)
    hint, error = f"{bound.auto_id}-hint", f"{bound.auto_id}-error"
    wired = [name for name, shown in ((hint, bound.help_text), (error, bound.errors)) if shown]
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(wired)} if wired else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    control = bound.as_widget(attrs=attrs)
    if bound.is_hidden:
        return control
    bad = " field-bad" if bound.errors else ""
    below = SafeString("")
    if bound.help_text:
        below = ui.fill('\n  <p class="hint" id="{}">{}</p>', hint, bound.help_text)
    if bound.errors:
        below = SafeString(below + _errors(bound, error))
    if isinstance(bound.field.widget, CheckboxInput):
        return ui.fill(
            '<div class="field field-check{}">\n  <label for="{}">{}<span>{}</span></label>{}\n</div>',
            bad,
            bound.id_for_label or "",
            control,
            bound.label,
            below,
        )
    label = ui.fill("{}", bound.label)
    if optional and not bound.field.required:
        label = SafeString(
            f'{label} <span class="optional">{ui.fill("{}", _("(optional)"))}</span>'
        )
    if bound.use_fieldset:
        return ui.fill(
            '<fieldset class="field{}"{}>\n  <legend>{}</legend>{}\n'
            '  <div class="checks">{}</div>\n</fieldset>',
            bad,
            ui.fill(' aria-describedby="{}"', hint) if bound.help_text else SafeString(""),
            label,
            below,
            control,
        )
    return ui.fill(
        '<div class="field{}">\n  <label for="{}">{}</label>{}\n  {}\n</div>',
        bad,
        bound.id_for_label or "",
        label,
        below,
        control,
    )


def _errors(bound: BoundField, error_id: str) -> SafeString:
    mark, word = ui.icon("octagon"), _("Error:")
    lines = (
        ui.fill(
            '<p class="error">{}<span><span class="hide">{} </span>{}</span></p>', mark, word, said
        )
        for said in bound.errors
    )
    return ui.fill('\n  <div id="{}">{}</div>', error_id, SafeString("".join(lines)))
