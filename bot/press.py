"""The press: makes the drawings of a message into files, just before it is sent.

A drawing follows from its facts alone. So nothing is lost when the program dies half way, and
the same drawing for the ten people of a place is made once. What cannot be made is left out
and said so; the words go out in any case.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from ledger.files import Kept, keep_bytes, path_of
from ledger.messages import Drawing, Outgoing, Paper
from ledger.outbox import ANSWER
from templates import layout
from templates.forms import make, write_word
from templates.looks import Facts, Looks, Made
from templates.words import Words

log = structlog.get_logger()
HANDS = 2  # files made at the same time
LIMIT = 60.0  # seconds for one file
REMEMBERED = 500  # drawings known without being made again
NAMES = {"word": "Word 文件", "pdf": "PDF 文件"}
PICTURE = "图片"


@dataclass
class Press:
    """Two hands, of which what nobody waits for may have one.

    `write_word` knows a county's own Word page; see `WordDesk.write`.
    """

    files: Path
    words: Words
    county: Path | None = None
    write_word: Callable[[Facts, Looks], Made] = write_word
    _made: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _under_way: dict[str, asyncio.Task[Kept]] = field(default_factory=dict)
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))
    _bulk: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def run(self, out: Outgoing) -> tuple[Outgoing, list[Kept]]:
        """The message with files instead of drawings, and these files as they are kept."""
        tried = await asyncio.gather(
            *(self._try(one, out.lane, out.id) for one in out.drawings)
        )
        made = [(one, kept) for one, kept in zip(out.drawings, tried, strict=True) if kept]
        failed = [one for one, kept in zip(out.drawings, tried, strict=True) if not kept]
        papers = (Paper(kept.sha256, kept.name, kept.mime) for _, kept in made)
        ready = replace(
            out, text=self._text(out, failed), files=(*papers, *out.files), drawings=()
        )
        return ready, [kept for _, kept in made]

    async def one(self, drawing: Drawing, lane: int = ANSWER) -> Kept:
        """One file, made or known; whatever its form raises goes on to the caller."""
        key = _key(drawing, self._layout_of())
        kept = self._known(key)
        if kept is None and lane == ANSWER:
            kept = await self._in_turn(key, drawing)
        elif kept is None:
            async with self._bulk:
                kept = self._known(key) or await self._in_turn(key, drawing)
        return replace(kept, name=drawing.name + kept.name)

    def _text(self, out: Outgoing, failed: list[Drawing]) -> str:
        if not failed:
            return out.text
        names = dict.fromkeys(NAMES.get(one.form, PICTURE) for one in failed)
        said = self.words.say("written.not_drawn", names=[*names])
        return f"{out.text}\n\n{said}" if out.text else str(said)

    async def _try(self, drawing: Drawing, lane: int, outbox: int) -> Kept | None:
        try:
            return await self.one(drawing, lane)
        except Exception:
            log.exception("not_drawn", outbox=outbox, form=drawing.form)
            return None

    def _layout_of(self) -> int:
        """When the county last changed its paper.toml: what was made before is made anew."""
        path = self.county / layout.NAME if self.county else None
        return path.stat().st_mtime_ns if path and path.is_file() else 0

    def _known(self, key: str) -> Kept | None:
        """A drawing made before whose file is still there."""
        kept = self._made.get(key)
        if kept is None or not path_of(self.files, kept.sha256).is_file():
            return None
        self._made.move_to_end(key)
        return kept

    async def _in_turn(self, key: str, drawing: Drawing) -> Kept:
        async with self._hands:
            if kept := self._known(key):
                return kept
            if key not in self._under_way:
                making = asyncio.create_task(self._keep(key, drawing))
                self._under_way[key] = making
                making.add_done_callback(lambda _: self._under_way.pop(key, None))
            async with asyncio.timeout(LIMIT):
                return await asyncio.shield(self._under_way[key])

    async def _keep(self, key: str, drawing: Drawing) -> Kept:
        """The bytes under their hash; the name is the ending only, for any message's own name."""
        made = await self._make(drawing)
        kept = await asyncio.to_thread(
            keep_bytes, self.files, made.data, mime=made.mime, name=made.ending, kind="document"
        )
        self._made[key] = kept
        while len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        return kept

    async def _make(self, drawing: Drawing) -> Made:
        looks = Looks(self.county, self.files)
        if drawing.form == "word":
            return await asyncio.to_thread(self.write_word, drawing.facts, looks)
        return await asyncio.to_thread(make, drawing.form, drawing.facts, looks)


def _key(drawing: Drawing, layout_of: int) -> str:
    whole = [drawing.form, drawing.facts, layout_of]
    facts = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()
