"""The controls of forms, drawn by functions: every page has forms, and a select includes a template for each choice.

What is drawn is what Django's own templates draw; any control not named here is left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import SafeString

from itsm.core.templatetags.ui import fill

Drawn = Callable[[Mapping[str, Any]], SafeString]
_OPTION = "django/forms/widgets/select_option.html"


def _attributes(widget: Mapping[str, Any]) -> SafeString:
    return SafeString(
        "".join(
            fill(" {}", name) if value is True else fill(' {}="{}"', name, value)
            for name, value in widget["attrs"].items()
            if value is not False
        )
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    return fill(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else fill(' value="{}"', value),
        _attributes(widget),
    )


def _file(widget: Mapping[str, Any]) -> SafeString:
    return _input({**widget, "value": None})


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"] or ""
    return fill('<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget), value)


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = [
        (label, "".join(map(_option, choices))) for label, choices, _place in widget["optgroups"]
    ]
    drawn = (
        fill('\n  <optgroup label="{}">{}\n  </optgroup>', label, SafeString(options))
        if label
        else options
        for label, options in groups
    )
    return fill(
        '<select name="{}"{}>{}\n</select>',
        widget["name"],
        _attributes(widget),
        SafeString("".join(drawn)),
    )


def _option(option: Mapping[str, Any]) -> SafeString:
    value, label = option["value"], option["label"]
    return fill('\n  <option value="{}"{}>{}</option>', value, _attributes(option), label)


_DRAWN: dict[str, Drawn] = {
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in ("date", "email", "hidden", "number", "password", "search", "text", "url")
    },
    "django/forms/widgets/clearable_file_input.html": _file,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}


def _is_plain(widget: Mapping[str, Any]) -> bool:
    """Whether nothing about it is special: no file kept already, no choice with a template of its own."""
    choices = (one for _label, group, _place in widget.get("optgroups", ()) for one in group)
    return not widget.get("is_initial") and all(one["template_name"] == _OPTION for one in choices)


class Controls(DjangoTemplates):
    """Draws what most forms are made of without a template."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Draw one control, or a whole form, by its function or its template."""
        draw = _DRAWN.get(template_name)
        if draw is not None and _is_plain(context["widget"]):
            return draw(context["widget"])
        return super().render(template_name, context, request)
