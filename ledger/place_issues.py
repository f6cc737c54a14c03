"""The issue list of one household and of one village (逐村逐户问题清单, S000-43)."""

from dataclasses import dataclass

from ledger.database import Session, queries
from ledger.people import Person, scope_of

sql = queries("place_issues")


# facts
@dataclass(frozen=True)
class Line:
    """One issue of a list; `looked` is the last look-back's day, `look_due` the next one's."""

    id: int
    text: str
    household: str
    category: str
    due: str
    state: str
    found_day: str
    closed_day: str | None
    rebounds: int
    holder: str
    looked: str | None
    look_due: str | None

    @property
    def unsolved(self) -> bool:
        """Whether it is not struck off."""
        return self.closed_day is None

    @property
    def label(self) -> str:
        """Household and trouble in a few words."""
        return f"{self.household} {self.text}".strip()


@dataclass(frozen=True)
class Village:
    """The most urgent issues of a village, and how many it has in all."""

    lines: list[Line]
    unsolved: int
    solved: int

    @property
    def more(self) -> int:
        """How many open ones the list does not show."""
        return self.unsolved - len(self.lines)


# records
async def access_household(db: Session, asker: Person, household: int) -> list[Line]:
    """Every issue of a household in the asker's scope, the open ones first."""
    rows = sql.of_household(db.connection, household=household, **vars(scope_of(asker)))
    return [Line(**dict(row)) async for row in rows]


async def access_village(db: Session, asker: Person, team: int, *, limit: int) -> Village:
    """A village's open issues, the most urgent first; the team's own or in the asker's scope."""
    scope = scope_of(asker)
    where = {
        "team": scope.team or team, "county": scope.county, "township": scope.township
    }  # fmt: skip
    rows = sql.of_village(db.connection, limit=limit, **where)
    lines = [Line(**dict(row)) async for row in rows]
    count = await sql.count(db.connection, **where)
    return Village(lines, count["unsolved"], count["solved"]) if count else Village([], 0, 0)
