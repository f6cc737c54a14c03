"""Pictures: recognised after saving, scaling, cropping; hostile files show nothing and harm nothing."""

import io
import struct
import zlib
from itertools import combinations
from pathlib import Path

import pytest
from county import MONDAY, County
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from photo_scenes import RETAKES, dated, later, saved, scene
from PIL import Image, ImageDraw

from ledger import files, picture_marks, pictures
from ledger import settings as kept_facts
from ledger.clock import SHANGHAI, moment
from ledger.database import Database, Session
from ledger.files import Kept
from ledger.pictures import NOTHING, Look, look

ORIGINALS = [f"place{number}" for number in range(60)]
FEW = ORIGINALS[:5]  # for every way of using a picture again
SEVERE = {"25 % off two sides", "20 % off each side"}


@pytest.fixture(scope="module")
def looks() -> dict[str, Look]:
    """What each original shows."""
    return {name: look(saved(scene(name), 92)) for name in ORIGINALS}


def alike(one: Look, other: Look) -> bool:
    return picture_marks.alike(one.points, other.points)


# recognised, or not: floors; benchmarks/pictures.py prints the rates
@pytest.mark.parametrize("what", sorted(set(RETAKES) - SEVERE))
def test_a_picture_used_again_is_recognised(what: str, looks: dict[str, Look]) -> None:
    missed = [name for name in FEW if not alike(look(RETAKES[what](scene(name))), looks[name])]

    assert not missed


@pytest.mark.parametrize("what", sorted(SEVERE))
def test_most_are_recognised_with_half_of_it_gone(what: str, looks: dict[str, Look]) -> None:
    names = ORIGINALS[:12]
    missed = [
        name for name in names if not alike(look(RETAKES[what](scene(name))), looks[name])
    ]

    assert len(missed) <= len(names) // 4


def test_no_place_is_taken_for_another(looks: dict[str, Look]) -> None:
    wrong = [pair for pair in combinations(ORIGINALS[:40], 2) if alike(*map(looks.get, pair))]  # type: ignore[arg-type]

    assert not wrong


def test_the_same_place_on_another_day_is_seldom_taken_for_the_same_picture(
    looks: dict[str, Look],
) -> None:
    names = ORIGINALS[:24]
    wrong = [name for name in names if alike(look(saved(later(name))), looks[name])]

    assert len(wrong) <= len(names) // 8


def test_both_are_alike_whichever_is_asked(looks: dict[str, Look]) -> None:
    crop = look(RETAKES["10 % off each side"](scene(FEW[0])))

    assert alike(crop, looks[FEW[0]])
    assert alike(looks[FEW[0]], crop)


def test_marks_come_back_from_their_text(looks: dict[str, Look]) -> None:
    one = looks[FEW[0]]
    back = picture_marks.read(one.marks)

    assert len(back) == len(one.points) > 40
    assert picture_marks.agreeing(back, one.points) == len({(p.x, p.y) for p in one.points})


@pytest.mark.parametrize("tint", [0, 128, 255])
def test_a_flat_picture_is_like_nothing(tint: int, looks: dict[str, Look]) -> None:
    flat = look(saved(Image.new("RGB", (640, 480), (tint, tint, tint))))

    assert flat == NOTHING
    assert not alike(flat, flat)
    assert not alike(flat, looks[FEW[0]])


def test_a_gentle_slope_of_grey_is_flat() -> None:
    assert look(saved(Image.linear_gradient("L").resize((640, 480)))).points == ()


# hostile and broken files
def png(wide: int, high: int, data: bytes = b"") -> bytes:
    """A PNG that says how large it is, whatever is in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body))
            + name
            + body
            + struct.pack(">I", zlib.crc32(name + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BAD = {
    "nothing": b"",
    "words": "不是照片".encode(),
    "only the first bytes": b"\xff\xd8\xff\xe0",
    "half a picture": saved(scene("half"))[:4000],
    "another kind of file": b"%PDF-1.7\n%%EOF",
    "a drawing in PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    "a bomb": png(50_000, 50_000, zlib.compress(bytes(1_000_000))),
    "a bomb under the limit of the library": png(9000, 9000, zlib.compress(bytes(1000))),
    "a line of a million": png(1_000_000, 1, zlib.compress(bytes(1_000_001))),
    "no size": png(0, 0),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_a_bad_file_shows_nothing(data: bytes) -> None:
    assert look(data).points == ()


def test_too_many_bytes_are_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)

    assert look(saved(scene(FEW[0]))) == NOTHING


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 30_000), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_is_no_error(at: int, noise: bytes) -> None:
    whole = RAW[at % 2]
    place = at % len(whole)

    look(whole[:place] + noise + whole[place + len(noise) :])


RAW = (
    saved(
        scene("raw").resize((200, 150)), exif=dated(scene("raw"), "2026:11:20 08:30:00")[30:60]
    ),
    dated(scene("raw").resize((200, 150)), "2026:11:20 08:30:00"),
)


def test_a_pattern_all_over_does_not_take_long(looks: dict[str, Look]) -> None:
    page = Image.new("L", (640, 640), 255)
    draw = ImageDraw.Draw(page)
    for at in range(0, 640, 40):
        for down in range(0, 640, 40):
            draw.ellipse((at, down, at + 18, down + 18), fill=20)
    dots = look(saved(page))

    assert picture_marks.agreeing(dots.points, dots.points) > 0
    assert not alike(dots, looks[FEW[0]])


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_forms_are_read_too(form: str, looks: dict[str, Look]) -> None:
    out = io.BytesIO()
    scene(FEW[0]).save(out, form)

    assert alike(look(out.getvalue()), looks[FEW[0]])


# when it was taken
@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2026:11:20 08:30:00", "2026-11-20 08:30"),
        ("1970:01:01 00:00:00", None),
        ("1999:12:31 23:59:59", None),
        ("2027:01:01 00:00:00", None),
        ("2026:13:45 99:00:00", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_the_camera_says_when(said: str, hour: str | None) -> None:
    taken = look(dated(scene(FEW[0]), said), now=MONDAY).taken_at

    told = moment(taken).astimezone(SHANGHAI) if taken is not None else None
    assert (told.strftime("%Y-%m-%d %H:%M") if told else None) == hour


# kept with the files
async def attached(db: Session, county: County, sha256: str, seen: Look | None) -> int:
    kept = Kept(sha256, 4, "image/jpeg", "a.jpg", "photo", seen=seen)
    person = county["李队员"].id
    return (await files.attach(db, person, [kept], source=f"memory:{sha256}", now=MONDAY))[0]


async def likes(db: Session) -> set[tuple[str, str]]:
    rows = await db.connection.execute_fetchall("SELECT sha256, other FROM likeness")
    return {(row[0], row[1]) for row in rows}


async def test_a_picture_is_entered_once_with_what_it_is_like(
    database: Database, county: County, looks: dict[str, Look]
) -> None:
    crop = look(RETAKES["border and 10 % off"](scene(FEW[0])))
    async with database.transaction() as db:
        await attached(db, county, "a", looks[FEW[0]])
        await attached(db, county, "b", looks[FEW[1]])
        await attached(db, county, "c", crop)
        await attached(db, county, "c", crop)

        assert await likes(db) == {("a", "c"), ("c", "a")}


async def test_older_files_are_made_up_for_once(
    database: Database, county: County, looks: dict[str, Look]
) -> None:
    async with database.transaction() as db:
        first = await attached(db, county, "a", None)
        await attached(db, county, "a", None)
        await attached(db, county, "b", looks[FEW[0]])
        last = await attached(db, county, "c", None)
        waiting = await pictures.unseen(db, most=10)
        assert [id for id, _ in waiting] == [first, first + 1, last]

        await pictures.make_up(db, first, "a", looks[FEW[0]])
        assert [id for id, _ in await pictures.unseen(db, most=10)] == [last]
        assert await likes(db) == {("a", "b"), ("b", "a")}

        await pictures.make_up(db, last, "c", NOTHING)
        assert not await pictures.any_unseen(db, now=MONDAY)
        assert await kept_facts.read(db, pictures.CURSOR) == str(last)


def test_a_file_that_is_gone_shows_nothing(tmp_path: Path) -> None:
    assert pictures.look_at_file(tmp_path / "none") == NOTHING
