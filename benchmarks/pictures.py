"""Pictures used twice: how often they are found, and how often the wrong ones are.

    python benchmarks/pictures.py [originals]     a table, then one JSON line

The pictures are drawn (tests/photo_scenes.py), so the rates belong to this set: real photos differ.
Every retake is held against its original (false rejects); against all other places and against the
same place on another day (false accepts). Then the index: the time one look-up takes among 80,000
pictures, and how many retakes still come through it.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from photo_scenes import RETAKES, later, saved, scene

from ledger import picture_marks, pictures
from ledger.chance import Lots
from ledger.database import open_database
from ledger.database.schema import upgrade
from ledger.picture_marks import Point
from ledger.pictures import Look

MANY = 80_000
STRANGERS = 150  # scenes whose points the invented pictures are made of


@dataclass
class Rates:
    """How many of how many, by what was done."""

    missed: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, tuple[int, int]] = field(default_factory=dict)
    originals: int = 0

    @property
    def false_rejects(self) -> float:
        """Of all retakes, the part that is not recognised."""
        return sum(self.missed.values()) / (self.originals * len(self.missed))


def rates(names: Sequence[str]) -> Rates:
    """Everything against everything."""
    found = Rates(originals=len(names))
    drawn = {name: scene(name) for name in names}
    looks = {name: pictures.look(saved(one, 92)) for name, one in drawn.items()}
    for what, retake in RETAKES.items():
        again = {name: pictures.look(retake(one)) for name, one in drawn.items()}
        found.missed[what] = sum(not _alike(again[name], looks[name]) for name in names)
    others = list(combinations(names, 2))
    wrong = sum(_alike(looks[one], looks[two]) for one, two in others)
    found.wrong["other places"] = (wrong, len(others))
    days = {name: pictures.look(saved(later(name))) for name in names}
    same = sum(_alike(days[name], looks[name]) for name in names)
    found.wrong["same place, another day"] = (same, len(names))
    return found


def _alike(one: Look, other: Look) -> bool:
    return picture_marks.alike(one.points, other.points)


def table(found: Rates) -> str:
    """For people."""
    lines = [f"{'not recognised':32}"]
    lines += [f"  {what:30}{n:4} of {found.originals}" for what, n in found.missed.items()]
    lines += ["taken for another one"]
    lines += [f"  {what:30}{n:4} of {count}" for what, (n, count) in found.wrong.items()]
    return "\n".join(lines)


# the index
def fill(path: Path, points: Sequence[Point], each: int, count: int) -> None:
    """Pictures invented from drawn points: any of them, anywhere, with an eighth of the bits turned."""
    lots = Lots(b"index")
    db = sqlite3.connect(path)
    for id in range(1, count + 1):
        made = []
        for n in range(0, each, 2):
            dice = lots.ticket(id, n)
            made += [_invented(points, dice), _invented(points, dice >> 128)]
        sha256 = f"{id:064x}"
        db.execute("INSERT INTO file VALUES (?, 1, 'image/jpeg', 0)", (sha256,))
        marks = picture_marks.written(made)
        db.execute("INSERT INTO picture VALUES (?, ?, ?, NULL)", (id, sha256, marks))
        db.executemany(
            "INSERT OR IGNORE INTO picture_word VALUES (?, ?, ?)",
            [(one.word, id, one.size) for one in made],
        )
    db.commit()
    db.close()


def _invented(points: Sequence[Point], dice: int) -> Point:
    turned = sum({1 << (dice >> 6 * n) % 64 % 48 for n in range(6)})
    point, place = points[(dice >> 36) % len(points)], dice >> 80
    x, y = place % 1000 / 1000, place // 1000 % 750 / 1000
    return replace(point, x=x, y=y, bits=point.bits ^ turned)


async def looked_up(folder: Path, names: Sequence[str], count: int) -> dict[str, object]:
    """Originals and retakes among many others."""
    path = folder / "zhucun.db"
    upgrade(path)
    drawn = {name: scene(name) for name in names}
    looks = {name: pictures.look(saved(one, 92)) for name, one in drawn.items()}
    strangers = [pictures.look(saved(scene(f"stranger{n}"), 92)) for n in range(STRANGERS)]
    points = [point for one in strangers for point in one.points]
    fill(path, points, len(points) // STRANGERS, count)
    hard = [what for what in RETAKES if "off" in what or what == "screenshot"]
    missed, times, wrong = 0, [], 0
    async with open_database(path, durable=False) as database, database.transaction() as db:
        for name, one in looks.items():
            await _file(db, name)
            await pictures.enter(db, name, one)
        for what in hard:
            for name in names:
                again = pictures.look(RETAKES[what](drawn[name]))
                start = perf_counter()
                like = await pictures._like(db, 0, again)
                times.append(perf_counter() - start)
                missed += name not in like
                wrong += any(other != name for other in like)
    times.sort()
    size = path.stat().st_size >> 20
    return {
        "pictures": count, "hard_retakes": len(times), "missed": missed, "with_others": wrong,
        "median_ms": round(1000 * times[len(times) // 2], 1),
        "slowest_ms": round(1000 * times[-1], 1), "database_mb": size,
    }  # fmt: skip


async def _file(db: object, sha256: str) -> None:
    await db.connection.execute(  # type: ignore[attr-defined]
        "INSERT INTO file VALUES (?, 1, 'image/jpeg', 0)", (sha256,)
    )


def main() -> None:
    """Both, printed."""
    names = [f"place{n}" for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 80)]
    found = rates(names)
    print(table(found))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else MANY
    with tempfile.TemporaryDirectory() as folder:
        index = asyncio.run(looked_up(Path(folder), names[:8], count))
    print(json.dumps({"false_rejects": found.false_rejects, "wrong": found.wrong, **index}))


if __name__ == "__main__":
    main()
