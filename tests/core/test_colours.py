"""Every pair of colours can be read in both themes, and states stay apart for colour-blind eyes (goal 21)."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from django.conf import settings

Triple = tuple[float, float, float]

THEMES = ("light", "dark")
STATES = ("neutral", "info", "ok", "warn", "bad", "hold")
ACTIVITIES = ("plan", "improve", "engage", "design", "build", "deliver")
GROUNDS = ("canvas", "surface", "sunken", "raised", "accent-tint", "note-tint")
#: What WCAG 2.2 asks of text (1.4.3) and of what is no text (1.4.11).
TEXT, SHAPE = 4.5, 3.0
#: Distances in OKLab, times 100; about two can just be told apart.
STATES_APART, ACTIVITIES_APART = 9, 10

COLOUR = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
TOKEN = re.compile(rf"--([\w-]+): light-dark\({COLOUR}, {COLOUR}\);")
#: What eyes make of linear light where one sort of cone is missing (Machado, Oliveira, Fernandes 2009).
EYES: dict[str, tuple[Triple, Triple, Triple]] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}  # fmt: skip


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    one, two, three = (
        sum(cell * part for cell, part in zip(row, vector, strict=True)) for row in matrix
    )
    return one, two, three


def _light(lightness: float, chroma: float, hue: float) -> Triple:
    """Return the linear light of a screen, red, green, blue, unclipped."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    cones = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    return _times(
        (
            (4.0767416621, -3.3077115913, 0.2309699292),
            (-1.2684380046, 2.6097574011, -0.3413193965),
            (-0.0041960863, -0.7034186147, 1.7076147010),
        ),
        cones,
    )


def _clipped(light: Triple) -> Triple:
    one, two, three = (min(1.0, max(0.0, part)) for part in light)
    return one, two, three


def _seen(light: Triple) -> Triple:
    """Return a place in OKLab."""
    cones = _times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        light,
    )
    one, two, three = (max(0.0, part) ** (1 / 3) for part in cones)
    return _times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        (one, two, three),
    )


def _contrast(one: Triple, other: Triple) -> float:
    weights = (0.2126, 0.7152, 0.0722)
    dim, bright = sorted(
        sum(weight * part for weight, part in zip(weights, _clipped(light), strict=True))
        for light in (one, other)
    )
    return (bright + 0.05) / (dim + 0.05)


def _apart(one: Triple, other: Triple, eyes: str) -> float:
    places = (_seen(_clipped(_times(EYES[eyes], _clipped(light)))) for light in (one, other))
    return math.dist(*places) * 100


def _pairs() -> list[tuple[str, str, float]]:
    """What stands on what, and the contrast it needs."""
    solids = [f"act-{name}" for name in ACTIVITIES]
    return [
        *((ink, on, TEXT) for on in GROUNDS for ink in ("ink", "ink-2", "ink-3", "accent")),
        *((edge, on, SHAPE) for on in GROUNDS for edge in ("focus", "border-strong")),
        *(("on-accent", on, TEXT) for on in ("accent", "accent-hover", "bad-solid")),
        *((f"{state}-fg", on, TEXT) for state in STATES
          for on in (f"{state}-tint", "surface", "canvas", "sunken")),
        *((f"{state}-solid", on, SHAPE) for state in STATES
          for on in (f"{state}-tint", "surface", "canvas")),
        *((solid, on, SHAPE) for solid in solids for on in ("surface", "canvas")),
        ("note-border", "note-tint", SHAPE),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def colours() -> dict[str, dict[str, Triple]]:
    """The linear light of every colour of the styles, by theme."""
    words = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    found: dict[str, dict[str, Triple]] = {theme: {} for theme in THEMES}
    for name, *numbers in TOKEN.findall(words):
        light, dark = (tuple(map(float, numbers[at : at + 3])) for at in (0, 3))
        found["light"][name], found["dark"][name] = _light(*light), _light(*dark)
    return found


def test_the_measure_knows_black_from_white() -> None:
    assert _contrast(_light(1, 0, 0), _light(0, 0, 0)) == pytest.approx(21, abs=0.01)
    assert _apart(_light(1, 0, 0), _light(0, 0, 0), "protan") == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_can_be_shown_on_a_screen(colours, theme) -> None:
    beyond = {
        name for name, light in colours[theme].items() if math.dist(light, _clipped(light)) > 0.002
    }

    assert len(colours[theme]) >= 40
    assert beyond == set()


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_can_be_read(colours, theme) -> None:
    here = colours[theme]
    weak = {
        (front, back): round(_contrast(here[front], here[back]), 2)
        for front, back, least in _pairs()
        if _contrast(here[front], here[back]) < least
    }

    assert 2 * len(_pairs()) >= 188
    assert weak == {}


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", THEMES)
def test_states_and_activities_stay_apart_for_all_eyes(colours, theme, eyes) -> None:
    here = colours[theme]
    groups = (
        ([f"{name}-solid" for name in STATES], STATES_APART),
        ([f"act-{name}" for name in ACTIVITIES], ACTIVITIES_APART),
    )
    near = {
        (one, other): round(_apart(here[one], here[other], eyes), 1)
        for names, least in groups
        for one, other in itertools.combinations(names, 2)
        if _apart(here[one], here[other], eyes) < least
    }

    assert near == {}
