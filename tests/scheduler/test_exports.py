"""Files out: made once, delivered once, wherever the program dies; nobody gets another's."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import docx
import pytest
from county import MONDAY, County
from docx.oxml.ns import qn
from openpyxl import load_workbook
from PIL import Image

from ledger import audit, closing, evidence, exports, files, issue_steps, issues
from ledger.closing import Word
from ledger.database import Database
from ledger.errors import Refused
from ledger.exports import AGAIN, GIVE_UP, What
from ledger.files import path_of
from ledger.household_codes import ON_A_SLIP
from ledger.issues import Found, Tier
from ledger.people import scope_of, teams
from ledger.rules import Rules
from scheduler import exports as beats
from scheduler import papers
from scheduler.desk import Desk
from scheduler.papers import Made, Task
from templates.words import Words

RULES = Rules()
DAY = MONDAY.date()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path, key=b"k" * 32)


@pytest.fixture
async def issue(database: Database, county: County) -> int:
    """One in 永安村, a later one in 石桥村."""
    async with database.transaction() as db:
        roof = Found(DAY, "屋顶漏雨", Tier.AT_ONCE, DAY, "张大山")
        tap = Found(DAY, "水管坏了", Tier.AT_ONCE, DAY, "田秀英")
        id = await issues.report(
            db, county["李队员"], roof, source="a", now=MONDAY, rules=RULES
        )
        await issues.report(db, county["吴队员"], tap, source="b", now=MONDAY, rules=RULES)
    return id


async def wish(
    database: Database, county: County, who: str, what: What, about: str = "",
    now: datetime = MONDAY,
) -> int:  # fmt: skip
    async with database.transaction() as db:
        return await exports.ask(db, county[who], what, about, now=now)


async def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    async with database.reading() as db:
        return [tuple(row) for row in await db.connection.execute_fetchall(sql)]


async def delivered(database: Database) -> list[tuple[int, str]]:
    """Whom, and the hash of what stands in the row."""
    found = await rows(
        database,
        "SELECT o.person_id, x.sha256 FROM outbox o JOIN export x ON o.dedupe = 'export:' || x.id"
        " ORDER BY x.id",
    )
    return [(int(person), str(sha256)) for person, sha256 in found]


@pytest.mark.parametrize(
    ("who", "texts"),
    [("李队员", ["屋顶漏雨"]), ("孙队长", []), ("冯总队长", ["水管坏了"]),
     ("陈干事", ["屋顶漏雨", "水管坏了"])],
)  # fmt: skip
async def test_a_book_holds_what_its_reader_may_see(
    database: Database, county: County, desk: Desk, issue: int, who: str, texts: list[str]
) -> None:
    id = await wish(database, county, who, What.ISSUES)
    await beats.work(desk, database, MONDAY)

    [(person, sha256)] = await delivered(database)
    sheet = load_workbook(io.BytesIO(path_of(desk.data / "files", sha256).read_bytes()))["台账"]
    assert [one.value for one in sheet["B"][2:]] == texts
    assert person == county[who].id
    async with database.reading() as db:
        [event] = await audit.history(db, f"export:{id}")
    assert event["kind"] == "issue.exported"
    assert event["body"]["count"] == len(texts)
    assert event["body"]["scope"] == county[who].place


@pytest.mark.parametrize(
    ("what", "about", "issues_in", "sheets", "walls"),
    [
        (What.OVERDUE, "", 1, ["台账", "逾期", "挂图数据"], [2, 1]),
        (What.NEAR, "", 1, ["台账", "时限清单", "挂图数据"], [2, 1]),
        (What.HOUSEHOLD, "张大山", 1, [], []),
    ],
)
async def test_a_choice_has_the_sheets_that_say_something(
    database: Database, county: County, desk: Desk, issue: int, what: What, about: str,
    issues_in: int, sheets: list[str], walls: list[int],
) -> None:  # fmt: skip
    """The wall counts the whole scope (in all, overdue), not nothing."""
    late = MONDAY + timedelta(days=1)
    async with database.transaction() as db:
        tap = Found(late.date(), "路灯不亮", Tier.AT_ONCE, late.date() + timedelta(days=2))
        await issues.report(db, county["李队员"], tap, source="c", now=late, rules=RULES)
    await wish(database, county, "王队长", what, about, now=late)
    await beats.work(desk, database, late)

    [(_, sha256)] = await delivered(database)
    book = load_workbook(io.BytesIO(path_of(desk.data / "files", sha256).read_bytes()))
    assert book["台账"].max_row - 2 == issues_in
    if not sheets:
        assert (len(book.sheetnames), "挂图数据" in book.sheetnames) == (10, False)
        return
    assert book.sheetnames == sheets
    wall = {
        cell.value: book["挂图数据"][3][cell.column - 1].value for cell in book["挂图数据"][2]
    }
    assert [wall["总数"], wall["逾期"]] == walls
    assert "全部问题" in str(book["挂图数据"].cell(book["挂图数据"].max_row, 1).value)


async def test_a_file_asked_for_twice_is_one(
    database: Database, county: County, desk: Desk, issue: int
) -> None:
    first = await wish(database, county, "李队员", What.ISSUES)
    assert await wish(database, county, "李队员", What.ISSUES) == first
    await beats.work(desk, database, MONDAY)
    await beats.work(desk, database, MONDAY)

    assert len(await delivered(database)) == 1
    assert await wish(database, county, "李队员", What.ISSUES) != first


async def test_one_person_waits_for_a_few_files_only(
    database: Database, county: County
) -> None:
    for what in (What.ISSUES, What.OVERDUE, What.NEAR):
        await wish(database, county, "李队员", what)
    with pytest.raises(Refused, match="too_many"):
        await wish(database, county, "李队员", What.TAG, "饮水")


class Killed(BaseException):
    """The program is gone."""


OURS = ("scheduler/exports.py", "ledger/exports.py")


@contextmanager
def dying_at(line: int) -> Iterator[list[int]]:
    """The program dies when it comes to that line of ours, counted as they are run."""
    passed = [0]

    def look(frame: FrameType, event: str, _arg: Any) -> Any:
        if not frame.f_code.co_filename.endswith(OURS):
            return None
        if event == "line":
            passed[0] += 1
            if passed[0] == line:
                raise Killed
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield passed
    finally:
        sys.settrace(before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_killed_between_any_two_lines_it_is_delivered_once(
    database: Database, county: County, desk: Desk, issue: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def small(_database: Database, task: Task) -> Made:
        (task.folder / "a").write_bytes(b"a")
        return Made(task.folder / "a", "台账.xlsx", papers.XLSX, 1)

    monkeypatch.setattr(papers, "make", small)
    now, line = MONDAY, 0
    while True:
        line, now = line + 1, now + timedelta(hours=1)
        id = await wish(database, county, "李队员", What.CLOSING_REPORT, str(issue), now=now)
        with dying_at(line) as passed:
            try:
                await beats.work(desk, database, now)
                died = False
            except Killed:
                died = True
        await beats.work(desk, database, now + AGAIN)
        posted = await rows(database, f"SELECT 1 FROM outbox WHERE dedupe = 'export:{id}'")
        logged = await rows(database, f"SELECT 1 FROM ev WHERE subject = 'export:{id}'")
        assert (len(posted), len(logged)) == (1, 1), f"line {line}"
        if not died:
            break
    assert passed[0] == line - 1 > 50
    assert not list(desk.data.glob(".export-*"))


async def test_a_disk_that_is_full_is_tried_again(
    database: Database, county: County, desk: Desk, issue: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wish(database, county, "李队员", What.ISSUES)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(beats, "keep_bytes", full)
        patch.setattr(beats, "_keep", full)
        await beats.work(desk, database, MONDAY)
    assert not await delivered(database)
    await beats.work(desk, database, MONDAY + AGAIN)

    assert len(await delivered(database)) == 1


async def test_a_defect_is_said_and_not_repeated(
    database: Database, county: County, desk: Desk, issue: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wish(database, county, "李队员", What.ISSUES)

    async def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(papers, "make", broken)
    await beats.work(desk, database, MONDAY)
    await beats.work(desk, database, MONDAY + AGAIN)

    assert await delivered(database) == [(county["李队员"].id, "")]


@pytest.mark.parametrize("left", [True, False])
async def test_who_has_left_or_waited_too_long_gets_nothing(
    database: Database, county: County, desk: Desk, issue: int, left: bool
) -> None:
    await wish(database, county, "李队员", What.ISSUES)
    if left:
        async with database.transaction() as db:
            day = f"UPDATE person SET left_day = '2026-11-20' WHERE id = {county['李队员'].id}"
            await db.connection.execute(day)
    now = MONDAY if left else MONDAY + GIVE_UP + timedelta(seconds=1)
    await beats.work(desk, database, now)

    assert all(sha256 == "" for _, sha256 in await delivered(database))
    assert not await rows(database, "SELECT 1 FROM export WHERE done_at IS NULL")


# the closing report
def photo(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1200), color).save(out, "JPEG")
    return out.getvalue()


async def closed(database: Database, county: County, desk: Desk, id: int, now: datetime) -> str:
    """Work on it, show it, strike it off; returns the hash of the picture."""
    li, wang = county["李队员"], county["王队长"]
    kept = files.keep_bytes(
        desk.data / "files", photo("red"), mime="image/jpeg", name="修好.jpg", kind="photo"
    )
    async with database.transaction() as db:
        one = await issues.any_issue(db, id)
        record = await issue_steps.note(db, li, one, "瓦已换好", source="n", now=now)
        await files.attach(db, li.id, [kept], source="n", now=now, record=record)
        one = await issues.any_issue(db, id)
        await closing.submit(db, li, one, "下雨不漏了", source="s", now=now)
        one = await issues.any_issue(db, id)
        await closing.agree(db, wang, one, RULES, word=Word.VISIT, text="去看过", now=now)
        assert await evidence.is_new(db, one)
    return kept.sha256


def words_of(path: Path) -> str:
    paper = docx.Document(str(path))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


async def test_a_closing_report_tells_the_whole_story(
    database: Database, county: County, desk: Desk, issue: int
) -> None:
    later = MONDAY + timedelta(days=2)
    sha256 = await closed(database, county, desk, issue, later)
    await wish(database, county, "王队长", What.CLOSING_REPORT, str(issue), now=later)
    await beats.work(desk, database, later)

    path = path_of(desk.data / "files", (await delivered(database))[0][1])
    words, paper = words_of(path), docx.Document(str(path))
    for said in ("问题销号报告", "屋顶漏雨", "张大山", "瓦已换好", "下雨不漏了", "王队长", "入户核实",
                 sha256, "永安村", "合计"):  # fmt: skip
        assert said in words, said
    assert not re.search(
        r"^\d{4}-\d\d-\d\d [一-鿿]{2,4}$", words, re.MULTILINE
    )  # who, not what
    assert len(paper.inline_shapes) == 1
    assert paper.core_properties.author == ""
    fonts = paper.styles["公文正文"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert "存证" in words


async def test_an_open_issue_is_not_called_struck_off(
    database: Database, county: County, desk: Desk, issue: int
) -> None:
    await wish(database, county, "李队员", What.CLOSING_REPORT, str(issue))
    await beats.work(desk, database, MONDAY)

    path = path_of(desk.data / "files", (await delivered(database))[0][1])
    assert "未销号" in words_of(path)
    [(body,)] = await rows(database, "SELECT body FROM outbox WHERE dedupe LIKE 'export:%'")
    assert "整改情况" in body
    assert "销号报告" not in body


def test_a_file_s_name_holds_nothing_a_disk_refuses() -> None:
    assert papers.called('函告草稿_李/\\:*?"<>|队员\n_12号') == "函告草稿_李队员_12号"


async def test_anothers_issue_makes_no_report(
    database: Database, county: County, desk: Desk, issue: int
) -> None:
    await wish(database, county, "冯总队长", What.CLOSING_REPORT, str(issue))
    await beats.work(desk, database, MONDAY)

    assert await delivered(database) == [(county["冯总队长"].id, "")]
    assert not await rows(database, "SELECT 1 FROM ev WHERE kind = 'issue.exported'")


# slips with the households' codes
async def test_slips_go_to_the_township_and_never_to_a_team(
    database: Database, county: County, desk: Desk
) -> None:
    zhou = county["周总队长"]
    async with database.reading() as db:
        team = next(
            one.id for one in await teams(db, scope_of(zhou)) if one.village == "永安村"
        )
    with pytest.raises(Refused, match="codes_from_above"):
        await wish(database, county, "王队长", What.HOUSEHOLD_CODES, str(team))
    await wish(database, county, "周总队长", What.HOUSEHOLD_CODES, str(team))
    await wish(database, county, "冯总队长", What.HOUSEHOLD_CODES, str(team))
    await beats.work(desk, database, MONDAY)

    (person, sha256), (_, nothing) = await delivered(database)
    data = io.BytesIO(path_of(desk.data / "files", sha256).read_bytes())
    sheet = load_workbook(data)["户码"]
    lines = [one.value.split("　") for one in sheet["C"][2:]]
    codes = [code for line in lines for code in line]
    assert str(sheet["A1"].value).count("户码") == 1
    assert person == zhou.id
    assert nothing == ""
    assert sorted(one.value for one in sheet["B"][2:])[0] == "刘福来"
    assert all(len(one) == 6 and one.isdigit() for one in codes)
    assert [len(line) for line in lines] == [ON_A_SLIP] * 5
