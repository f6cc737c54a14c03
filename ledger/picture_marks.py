"""What a picture looks like, in marks that survive saving again, scaling, cropping and borders.

Marks are points that stand out at some size (spots lighter or darker than what is around them),
each with the signs of the coarsest waves of its surroundings: a perceptual hash (pHash) of many
small places instead of one of the whole, because a crop changes the whole and not the places. Two
pictures are alike when enough points agree and lie the same way. What is flat has no points and is
like nothing. Libraries that do this want numpy and more; a few thousand sums do.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

STEP = 2 ** (1 / 3)  # from one size to the next
WAVES = 48  # signs of one point
WORD_BITS = 24  # of the 48, the coarsest: what is looked up
SAME_BITS = 8  # of 48 that may differ in one point
SAME_PLACE = 0.05  # of the long side
ENOUGH = 6  # points that agree: what unrelated pictures do not reach (benchmarks/pictures.py)
TRIED = 40  # ways to lay one picture on the other
MOST_PAIRS = 1000
FINEST = 4000  # steps of the long side in which a place is kept
BYTES = 11  # of one point


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
        return self.bits >> (WAVES - WORD_BITS)


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
