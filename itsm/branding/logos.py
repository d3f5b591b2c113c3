"""A logo as it was sent, drawn anew: what reaches a browser is a picture and nothing else."""

from __future__ import annotations

import io
import warnings
from typing import NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from itsm.core.errors import FieldErrors

MOST_BYTES = 512 * 1024
#: A small file can hold a picture that fills the memory; the size it claims is read first.
MOST_PIXELS = 4_000_000
#: Twice what is shown, for screens with small pixels.
WIDE, HIGH = 480, 96
MAGIC = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}


class Logo(NamedTuple):
    """A picture as PNG, and its size."""

    png: bytes
    width: int
    height: int


def drawn(sent: bytes) -> Logo:
    """Return the picture, small and without anything else the file held. Raises FieldErrors.

    The first bytes say what the file is, never its name or what the browser calls it.
    """
    if len(sent) > MOST_BYTES:
        raise _refused("too_large", _("The file is larger than 512 KB. Save it smaller."))
    kind = next((kind for head, kind in MAGIC.items() if sent.startswith(head)), None)
    if kind is None:
        raise _refused("not_a_picture", _("Choose a PNG, JPEG or WebP picture."))
    unread = _refused("not_a_picture", _("The picture cannot be read. Save it again as PNG."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(sent), formats=[kind]) as picture:
                _hold_to_size(picture)
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except FieldErrors:
        raise
    except Exception as problem:  # a decoder raises anything on a stranger's bytes
        raise unread from problem
    upright.thumbnail((WIDE, HIGH))
    # The pixels alone are taken over: a picture also carries texts, profiles and places.
    plain = Image.new("RGBA", upright.size)
    plain.paste(upright)
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=True)
    return Logo(out.getvalue(), *plain.size)


def _hold_to_size(picture: Image.Image) -> None:
    if not 0 < picture.width * picture.height <= MOST_PIXELS:
        words = _("The picture has %(width)d × %(height)d pixels. Save it smaller.")  # noqa: RUF001 - the sign
        size = {"width": picture.width, "height": picture.height}
        raise _refused("too_many_pixels", words % size)


def _refused(code: str, message: str) -> FieldErrors:
    return FieldErrors({"logo": [(code, message)]})
