"""Roster files as they really come: templates filled in, wrong formats, bombs. Bombs are made here.

Each refusal is two lines, changes nothing, and the program goes on; that the child stays small
is measured on the child itself.
"""

import io
import json
import os
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from county import MONDAY, County
from xlsxwriter import Workbook

from bot import imports, table_child, tables
from bot.imports import import_roster
from bot.tables import BadTable, read_table
from ledger import audit, people
from ledger.database import Database
from ledger.errors import Refused
from ledger.people import Role
from templates.roster_sheet import write_template
from templates.words import Words

HEADS = ("姓名", "角色", "乡镇", "村", "派出单位", "手机号", "职务")
LINE = ("何新", "队员", "清水镇", "永安村", "县水利局", "13800000099", "科员")
SAFE = {"strings_to_formulas": False, "strings_to_urls": False}
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main"><dimension ref="{}"/><sheetData>{}</sheetData></worksheet>'
)


def workbook(*lines: tuple[Any, ...], name: str = "人员") -> bytes:
    """An .xlsx with one sheet."""
    out = io.BytesIO()
    with Workbook(out, SAFE) as book:
        sheet = book.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()


def with_parts(parts: dict[str, bytes | str], whole: bytes | None = None) -> bytes:
    """A workbook of which some parts are replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole or workbook(HEADS, LINE))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def first_sheet(rows: str, size: str = "A1:G2") -> bytes:
    """A workbook whose first sheet has just these rows of XML."""
    return with_parts({"xl/worksheets/sheet1.xml": SHEET.format(size, rows)})


def encrypted() -> bytes:
    """The outside of a workbook with a password: an OLE file with an EncryptedPackage."""
    return table_child.OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


def shared(words: Iterable[str]) -> bytes:
    """A workbook with these shared words."""
    head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    every = "".join(f"<si><t>{word}</t></si>" for word in words)
    return with_parts({"xl/sharedStrings.xml": f"{head}{every}</sst>"})


def large_words() -> bytes:
    """90 MB unpacked, small when packed, all within the caps."""
    return shared(f"{n * 7919:08x}{'a' * 700}" for n in range(124_000))


def many_words() -> bytes:
    """Half a million words: seconds of work."""
    return shared(str(n) for n in range(500_000))


def archive(names: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in names.items():
            new.writestr(name, content)
    return out.getvalue()


def lying() -> bytes:
    """20 MB of cells whose directory says they are 1,000 bytes."""
    whole = first_sheet("<row><c><v>1</v></c></row>" * 800_000)
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        real = opened.getinfo("xl/worksheets/sheet1.xml").file_size
    return whole.replace(struct.pack("<L", real), struct.pack("<L", 1000))


def protected_entry() -> bytes:
    """A zip whose entries are encrypted: bit 0 of the flags in its directory."""
    whole = bytearray(workbook(HEADS, LINE))
    place = whole.find(b"PK\x01\x02")
    while place >= 0:
        whole[place + 8] |= 1
        place = whole.find(b"PK\x01\x02", place + 4)
    return bytes(whole)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)  # a billion laughs
BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing at all": ("empty", lambda: b""),
    "5 MB of zeros": ("other_format", lambda: bytes(5 * 1024 * 1024)),
    "5 MB of commas": ("empty", lambda: b",,,,\r\n" * 800_000),
    "a workbook without a cell": ("empty", workbook),
    "only blank cells": ("empty", lambda: workbook(("", "  ", "　"), ("\n",))),
    "more than 5 MB": ("too_big", lambda: bytes(5 * 1024 * 1024 + 1)),
    "a workbook with a password": ("locked", encrypted),
    "encrypted entries": ("locked", protected_entry),
    "an old .xls": ("old_format", lambda: table_child.OLE + bytes(5000)),
    "a .docx": ("other_format", lambda: archive({"word/document.xml": b"<w/>"})),
    "an .ods": ("other_format", lambda: archive({"mimetype": b"oasis", "content.xml": b""})),
    "an empty zip": ("other_format", lambda: archive({})),
    "a .png": ("other_format", lambda: PNG),
    "a .pdf": ("other_format", lambda: b"%PDF-1.7\n1 0 obj\n"),
    "a web page called .xls": ("other_format", lambda: b"<html><table><tr><td>a"),
    "bytes of no encoding": ("other_format", lambda: b"\xff\x80\x81\xff\n\x80"),
    "a truncated workbook": ("damaged", lambda: workbook(HEADS, LINE)[:-400]),
    "half a workbook": ("damaged", lambda: workbook(HEADS, *[LINE] * 999)[:9000]),
    "a broken sheet": ("damaged", lambda: first_sheet("<row><c><")),
    "a lying directory": ("damaged", lying),
    "an entity bomb": (
        "damaged",
        lambda: with_parts(
            {
                "xl/worksheets/sheet1.xml": f"<!DOCTYPE x [{LAUGHS}]>"
                + SHEET.format("A1", '<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>')[
                    21:
                ]
            }
        ),
    ),
    "a quote never closed": ("damaged", lambda: b'a,"' + b"x" * 200_000),
    "a zip bomb": (
        "too_heavy",
        lambda: with_parts({"xl/media/a.bin": bytes(60 * 1024 * 1024)}),
    ),
    "too many parts": (
        "too_heavy",
        lambda: with_parts({f"xl/media/{n}.bin": b"x" for n in range(201)}),
    ),
    "a million empty rows": (
        "too_many_rows",
        lambda: first_sheet(
            "".join(f'<row r="{n}"/>' for n in range(1, 1_000_001)), "A1:G1000000"
        ),
    ),
    "a million lines": ("too_many_rows", lambda: b"a\n" * 1_000_000),
    "one cell in the last corner": (
        "too_many_rows",
        lambda: first_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    ),
    "a cell in the last column": (
        "too_many_columns",
        lambda: workbook(HEADS, (*LINE, *[""] * 33, "x")),
    ),
}


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file for the import and returns its path."""

    def saved(content: bytes, name: str = "花名册.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return saved


async def bring_in(
    database: Database, path: Path, *, county: str | None = None, yes: bool = True
) -> tuple[str, str]:
    """The preview's text and the closing sentence."""
    shown: list[str] = []

    def confirm(text: str) -> bool:
        shown.append(text)
        return yes

    closing = await import_roster(
        database, path, county=county, words=Words(), now=MONDAY, confirm=confirm
    )
    return "".join(shown), closing


# files that are refused
@pytest.mark.parametrize("what", BAD)
async def test_a_file_that_cannot_be_read_is_refused_in_two_lines(
    what: str, database: Database, county: County, save: Callable[..., Path]
) -> None:
    reason, make = BAD[what]
    path = save(make())
    async with database.reading() as db:
        before = await audit.head(db)

    with pytest.raises(BadTable) as refused:
        await bring_in(database, path)

    said = str(refused.value)
    assert said == Words().say(f"tables.{reason}")
    assert len(said.splitlines()) == 2
    async with database.reading() as db:
        assert await audit.head(db) == before


@pytest.mark.parametrize("place", ["nowhere.xlsx", ".", "花名册"])
async def test_what_is_no_file_is_refused(
    place: str, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "花名册").mkdir()

    with pytest.raises(BadTable, match="没有找到文件"):
        await bring_in(database, tmp_path / place)


async def test_a_pipe_is_not_waited_for(database: Database, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")

    with pytest.raises(BadTable):
        await bring_in(database, tmp_path / "pipe.xlsx")


async def test_a_child_that_never_ends_is_ended(
    database: Database,
    save: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(999)\n")
    monkeypatch.setattr(tables, "CHILD", endless)
    monkeypatch.setattr(tables, "PATIENCE", 0.2)

    with pytest.raises(BadTable) as refused:
        await bring_in(database, save(workbook(HEADS, LINE)))

    assert str(refused.value) == Words().say("tables.too_heavy")


@pytest.mark.parametrize(
    ("limit", "make"),
    [
        ("MEMORY = 128 * MIB", large_words),
        ("CPU_SECONDS = 1", many_words),
        ("OUTPUT = 4000", lambda: workbook(HEADS, *[LINE] * 99)),
    ],
)
async def test_what_breaks_a_limit_ends_the_child_only(
    limit: str, make: Callable[[], bytes], save: Callable[..., Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = tables.CHILD.read_text(encoding="utf-8")
    tighter = tmp_path / "tighter.py"
    tighter.write_text(source.replace("\n\nOLE =", f"\n{limit}\nOLE ="), encoding="utf-8")
    assert limit in tighter.read_text(encoding="utf-8")
    monkeypatch.setattr(tables, "CHILD", tighter)
    path = save(make())

    with pytest.raises(Refused) as refused:
        await read_table(path)

    assert refused.value.block == "tables.too_heavy"


@pytest.mark.parametrize(
    "child",
    [
        "raise SystemExit(1)",
        "import os; os.abort()",
        'print(\'["row", "人员", 1, ["姓名"]]\')',
        "print('[\"row\", \"人', end='')",
    ],
)
async def test_rows_of_a_child_that_did_not_come_to_its_end_are_not_used(
    child: str, save: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(child, encoding="utf-8")
    monkeypatch.setattr(tables, "CHILD", broken)

    with pytest.raises(Refused) as refused:
        await read_table(save(workbook(HEADS, LINE)))

    assert refused.value.block == "tables.too_heavy"


def test_the_child_stays_within_its_memory_and_needs_no_numpy_nor_lxml() -> None:
    """Its own peak, told by itself: the program's is not touched at all."""
    command = (
        "import runpy, resource, sys\n"
        f"sys.argv = ['child', '人员']\nrunpy.run_path({str(tables.CHILD)!r}, run_name='__main__')\n"
        "numpy = sys.modules.get('numpy')\n"
        "status = dict(line.split(':') for line in open('/proc/self/status'))\n"
        "print(status['VmHWM'].split()[0], numpy, sys.modules.get('lxml'),"
        " 'defusedxml.ElementTree' in sys.modules, resource.getrlimit(resource.RLIMIT_AS)[1])\n"
    )
    lines = [(f"人{n}", *LINE[1:5], 13800000000 + n, "") for n in range(20_000 - 1)]

    done = subprocess.run(
        [sys.executable, "-I", "-c", command],
        input=workbook(HEADS, *lines), capture_output=True, check=True,
    )  # fmt: skip

    *rows, end, told = done.stdout.splitlines()
    peak, *rest = told.decode().split()
    assert json.loads(end) == ["end"]
    assert len(rows) == 20_000
    assert int(peak) < 120 * 1024
    assert rest == ["None", "None", "True", str(table_child.MEMORY)]


def test_reading_takes_no_memory_of_the_program(save: Callable[..., Path]) -> None:
    """The child unpacks 90 MB; the program only holds the file and the rows."""
    path = save(large_words())
    tracemalloc.start()
    try:
        tables._read(path, ())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 8 * 1024 * 1024


# files that are read
async def test_cells_come_back_as_they_are_read_aloud(save: Callable[..., Path]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([13800000001.0, 1.5, 3, True, date(2026, 11, 23), "=1+1", None, " 李 明 "])
    sheet.append([])
    sheet.append(["x" * 5000])
    sheet["B3"] = openpyxl.worksheet.formula.ArrayFormula("B3:B4", "=SUM(A1:A2)")
    out = io.BytesIO()
    book.save(out)

    table = await read_table(save(out.getvalue()))

    assert [row.number for row in table.rows] == [1, 3]
    assert table.rows[0].cells == (
        "13800000001", "1.5", "3", "True", "2026-11-23T00:00:00", "=1+1", "", " 李 明 ",
    )  # fmt: skip
    assert table.rows[1].cells == ("x" * table_child.LONGEST_CELL, "=SUM(A1:A2)")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
async def test_a_csv_is_read_in_every_usual_encoding(
    encoding: str, comma: str, database: Database, county: County, save: Callable[..., Path]
) -> None:
    text = "\r\n".join(comma.join(line) for line in (HEADS, LINE, ("",) * 7))

    shown, closing = await bring_in(database, save(text.encode(encoding), "名册.csv"))

    assert shown.splitlines()[0] == "新增 1 人，修改 0 人，未变 0 人，问题 0 行。"
    assert closing.splitlines()[0] == "已导入：新增 1 人、0 户，修改 0 人、0 户。"


async def test_a_sheet_that_lies_about_its_size_is_read_whole(
    save: Callable[..., Path],
) -> None:
    whole = workbook(HEADS, LINE, LINE)
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert '<dimension ref="A1:G3"/>' in sheet
    small = sheet.replace('<dimension ref="A1:G3"/>', '<dimension ref="A1"/>')

    table = await read_table(save(with_parts({"xl/worksheets/sheet1.xml": small}, whole)))

    assert [len(row.cells) for row in table.rows] == [7, 7, 7]


async def test_only_the_first_sheet_and_those_asked_for_are_read(
    save: Callable[..., Path],
) -> None:
    out = io.BytesIO()
    with Workbook(out, SAFE) as book:
        for name in ("说明", "数据", " 人 员", "户"):
            book.add_worksheet(name).write_string(0, 0, name)

    table = await read_table(save(out.getvalue()), ("人员", "户"))

    assert [row.sheet for row in table.rows] == ["说明", "人员", "户"]


# the whole import
async def test_the_template_filled_in_is_a_county(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "花名册模板.xlsx"
    write_template(path)
    with pytest.raises(BadTable, match="没有内容"):
        await bring_in(database, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["人员", "户"]
    assert all(cell.comment for sheet in book for cell in sheet[1])
    for row in (
        ("何新", "第一书记", "安和县", "清水镇", "永安村", "县水利局", 13800000099, None),
        ("马力", "队员", "安和县", "清水镇", "永安村", "县税务局", "13800000098", "科员"),
        ("田野", "县", "安和县"),
    ):
        book["人员"].append(row)
    book["户"].append(("清水镇", "永安村", "张大山", 3, "脱贫户"))
    book.save(path)

    shown, closing = await bring_in(database, path)

    assert shown.splitlines() == [
        "新增 3 人，修改 0 人，未变 0 人，问题 0 行。",
        "农户：新增 1 户，修改 0 户，未变 0 户。",
        "新建地名：安和县、清水镇、永安村。",
        "示例 4 行，没有读。",
        "其中乡镇、县级 1 人能看到本乡镇或全县：田野。",
        "表里没有的人，原样不动。",
    ]
    assert closing.splitlines() == [
        "已导入：新增 3 人、1 户，修改 0 人、0 户。",
        "下一步：给新来的人发邀请。",
    ]
    async with database.reading() as db:
        ledger = {one.name: one for one in await people.roster(db)}
        households = await people.households(db, ledger["马力"])
    assert (ledger["何新"].role, ledger["何新"].phone) == (Role.LEADER, "13800000099")
    assert [one.label for one in households] == ["张大山（三组）"]
    assert await bring_in(database, path) == ("", "表里的内容都已在册，没有要改的。")


async def test_the_preview_names_changes_and_problems_by_row(
    database: Database, county: County, save: Callable[..., Path]
) -> None:
    path = save(
        workbook(
            HEADS,
            ("李队员", "队长", "清水镇", "永安村", "", 13900000002.0),
            ("赵队员", "队员", "清水镇", "永安村"),
            ("何*新", "队员", "清水镇", "永安村", "", "13900000002"),
            ("马力", "队员", "清水镇", "永安村"),
            ('=HYPERLINK("http://x")', "队员", "清水镇", "永安村"),
        )
    )

    shown, closing = await bring_in(database, path)

    assert shown.splitlines() == [
        "新增 1 人，修改 1 人，未变 1 人，问题 2 行。",
        "第 2 行 李队员：角色 队员→队长，职务 （空）→队长，手机号 13800000002→13900000002",
        "第 4 行 手机号与第 2 行（李队员）重复",
        "第 6 行 姓名是公式，不是文字，请改成文字",
        "表里没有的人，原样不动。",
    ]
    assert closing.splitlines() == [
        "已导入：新增 1 人、0 户，修改 1 人、0 户。",
        "问题 2 行没有导入，改好后再导一次，不会重复。",
    ]


async def test_a_long_preview_is_cut(
    database: Database, county: County, save: Callable[..., Path]
) -> None:
    lines = [(f"人{n}", "保洁", "清水镇", "永安村") for n in range(80)]

    with pytest.raises(BadTable) as refused:
        await bring_in(database, save(workbook(HEADS, *lines)))

    said = str(refused.value).splitlines()
    assert said[0] == "没有可以导入的行，什么都没有改。"
    assert said[1] == "新增 0 人，修改 0 人，未变 0 人，问题 80 行。"
    assert said[-1] == "……另有 30 行。"


async def test_who_does_not_confirm_changes_nothing(
    database: Database, county: County, save: Callable[..., Path]
) -> None:
    shown, closing = await bring_in(database, save(workbook(HEADS, LINE)), yes=False)

    assert shown.startswith("新增 1 人")
    assert closing == "没有导入，什么都没有改。"
    async with database.reading() as db:
        assert "何新" not in {one.name for one in await people.roster(db)}


async def test_a_ledger_that_changed_under_the_preview_is_not_written(
    database: Database,
    county: County,
    save: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, asked = imports._preview, []

    async def changing(*facts: Any) -> Any:
        asked.append(facts)
        found = await real(*facts)
        return found if len(asked) == 1 else type(found)(found.sha256)

    monkeypatch.setattr(imports, "_preview", changing)

    with pytest.raises(BadTable, match="预览之后台账有变动"):
        await bring_in(database, save(workbook(HEADS, LINE)))

    async with database.reading() as db:
        assert "何新" not in {one.name for one in await people.roster(db)}


async def test_two_thousand_people_and_their_households_go_through(
    database: Database, save: Callable[..., Path]
) -> None:
    lines = [
        (f"人{n}", "队员", f"镇{n // 100}", f"村{n // 4}", "县水利局", 13900000000 + n)
        for n in range(2000)
    ]

    shown, closing = await bring_in(database, save(workbook(HEADS, *lines)), county="安和县")

    assert shown.splitlines()[0] == "新增 2000 人，修改 0 人，未变 0 人，问题 0 行。"
    assert closing.startswith("已导入：新增 2000 人")
    async with database.reading() as db:
        assert (await audit.verify(db)).faults == ()
