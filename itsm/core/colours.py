"""Colours as numbers: from hexadecimal to OKLCH and back, and the contrast of two of them (WCAG 2).

The conversions are Björn Ottosson's OKLab, the contrast is that of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

HEX = re.compile(r"#[0-9a-f]{6}")
LIGHT, DARK = "light", "dark"
_TOKEN = re.compile(
    r"--([\w-]+): light-dark\(oklch\(([\d.]+) ([\d.]+) ([\d.]+)\), oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)\)"
)
#: From the cone responses to linear red, green and blue, and the way back.
_TO_RGB = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_FROM_RGB = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)


class Shade(NamedTuple):
    """A colour by lightness (0 to 1), colourfulness and angle of hue."""

    lightness: float
    chroma: float
    hue: float


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shade_of(colour: str) -> Shade:
    """Return a hexadecimal colour as lightness, chroma and hue."""
    rgb = _linear(colour)
    long, middle, short = (
        math.cbrt(sum(weight * part for weight, part in zip(row, rgb, strict=True)))
        for row in _FROM_RGB
    )
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Shade(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def hexadecimal(shade: Shade) -> str:
    """Return the shade as a screen can show it, paler where no screen can show it so colourful."""
    chroma = shade.chroma
    while True:
        rgb = _rgb(shade._replace(chroma=max(0.0, chroma)))
        if chroma <= 0 or all(-0.0005 <= part <= 1.0005 for part in rgb):
            return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in rgb)
        chroma -= 0.002


@lru_cache(maxsize=2)
def tokens(theme: str) -> dict[str, str]:
    """Return the colours of the stylesheet by name, as one theme shows them."""
    text = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text("utf-8")
    first = 1 if theme == LIGHT else 4
    return {
        found[0]: hexadecimal(Shade(*map(float, found[first : first + 3])))
        for found in _TOKEN.findall(text)
    }


def _linear(colour: str) -> list[float]:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(shade: Shade) -> list[float]:
    a = shade.chroma * math.cos(math.radians(shade.hue))
    b = shade.chroma * math.sin(math.radians(shade.hue))
    cones = (
        (shade.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (shade.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (shade.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    return [sum(weight * part for weight, part in zip(row, cones, strict=True)) for row in _TO_RGB]


def _encoded(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
