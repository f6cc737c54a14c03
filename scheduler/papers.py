"""Files made from the ledger: the issue workbook, one issue's closing report, slips of codes,
the draft of a letter.

The ledger is read in one consistent picture; the file itself is put together in a thread, so
nobody who writes to the bot waits for it. The libraries are loaded when the first file is made.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import (
    audit,
    exports,
    household_codes,
    issue_lists,
    issue_rows,
    people,
    word_templates,
)
from ledger.database import Database, Session
from ledger.exports import Export, What
from ledger.issue_rows import Order, Wanted
from ledger.people import Person, scope_of
from ledger.reports import closing
from ledger.reports import letter as letters
from ledger.rules import Rules
from scheduler.desk import Desk
from templates.bulletin import as_facts

if TYPE_CHECKING:
    from templates.issue_book import IssueBook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFUSED = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]')  # what no disk takes in a name
TITLES = {What.OVERDUE: "逾期问题台账", What.NEAR: "临期问题台账"}
LATE_SHEETS, NEAR_SHEETS = ("台账", "逾期"), ("台账", "时限清单")  # those that say something


@dataclass(frozen=True)
class Made:
    """A file on the disk, not yet kept: what it is called, how many issues are in it."""

    path: Path
    name: str
    mime: str
    count: int


@dataclass(frozen=True)
class Task:
    """One file to make: for whom, of what, in the folder where it is put together."""

    asker: Person
    export: Export
    desk: Desk
    folder: Path
    now: datetime

    @property
    def wanted(self) -> Wanted:
        """Which issues."""
        until = near_until(self.desk.rules, self.now)
        today = self.now.date().isoformat()
        return exports.wanted(
            What(self.export.what), self.export.about, today=today, until=until
        )


def near_until(rules: Rules, now: datetime) -> str:
    """To what day a deadline counts as near: as long before as we remind."""
    ahead = timedelta(days=max(rules.issue_before_days, default=3))
    return (now.date() + ahead).isoformat()


async def make(database: Database, task: Task) -> Made:
    """The file somebody has asked for."""
    maker = MAKERS.get(What(task.export.what), issue_book)
    return await maker(database, task)


async def issue_book(database: Database, task: Task) -> Made:
    """Every issue wanted, page by page, into a workbook."""
    from templates.issue_book import file_name

    title = TITLES.get(What(task.export.what), "问题台账")
    path = task.folder / f"{task.export.id}.xlsx"
    async with database.reading() as db:
        place = await place_of(db, task.asker, task.wanted)
        cover = Cover(title, place, task.now, near_until(task.desk.rules, task.now))
        count = await write_book(db, task.asker, task.wanted, path, cover)
    return Made(path, file_name(place, title, task.now.date()), XLSX, count)


@dataclass(frozen=True)
class Cover:
    """What stands on a workbook: its title, of what place, when; to what day a deadline is near."""

    title: str
    place: str
    now: datetime
    near_until: str


async def write_book(
    db: Session, asker: Person, wanted: Wanted, path: Path, cover: Cover
) -> int:
    """Write the workbook of these issues; returns how many there are. Rows are never all in memory."""
    from templates.issue_book import IssueBook
    from templates.ledger_sheets import Head

    seal = (await audit.head(db)).short
    day = cover.now.date()
    head = Head(cover.place, cover.title, day.isoformat(), asker.name, seal)
    book = IssueBook(path, head, day, cover.near_until, sheets_of(wanted))
    try:
        count = await _fill(db, asker, wanted, book)
        await _add_wall(db, asker, wanted, book, cover)
    except BaseException:
        book.abandon()
        raise
    await asyncio.to_thread(book.close)
    return count


async def _fill(db: Session, asker: Person, wanted: Wanted, book: "IssueBook") -> int:
    """Every row in each of the orders; returns how many issues there are."""
    count = 0
    for order in book.orders:
        async for page in issue_rows.pages(db, asker, wanted, Order(order)):
            count += len(page) if order == Order.NUMBER else 0
            await asyncio.to_thread(book.add, order, page)
    return count


def sheets_of(wanted: Wanted) -> tuple[str, ...]:
    """The sheets of a choice by deadline; any other has all (none named)."""
    if wanted.late_on:
        return LATE_SHEETS
    return NEAR_SHEETS if wanted.until_day else ()


async def _add_wall(
    db: Session, asker: Person, wanted: Wanted, book: "IssueBook", cover: Cover
) -> None:
    """The numbers of the whole scope, or of the one village; a unit, a tag, a household has none."""
    whole = bool(sheets_of(wanted))
    if not whole and wanted not in {Wanted(), Wanted(village=wanted.village)}:
        return
    day, until = cover.now.date(), date.fromisoformat(cover.near_until)
    lines = await issue_lists.wall(db, asker, day, until, team=wanted.village)
    sums = [*issue_lists.by_township(lines), issue_lists.total(lines, "合计")]
    book.add_wall(lines, sums, whole=whole)


async def place_of(db: Session, asker: Person, wanted: Wanted) -> str:
    """The place in a title: county, township, village, and what was chosen within it."""
    places = [asker.county, asker.township, asker.village]
    if wanted.village:
        team = next(
            one for one in await people.teams(db, scope_of(asker)) if one.id == wanted.village
        )
        places = [asker.county, team.township, team.village]
    chosen = (
        wanted.unit or wanted.household or wanted.tag or wanted.catalogue or wanted.campaign
    )
    return "".join([*places, chosen])


async def closing_report(database: Database, task: Task) -> Made:
    """The story of one issue with its proof, as a Word paper."""
    number = int(task.export.about)
    async with database.reading() as db:
        report = await closing.access_closing(db, task.asker, number, now=task.now)
        page = await word_templates.page_for(db, task.asker.county_id, "closing")
    word = "销号报告" if report.is_closed else "整改情况"
    name = f"{report.row.place}问题{number}号{word}"
    return await _word(task, ("closing", report, page), name)


async def _word(task: Task, paper: tuple[str, object, str], name: str) -> Made:
    """A report in words on the county's page or ours, put together in a thread."""
    kind, report, page = paper
    facts = as_facts(task.desk.words.bulletin(kind, report=report))
    facts |= {"template": page} if page else {}
    written = await asyncio.to_thread(task.desk.write_word, facts, task.desk.looks)
    path = task.folder / f"{task.export.id}{written.ending}"
    await asyncio.to_thread(path.write_bytes, written.data)
    return Made(path, f"{called(name)}{written.ending}", written.mime, 1)


def called(name: str) -> str:
    """What a file may be called on any disk."""
    return REFUSED.sub("", name)


async def code_slips(database: Database, task: Task) -> Made:
    """The slips of one village; that they were printed stands in the log, too."""
    from templates.code_slips import write_slips
    from templates.issue_book import file_name
    from templates.ledger_sheets import Head

    if not task.desk.key:
        raise RuntimeError("no key at the desk: no codes")
    team, year, day = int(task.export.about), task.now.year, task.now.date()
    path = task.folder / f"{task.export.id}.xlsx"
    async with database.transaction() as db:
        slips = await household_codes.sheet(
            db, task.asker, team, task.desk.key, year, now=task.now
        )
        place = await place_of(db, task.asker, Wanted(village=team))
        seal = (await audit.head(db)).short
    title = f"{year}年户码"
    head = Head(place, title, day.isoformat(), task.asker.name, seal)
    await asyncio.to_thread(write_slips, path, head, slips)
    return Made(path, file_name(place, title, day), XLSX, len(slips))


async def letter(database: Database, task: Task) -> Made:
    """The draft of a letter to the unit that sent somebody."""
    number = int(task.export.about)
    async with database.reading() as db:
        report = await letters.access_report(db, task.asker, number, now=task.now)
        page = await word_templates.page_for(db, task.asker.county_id, "letter")
    name = f"函告草稿_{report.letter.person.name}_{number}号"
    return await _word(task, ("letter", report, page), name)


MAKERS: dict[What, Callable[[Database, Task], Awaitable[Made]]] = {
    What.CLOSING_REPORT: closing_report,
    What.HOUSEHOLD_CODES: code_slips,
    What.LETTER: letter,
}
