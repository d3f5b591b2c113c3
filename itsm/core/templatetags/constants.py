"""The tags pages use most, worked out once where their arguments are constants.

`{% translate "Save" %}`, `{% url "home" %}` and `{% icon "tick" %}` say the same in every request of one
language; a page has hundreds of them. Anything that depends on the request is left to Django's own.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from itsm.core.templatetags import ui

register = template.Library()


class SaidOnce(Node):
    """A translation of constant words: looked up once for each language."""

    def __init__(self, inner: TranslateNode) -> None:
        """Stand for `inner`, and ask it when a language is new."""
        self.inner = inner
        self.asvar: str | None = inner.asvar
        self._said: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        said = self._said.get(language)
        if said is None:
            drawn = self.inner.render(context)
            said = SafeString(context[self.asvar] if self.asvar else drawn)
            self._said[language] = said
        if self.asvar:
            context[self.asvar] = said
            return SafeString("")
        return said


class FoundOnce(Node):
    """An address without arguments: found once for each set of addresses."""

    def __init__(self, inner: URLNode) -> None:
        """Stand for `inner`, and ask it when the set of addresses is new."""
        self.inner = inner
        self.asvar: str | None = inner.asvar
        self._found: dict[tuple[str, str], Any] = {}

    def render(self, context: Context) -> Any:
        among = (get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
        found = self._found.get(among)
        if found is None:
            found = self.inner.render(context)
            if self.asvar:
                found = context[self.asvar]
            self._found[among] = found
        if self.asvar:
            context[self.asvar] = found
            return SafeString("")
        return found


class Drawn(Node):
    """An icon whose name is written in the template."""

    def __init__(self, name: str) -> None:
        """Stand for the icon of this name."""
        self.name = name

    def render(self, context: Context) -> SafeString:
        del context
        return ui.icon(self.name)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """Django's own, remembered when the words are constant and have no context."""
    node: TranslateNode = do_translate(parser, token)
    is_plain = _is_constant(token.split_contents()[1])
    if is_plain and not node.noop and node.message_context is None:
        return SaidOnce(node)
    return node


@register.tag("url")
def url(parser: Parser, token: Token) -> Node:
    """Django's own, remembered when the name is constant and there are no arguments."""
    node: URLNode = django_url(parser, token)
    if _is_constant(token.split_contents()[1]) and not node.args and not node.kwargs:
        return FoundOnce(node)
    return node


@register.tag("icon")
def icon(parser: Parser, token: Token) -> Node:
    """Draw an icon, without looking its name up when that is a constant."""
    bits = token.split_contents()
    if len(bits) == 2 and _is_constant(bits[1]):
        return Drawn(bits[1][1:-1])
    node: Node = ui.register.tags["icon"](parser, token)
    return node


def _is_constant(written: str) -> bool:
    return len(written) > 1 and written[0] in "\"'" and written[-1] == written[0]
