"""Files asked for in the chat: claimed, made outside any transaction, delivered once.

Three steps, and the program may die between any two: the row is taken (one transaction), the file
is made and kept under its hash (none), the row is closed and the file posted (one transaction).
"""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from ledger import exports, outbox, people
from ledger.database import Database, Session, StoreTrouble
from ledger.errors import Refused
from ledger.exports import Export, What
from ledger.files import Kept, keep_bytes
from ledger.ledger_rows import FORMS
from ledger.messages import Paper, Reply
from ledger.outbox import Timing
from ledger.people import Person
from scheduler import month_ledgers, papers
from scheduler.desk import Desk
from scheduler.papers import Made, Task

log = structlog.get_logger()
FOLDER = ".export-"


async def work(desk: Desk, database: Database, now: datetime) -> None:
    """Make and deliver every file that is waited for, one after the other."""
    while export := await _taken(database, now):
        await _deliver(desk, database, export, now)


async def _taken(database: Database, now: datetime) -> Export | None:
    async with database.transaction() as db:
        return await exports.take(db, now=now)


async def _deliver(desk: Desk, database: Database, export: Export, now: datetime) -> None:
    async with database.reading() as db:
        asker = await people.by_id(db, export.person_id)
    try:
        if export.is_stale(now) or _is_gone(asker, now):
            raise Refused("exports.given_up")
        made, kept = await _made(desk, database, asker, export, now)
    except (StoreTrouble, OSError):
        log.exception("export_later", export=export.id)
        return  # the row stays open: it is tried again
    except Refused as why:
        await _refuse(desk, database, export, desk.words.say(why.block, **why.facts), now)
    except Exception:
        log.exception("export_failed", export=export.id)
        await _refuse(desk, database, export, desk.words.say("exports.failed"), now)
    else:
        await _hand_over(desk, database, asker, (export, made, kept), now)


def _is_gone(asker: Person, now: datetime) -> bool:
    return bool(asker.left_day and asker.left_day < now.date().isoformat())


async def _made(
    desk: Desk, database: Database, asker: Person, export: Export, now: datetime
) -> tuple[Made, Kept]:
    """The file, put together in a folder of its own and kept under its hash.

    What a program that was killed has left half done is thrown away first.
    """
    files = desk.data / "files"
    for left in desk.data.glob(f"{FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=desk.data, prefix=FOLDER) as folder:
        task = Task(asker, export, desk, Path(folder), now)
        make = month_ledgers.make if export.what in MONTHLY else papers.make
        made = await make(database, task)
        kept = await asyncio.to_thread(_keep, files, made)
    return made, kept


def _keep(files: Path, made: Made) -> Kept:
    data = made.path.read_bytes()
    return keep_bytes(files, data, mime=made.mime, name=made.name, kind="document")


async def _hand_over(
    desk: Desk, database: Database, asker: Person, done: tuple[Export, Made, Kept], now: datetime
) -> None:  # fmt: skip
    """Close the row, note who takes what, post the file: all or nothing.

    Whoever has changed his post meanwhile gets what his new post may see: it is made again.
    """
    export, made, kept = done
    async with database.transaction() as db:
        if await people.by_id(db, asker.id) != asker:
            return
        if not await exports.finish(db, export, kept, now=now):
            return
        subject, what = f"export:{export.id}", (export.what, export.about)
        await exports.note_taken(db, asker, subject, *what, made.count, kept.sha256, now=now)
        paper = Paper(kept.sha256, made.name, made.mime)
        words = desk.words.say("exports.ready", name=made.name, count=made.count,
                               issues=export.what not in PAPERS, lines=export.what in MONTHLY,
                               letter=export.what == What.LETTER)  # fmt: skip
        await _post(db, export, Reply(words, files=(paper,)), now)


MONTHLY = frozenset(FORMS)
PAPERS = MONTHLY | {What.CLOSING_REPORT, What.HOUSEHOLD_CODES, What.LETTER}


async def _refuse(
    desk: Desk, database: Database, export: Export, words: str, now: datetime
) -> None:
    """Close the row without a file and say why."""
    async with database.transaction() as db:
        if await exports.finish(db, export, None, now=now):
            await _post(db, export, Reply(words), now)


async def _post(db: Session, export: Export, reply: Reply, now: datetime) -> None:
    """An answer, though a late one: it has been asked for."""
    dedupe = f"export:{export.id}"
    await outbox.post_to(db, export.person_id, reply, dedupe=dedupe, now=now, timing=Timing())
