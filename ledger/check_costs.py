"""What checks cost the checked, counted and shown before anybody is drawn (S004-20); a month's by way.

Minutes are the county's own estimates (`minutes_…` in its rules.toml), not measurements.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from ledger import finding_steps
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.draw_plan import CHAT, PHONE, VISIT
from ledger.findings import Source, State
from ledger.people import Scope
from ledger.rules import Rules

sql = queries("check_costs")
BACK_CHECK = "back_check"
KINDS = (CHAT, PHONE, VISIT, BACK_CHECK)


# facts
@dataclass(frozen=True)
class Costs:
    """A month's checks by kind, and which teams a phone check or a visit has met already."""

    checks: Mapping[str, int] = field(default_factory=dict)
    phoned: frozenset[int] = frozenset()
    visited: frozenset[int] = frozenset()

    def of(self, kind: str) -> int:
        """How many of that kind."""
        return self.checks.get(kind, 0)

    @property
    def all(self) -> int:
        """How many of every kind."""
        return sum(self.checks.values())

    def minutes(self, rules: Rules) -> int:
        """What they took of the checked, in minutes."""
        return sum(self.of(kind) * minutes_of(kind, rules) for kind in KINDS)


@dataclass(frozen=True)
class WayCount:
    """How many checks of a month came about in one way, and what became of them."""

    way: str
    checks: int
    answered: int
    missed: int
    confirmed: int = 0
    lifted: int = 0


# rules
def minutes_of(kind: str, rules: Rules) -> int:
    """How many minutes one check of that kind is reckoned to take."""
    return {
        CHAT: rules.minutes_chat, PHONE: rules.minutes_phone, VISIT: rules.minutes_visit,
        BACK_CHECK: rules.minutes_back_check,
    }[kind]  # fmt: skip


# records
async def month_so_far(db: Session, scope: Scope, day: date) -> Costs:
    """The checks of that day's month up to it, in a scope; two statements however many teams.

    Below the county a call or a visit is counted once it has been made: nobody is warned.
    """
    first = day.replace(day=1)
    places = {"county": scope.county, "township": scope.township}
    rows = [
        (row["kind"], row["team_id"], bool(row["hidden"] and scope.township))
        async for row in sql.month(
            db.connection, **places, first=first.isoformat(), last=day.isoformat()
        )
    ]
    back = await sql.back_checks(
        db.connection, **places, since=ms(at(first, time())), until=ms(at(day, time()) + DAY)
    )
    counts = Counter(kind for kind, _, hidden in rows if not hidden)
    return Costs(
        {**counts, BACK_CHECK: int(back)},
        frozenset(team for kind, team, _ in rows if kind == PHONE),
        frozenset(team for kind, team, hidden in rows if kind == VISIT and not hidden),
    )


async def month_by_way(db: Session, scope: Scope, day: date) -> list[WayCount]:
    """The checks of that day's month up to it, by the way in which they came about."""
    span = {
        "county": scope.county, "township": scope.township,
        "first": day.replace(day=1).isoformat(), "last": day.isoformat(),
    }  # fmt: skip
    missed = {r["id"]: r["way"] async for r in sql.month_missed(db.connection, **span)}
    found = await finding_steps.outcomes(db, Source.CHAT, list(missed)) if missed else {}
    ends = Counter((missed[id], outcome) for id, outcome in found.items())
    rows = [WayCount(**dict(row)) async for row in sql.month_by_way(db.connection, **span)]
    return [_with_ends(one, ends) for one in rows]


def _with_ends(one: WayCount, ends: Counter[tuple[str, str]]) -> WayCount:
    """Misses that were decided on stand apart from those that wait."""
    confirmed, lifted = ends[one.way, State.CONFIRMED], ends[one.way, State.LIFTED]
    missed = one.missed - confirmed - lifted
    return replace(one, missed=missed, confirmed=confirmed, lifted=lifted)
