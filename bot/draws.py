"""What `zhucun verify-draw` does: a month's card, from its file or from the ledger, done again."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.settings import Settings
from ledger import backup, draw_card, draw_periods, people
from ledger.clock import WallClock
from ledger.database import Session, open_database
from ledger.draw_periods import DrawPeriod
from ledger.errors import ForOperator


class NoCard(ForOperator):
    """There is nothing to verify."""


@dataclass(frozen=True)
class DrawVerdict:
    """A card and what is wrong with it."""

    text: str
    said: tuple[str, ...]

    @property
    def pending(self) -> bool:
        """Whether its seed is not shown yet."""
        return draw_card.PENDING in self.said

    @property
    def faults(self) -> list[str]:
        """What is wrong; a month that runs is not."""
        return [one for one in self.said if one != draw_card.PENDING]

    @property
    def facts(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "ok": not self.said,
            "pending": self.pending,
            "faults": self.faults,
            **self.figures,
        }

    @property
    def figures(self) -> dict[str, Any]:
        """How many of what; {} when the card cannot be read."""
        if draw_card.UNREADABLE in self.said:
            return {}
        card = json.loads(self.text)
        picked = sum(one["way"] == "picked" for one in card["asked"])
        void = sum(one["result"] == "void" for one in card["drawn"]) + len(card["void"])
        return {
            "period": card["opening"]["period"], "opening_sha256": card["opening_sha256"],
            "beacon": card["beacon"]["value"], "beacon_source": card["beacon"]["source"],
            "members": len(card["roster"]), "joined": len(card["joined"]),
            "drawn": len(card["drawn"]), "asked": len(card["asked"]) - picked,
            "picked": picked, "void": void,
        }  # fmt: skip


async def verify_month(
    settings: Settings, period: str, county: str, card: Path | None, told: Sequence[str]
) -> DrawVerdict:
    """The verdict on a month: of the file named, of the published one, or of what there is so far."""
    if card:
        text = await asyncio.to_thread(_read, card)
        return _verdict(text, period, told)
    async with _copy(settings) as db:
        found = await _month(db, period, county)
        if not found.revealed_at:
            return _verdict(await draw_card.build(db, found, b""), period, told)
    text = await asyncio.to_thread(_read, settings.data / "draws" / f"{found.vault_name}.json")
    return _verdict(text, period, (*told, found.opening_sha256), found.card_sha256)


def _verdict(text: str, period: str, told: Sequence[str], published: str = "") -> DrawVerdict:
    said = draw_card.verify(text, told)
    if published and hashlib.sha256(text.encode()).hexdigest() != published:
        said.append("文件与当时公布的不是同一份")
    if draw_card.UNREADABLE not in said and json.loads(text)["opening"]["period"] != period:
        said.append(f"文件里是另一个月，不是 {period}")
    return DrawVerdict(text, tuple(said))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise NoCard(
            f"没有找到文件 {path}。\n请看看路径，或从网页对话的“核对抽查”重新下载。"
        ) from error
    except UnicodeDecodeError:
        return ""


async def _month(db: Session, period: str, county: str) -> DrawPeriod:
    counties = {one.county: one.county_id for one in await people.roster(db)}
    if county and county not in counties:
        raise NoCard(f"台账里没有“{county}”。\n有的是：{'、'.join(counties) or '无'}。")
    if not county and len(counties) > 1:
        raise NoCard(f"台账里有几个县：{'、'.join(counties)}。\n请加上 --county 县名。")
    id = counties[county] if county else next(iter(counties.values()), 0)
    found = await draw_periods.of_month(db, id, period)
    if found is None:
        raise NoCard(f"{period} 没有开过抽签。\n月份这样写：2026-12。")
    if found.lost_at:
        raise NoCard(f"{period} 的种子丢了，已经公开说明这个月不能核对。\n请看县里的说明。")
    return found


@asynccontextmanager
async def _copy(settings: Settings) -> AsyncIterator[Session]:
    """A copy of the ledger to look into, also while the program runs; gone afterwards."""
    with TemporaryDirectory() as folder:
        made = await backup.copy_of(settings.database, Path(folder), now=WallClock().now())
        async with (
            open_database(made.path, durable=False) as database,
            database.reading() as db,
        ):
            yield db
