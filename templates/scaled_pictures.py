"""Pictures made small enough for a paper; what is no picture, or a bomb, is left out."""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 1200  # pixels; 16 dots a millimetre at half a page's width
MOST_PIXELS = 60_000_000
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def scaled(path: Path) -> io.BytesIO | None:
    """The picture as a small JPEG without anything the camera has noted; None: not readable."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (
        OSError,
        ValueError,
        SyntaxError,
        UnidentifiedImageError,
        Image.DecompressionBombError,
    ):
        return None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    out.seek(0)
    return out
