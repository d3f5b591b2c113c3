"""Which colours can carry links and buttons, and what is derived from the one that was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from itsm.core.colours import DARK, LIGHT, Shade, contrast, hexadecimal, shade_of, tokens

#: WCAG 2.2, 1.4.3 for text, with room for rounding to none.
NEEDED = 4.5
#: What links stand on.
GROUNDS = ("canvas", "surface", "sunken", "raised", "note-tint")
THEMES = {LIGHT: _("light theme"), DARK: _("dark theme")}


@dataclass(frozen=True, slots=True)
class Accent:
    """One chosen colour in one theme, with its hover, its tint and what is written on it."""

    colour: str
    hover: str
    tint: str
    written: str
    #: The least contrast of all that is read in it or on it.
    reached: float

    @property
    def is_enough(self) -> bool:
        return self.reached >= NEEDED

    @property
    def ratio(self) -> str:
        """The least contrast as it is said; cut rather than rounded, so that no 4.49 reads 4.5."""
        return f"{int(self.reached * 10) / 10:.1f}:1"


def accent_in(theme: str, colour: str) -> Accent:
    """Work out what a colour would look like in a theme, and how well it could be read."""
    light = theme == LIGHT
    shade = shade_of(colour)
    tint = hexadecimal(
        Shade(0.945, min(shade.chroma, 0.025), shade.hue)
        if light
        else Shade(0.3, min(shade.chroma, 0.045), shade.hue)
    )
    hover = hexadecimal(
        shade._replace(lightness=max(0.0, shade.lightness - 0.06))
        if light
        else shade._replace(lightness=min(0.97, shade.lightness + 0.06))
    )
    grounds = [*(tokens(theme)[name] for name in GROUNDS), tint]
    written = max(
        ("#ffffff", tokens(DARK)["canvas"]),
        key=lambda ink: min(contrast(ink, colour), contrast(ink, hover)),
    )
    reached = min(
        *(contrast(colour, ground) for ground in grounds),
        contrast(written, colour),
        contrast(written, hover),
    )
    return Accent(colour, hover, tint, written, reached)


def nearest(theme: str, colour: str) -> Accent:
    """Return the nearest shade of a colour that can be read in a theme: darker, or lighter in the dark."""
    found = accent_in(theme, colour)
    shade = shade_of(colour)
    step, end = (-0.01, 0.0) if theme == LIGHT else (0.01, 1.0)
    while not found.is_enough and abs(shade.lightness - end) > 0.02:
        shade = shade._replace(lightness=shade.lightness + step)
        found = accent_in(theme, hexadecimal(shade))
    return found


def stylesheet(light: Accent, dark: Accent) -> str:
    """Return the rules that put the house's colour in place of the program's."""
    pairs = (
        ("accent", light.colour, dark.colour),
        ("accent-hover", light.hover, dark.hover),
        ("accent-tint", light.tint, dark.tint),
        ("on-accent", light.written, dark.written),
    )
    rules = "\n".join(f"    --{name}: light-dark({one}, {other});" for name, one, other in pairs)
    return f"@layer tokens {{\n  :root {{\n{rules}\n  }}\n}}\n"
