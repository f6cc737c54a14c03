"""What a roster says about somebody's term and safety: days, level, whom to call. Pure.

S004-33 wants the end of the term, S000-85 insurance and a yearly check-up, S004-30 somebody to
call. Nothing here is shown to anybody but his county and township.
"""

import re
from calendar import monthrange
from datetime import date

from ledger.roster_cells import Cells

LEVELS = {
    "中央": "中央", "中直": "中央", "国家": "中央",
    "省": "省", "省级": "省", "省直": "省", "自治区": "省", "自治区级": "省", "区直": "省",
    "市": "市", "市级": "市", "市直": "市", "州": "市", "地市": "市",
    "县": "县", "县级": "县", "县直": "县", "区": "县", "县区": "县",
    "乡镇": "乡镇", "乡": "乡镇", "镇": "乡镇", "乡镇级": "乡镇", "街道": "乡镇",
}  # fmt: skip
LEVEL_NAMES = ("中央", "省", "市", "县", "乡镇")
EARLIEST, LATEST = 2000, 2100  # years that a term, a policy or a check-up can have
PARTS = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(?:(\d{1,2})日?)?)?")
SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(
    r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$"
)  # what a spreadsheet adds to a day
LONG_NUMBER = re.compile(r"\d{7,}")


def day_of(text: str, *, last: bool) -> str | None:
    """The day a cell names as ISO; a month alone is its first or its last day.

    None when it is no day: 2026-13-01, 长期, a serial number.
    """
    text = CLOCK.sub("", text.strip())
    found = SOLID.fullmatch(text) or PARTS.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(one) if one else 0 for one in found.groups())
    if not (EARLIEST <= year <= LATEST and 1 <= month <= 12):
        return None
    try:
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)).isoformat()
    except ValueError:
        return None


def read_day(cells: Cells, name: str, *, last: bool = False) -> str:
    """A cell's day, or nothing; a problem of the row when it makes no sense."""
    text = cells.text(name)
    if not text:
        return ""
    found = day_of(text, last=last)
    if found is None:
        cells.bad(name, "tables.no_day", text=text)
    return found or ""


def read_level(cells: Cells) -> str:
    """Which level sends him."""
    text = cells.text("sent_by")
    found = LEVELS.get(re.sub(r"(?:单位|机关|选派|派出)$", "", text), "")
    if text and not found:
        cells.bad("sent_by", "roster.no_level", text=text, allowed=LEVEL_NAMES)
    return found


def read_contact(cells: Cells) -> str:
    """Whom to call: a name, a number, or both."""
    return cells.text("contact")


def hidden(contact: str) -> str:
    """The contact with its numbers hidden, for the log: 张某 138****0001."""
    return LONG_NUMBER.sub(lambda found: f"{found[0][:3]}****{found[0][-4:]}", contact)
