"""Where the marks of a picture come from: its points, found with Pillow and a few thousand sums."""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image, ImageFilter

from ledger.picture_marks import STEP, WAVES, WORD_BITS, Point

LONG_SIDE = 160  # pixels of the picture that is looked at
SIZES = 9
POINTS_A_SIZE = 10
REACH = 7.0  # pixels around a point that belong to it
STANDS_OUT = 3.0  # grey levels
UNSURE = 3  # bits of a word that may as well be the other way round
SMOOTH = Image.Resampling.HAMMING
CELLS = 8
COARSEST = sorted(
    ((across, down) for across in range(CELLS) for down in range(CELLS) if across + down),
    key=lambda wave: (sum(wave), wave),
)[:WAVES]
COSINES = [
    [math.cos(math.pi * (2 * x + 1) * wave / (2 * CELLS)) for x in range(CELLS)]
    for wave in range(CELLS)
]


def points(picture: Image.Image) -> list[Point]:
    """The points of a grey picture (mode L), the largest size last; flat ones have none."""
    found: list[Point] = []
    for size, scaled in enumerate(_sizes(_inside(picture))):
        found += _points(scaled, size)
    return found


# the picture in several sizes
def _inside(picture: Image.Image) -> Image.Image:
    """Without even margins: of a screenshot, what is shown in it."""
    wide, high = picture.size
    grey = picture.tobytes()
    top, bottom = _longest([_uneven(grey[y * wide : (y + 1) * wide]) for y in range(high)])
    rows = grey[top * wide : bottom * wide]
    left, right = _longest([_uneven(rows[x::wide]) for x in range(wide)]) if rows else (0, 0)
    return picture.crop((left, top, right, bottom))


def _uneven(line: bytes) -> bool:
    return max(line) - min(line) > 24


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """Where the longest run of true ones begins and ends."""
    best, start = (0, 0), 0
    for at, flag in enumerate([*flags, False]):
        if not flag:
            best = max(best, (start, at), key=lambda run: run[1] - run[0])
            start = at + 1
    return best


def _sizes(picture: Image.Image) -> Iterator[Image.Image]:
    if not min(picture.size):
        return
    scale = LONG_SIDE / max(picture.size)
    for size in range(SIZES):
        wide, high = (round(side * scale / STEP**size) for side in picture.size)
        if min(wide, high) < 2 * REACH + 2:
            return
        yield picture.convert("F").resize((wide, high), SMOOTH)


# what stands out
def _points(picture: Image.Image, size: int) -> list[Point]:
    wide, high = picture.size
    out = _standing_out(picture)
    image = Image.frombytes("F", picture.size, out.tobytes())
    tops = _greys(image.filter(ImageFilter.MaxFilter(5)))
    edge = math.ceil(REACH)
    found = sorted(
        (
            (out[at], at)
            for y in range(edge, high - edge)
            for at in range(y * wide + edge, (y + 1) * wide - edge)
            if out[at] > STANDS_OUT and out[at] == tops[at]
        ),
        key=lambda one: (-one[0], one[1]),
    )
    return [_point(picture, out, at, size) for _, at in found[:POINTS_A_SIZE]]


def _standing_out(picture: Image.Image) -> "array[float]":
    """How far each place is lighter or darker than its surroundings."""
    fine, wide = _blurred(picture, 1.6), _blurred(picture, 4)
    return array("f", [abs(a - b) for a, b in zip(fine, wide, strict=True)])


def _blurred(picture: Image.Image, by: float) -> "array[float]":
    small = [max(2, round(side / by)) for side in picture.size]
    blurred = picture.resize((small[0], small[1]), SMOOTH)
    return _greys(blurred.resize(picture.size, Image.Resampling.BICUBIC))


def _greys(picture: Image.Image) -> "array[float]":
    """The values of a picture of mode F, line by line."""
    return array("f", picture.tobytes())


def _point(picture: Image.Image, out: Sequence[float], at: int, size: int) -> Point:
    wide, high = picture.size
    x = at % wide + 0.5 + _peak(out[at - 1], out[at], out[at + 1])
    y = at // wide + 0.5 + _peak(out[at - wide], out[at], out[at + wide])
    x, y = min(max(x, REACH), wide - REACH), min(max(y, REACH), high - REACH)
    waves = _waves(picture, (x - REACH, y - REACH, x + REACH, y + REACH))
    bits = 0
    for wave in waves:
        bits = bits << 1 | (wave > 0)
    scale = STEP**size / LONG_SIDE
    point = Point(size, x * scale, y * scale, bits)
    return replace(point, probes=_probes(point.word, waves))


def _peak(before: float, top: float, after: float) -> float:
    """Where between two pixels the top lies."""
    bend = before - 2 * top + after
    return max(-0.5, min(0.5, (before - after) / 2 / bend)) if bend else 0.0


def _waves(picture: Image.Image, box: tuple[float, float, float, float]) -> list[float]:
    """The coarsest waves of a place (a discrete cosine transform)."""
    grey = _greys(picture.resize((CELLS, CELLS), SMOOTH, box=box))
    rows = [
        [sum(map(float.__mul__, grey[at : at + CELLS], cosine)) for cosine in COSINES]
        for at in range(0, CELLS * CELLS, CELLS)
    ]
    columns = list(zip(*rows, strict=True))
    return [
        sum(map(float.__mul__, columns[across], COSINES[down])) for across, down in COARSEST
    ]


def _probes(word: int, waves: Sequence[float]) -> tuple[int, ...]:
    """The word, and what becomes of it when its weakest waves turn their sign."""
    weakest = sorted(range(WORD_BITS), key=lambda bit: abs(waves[bit]))[:UNSURE]
    probes = [word]
    for bit in weakest:
        probes += [one ^ 1 << (WORD_BITS - 1 - bit) for one in probes]
    return tuple(probes)
