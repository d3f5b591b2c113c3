"""Small copies of pictures, drawn anew, so that nothing of the sender's file reaches a browser."""

from __future__ import annotations

import io
import warnings
from typing import IO

from PIL import Image, ImageOps

#: Types that are drawn, and what Pillow calls them; no other decoder is ever tried.
DRAWN = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
#: A small file can hold a picture that fills the memory; the size it claims is read first.
MOST_PIXELS = 40_000_000
SIDE = 800


def thumbnail_of(file: IO[bytes], content_type: str) -> bytes | None:
    """Return a picture of at most 800 pixels a side, as WebP; None where none can be drawn.

    The first frame stands for an animation. Nothing is decoded before the claimed size is known to
    be bearable.
    """
    kind = DRAWN.get(content_type)
    if kind is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=[kind]) as picture:
                width, height = picture.size
                if not 0 < width * height <= MOST_PIXELS:
                    return None
                picture.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((SIDE, SIDE))
                out = io.BytesIO()
                upright.convert("RGBA" if _is_clear(upright) else "RGB").save(
                    out, "WEBP", quality=80
                )
                return out.getvalue()
    except Exception:  # noqa: BLE001 - a decoder raises anything on a stranger's bytes; there is no picture then
        return None


def _is_clear(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
