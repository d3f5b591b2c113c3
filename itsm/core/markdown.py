"""Text that people write, turned into HTML that is safe to show to others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "s", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}
SCHEMES = {"http", "https", "mailto"}
#: Stand in the text for the files it names while it is sanitised; nobody can type them.
_OPENS, _CLOSES = "\ue000", "\ue001"
_NAMED_FILE = re.compile(f"{_OPENS}([0-9]+){_CLOSES}")
BARE_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


class NamedFile(NamedTuple):
    """A file that a text may name in brackets, "[shot.png]", and that is shown where it is named.

    `drawing_url` is our own small drawing of a picture; empty where there is none.
    """

    name: str
    url: str
    drawing_url: str = ""


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


def _mark_named_files(state: Any) -> None:
    """Set a mark in the text where it names one of the files, outside links and code."""
    files: tuple[NamedFile, ...] = state.env.get("files", ())
    marks = {f"[{file.name}]": f"{_OPENS}{place}{_CLOSES}" for place, file in enumerate(files)}
    if not marks:
        return
    named = re.compile("|".join(re.escape(name) for name in marks))
    for block in state.tokens:
        depth = 0
        for token in block.children or ():
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type == "text" and not depth:
                token.content = named.sub(lambda found: marks[found.group()], token.content)


def _shown(file: NamedFile) -> SafeString:
    if not file.drawing_url:
        return format_html('<a href="{}">[{}]</a>', file.url, file.name)
    return format_html(
        '<a class="picture" href="{}"><img src="{}" alt="{}" loading="lazy"></a>',
        *(file.url, file.drawing_url, file.name),
    )


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
    parser.core.ruler.push("named_files", _mark_named_files)
    return parser


_PARSER = _parser()
_UNTYPED = dict.fromkeys(map(ord, _OPENS + _CLOSES))


@lru_cache(maxsize=2048)
def to_html(text: str, files: tuple[NamedFile, ...] = ()) -> SafeString:
    """Return sanitised HTML for Markdown `text`; raw HTML is shown as typed, images are left out.

    A name of one of `files` in brackets becomes a link to it, drawn where there is a drawing; the
    rest of the text can name no picture, so that reading it tells nobody that it was read.
    What is said on a record never changes and is read many times, so each process remembers.
    """
    clean = nh3.clean(
        _PARSER.render(text.translate(_UNTYPED), {"files": files}),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    if files:
        clean = _NAMED_FILE.sub(lambda found: _shown(files[int(found[1])]), clean)
    return mark_safe(clean)  # noqa: S308 - nh3 has just removed everything that is not listed above
