"""Draws every paper and picture of the program into docs/pictures/: `make pictures`.

The county is the demo's, larger, and has lived some weeks. A Word page is printed by LibreOffice
where there is one.
"""

import asyncio
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pypdfium2

from bot.demo import bind_everybody
from ledger import charts, custody, data_cuts, issues, leave, leave_steps, people
from ledger.clock import SHANGHAI
from ledger.custody import Holder, Kind
from ledger.database import Database, Session, open_database
from ledger.database.schema import upgrade
from ledger.days import DAY, at
from ledger.generator import Generator, Size
from ledger.letters import Letter
from ledger.people import Person, Role, Team
from ledger.reports import (
    agenda,
    closing,
    daily,
    half_year,
    inspection,
    monthly,
    my_month,
    notice,
    store,
    tenday,
    weekly,
)
from ledger.reports.facts import Report, Window, place_of
from ledger.reports.letter import LetterReport
from ledger.rules import Rules
from templates.bulletin import Bulletin, as_facts
from templates.drawn import small
from templates.forms import make
from templates.words import Words

TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures"
NOW = datetime(2026, 11, 20, 18, 40, tzinfo=SHANGHAI)
TODAY = NOW.date()
SEED, SIZE, RULES, WORDS = 7, Size(villages=24, workdays=58), Rules(), Words()
REASONS = ("事假", "公差")
UNITS = ("县水利局", "县住房和城乡建设局", "县交通运输局")
DOTS = 1.6  # pixels a point of a printed page


@dataclass(frozen=True)
class Shown:
    """A picture to draw: its file's name, the form, the facts."""

    name: str
    form: str
    facts: dict[str, Any]


# the county
async def live(database: Database) -> None:
    """People, some weeks of work, a few issues in the hands of bureaus."""
    maker = Generator(SEED, SIZE, RULES)
    async with database.transaction() as db:
        county = await maker.people(db, now=NOW - 120 * DAY)
        await bind_everybody(db, "web", now=NOW - 120 * DAY)
        first = (await _seated(db, county, Role.LEADER))[0]
        members = await _seated(db, county, Role.MEMBER)
        await _absences(db, [one for one in members if one.team_id == first.team_id])
        await maker.history(db, county, until=at(TODAY + DAY, time(9)))
        await data_cuts.make(db, county, TODAY, NOW)
        for leader in await _seated(db, county, Role.LEADER):
            await _hand_over(db, leader)


async def _absences(db: Session, members: list[Person]) -> None:
    """Leave and a trip, so that a month shows every state."""
    for member, reason, first, last in zip(members, REASONS, (9, 17), (10, 18), strict=False):
        days = (TODAY.replace(day=first), TODAY.replace(day=last))
        id = await leave.ask(
            db, member, *days, reason, source="", now=at(days[0] - DAY, time(9))
        )
        asked = await leave.access_leave(db, member, id)
        while seats := await leave_steps.asked(db, id, member, day=days[0] - DAY):
            await leave.decide(
                db, seats[0], asked, member, approve=True, now=at(days[0] - DAY, time(9))
            )


async def _seated(db: Session, county: int, role: Role) -> list[Person]:
    found = await people.roster(db)
    return [one for one in found if one.role is role and one.county_id == county]


async def _hand_over(db: Session, leader: Person) -> None:
    """Two of a team's open issues go to a bureau some days after they were found."""
    for number, one in enumerate((await issues.open_issues(db, leader))[:2]):
        unit = (leader.team_id + number) % len(UNITS)
        holder = Holder(Kind.UNIT, unit + 1, UNITS[unit])
        when = max(NOW - (3 + 4 * unit + leader.team_id % 5) * DAY, _noon(one.found_day))
        await custody.pass_on(db, one.id, holder, by=leader.id, now=when)


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00+08:00")


# what is drawn
async def shown(db: Session) -> list[Shown]:
    """Everything, in the order of the handbook."""
    everybody = await people.roster(db)
    askers = {one.role.value: one for one in reversed(everybody) if one.role is not Role.MEMBER}
    made = [
        Shown(f"{level}_{kind}", "card", await _report(db, askers[asker], window))
        for level, asker in LEVELS.items()
        for kind, window in WINDOWS.items()
    ]
    return [*made, *await _charts(db, askers), *await shown_papers(db, askers)]


async def shown_papers(db: Session, askers: dict[str, Person]) -> list[Shown]:
    """The papers, each as the office files it."""
    county, leader = askers["county"], askers["leader"]
    ten = await store.look(db, county, place_of(county), TENTH, now=NOW)
    told = WORDS.bulletin("tenday", report=ten.report)
    head = replace(
        told, title="关于11月中旬驻村工作情况的通报", office=OFFICE + "文件", sign=OFFICE,
        number="安驻办发〔2026〕31号", to="各乡镇人民政府、各驻村工作队", date="2026年11月21日",
        copies=("抄送：县委办公室，县政府办公室，县委组织部，县农业农村局。",),
    )  # fmt: skip
    found = await inspection.make(db, place_of(county), TODAY, RULES)
    inspected = WORDS.bulletin("inspection", report=_inspected(found))
    seventh = {"number": "2026年第7期", "sign": OFFICE, "date": "2026年11月21日"}
    papers = {
        "tenday": head,
        "inspection": replace(inspected, **seventh),
        "letter": WORDS.bulletin("letter", report=_letter(leader)),
        "closing": await _closing(db, leader),
        "notice": await _notice(db, leader),
        "agenda": WORDS.bulletin(
            "agenda",
            report=await agenda.access_agenda(db, askers["township"], TODAY, today=TODAY),
        ),
        "monthly": await _monthly(db, county),
        "weekly_paper": WORDS.bulletin(
            "weekly_paper", report=await _weekly(db, askers["township"])
        ),
        "half_year": await _half_year(db, county),
    }
    made = [Shown(name, "pdf", as_facts(one)) for name, one in papers.items()]
    return [
        *made,
        Shown("tenday_word", "word", as_facts(head)),
        Shown("tenday_card", "card", as_facts(head)),
    ]


def _inspected(found: inspection.Inspection) -> inspection.Inspection:
    """The demo's people have done nothing wrong: two invented findings."""
    problems = (
        inspection.Problem(
            12, "清水镇", "柳树村", "脱岗走读", "visit", "2026-11-12",
            "上午到村时队员不在岗，队部无人值守", True,
        ),
        inspection.Problem(
            15, "云山乡", "南塘村", "走访不实", "back_check", "2026-11-17",
            "有两户走访记录与户主所说不一致", True,
        ),
    )  # fmt: skip
    parts = tuple(inspection.Part(one.township, 1, 1) for one in problems)
    kinds = tuple(inspection.Part(one.kind, 1, 1) for one in problems)
    good = (inspection.Good("石门镇", "枣林村"), inspection.Good("柳溪乡", "双井村"))
    figures = inspection.Figures(46, 43, 12, 12, 6, 20, 6, 24, 2, 2, 2, 2)
    return replace(
        found, figures=figures, townships=parts, kinds=kinds, problems=problems, good=good,
        to=found.to or "各乡镇党委、人民政府", copies=found.copies or "县委，县政府",
    )  # fmt: skip


def _letter(person: Person) -> Any:
    """A letter's facts about somebody who does not exist."""
    finding = SimpleNamespace(
        id=12, township=person.township, village=person.village, day="2026-11-12", source="visit",
        category="脱岗走读", kind="脱岗走读", noticed=("上午入户三家，均未见到本人", ""), told_at=1,
        reply="家里老人生病，当天没来得及请假。", decided=NOW, reason="问过三家邻居和村委会",
    )  # fmt: skip
    letter = Letter(finding, person, "省水利厅", None)  # type: ignore[arg-type]
    return LetterReport(letter, TODAY.isoformat(), "陈干事", "ab12cd34ef56")


async def _closing(db: Session, leader: Person) -> Bulletin:
    """Of the newest issue that the team has struck off."""
    rows = await db.connection.execute_fetchall(
        "SELECT id FROM issue WHERE team_id = ? AND state = 'closed' ORDER BY id DESC LIMIT 1",
        (leader.team_id,),
    )
    number = next(iter(rows))[0]
    found = await closing.access_closing(db, leader, number, now=NOW)
    return WORDS.bulletin("closing", report=found)


async def _notice(db: Session, leader: Person) -> Bulletin:
    span = notice.Span("11月", TODAY.replace(day=1), TODAY)
    found = await notice.access_notice(db, leader, leader.team_id, span, today=TODAY)
    return WORDS.bulletin("notice", report=found)


async def _monthly(db: Session, asker: Person) -> Bulletin:
    window = monthly.window(TODAY.replace(day=1) - DAY, TODAY)
    found = await store.look(db, asker, place_of(asker), window, now=NOW)
    return WORDS.bulletin("monthly", report=found.report)


async def _weekly(db: Session, asker: Person) -> Report:
    window = weekly.window(TODAY - 7 * DAY, TODAY)
    return (await store.look(db, asker, place_of(asker), window, now=NOW)).report


async def _half_year(db: Session, asker: Person) -> Bulletin:
    _, found = await half_year.access_half_year(db, asker)
    return WORDS.bulletin("half_year", report=found, paper=True)


OFFICE = "安和县驻村工作领导小组办公室"
TENTH = tenday.window(TODAY, TODAY)
LEVELS = {"team": "leader", "township": "township", "county": "county"}
WINDOWS = {"daily": daily.window(TODAY, RULES), "weekly": weekly.window(TODAY, TODAY)}


async def _report(db: Session, asker: Person, window: Window) -> dict[str, Any]:
    found = await store.look(db, asker, place_of(asker), window, now=NOW)
    return as_facts(WORDS.bulletin(window.kind, report=found.report))


async def _charts(db: Session, askers: dict[str, Person]) -> list[Shown]:
    leader, county = askers["leader"], askers["county"]
    own = await my_month.of_person(db, leader, TODAY.replace(day=1), now=NOW, rules=RULES)
    team = Team(leader.team_id, leader.village, leader.township_id, leader.township)
    first = TODAY.replace(day=1)
    month = await charts.access_attendance(db, leader, team, first, TODAY, RULES)
    return [
        Shown("my_month", "card", as_facts(WORDS.bulletin(my_month.KIND, report=own))),
        Shown("attendance", "attendance", month.facts()),
        Shown(
            "coverage",
            "coverage",
            (await charts.coverage(db, county, TODAY - 10 * DAY, TODAY)).facts(),
        ),
        Shown("burn_down", "burn_down", (await charts.burn_down(db, county, TODAY)).facts()),
        Shown("holders", "holders", (await charts.holders(db, county, TODAY)).facts()),
    ]


# drawing
def draw(one: Shown) -> bytes:
    """The picture of it; a paper's first page."""
    made = make(one.form, one.facts)
    if made.ending == ".docx":
        return _first_page(_printed(made.data))
    return _first_page(made.data) if made.ending == ".pdf" else made.data


def _printed(docx: bytes) -> bytes:
    """A Word file as LibreOffice prints it; needs soffice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.docx"
        path.write_bytes(docx)
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                   "--convert-to", "pdf", "--outdir", folder, str(path)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return path.with_suffix(".pdf").read_bytes()


def _first_page(pdf: bytes) -> bytes:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=DOTS).to_pil()
    out = io.BytesIO()
    page.save(out, "PNG")
    return small(out.getvalue())


def drawable(found: list[Shown]) -> Iterator[Shown]:
    """What can be drawn on this machine."""
    office = shutil.which("soffice")
    return (one for one in found if one.form != "word" or office)


async def main() -> None:
    """Draw all of them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zhucun.db"
        upgrade(path)
        async with open_database(path, durable=False) as database:
            await live(database)
            async with database.reading() as db:
                found = await shown(db)
    for one in drawable(found):
        (TARGET / f"{one.name}.png").write_bytes(draw(one))


if __name__ == "__main__":
    asyncio.run(main())
