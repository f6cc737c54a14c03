"""A data cut written to a file: JSON as it was hashed, or CSV for a spreadsheet."""

import csv
import io
from datetime import date
from pathlib import Path

from bot.settings import Settings
from ledger import data_cuts, roster
from ledger.data_cuts import Cut, Frozen
from ledger.database import Session, open_database
from ledger.errors import ForOperator
from ledger.roster_cells import FORMULA

HEADS = {
    "township": "乡镇", "village": "村", "village_kind": "村类型", "name": "姓名", "role": "角色",
    "title": "职务", "home_unit": "派出单位", "sent_by": "派出层级", "term_from": "任期起",
    "term_to": "任期止", "insured_until": "保险到期", "checkup_day": "体检日期",
}  # fmt: skip


class NoCut(ForOperator):
    """There is no such cut, or it does not give its own hash any more."""


async def export(settings: Settings, file: Path, day: str | None) -> str:
    """Write the cut of that day, or the newest; returns what was written, with its hash."""
    async with open_database(settings.database) as database, database.reading() as db:
        cut = await _cut(db, day)
        lines = await data_cuts.lines(db, cut)
        sound = await data_cuts.is_sound(db, cut)
    if not sound:
        raise NoCut(
            f"{cut.day} 的数据与它的校验码不符，没有导出。\n请运行 zhucun verify 查原因。"
        )
    words = _csv(lines) if file.suffix == ".csv" else _json(cut, lines)
    file.write_text(words, encoding="utf-8-sig" if file.suffix == ".csv" else "utf-8")
    return f"已写好：{file}，{cut.day}，{len(lines)} 人，校验码 {cut.sha256}"


async def _cut(db: Session, day: str | None) -> Cut:
    county = await roster.any_county(db)
    found = None
    if county is not None:
        of_day = await data_cuts.on_day(db, county, day) if day else None
        found = of_day if day else await data_cuts.latest(db, county)
    if found is None:
        raise NoCut("还没有这次数据截止，没有导出。\n每年 6月30日、12月31日自动定一次。")
    return found


def _json(cut: Cut, lines: list[Frozen]) -> str:
    """The very text that was hashed."""
    return data_cuts.canonical(cut.county_id, date.fromisoformat(cut.day), lines)


def _csv(lines: list[Frozen]) -> str:
    """One line a person; what a spreadsheet would calculate is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS.values())
    for one in lines:
        cells = [one.line.get(key, "") for key in HEADS]
        writer.writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in cells])
    return out.getvalue()
