"""Word pages sent in the chat: tried in the limited process outside any transaction, put in use.

Each page ends in one transaction that moves its row on and says so. Killed in between, it is tried
again; nothing is said twice. A page that fails later is told once to whoever brought it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot import word_child
from bot.desks import attend, work_off
from handlers.word_templates import KINDS
from ledger import files, outbox, people, word_templates
from ledger.clock import Clock
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.files import Kept, path_of
from ledger.messages import Paper, Reply
from ledger.outbox import Timing
from ledger.word_templates import WaitingPage
from templates.forms import write_word
from templates.looks import DOCX, Facts, Looks, Made
from templates.words import Words

log = structlog.get_logger()
NAMES = {kind: name for name, kind in reversed(KINDS.items())}


@dataclass
class WordDesk:
    """Works through the pages that wait, one after the other."""

    database: Database
    words: Words
    clock: Clock
    files: Path
    county: Path | None
    wake_sender: Callable[[], None]
    _faults: dict[str, Refused] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until cancelled."""
        await attend(self.drain, "word_desk_defect")

    async def drain(self) -> int:
        """Try all that waits, tell what failed since; returns how many pages were tried."""
        tried = await work_off(self._next, self._try, self.wake_sender)
        for sha256 in [*self._faults]:
            await self._tell_fault(sha256, self._faults[sha256])
            del self._faults[sha256]
        return tried

    def write(self, facts: Facts, looks: Looks) -> Made:
        """A Word paper on the county's own page; on ours where it has none, or its page fails.

        Slow: belongs into a thread.
        """
        if own := facts.get("template"):
            try:
                return word_child.make(facts, looks)
            except Refused as why:  # it was good when it was put in use; ours is good always
                log.warning("own_page_failed", page=own, why=why.block)
                self.note_fault(own, why)
        return write_word(facts, looks)

    def note_fault(self, sha256: str, why: Refused) -> None:
        """A paper could not be written on that page: our own was taken; the county is told once."""
        self._faults[sha256] = why

    async def _next(self) -> WaitingPage | None:
        async with self.database.reading() as db:
            return await word_templates.waiting(db)

    async def _try(self, page: WaitingPage) -> None:
        try:
            made = await asyncio.to_thread(self._made, page.sha256)
        except Refused as why:
            await self._refuse(page, why)
            return
        except Exception:
            log.exception("word_page_failed", page=page.id)
            await self._refuse(page, Refused("word_templates.fault", number=page.id))
            return
        try:
            async with self.database.transaction() as db:
                await self._accept(db, page, made)
        except Refused as why:
            await self._refuse(page, why)

    def _made(self, sha256: str) -> Kept:
        """A specimen on that page, kept."""
        path = path_of(self.files, sha256)
        with path.open("rb") as given:
            page = given.read(word_child.MOST_BYTES + 1)
        made = word_child.try_out(page, Looks(self.county, self.files))
        return files.keep_bytes(
            self.files, made, mime=DOCX, name="公文样子.docx", kind="document"
        )

    async def _accept(self, db: Session, page: WaitingPage, made: Kept) -> None:
        now = self.clock.now()
        if not await word_templates.end(db, page, now=now):
            return
        by = await people.by_id(db, page.person_id)
        await word_templates.use(db, by, page, now=now)
        name = NAMES.get(page.kind, "")
        text = self.words.say("word_templates.accepted", name=page.name, kind=name)
        paper = Paper(made.sha256, made.name, made.mime)
        await self._say(db, page, Reply(text, files=(paper,)))

    async def _refuse(self, page: WaitingPage, refused: Refused) -> None:
        why = self.words.say(refused.block, **refused.facts)
        text = self.words.say("word_templates.refused", name=page.name, why=why)
        async with self.database.transaction() as db:
            if await word_templates.end(db, page, now=self.clock.now()):
                await self._say(db, page, Reply(text))

    async def _say(self, db: Session, page: WaitingPage, reply: Reply) -> None:
        key = f"word_template_in:{page.id}"
        await outbox.post_to(
            db, page.person_id, reply, dedupe=key, now=self.clock.now(), timing=Timing()
        )

    async def _tell_fault(self, sha256: str, refused: Refused) -> None:
        """Once for each page, whatever happens to it later."""
        why = self.words.say(refused.block, **refused.facts)
        async with self.database.transaction() as db:
            for page in await word_templates.with_hash(db, sha256):
                text = self.words.say("word_templates.fell_back", name=page.name, why=why)
                await outbox.post_to(
                    db, page.added_by, Reply(text), dedupe=f"word_template_fault:{page.id}",
                    now=self.clock.now(), timing=Timing(),
                )  # fmt: skip
        self.wake_sender()
