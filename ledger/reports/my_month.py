"""我的月报: a member's own month, for himself alone: no score, no comparison (domain §10, §12)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from ledger import day_counts
from ledger.clock import aware
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import ON_TEAM, Person, scope_of
from ledger.reports import monthly
from ledger.reports.basis import SOURCES, Source
from ledger.reports.facts import Level
from ledger.rules import Rules

sql = queries("my_month")
KIND = "my_month"
ALL = 100_000  # rows: nobody writes so many in a month
TOPICS = 20


@dataclass(frozen=True)
class Figures:
    """What one person has done in a month, as his records say."""

    visits: int = 0
    households: int = 0
    opened: int = 0
    closed: int = 0  # struck off, and he was responsible
    promised: int = 0
    studied: int = 0


@dataclass(frozen=True)
class MyMonth:
    """One person's month, complete."""

    period: str
    first: str
    last: str
    as_of: str
    until: str
    place_id: int
    place: str
    person: str
    figures: Figures
    stationed: int | None  # days at the village; None where none are counted
    topics: tuple[str, ...] = ()
    kind: str = KIND
    level: Level = "team"

    @property
    def written(self) -> datetime | None:
        """When it was written, if the month was not over then."""
        return datetime.fromisoformat(self.until) if self.until else None


async def of_person(
    db: Session, asker: Person, day: date, *, now: datetime, rules: Rules
) -> MyMonth:
    """The asker's own month; there is no way to ask for somebody else's."""
    if asker.role not in ON_TEAM:
        raise Refused("my_month.not_on_a_team")
    today = aware(now).date()
    window = monthly.window(day, today)
    rows = sql.lines(
        db.connection, figure="", first=window.span.first.isoformat(),
        last=window.span.last.isoformat(), person=asker.id, skip=0, most=ALL,
        team=scope_of(asker).team,
    )  # fmt: skip
    lines = [row async for row in rows]
    counts = Counter(row["figure"] for row in lines)
    days = await day_counts.days_of(db, asker, window.span.first, window.as_of, rules)
    topics = dict.fromkeys(
        row["text"] for row in lines if row["figure"] == "studied" and row["text"]
    )
    return MyMonth(
        window.period, window.span.first.isoformat(), window.span.last.isoformat(),
        window.as_of.isoformat(), window.until(now), asker.team_id, asker.village, asker.name,
        Figures(**counts), sum(one.stationed for one in days) if days else None,
        tuple(topics)[:TOPICS],
    )  # fmt: skip


SOURCES[KIND] = {name: Source(sql.lines, name) for name in Figures.__dataclass_fields__}
