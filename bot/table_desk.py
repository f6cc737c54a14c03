"""Tables sent in the chat: read in the child outside any transaction, shown, entered on a word.

Each step ends in one transaction that moves the row on and says so. Killed at any point, the row
stands where it stood and the step is done again; nothing is said or entered twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot import catalogues
from bot.desks import attend, work_off
from bot.tables import BadTable, Table, read_table
from handlers.issue_columns import SOURCES
from ledger import catalogue, outbox, people, tables_in
from ledger.catalogue import Order
from ledger.catalogue_match import Preview
from ledger.catalogue_rows import SHEETS
from ledger.clock import Clock
from ledger.database import Database, Session, StoreTrouble
from ledger.errors import Refused
from ledger.files import path_of
from ledger.messages import Option, Reply
from ledger.outbox import Timing
from ledger.reading.lexicon import Lexicon
from ledger.rules import Rules
from ledger.tables_in import State, TableIn
from templates.words import Words

log = structlog.get_logger()
SHOWN = 10  # problem rows in the chat
MOST_ROWS = 600  # of a table sent in the chat: entering them holds everybody else up for 1.5 s


@dataclass
class TableDesk:
    """Works through the tables that wait, one after the other."""

    database: Database
    words: Words
    rules: Rules
    clock: Clock
    files: Path
    wake_sender: Callable[[], None]
    lexicon: Lexicon = field(repr=False)

    async def run(self) -> None:
        """Work until cancelled."""
        await attend(self.drain, "table_desk_defect")

    async def drain(self) -> int:
        """Read, show and enter all that waits; returns how many steps were done."""
        return await work_off(self._next, self._step, self.wake_sender)

    async def _next(self) -> TableIn | None:
        async with self.database.reading() as db:
            return await tables_in.waiting(db)

    async def _step(self, waiting: TableIn) -> None:
        try:
            table = await read_table(path_of(self.files, waiting.sha256), SHEETS)
            if len(table.rows) > MOST_ROWS:
                raise Refused("catalogues.too_large", most=MOST_ROWS)
            async with self.database.transaction() as db:
                await self._show_or_enter(db, waiting, table)
        except StoreTrouble:
            raise
        except Refused as why:
            await self._useless(waiting, self.words.say(why.block, **why.facts))
        except BadTable as why:
            await self._useless(waiting, str(why))
        except Exception:
            log.exception("table_failed", table=waiting.id)
            await self._useless(waiting, self.words.say("tables.fault", number=waiting.id))

    async def _show_or_enter(self, db: Session, waiting: TableIn, table: Table) -> None:
        """Show the preview; enter it when this very preview has been agreed to."""
        by = await people.by_id(db, waiting.person_id)
        if by.role not in people.STAFF:  # another post since: its reach is not the one shown
            raise Refused("talk.not_for_role")
        order = Order(waiting.name, waiting.source, by, by.id)
        now = self.clock.now()
        found = await catalogues.preview(db, table, order, now)
        if waiting.state == State.WANTED and found.fingerprint == waiting.seen:
            rules, lexicon = self.rules, self.lexicon
            await catalogue.apply(db, found, order, now=now, rules=rules, lexicon=lexicon)
            await tables_in.end(db, waiting, State.ENTERED, now=now)
            await self._say(
                db, waiting, Reply(self.words.say("catalogues.imported", found=found))
            )
            return
        text = catalogues.describe(found, self.words, SHOWN)
        if found.changes_nothing:
            text = catalogues.nothing(found, text, self.words)
            await tables_in.end(db, waiting, State.USELESS, now=now)
            await self._say(db, waiting, Reply(text))
        elif await tables_in.show(db, waiting, found.fingerprint):
            await self._say(db, waiting, self._card(waiting, found, text))

    def _card(self, waiting: TableIn, found: Preview, text: str) -> Reply:
        lines = [
            text,
            self.words.say("catalogues.ask_enter", found=found, source=waiting.source),
        ]
        if waiting.state == State.WANTED:
            lines.insert(0, self.words.say("catalogues.look_again"))
        number = waiting.id
        sources = [Option(one, f"导入表格 {number} {one}") for one in SOURCES]
        options = (
            *([Option("导入", f"导入表格 {number}")] if waiting.source else sources),
            Option("改名称", f"改清单名称 {number}"),
            Option("不导入", f"不导入表格 {number}"),
        )
        return Reply("\n".join(lines), options, kind="card")

    async def _useless(self, waiting: TableIn, text: str) -> None:
        """It is not entered, and why."""
        async with self.database.transaction() as db:
            if await tables_in.end(db, waiting, State.USELESS, now=self.clock.now()):
                await self._say(db, waiting, Reply(text))

    async def _say(self, db: Session, waiting: TableIn, reply: Reply) -> None:
        """An answer to what was asked for; once for each state it is moved on from."""
        key = f"table_in:{waiting.id}:{waiting.state}:{waiting.seen[:12]}"
        await outbox.post_to(
            db, waiting.person_id, reply, dedupe=key, now=self.clock.now(), timing=Timing()
        )
