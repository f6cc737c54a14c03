"""The issue ledger for the operator: as a workbook, as lines, as JSON; read from a copy."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import Settings
from ledger import backup, issue_rows, people
from ledger.clock import WallClock
from ledger.database import Session, open_database
from ledger.errors import ForOperator
from ledger.issue_rows import Order, Row, Wanted
from ledger.people import Person, Role, scope_of
from ledger.rules import load_rules
from scheduler.papers import Cover, near_until, place_of, write_book


class NothingThere(ForOperator):
    """No county, or no village of that name."""


@dataclass(frozen=True)
class Chosen:
    """What the operator wants to see."""

    village: str = ""
    overdue: bool = False


async def lines(settings: Settings, chosen: Chosen) -> list[Row]:
    """The issues, the most urgent first."""
    async with _picture(settings) as db:
        asker, wanted = await _wanted(db, chosen, WallClock().now())
        pages = issue_rows.pages(db, asker, wanted, Order.DUE)
        return [row async for page in pages for row in page]


async def write(settings: Settings, chosen: Chosen, path: Path) -> int:
    """Write the workbook; returns how many issues are in it."""
    now = WallClock().now()
    path.parent.mkdir(parents=True, exist_ok=True)
    file = settings.county_dir / "rules.toml" if settings.county_dir else None
    async with _picture(settings) as db:
        asker, wanted = await _wanted(db, chosen, now)
        title = "逾期问题台账" if chosen.overdue else "问题台账"
        place = await place_of(db, asker, wanted)
        cover = Cover(title, place, now, near_until(load_rules(file), now))
        with TemporaryDirectory() as folder:  # its rows lie beside it until it is whole
            made = Path(folder) / path.name
            count = await write_book(db, asker, wanted, made, cover)
            shutil.copyfile(made, path)
    return count


def as_text(row: Row) -> str:
    """One line of the list."""
    from templates.filters import state

    where = " ".join(one for one in (row.place, row.household) if one)
    return f"{row.id:>6}  {row.due}  {state(row.state)}  {where}  {row.text}"


def as_data(row: Row) -> dict[str, object]:
    """The row as JSON takes it."""
    return asdict(row)


async def _wanted(db: Session, chosen: Chosen, now: datetime) -> tuple[Person, Wanted]:
    """Seen with the eyes of the county."""
    staff = [one for one in await people.roster(db) if one.role is Role.COUNTY]
    if not staff:
        raise NothingThere("台账里还没有县级工作人员。\n请先运行 zhucun init 县名。")
    late_on = now.date().isoformat() if chosen.overdue else ""
    village = await _village(db, staff[0], chosen.village) if chosen.village else 0
    return staff[0], Wanted(village=village, late_on=late_on)


async def _village(db: Session, asker: Person, name: str) -> int:
    """The one village of that name; with its township in front where there are two."""
    teams = await people.teams(db, scope_of(asker))
    found = [one for one in teams if name in {one.village, f"{one.township}{one.village}"}]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise NothingThere(f"没有叫“{name}”的村。\n请核对村名，例如 --village 永安村。")
    places = "、".join(f"{one.township}{one.village}" for one in found)
    raise NothingThere(f"有 {len(found)} 个“{name}”，请写上乡镇：{places}。")


@asynccontextmanager
async def _picture(settings: Settings) -> AsyncIterator[Session]:
    """A copy of the ledger, also while the program runs; gone afterwards."""
    with TemporaryDirectory() as folder:
        made = await backup.copy_of(settings.database, Path(folder), now=WallClock().now())
        async with open_database(made.path, durable=False) as copy, copy.reading() as db:
            yield db
