"""Pictures: read once when they come, found again when they are used twice.

`look` reads bytes somebody has sent and therefore takes nothing for granted; it never raises, and
belongs into a thread, outside any transaction. `enter` writes what it saw and finds the earlier
pictures that look the same: through an index of words (picture_word), then point by point.
"""

import io
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import picture_marks, settings
from ledger.clock import SHANGHAI, ms
from ledger.database import Session, queries
from ledger.picture_marks import Point

if TYPE_CHECKING:
    from PIL import Image  # loaded with the first picture: the web chat has no use for it

sql = queries("pictures")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 32_000_000  # of what has to be unpacked whole: about 130 MB
MOST_PIXELS_JPEG = 64_000_000  # unpacked to an eighth
MOST_BYTES = 64 << 20
DRAFT = (320, 320)  # pixels a picture is unpacked to at most, twice what is looked at
EXIF_PART, TAKEN = 0x8769, 0x9003  # where a camera writes DateTimeOriginal
FIRST_YEAR = 2000  # cameras without a date write 1970 or 1980
SHARED = 3  # words two pictures must have in common to be compared
COMPARED = 16  # pictures compared point by point
CURSOR = "pictures.looked_at"  # up to which attachment older files have been looked at


# facts
@dataclass(frozen=True)
class Look:
    """What was seen in a file: marks '' for what is no picture or a flat one."""

    marks: str = ""
    taken_at: int | None = None  # the camera's own word, epoch milliseconds
    points: tuple[Point, ...] = field(default=(), repr=False)


NOTHING = Look()


# rules
def look(data: bytes, *, now: datetime | None = None) -> Look:
    """What these bytes show. Never raises: broken, hostile and other files show nothing.

    now: no camera was there later; a date ahead of it is nobody's word.
    """
    try:
        return _look(data, now) if len(data) <= MOST_BYTES else NOTHING
    except Exception:  # a decoder may raise anything at all at what a stranger has made
        return NOTHING


def _look(data: bytes, now: datetime | None) -> Look:
    from PIL import Image

    from ledger import picture_points

    # What unpacks to far more than it is worth is an error, not a line on stderr.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if _too_large(picture):
            return NOTHING
        taken = _taken(picture, now)
        points = tuple(picture_points.points(_small(picture)))
    return Look(picture_marks.written(points), taken, points)


def _too_large(picture: "Image.Image") -> bool:
    most = MOST_PIXELS_JPEG if picture.format in {"JPEG", "MPO"} else MOST_PIXELS
    return picture.width * picture.height > most


def _small(picture: "Image.Image") -> "Image.Image":
    """Grey, upright, at most twice the size that is looked at."""
    from PIL import Image, ImageOps

    picture.draft("L", DRAFT)
    grey = picture.convert("L")
    grey.thumbnail(DRAFT, Image.Resampling.BOX)
    return ImageOps.exif_transpose(grey)


def _taken(picture: "Image.Image", now: datetime | None) -> int | None:
    """When the camera says it was; None where it says nothing sensible."""
    try:
        said = str(picture.getexif().get_ifd(EXIF_PART).get(TAKEN, ""))
        when = datetime.strptime(said[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except Exception:  # the note in a picture is as untrusted as the picture
        return None
    if when.year < FIRST_YEAR or (now and when.date() > now.date()):
        return None
    return ms(when)


# records
async def enter(db: Session, sha256: str, seen: Look) -> list[str]:
    """Note what was seen in a file; returns the earlier pictures it looks like, by their hashes.

    The same bytes are entered once: a second time changes nothing and finds nothing.
    """
    id = await sql.add(db.connection, sha256=sha256, marks=seen.marks, taken_at=seen.taken_at)
    if id is None or not seen.points:
        return []
    found = await _like(db, int(id), seen)
    await sql.add_words(
        db.connection,
        [{"word": one.word, "picture": id, "size": one.size} for one in seen.points],
    )
    for other in found:
        await sql.like(db.connection, one=sha256, other=other)
    return found


async def _like(db: Session, id: int, seen: Look) -> list[str]:
    probes = [
        f"{number:03d}{point.size:02d}{word:08d}"
        for number, point in enumerate(seen.points)
        for word in point.probes
    ]
    rows = sql.near(
        db.connection, probes="".join(probes), count=len(probes), picture=id, least=SHARED,
        most=COMPARED,
    )  # fmt: skip
    near = {row["sha256"]: row["marks"] async for row in rows}
    return [
        sha256
        for sha256, marks in near.items()
        if picture_marks.alike(seen.points, picture_marks.read(marks))
    ]


# files from before pictures were looked at
async def unseen(db: Session, *, most: int) -> list[tuple[int, str]]:
    """The next attached files nobody has looked at, by attachment and hash."""
    after = int(await settings.read(db, CURSOR) or 0)
    rows = sql.unseen(db.connection, after=after, most=most)
    return [(row["id"], row["sha256"]) async for row in rows]


async def any_unseen(db: Session, *, now: datetime) -> bool:
    """Whether there is one."""
    return bool(await unseen(db, most=1))


async def make_up(db: Session, attachment: int, sha256: str, seen: Look) -> None:
    """Enter one of those; with it, and for good, goes the mark up to where it has been done."""
    await enter(db, sha256, seen)
    await settings.write(db, CURSOR, str(attachment))


def look_at_file(path: Path) -> Look:
    """What a kept file shows; one that is not there shows nothing."""
    try:
        return look(path.read_bytes())
    except OSError:
        return NOTHING
