"""A ledger of one month as a file: read in one consistent picture, written as it is read."""

import asyncio
from typing import TYPE_CHECKING

from ledger import audit, ledger_rows
from ledger.database import Database, Session
from ledger.exports import What
from ledger.issue_rows import Wanted
from ledger.ledger_rows import Month
from scheduler.papers import XLSX, Made, Task, place_of

if TYPE_CHECKING:
    from templates.month_books import MonthBook


async def make(database: Database, task: Task) -> Made:
    """The ledger somebody has asked for, of the month he has named."""
    from templates.ledger_sheets import Head, file_name
    from templates.month_books import LEDGERS, MonthBook

    day, form = task.now.date(), ledger_rows.form_of(task.asker, What(task.export.what))
    month = Month.of(task.export.about)
    title = f"{month.first.year}年{month.first.month}月{LEDGERS[form].title}"
    path = task.folder / f"{task.export.id}.xlsx"
    async with database.reading() as db:
        place = await place_of(db, task.asker, Wanted())
        seal = (await audit.head(db)).short
        head = Head(place, title, day.isoformat(), task.asker.name, seal)
        count = await _fill(db, task, month, MonthBook(path, head, form, day))
    return Made(path, file_name(place, title, day), XLSX, count)


async def _fill(db: Session, task: Task, month: Month, book: "MonthBook") -> int:
    """Write every row; returns how many there are."""
    count, what = 0, What(task.export.what)
    today = task.now.date()
    try:
        async for page in ledger_rows.access_pages(
            db, task.asker, what, month, task.desk.rules, today=today
        ):
            count += len(page)
            await asyncio.to_thread(book.add, page)
    except BaseException:
        book.abandon()
        raise
    await asyncio.to_thread(book.close)
    return count
