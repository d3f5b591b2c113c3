"""Text out of mail: bytes in any charset, HTML of any size, headers of any making."""

from __future__ import annotations

import re
from email.header import decode_header
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

#: HTML beyond this is cut before it is read; the raw mail keeps all of it.
MAX_HTML = 500_000
#: Text kept of one mail for showing and threading; the raw mail keeps all of it.
MAX_TEXT = 400_000
MAX_HEADER = 8_000

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
#: Characters that turn the direction of a line, by which a program passes for a picture.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
#: Tags that end by themselves when the next one begins, so that they do not nest.
_FLAT = {
    "area",
    "base",
    "br",
    "col",
    "hr",
    "img",
    "input",
    "li",
    "link",
    "meta",
    "o",
    "p",
    "td",
    "th",
    "tr",
    "wbr",
}
#: Deeper than any program nests; sanitising such HTML takes time that grows with the square of it.
MOST_NESTED = 400
_BLOCKS = {
    *(
        "address",
        "article",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
    ),
    *("h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section", "table"),
    *("tr", "ul"),
}
_KEPT = {*_BLOCKS, "a", "br", "img", "li", "td", "th", "b", "i", "em", "strong", "span"} - {
    "form", "address", "main", "footer", "header", "section", "article",
}  # fmt: skip
#: Charset names that mail programs write and Python does not know, and names under which they send
#: the larger set that grew out of it.
_CHARSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "euc-cn": "gb18030",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "euc-kr": "cp949", "big5": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "iso-8859-6-i": "iso-8859-6",
    "x-sjis": "cp932", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac-roman", "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7", "cp-850": "cp850",
    "windows-874": "cp874", "x-unknown": "utf-8", "unknown-8bit": "utf-8", "ansi": "cp1252",
}  # fmt: skip


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text: in the charset they claim, else UTF-8, else the one of old Windows."""
    name = (charset or "").strip().strip("\"'").lower()
    known = _CHARSETS.get(name, name)
    # What claims to be the simplest of all is often UTF-8 that nobody declared.
    for candidate in ("utf-8", known) if known == "cp1252" else (known, "utf-8"):
        if not candidate:
            continue
        try:
            return data.decode(candidate)
        except (LookupError, UnicodeError, ValueError, TypeError):
            continue
    return data.decode("cp1252", errors="replace")


def tidy(text: str, *, most: int = MAX_TEXT) -> str:
    """Return text without control characters, with plain line ends, cut to `most` characters."""
    text = text[: most * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text)).replace("\xa0", " ")
    return text[:most].strip()


def one_line(text: str, *, most: int) -> str:
    """Return text on one line, so that nothing in it can begin another header or row."""
    return " ".join(_TURNS.sub("", tidy(text, most=most * 4)).split())[:most].strip()


def header_text(raw: object) -> str:
    """Return a header's text, encoded words read, on one line. Never raises."""
    text = str(raw)[:MAX_HEADER]
    try:
        parts = decode_header(text)
    except Exception:  # noqa: BLE001 - the standard library raises many things on hostile headers
        parts = [(text, None)]
    said = [decoded(part, charset) if isinstance(part, bytes) else part for part, charset in parts]
    return one_line(readable("".join(said)), most=MAX_HEADER)


def readable(text: str) -> str:
    """Read bytes that came through undeclared (the parser keeps them as surrogates)."""
    if not _SURROGATES.search(text):
        return text
    return decoded(text.encode("utf-8", errors="surrogateescape"), None)


class _Text(HTMLParser):
    """Collects what a reader of the HTML would read, pictures named where they stood."""

    def __init__(self, pictures: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures = pictures
        self.out: list[str] = []
        self.quote = 0
        self.link: list[tuple[str, int]] = []
        self.used: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._line()
        elif tag == "li":
            self._line()
            self.out.append("- ")
        elif tag in {"td", "th"}:
            self.out.append("  ")
        elif tag == "img":
            self._picture(found)
        elif tag == "a":
            self.link.append((found.get("href", ""), len(self.out)))
        elif tag in _BLOCKS:
            self.quote += tag == "blockquote"
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.link:
            address, since = self.link.pop()
            said = "".join(self.out[since:]).strip()
            if address.startswith(("http://", "https://")) and address not in said:
                self.out.append(f" <{address[:2000]}>")
        elif tag in _BLOCKS:
            self.quote -= tag == "blockquote" and self.quote > 0
            self._line()
            if tag in {"p", "h1", "h2", "h3"}:
                self._line()

    def handle_data(self, data: str) -> None:
        self.out.append(re.sub(r"\s+", " ", data))

    def _line(self) -> None:
        self.out.append("\n" + "> " * min(self.quote, 8))

    def _picture(self, found: dict[str, str]) -> None:
        source = found.get("src", "")
        cid = unquote(source.removeprefix("cid:")) if source.startswith("cid:") else ""
        if name := self.pictures.get(cid):
            self.used.add(cid)
            self.out.append(f"[{name}]")
        elif alt := found.get("alt", "").strip():
            self.out.append(alt[:200])


def html_to_text(html: str, pictures: dict[str, str]) -> str:
    """Return what a reader of the HTML would read.

    `pictures` maps content ids to the names of the files they became; each is named in brackets
    where it stood. Scripts and styles are left out. At most MAX_HTML characters are read.
    """
    html = html[:MAX_HTML]
    if _nesting(html) > MOST_NESTED:
        return tidy(_BLANK_LINES.sub("\n\n", re.sub(r"<[^<>]{0,2000}>", "\n", html)))
    clean = nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template"},
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "cid"},
        link_rel=None,
    )
    reader = _Text(pictures)
    reader.feed(clean)
    reader.close()
    lines = [line.strip(" \t") for line in "".join(reader.out).split("\n")]
    text = "\n".join(_collapsed(lines))
    return tidy(_BLANK_LINES.sub("\n\n", text))


def _nesting(html: str) -> int:
    depth = deepest = 0
    for found in _TAG.finditer(html):
        if found[2].lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _collapsed(lines: list[str]) -> list[str]:
    """Drop runs of empty quoted lines, which nested blocks leave behind."""
    kept: list[str] = []
    for line in lines:
        if set(line) <= {">", " "} and kept and set(kept[-1]) <= {">", " "}:
            continue
        kept.append(re.sub(r"[ \t]{3,}", "  ", line))
    return kept
