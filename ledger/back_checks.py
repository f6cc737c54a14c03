"""Back-checks (回访核验): a few of last month's visits and struck-off issues are asked again.

Once a month, on a day drawn from its first working days, a share of each is drawn by lot, spread
over the townships, from the month's key. Somebody else asks the household, when it suits him; not
done is not counted and nobody's fault. An answer that differs is a figure; only a person makes
more of it (S004-20, S004-31).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil, sqrt
from typing import Any

from ledger import audit, calendar, draws, people
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, workday_after
from ledger.draw_periods import DrawPeriod, last_of, month_of, secret_of
from ledger.draws import ASKED, Draw, Wish
from ledger.errors import Refused
from ledger.people import Person, Role, Scope
from ledger.rules import Rules

sql = queries("back_checks")
NAME = "back_check"
FIRST_DAYS = 5  # working days of a month among which the day of the draw is drawn
WEEKS = 3  # so long there is time to ask
LAST_DAYS = 4 * DAY  # before the end, when it is spoken of once more
QUESTIONS = 3
FEW = 30  # facts; a share of fewer says little
Z = 1.959964  # 95 per cent


# facts
class Kind(StrEnum):
    """What is asked again."""

    VISIT = "visit"
    ISSUE = "issue"


class Answer(StrEnum):
    """What the household said to one fact."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_ASKED = "not_asked"


FACTS = {Kind.VISIT: 2, Kind.ISSUE: QUESTIONS}  # 户里满意 is an opinion: asked, in no share


@dataclass(frozen=True)
class Item:
    """A visit or an issue that may be drawn; hands: who had to do with it."""

    id: int
    township_id: int
    team_id: int
    person_id: int
    hands: frozenset[int]


@dataclass(frozen=True)
class BackCheck:
    """One back-check with what it is about; person_id None: nobody could be asked."""

    id: int
    draw_id: int
    county_id: int
    township_id: int
    township: str
    team_id: int
    village: str
    kind: str
    record_id: int
    issue_id: int
    person_id: int | None
    until_day: str
    state: str
    answers: str
    asked: int
    differing: int
    remark: str
    told: int
    day: str
    who_id: int
    who: str
    household: str
    text: str
    effect: str
    kept: int
    month: str

    @property
    def given(self) -> list[str]:
        """The answers, in the order of the questions; none before it is done."""
        return [str(one) for one in json.loads(self.answers)]

    @property
    def not_solved(self) -> bool:
        """Whether an issue is said not to be solved, or to have come back."""
        found = self.given
        return self.kind == Kind.ISSUE and Answer.DIFFERS in {*found[:1], *found[2:]}


@dataclass(frozen=True)
class Figures:
    """A place's month: how many were drawn and done, how many facts asked, how many differ."""

    township_id: int
    township: str
    drawn: int
    done: int
    void: int
    unplaced: int
    asked: int
    differing: int
    unlike: int  # checks in which something differs

    @property
    def share(self) -> float:
        """Differing facts of those asked, 0 to 1."""
        return self.differing / self.asked if self.asked else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, with 95 per cent."""
        return wilson(self.differing, self.asked)

    @property
    def percent(self) -> float:
        """The share in per cent."""
        return 100 * self.share

    @property
    def low(self) -> float:
        """Where the interval begins, in per cent."""
        return 100 * self.interval[0]

    @property
    def high(self) -> float:
        """Where it ends, in per cent."""
        return 100 * self.interval[1]

    @property
    def few(self) -> bool:
        """Whether the sample is too small to say much."""
        return self.asked < FEW


# rules
def wilson(part: int, whole: int, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share, 0 to 1; of nothing: everything is possible."""
    if not whole:
        return 0.0, 1.0
    share = part / whole
    middle = share + z * z / (2 * whole)
    half = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low = 0.0 if part == 0 else (middle - half) / scale
    return low, 1.0 if part == whole else (middle + half) / scale


def counts(visits: int, issues: int, rules: Rules) -> tuple[int, int]:
    """How many of each are drawn: their share, at least one, together no more than the cap."""
    most = rules.back_checks_a_month
    wanted = [
        max(1, ceil(found * rules.back_check_share / 100)) if found else 0
        for found in (visits, issues)
    ]
    if not rules.back_check_share or not most:
        return 0, 0
    of_issues = min(wanted[1], max(most // 2, most - wanted[0]))
    return min(wanted[0], most - of_issues), of_issues


def drawn_on(first: date, lots: Lots, rules: Rules) -> date:
    """The day of a month's draw: one of its first working days."""
    days = [workday_after(first - DAY, rules)]
    while len(days) < FIRST_DAYS:
        days.append(workday_after(days[-1], rules))
    return days[lots.below(len(days), NAME, "day", month_of(first))]


def until(first: date) -> date:
    """To when the answers of a month count: the end of its third week."""
    return first + (7 * WEEKS - 1) * DAY


def who_asks(
    item: Item, tiers: Iterable[Sequence[Person]], load: Mapping[int, int], lots: Lots
) -> int | None:
    """Somebody of another team without a hand in it: the nearest seats, the least loaded first."""
    for tier in tiers:
        free = [
            one.id for one in tier if one.team_id != item.team_id and one.id not in item.hands
        ]
        if free:
            return min(
                free, key=lambda one: (load[one], lots.ticket("asker", item.id, one), one)
            )
    return None


# records: the month's draw
async def draw_month(
    db: Session, county: int, period: DrawPeriod, lots: Lots, rules: Rules, *, now: datetime
) -> list[Draw]:
    """Draw and hand out; the caller claims the month and sees to its day."""
    first = now.date().replace(day=1)
    before = first - DAY
    span = {"first": str(before.replace(day=1)), "last": str(last_of(before.replace(day=1)))}
    visits = [_item(row) async for row in sql.visits(db.connection, county=county, **span)]
    issues = [_item(row) async for row in sql.issues(db.connection, county=county, **span)]
    some = counts(len(visits), len(issues), rules)
    seats, load = await _seats(db, county, now.date()), Counter[int]()
    made = []
    for kind, found, wanted in zip(Kind, (visits, issues), some, strict=True):
        if wanted:
            name = f"{now.date()}|{NAME}|{kind}"
            secret = secret_of(lots, name)
            wish = Wish(ASKED, name, secret, wanted, kind=NAME, period_id=period.id)
            draw = await draws.make(db, county, wish, _pool(found), now=now)
            await _hand_out(db, draw, kind, found, seats, load, now=now)
            made.append(draw)
    return made


def _item(row: Any) -> Item:
    facts = dict(row)
    id, town, team = (int(facts.pop(name)) for name in ("id", "township_id", "team_id"))
    hands = frozenset(one for one in facts.values() if one)
    return Item(id, town, team, row["person_id"], hands)


def _pool(found: Iterable[Item]) -> draws.Pool:
    """By township: each visit or issue, with whose it is."""
    pool: draws.Pool = {}
    for one in found:
        pool.setdefault(one.township_id, {})[one.id] = [one.person_id]
    return pool


async def _seats(db: Session, county: int, day: date) -> list[Person]:
    """Leaders and staff who are at work that day and can be written to."""
    off = await calendar.absent(db, Scope(county), day)
    bound = {row["person_id"] async for row in sql.bound(db.connection, county=county)}
    return [
        one
        for one in await people.readers(db, day=day)
        if one.county_id == county and one.id in bound and one.id not in off
    ]


async def _hand_out(
    db: Session, draw: Draw, kind: Kind, found: Iterable[Item], seats: Sequence[Person],
    load: Counter[int], *, now: datetime,
) -> None:  # fmt: skip
    by_id, lots = {one.id: one for one in found}, Lots(bytes.fromhex(draw.seed))
    placed = []
    for id, _ in draw.picks:
        item = by_id[id]
        near = [
            one
            for one in seats
            if one.role is not Role.COUNTY and one.township_id == item.township_id
        ]
        above = [one for one in seats if one.role is Role.COUNTY]
        person = who_asks(item, (near, above), load, lots)
        if person:
            load[person] += 1
        number = await sql.add(
            db.connection, draw=draw.id, township=item.township_id, team=item.team_id,
            kind=kind.value, record=id if kind is Kind.VISIT else None,
            issue=id if kind is Kind.ISSUE else None, person=person,
            until=str(until(now.date().replace(day=1))),
        )  # fmt: skip
        placed.append({"id": number, "asks": person})
    body = {"back_checks": placed}
    await audit.record(
        db, audit.SYSTEM, "back_check.placed", subject=f"draw:{draw.id}", body=body, now=now
    )


async def void_over(db: Session, *, now: datetime) -> list[int]:
    """What nobody has asked in time, or was struck out, does not count; returns their numbers."""
    gone = sorted([row["id"] async for row in sql.void(db.connection, day=str(now.date()))])
    for id in gone:
        await audit.record(
            db, audit.SYSTEM, "back_check.void", subject=f"back_check:{id}", body={}, now=now
        )
    return gone


# records: asking
async def access_back_check(db: Session, asker: Person, id: int) -> BackCheck:
    """One that he is to ask, or that nobody could be asked and he is of the county's staff."""
    row = await sql.seen(db.connection, id=id, **_sight(asker))
    if row is None:
        raise Refused("back_checks.not_found", id=id)
    return BackCheck(**dict(row))


async def waiting_for(db: Session, asker: Person, day: date) -> list[BackCheck]:
    """What this person may still ask, his own first."""
    rows = sql.waiting(db.connection, **_sight(asker), day=str(day))
    return [BackCheck(**dict(row)) async for row in rows]


def _sight(asker: Person) -> dict[str, int]:
    staff = int(asker.role is Role.COUNTY)
    return {"county": asker.county_id, "person": asker.id, "staff": staff}


def unfit(check: BackCheck, asker: Person) -> bool:
    """Whether he has since moved to that team, or leads and answers for nobody any more."""
    return asker.team_id == check.team_id or asker.role is Role.MEMBER


async def release(db: Session, by: Person, check: BackCheck, *, now: datetime) -> None:
    """He may not ask any more: it is the county's to ask."""
    if await sql.release(db.connection, id=check.id, person=by.id):
        await audit.record(
            db, by.id, "back_check.released", subject=f"back_check:{check.id}", body={}, now=now
        )


async def take_told(db: Session, person: int, day: date) -> int:
    """How many are to be spoken of to him today: new ones, and once more in their last days."""
    near = until(day.replace(day=1)) - LAST_DAYS
    rows = sql.tell(db.connection, person=person, day=str(day), near=str(near))
    return len([row async for row in rows])


async def settle(
    db: Session, by: Person, check: BackCheck, answers: Sequence[Answer], remark: str, *,
    now: datetime,
) -> BackCheck:  # fmt: skip
    """Keep what the household said; said again in time, it stands for the former."""
    facts = answers[: FACTS[Kind(check.kind)]]
    asked = [one for one in facts if one is not Answer.NOT_ASKED]
    differing = asked.count(Answer.DIFFERS)
    done = await sql.settle(
        db.connection, id=check.id, answers=audit.canonical([*answers]), asked=len(asked),
        differing=differing, remark=remark, by=by.id, day=str(now.date()), now=ms(now),
    )  # fmt: skip
    if done is None:
        raise Refused("back_checks.over", id=check.id)
    body = {"answers": [*answers], "remark": remark}
    await audit.record(
        db, by.id, "back_check.settled", subject=f"back_check:{check.id}", body=body, now=now
    )
    return await access_back_check(db, by, check.id)


# figures
async def figures(db: Session, scope: Scope, month: str) -> list[Figures]:
    """A month's figures, township by township in the roster's order."""
    rows = sql.figures(db.connection, county=scope.county, township=scope.township, month=month)
    return [Figures(**dict(row)) async for row in rows]


def together(found: Sequence[Figures]) -> Figures:
    """The sum of several places."""
    names = ("drawn", "done", "void", "unplaced", "asked", "differing", "unlike")
    sums = {name: sum(getattr(one, name) for one in found) for name in names}
    return Figures(0, "", **sums)
