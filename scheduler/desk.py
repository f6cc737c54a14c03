"""What timed work has at hand, and the common way of saying something unasked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ledger import calendar, chance, outbox
from ledger.database import Session
from ledger.days import at
from ledger.messages import Reply
from ledger.outbox import BULK, Cause, Timing
from ledger.rules import Rules
from ledger.seed_vault import Vault
from templates.forms import write_word
from templates.looks import Facts, Looks, Made
from templates.words import Words

NOTICE = Cause("notice")


@dataclass(frozen=True)
class Desk:
    """Words, rules and the data folder; the moment and the transaction come with each call."""

    words: Words
    rules: Rules
    data: Path
    lots: Callable[[], bytes] = chance.fresh_seed  # where seeds come from
    key: bytes = field(default=b"", repr=False)  # this installation's, for codes of households
    seeds: Path | None = None  # where they lie; None: in the data folder
    county: Path | None = None  # its folder: layout numbers and fonts of papers
    write_word: Callable[[Facts, Looks], Made] = write_word  # the county's page, too
    plans: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)  # drawing.py

    @property
    def vault(self) -> Vault:
        """The seeds of the months' draws."""
        return Vault(self.seeds or self.data / "seeds", self.lots)

    @property
    def looks(self) -> Looks:
        """What papers are made with: the county's layout and fonts, the kept files."""
        return Looks(self.county, self.data / "files")

    async def tell(
        self, db: Session, person: int, reply: Reply, *, dedupe: str, now: datetime,
        expires_at: datetime | None = None, cause: Cause = NOTICE,
    ) -> bool:  # fmt: skip
        """Say something unasked, once; False: nobody is bound, said before, or the day is full.

        A day takes `messages_a_day` routine messages a person; urgent ones are counted apart.
        """
        if not cause.urgent and not await self.has_room(db, person, now):
            return False
        end = max(
            expires_at or at(now.date(), self.rules.quiet_from), now + timedelta(minutes=5)
        )
        timing = Timing(BULK, None, end, cause=cause)
        posted = await outbox.post_to(db, person, reply, dedupe=dedupe, now=now, timing=timing)
        return posted is not None

    async def has_room(self, db: Session, person: int, now: datetime) -> bool:
        """Whether the person's budget of the day takes one more routine message."""
        said = await outbox.routine_on(db, person, now.date())
        return said < self.rules.messages_a_day

    async def may_disturb(self, db: Session, person: int, now: datetime) -> bool:
        """Whether somebody may be written to unasked: a working day, no quiet hour, no leave."""
        if self.rules.quiet(now.timetz().replace(tzinfo=None)):
            return False
        return await calendar.off_on(db, person, now.date(), self.rules) is None
