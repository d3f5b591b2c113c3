"""Text that people write, turned into HTML that is safe to show to others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "s", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}
SCHEMES = {"http", "https", "mailto"}
BARE_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def _as_strong_line(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    """Show a heading as a strong line: the page, not its text, owns the outline of headings."""
    return "<p><strong>" if tokens[index].nesting == 1 else "</strong></p>\n"


def _link_bare_addresses(state: Any) -> None:
    """Turn web addresses typed into the text into links, outside links and code."""
    for block in state.tokens:
        if block.type != "inline":
            continue
        depth = 0
        children: list[Token] = []
        for token in block.children or ():
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type == "text" and not depth:
                children.extend(_split_at_addresses(token))
            else:
                children.append(token)
        block.children = children


def _split_at_addresses(token: Token) -> list[Token]:
    pieces: list[Token] = []
    start = 0
    for found in BARE_ADDRESS.finditer(token.content):
        opening = Token("link_open", "a", 1, attrs={"href": found.group()})
        pieces += [
            Token("text", "", 0, content=token.content[start : found.start()]),
            opening,
            Token("text", "", 0, content=found.group()),
            Token("link_close", "a", -1),
        ]
        start = found.end()
    return [*pieces, Token("text", "", 0, content=token.content[start:])]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.add_render_rule("heading_open", _as_strong_line)
    parser.add_render_rule("heading_close", _as_strong_line)
    parser.core.ruler.push("bare_addresses", _link_bare_addresses)
    return parser


_PARSER = _parser()


@lru_cache(maxsize=2048)
def to_html(text: str) -> SafeString:
    """Return sanitised HTML for Markdown `text`; raw HTML is shown as typed, images are left out.

    What is said on a record never changes and is read many times, so each process remembers.
    """
    clean = nh3.clean(
        _PARSER.render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just removed everything that is not listed above
