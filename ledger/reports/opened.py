"""The records behind a figure that no statement can count: as rows of 依据, cut to a page."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.reports.basis import Line


@dataclass(frozen=True)
class Opened:
    """A row as the statements of 依据 give it: the line, and how many there are."""

    line: Line
    total: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.line)

    def __getitem__(self, _name: str) -> int:
        return self.total


async def page(lines: Sequence[Line], skip: int, most: int) -> AsyncIterator[Opened]:
    """One page of them."""
    for one in lines[skip : skip + most]:
        yield Opened(one, len(lines))
