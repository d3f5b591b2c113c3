"""The words of the portal are plain: short, without what makes people feel small, easy to read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PORTAL = [
    path
    for path in TEMPLATES
    if path.parent.name in ("portal", "registration", "errors") or path.name == "rating.html"
]
TEXT = re.compile(
    r"""\{% (?:translate|trans) "([^"]+)"|\{% blocktranslate[^%]*%\}(.*?)\{% (?:plural|endblock)""",
    re.DOTALL,
)
BANNED = re.compile(
    r"\b(please|invalid|oops|forbidden|illegal|abort|whoops|sorry)\b", re.IGNORECASE
)
HARDEST = 8.0


def texts(path: Path) -> list[str]:
    """Return what a template says to people."""
    return [re.sub(r"\s+", " ", one or two) for one, two in TEXT.findall(path.read_text("utf-8"))]


def syllables(word: str) -> int:
    """Count the groups of vowels, without the silent e at the end."""
    found = len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))
    return max(1, found)


def grade(sentences: list[str]) -> float:
    """Return the reading grade of Flesch and Kincaid: the years of school a text asks for."""
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    return (
        0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_page_says_what_makes_people_feel_small(path: Path) -> None:
    said = [text for text in texts(path) if BANNED.search(text)]

    assert said == []


def test_the_portal_reads_easily() -> None:
    sentences = [
        sentence
        for path in PORTAL
        for text in texts(path)
        for sentence in re.split(r"(?<=[.?!]) ", re.sub(r"\{\{[^}]*\}\}", "it", text))
        if len(re.findall(r"[A-Za-z']+", sentence)) >= 4
    ]

    assert len(sentences) >= 60
    assert grade(sentences) <= HARDEST
    hard = [one for one in sentences if grade([one]) > HARDEST * 2]
    assert hard == []
