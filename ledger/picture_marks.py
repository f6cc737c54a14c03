"""What a picture looks like, in marks that survive saving again, scaling, cropping and borders.

Marks are points that stand out at some size (spots lighter or darker than what is around them),
each with the signs of the coarsest waves of its surroundings: a perceptual hash (pHash) of many
small places instead of one of the whole, because a crop changes the whole and not the places. Two
pictures are alike when enough points agree and lie the same way. What is flat has no points and is
like nothing. Libraries that do this want numpy and more; a few thousand sums do.
"""

import base64
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image, ImageFilter

LONG_SIDE = 160  # pixels of the picture that is looked at
STEP = 2 ** (1 / 3)  # from one size to the next
SIZES = 9
POINTS_A_SIZE = 10
REACH = 7.0  # pixels around a point that belong to it
STANDS_OUT = 3.0  # grey levels
CELLS = 8
WAVES = sorted(
    ((across, down) for across in range(CELLS) for down in range(CELLS) if across + down),
    key=lambda wave: (sum(wave), wave),
)[:48]
WORD_BITS = 24  # of the 48, the coarsest: what is looked up
UNSURE = 3  # bits of a word that may as well be the other way round
COSINES = [
    [math.cos(math.pi * (2 * x + 1) * wave / (2 * CELLS)) for x in range(CELLS)]
    for wave in range(CELLS)
]
SAME_BITS = 8  # of 48 that may differ in one point
SAME_PLACE = 0.05  # of the long side
ENOUGH = 6  # points that agree: what unrelated pictures do not reach (benchmarks/pictures.py)
TRIED = 40  # ways to lay one picture on the other
MOST_PAIRS = 1000
FINEST = 4000  # steps of the long side in which a place is kept
BYTES = 11  # of one point
SMOOTH = Image.Resampling.HAMMING


# facts
@dataclass(frozen=True)
class Point:
    """A place that stands out; x and y are parts of the long side, size a power of STEP."""

    size: int
    x: float
    y: float
    bits: int
    probes: tuple[int, ...] = ()  # its word, and those it may be in a copy; not kept

    @property
    def word(self) -> int:
        """The signs of its coarsest waves."""
        return self.bits >> (len(WAVES) - WORD_BITS)


@dataclass(frozen=True)
class Pair:
    """A point of one picture that looks like one of the other."""

    one: Point
    other: Point

    @cached_property
    def distance(self) -> int:
        """In how many bits they differ."""
        return (self.one.bits ^ self.other.bits).bit_count()

    @cached_property
    def sizes(self) -> int:
        """How many steps larger it is in the one."""
        return self.one.size - self.other.size

    def carries(self, pair: "Pair") -> bool:
        """Whether that pair agrees when the pictures are laid so that this one does."""
        scale = STEP**self.sizes
        x = self.one.x + scale * (pair.other.x - self.other.x)
        y = self.one.y + scale * (pair.other.y - self.other.y)
        return (
            abs(pair.one.x - x) < SAME_PLACE
            and abs(pair.one.y - y) < SAME_PLACE
            and abs(pair.sizes - self.sizes) <= 1
        )


# rules
def points(picture: Image.Image) -> list[Point]:
    """The points of a grey picture (mode L), the largest size last; flat ones have none."""
    found: list[Point] = []
    for size, scaled in enumerate(_sizes(_inside(picture))):
        found += _points(scaled, size)
    return found


def alike(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether they look like one picture, whatever was done to either of them."""
    return agreeing(one, other) >= ENOUGH


def agreeing(one: Sequence[Point], other: Sequence[Point]) -> int:
    """How many points agree when one picture is laid upon the other as well as can be."""
    pairs = sorted(_pairs(one, other), key=lambda pair: pair.distance)[:MOST_PAIRS]
    return max((_carried(way, pairs) for way in pairs[:TRIED]), default=0)


def _pairs(one: Sequence[Point], other: Sequence[Point]) -> Iterator[Pair]:
    for here in one:
        for there in other:
            if (here.bits ^ there.bits).bit_count() <= SAME_BITS:
                yield Pair(here, there)


def _carried(way: Pair, pairs: Sequence[Pair]) -> int:
    """A point counts once, whichever picture has it: a fence is like itself in many places."""
    carried = [pair for pair in pairs if way.carries(pair)]
    ones = {(pair.one.x, pair.one.y) for pair in carried}
    others = {(pair.other.x, pair.other.y) for pair in carried}
    return min(len(ones), len(others))


# keeping
def written(found: Sequence[Point]) -> str:
    """Points as text."""
    return base64.b64encode(b"".join(_packed(one) for one in found)).decode()


def read(marks: str) -> list[Point]:
    """The points of a text."""
    kept = base64.b64decode(marks)
    return [_unpacked(kept[at : at + BYTES]) for at in range(0, len(kept), BYTES)]


def _packed(one: Point) -> bytes:
    x, y = round(one.x * FINEST), round(one.y * FINEST)
    return bytes([one.size]) + b"".join((x.to_bytes(2), y.to_bytes(2), one.bits.to_bytes(6)))


def _unpacked(kept: bytes) -> Point:
    x, y = int.from_bytes(kept[1:3]) / FINEST, int.from_bytes(kept[3:5]) / FINEST
    return Point(kept[0], x, y, int.from_bytes(kept[5:]))


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
    return [sum(map(float.__mul__, columns[across], COSINES[down])) for across, down in WAVES]


def _probes(word: int, waves: Sequence[float]) -> tuple[int, ...]:
    """The word, and what becomes of it when its weakest waves turn their sign."""
    weakest = sorted(range(WORD_BITS), key=lambda bit: abs(waves[bit]))[:UNSURE]
    probes = [word]
    for bit in weakest:
        probes += [one ^ 1 << (WORD_BITS - 1 - bit) for one in probes]
    return tuple(probes)
