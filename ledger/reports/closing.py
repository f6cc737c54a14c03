"""销号报告 (S000-22): one issue from the report to the closing, with everything that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger import audit, deadlines, evidence, issue_rows, issues, progress
from ledger.clock import moment
from ledger.database import Session
from ledger.deadlines import Wish
from ledger.errors import Refused
from ledger.evidence import Piece
from ledger.issue_moves import State
from ledger.issue_rows import Row
from ledger.people import Person
from ledger.progress import Step

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"})
MOST_PICTURES = 12
DONE = frozenset({State.CLOSED, State.REBOUNDED})


# facts
@dataclass(frozen=True)
class ClosingReport:
    """One issue with its story; `pieces` are files that came after it was reported, newest first."""

    row: Row
    steps: tuple[Step, ...]
    wishes: tuple[Wish, ...]
    pieces: tuple[Piece, ...]
    days_held: tuple[tuple[str, int], ...]  # who had it, how many days
    day: str
    made_by: str
    seal: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it has been struck off, be it that it has come back since."""
        return self.row.state in DONE

    @property
    def place(self) -> str:
        """Township, village and household."""
        row = self.row
        return " ".join(one for one in (row.township, row.village, row.household) if one)

    @property
    def days(self) -> int:
        """All days together."""
        return sum(days for _, days in self.days_held)

    @property
    def proof(self) -> tuple[Piece, ...]:
        """What had come when it was struck off."""
        return tuple(one for one in self.pieces if not self._came_later(one))

    @property
    def since(self) -> tuple[Piece, ...]:
        """What has come later: no proof of the closing."""
        return tuple(one for one in self.pieces if self._came_later(one))

    @property
    def pictures(self) -> int:
        """How many of the files are pictures."""
        return sum(one.mime in PICTURES for one in self.pieces)

    def shown(self, pieces: Sequence[Piece]) -> tuple[tuple[int, Piece], ...]:
        """The pictures among these that the paper shows, numbered through: a dozen in all."""
        pictures = [one for one in (*self.proof, *self.since) if one.mime in PICTURES]
        numbered = enumerate(pictures[:MOST_PICTURES], 1)
        return tuple((number, one) for number, one in numbered if one in pieces)

    def day_of(self, piece: Piece) -> str:
        """The day a file came."""
        return moment(piece.at).date().isoformat()

    def _came_later(self, piece: Piece) -> bool:
        struck = max((one.at for one in self.steps if one.step == "closed"), default=None)
        return struck is not None and piece.at > struck


# records
async def access_closing(
    db: Session, asker: Person, number: int, *, now: datetime
) -> ClosingReport:
    """The report of an issue of the asker's scope; `Refused` says the same for none and another's."""
    issue = await issues.access_issue(db, asker, number)
    row = await issue_rows.access_row(db, asker, number)
    if row is None:
        raise Refused("issues.not_found", id=number)
    return ClosingReport(
        row, tuple((await progress.story(db, number)).steps),
        tuple(await deadlines.history(db, number)), tuple(await evidence.of(db, issue)),
        tuple(row.days_held(now.date()).items()), now.date().isoformat(), asker.name,
        (await audit.head(db)).short,
    )  # fmt: skip
