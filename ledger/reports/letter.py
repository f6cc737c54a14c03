"""函告 (S000-51): what a unit is told of somebody it has sent; only what has been confirmed."""

from dataclasses import dataclass
from datetime import datetime

from ledger import audit, findings, letters
from ledger.database import Session
from ledger.letters import Letter
from ledger.people import Person

ENDS = "。；;，, "


@dataclass(frozen=True)
class LetterReport:
    """A letter's facts, each sentence of somebody without its last mark."""

    letter: Letter
    day: str
    made_by: str
    seal: str = ""

    @property
    def unanswered(self) -> bool:
        """Whether the check saw nothing but that no answer came."""
        return self.letter.finding.category == findings.UNANSWERED

    @property
    def seen(self) -> str:
        """What the check saw."""
        return _open(
            self.letter.finding.noticed[0].replace(findings.UNCLEAR, "需要本人说明情况")
        )

    @property
    def note(self) -> str:
        """What the caller or the inspector has put to it."""
        return _open(self.letter.finding.noticed[1])

    @property
    def reason(self) -> str:
        """Why it was held to be so."""
        return _open(self.letter.finding.reason)

    @property
    def reply(self) -> str:
        """His own word."""
        return _open(self.letter.finding.reply)


def _open(words: str) -> str:
    return words.rstrip(ENDS)


async def access_report(
    db: Session, asker: Person, number: int, *, now: datetime
) -> LetterReport:
    """The facts of a letter on a confirmed finding; `Refused` says why there is none."""
    letter = await letters.access_letter(db, asker, number, now.date())
    seal = (await audit.head(db)).short
    return LetterReport(letter, now.date().isoformat(), asker.name, seal)
