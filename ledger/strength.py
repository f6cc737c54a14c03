"""Strength (力量): whether every village has the team it must have, and whose term or cover ends.

What nobody has entered is not alerted: a missing date is no expired one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.database import Session, queries
from ledger.people import Role, Scope
from ledger.roster_villages import MUST_HAVE_SECRETARY, MUST_HAVE_TEAM, kinds_of
from ledger.rules import Rules

sql = queries("strength")
MONTH = 30.5  # days, for intervals that need not be exact
SECRETARY = "第一书记"


# facts
class Lack(StrEnum):
    """What an alert is about, the gravest first."""

    NO_TEAM = "no_team"
    BELOW = "below"
    NO_SECRETARY = "no_secretary"
    TERM_OVER = "term_over"
    TERM_ENDS = "term_ends"
    UNINSURED = "uninsured"
    CHECKUP = "checkup"


@dataclass(frozen=True)
class Village:
    """A village of the roster, with a team or without."""

    id: int
    village: str
    township: str
    kind: str


@dataclass(frozen=True)
class OnPost:
    """Somebody on a team, with the days that matter; None where nobody entered one."""

    id: int
    team_id: int
    name: str
    role: Role
    title: str
    home_unit: str
    sent_by: str
    term_from: str | None
    term_to: str | None
    insured_until: str | None
    checkup_day: str | None


@dataclass(frozen=True)
class Alert:
    """One thing to look after: of a village (`person` 0) or of one person.

    `count` is how many are on the team; `day` the day that ends or ended.
    """

    lack: Lack
    team: int
    village: str
    township: str
    kind: str = ""
    person: int = 0
    name: str = ""
    count: int = 0
    day: str = ""


# rules
def judge(
    villages: Sequence[Village], people: Sequence[OnPost], day: date, rules: Rules
) -> list[Alert]:
    """Everything to look after that day, the gravest first, then by township and village."""
    teams: dict[int, list[OnPost]] = defaultdict(list)
    for one in people:
        teams[one.team_id].append(one)
    found: list[Alert] = []
    for village in villages:
        found += _of_village(village, teams[village.id], rules)
        for one in teams[village.id]:
            found += _of_person(village, one, day, rules)
    order = list(Lack)
    return sorted(found, key=lambda alert: order.index(alert.lack))


def _of_village(village: Village, team: Sequence[OnPost], rules: Rules) -> Iterator[Alert]:
    """S004-08, S004-10, S004-11."""
    place = (village.id, village.village, village.township, village.kind)
    kinds = kinds_of(village.kind)
    if not team:
        if kinds & MUST_HAVE_TEAM:
            yield Alert(Lack.NO_TEAM, *place)
        return
    if len(team) < rules.team_least:
        yield Alert(Lack.BELOW, *place, count=len(team))
    if kinds & MUST_HAVE_SECRETARY and not any(SECRETARY in one.title for one in team):
        yield Alert(Lack.NO_SECRETARY, *place, count=len(team))


def _of_person(village: Village, one: OnPost, day: date, rules: Rules) -> Iterator[Alert]:
    """S004-33, S000-85."""
    for lack, end in _ends(one, day, rules):
        yield Alert(
            lack, village.id, village.village, village.township, village.kind, one.id, one.name,
            day=end,
        )  # fmt: skip


def _ends(one: OnPost, day: date, rules: Rules) -> Iterator[tuple[Lack, str]]:
    today, soon = str(day), str(day + timedelta(days=rules.term_warn_days))
    if one.term_to and one.term_to < today:
        yield Lack.TERM_OVER, one.term_to
    elif one.term_to and one.term_to <= soon:
        yield Lack.TERM_ENDS, one.term_to
    if one.insured_until and one.insured_until < today:
        yield Lack.UNINSURED, one.insured_until
    oldest = str(day - timedelta(days=round(rules.checkup_months * MONTH)))
    if one.checkup_day and one.checkup_day < oldest:
        yield Lack.CHECKUP, one.checkup_day


# records
async def villages(db: Session, scope: Scope) -> list[Village]:
    """Every village of a scope, by township."""
    return [Village(**dict(row)) async for row in sql.villages(db.connection, **vars(scope))]


async def on_post(db: Session, scope: Scope, day: date) -> list[OnPost]:
    """Everybody on a team of the scope that day; terms and cover as they stand now."""
    rows = sql.on_post(db.connection, day=day.isoformat(), **vars(scope))
    return [OnPost(**{**dict(row), "role": Role(row["role"])}) async for row in rows]


async def alerts(db: Session, scope: Scope, day: date, rules: Rules) -> list[Alert]:
    """What is to be looked after in a scope: for the roster's card and for whoever reminds."""
    return judge(await villages(db, scope), await on_post(db, scope, day), day, rules)
