"""Slips with each household's short codes (户码), to be printed, cut and handed over."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from templates.ledger_sheets import Book, Column, Head

WORDS = "问题真正解决了、满意了，再报一个号码给工作队，报过的划掉"
COLUMNS = (
    Column("组", 10, lambda slip: slip.group),
    Column("户", 16, lambda slip: slip.household),
    Column("户码（从左到右用，一个问题用一个）", 62, lambda slip: "　".join(slip.codes)),
    Column("说明", 48, lambda slip: WORDS),
)


def write_slips(path: Path, head: Head, slips: Sequence[Any]) -> None:
    """One row a household, by group and name, as the ledger gives them."""
    book = Book(path, head)
    sheet = book.sheet("户码", COLUMNS)
    for slip in slips:
        book.write(sheet, slip)
    book.close()
