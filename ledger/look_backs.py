"""Look-backs (回头看): some while after it was struck off, does it hold? (S000-65)

Once a week, on its first working day, a county's issues whose day falls in this week are sorted:
some sorts are always looked back at, of the rest a share is drawn by lot. The secret comes from
the month's key, or is thrown where there is none; it is stored with pool and result, so that
anyone can draw again (docs/decisions/0011-verifiable-draws.md). Whoever had a hand in an issue is
not asked.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import audit, files, rebounds
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, is_workday, week_of, workday_after
from ledger.errors import Refused
from ledger.issue_moves import Move, refusal
from ledger.issue_steps import step
from ledger.issues import Issue, check
from ledger.look_back_secrets import Secret, of_week
from ledger.people import Person, Role, scope_of, seats_at
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.tiers import Tier

sql = queries("look_backs")
LONGEST_REST = timedelta(days=40)  # so far a day may move past rest days
AFTER_OUTAGE = timedelta(days=120)  # weeks without a draw are made up for so long
COMPLEX, OTHER = "complex", "other"  # the urns of the draw


# facts
class Why(StrEnum):
    """Why an issue is looked back at."""

    CATEGORY = "category"
    REBOUND = "rebound"
    LOT = "lot"


@dataclass(frozen=True)
class Candidate:
    """An issue whose day has come."""

    issue_id: int
    after_days: int
    due: date
    tier: str
    why: Why

    @property
    def key(self) -> str:
        """Its ticket's name: 12-30."""
        return f"{self.issue_id}-{self.after_days}"


@dataclass(frozen=True)
class Urn:
    """One sort of issues in a draw: so many per cent of these."""

    share: int
    keys: tuple[str, ...]

    @property
    def wanted(self) -> int:
        """How many are drawn, rounded to the nearest."""
        return (len(self.keys) * self.share + 50) // 100


@dataclass(frozen=True)
class Pool:
    """All that one week's draw has to do with."""

    urns: dict[str, Urn] = field(default_factory=dict)
    always: tuple[str, ...] = ()

    @property
    def canonical(self) -> str:
        """In one form only, whatever order it came in."""
        urns = {
            name: {"share": one.share, "of": sorted(one.keys)}
            for name, one in self.urns.items()
        }
        return audit.canonical({"always": sorted(self.always), "urns": urns})


@dataclass(frozen=True)
class Draw:
    """A draw as stored: everything needed to do it again."""

    id: int
    county_id: int
    week: str
    seed: str
    pool: str
    drawn: str
    at: int
    period_id: int | None

    @property
    def picks(self) -> list[str]:
        """What was drawn, in that order."""
        return [str(one) for one in json.loads(self.drawn)]


@dataclass(frozen=True)
class LookBack:
    """One look-back; result '' while nobody has gone."""

    issue_id: int
    after_days: int
    due: str
    draw_id: int | None
    why: str
    result: str
    by_id: int | None
    text: str
    day: str | None


@dataclass(frozen=True)
class Waiting:
    """A look-back that somebody may do, with its issue."""

    issue: Issue
    due: date


# rules
def due_on(closed: date, after_days: int, rules: Rules) -> date:
    """The day of a look-back: so many days after, or the first working day from then on."""
    return workday_after(closed + after_days * DAY - DAY, rules)


def week_name(day: date) -> str:
    """2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def sort_out(found: Sequence[Candidate], rules: Rules) -> Pool:
    """Into what is always looked back at, and the urns of the draw by tier."""
    urns: dict[str, list[str]] = {}
    for one in found:
        if one.why is Why.LOT:
            urns.setdefault(COMPLEX if one.tier == Tier.COMPLEX else OTHER, []).append(one.key)
    share = {COMPLEX: rules.look_back_complex, OTHER: rules.look_back_share}
    return Pool(
        {name: Urn(share[name], tuple(sorted(keys))) for name, keys in sorted(urns.items())},
        tuple(sorted(one.key for one in found if one.why is not Why.LOT)),
    )


def pick(seed: bytes, week: str, pool: Pool) -> list[str]:
    """The smallest tickets of each urn; at least one of all, unless the county draws none."""
    lots = Lots(seed)
    drawn = [
        key
        for name, urn in pool.urns.items()
        for key in lots.pick(f"look_back|{week}|{name}", urn.keys, urn.wanted)
    ]
    rest = [key for urn in pool.urns.values() if urn.share for key in urn.keys]
    return drawn or lots.pick(f"look_back|{week}|one", rest, 1)


def redo(draw: Draw) -> list[str]:
    """Draw again from what is stored; it must give what is stored as drawn."""
    return pick(bytes.fromhex(draw.seed), draw.week, _pool_of(draw.pool))


def _pool_of(words: str) -> Pool:
    kept = json.loads(words)
    urns = {name: Urn(one["share"], tuple(one["of"])) for name, one in kept["urns"].items()}
    return Pool(urns, tuple(kept["always"]))


def _why(category: str, rebounds: int, rules: Rules) -> Why:
    if rebounds:
        return Why.REBOUND
    return Why.CATEGORY if category in rules.look_back_always else Why.LOT


# the week's draw
async def draw_week(
    db: Session, county: int, rules: Rules, vault: Vault, *, now: datetime
) -> Draw | None:
    """Plan the look-backs of this week, once.

    None: a day of rest, it has been done, or the month's beacon is still waited for.
    """
    today = now.date()
    last = await sql.last_draw(db.connection, county=county)
    if not is_workday(today, rules) or (last and last["week"] >= week_name(today)):
        return None
    found = await _candidates(db, county, today, dict(last) if last else None, rules)
    pool = sort_out(found, rules)
    empty = Secret(b"")  # nothing to draw, nothing to throw
    secret = await of_week(db, county, vault, rules, now=now) if pool.urns else empty
    if secret is None:
        return None
    drawn = pick(secret.words, week_name(today), pool)
    id = await sql.keep_draw(
        db.connection, county=county, week=week_name(today), seed=secret.words.hex(),
        pool=pool.canonical, drawn=audit.canonical(drawn), now=ms(now), period=secret.period,
    )  # fmt: skip
    if id is None:
        return None
    await _plan(db, int(id), found, {*drawn, *pool.always})
    draw = Draw(**dict(await sql.draw(db.connection, id=id)))
    await _log(db, draw, secret, now)
    return draw


async def draw_of(db: Session, county: int, week: str) -> Draw | None:
    """The draw of a week (2026-W48); None: none was made."""
    row = await sql.draw_of(db.connection, county=county, week=week)
    return Draw(**dict(row)) if row else None


async def _plan(db: Session, draw: int, found: Sequence[Candidate], chosen: set[str]) -> None:
    for one in found:
        if one.key in chosen:
            await sql.plan(
                db.connection, issue=one.issue_id, after=one.after_days, why=one.why.value,
                due=one.due.isoformat(), draw=draw if one.why is Why.LOT else None,
            )  # fmt: skip


async def _log(db: Session, draw: Draw, secret: Secret, now: datetime) -> None:
    """The event holds the hashes, so that neither seed nor pool can be changed afterwards.

    It says so where the secret is none of a month's: that draw cannot be verified from its card.
    """
    body = {
        "week": draw.week, "drawn": json.loads(draw.drawn),
        "seed_sha256": hashlib.sha256(secret.words).hexdigest(),
        "pool_sha256": hashlib.sha256(draw.pool.encode()).hexdigest(),
        **({"fresh_seed": True} if secret.fresh else {}),
    }  # fmt: skip
    subject = f"look_back_draw:{draw.id}"
    await audit.record(db, audit.SYSTEM, "look_back.drawn", subject=subject, body=body, now=now)


async def _candidates(
    db: Session, county: int, today: date, last: dict[str, Any] | None, rules: Rules
) -> list[Candidate]:
    """Whose day falls in this week, or fell in a week since the last draw."""
    monday, sunday = week_of(today)
    start, had = monday, set[str]()
    if last:
        start = max(date.fromisocalendar(*_week_of(last["week"]), 1), monday - AFTER_OUTAGE)
        kept = _pool_of(last["pool"])
        had = {*kept.always, *(key for urn in kept.urns.values() for key in urn.keys)}
    found = [
        one
        for after in dict.fromkeys(rules.look_back_days)
        for one in await _of_span(db, county, after, (start, sunday), rules)
    ]
    return [one for one in found if one.key not in had]


def _week_of(name: str) -> tuple[int, int]:
    year, week = name.split("-W")
    return int(year), int(week)


async def _of_span(
    db: Session, county: int, after: int, span: tuple[date, date], rules: Rules
) -> list[Candidate]:
    """Issues whose look-back so many days after falls into these days."""
    first, last = (day - after * DAY for day in span)
    rows = sql.closed_between(
        db.connection, county=county, first=(first - LONGEST_REST).isoformat(),
        last=last.isoformat(),
    )  # fmt: skip
    found = []
    async for row in rows:
        due = due_on(date.fromisoformat(row["closed_day"]), after, rules)
        if span[0] <= due <= span[1]:
            why = _why(row["category"], row["rebounds"], rules)
            found.append(Candidate(row["id"], after, due, row["tier"], why))
    return found


# doing it
async def of_issue(db: Session, issue: int) -> list[LookBack]:
    """Every look-back of an issue, the first one first; the caller answers for the right to see."""
    return [LookBack(**dict(row)) async for row in sql.of_issue(db.connection, issue=issue)]


async def waiting_for(db: Session, asker: Person) -> list[Waiting]:
    """What this person may look back at, by day: in his scope, without a hand in it himself."""
    found: dict[int, Waiting] = {}
    rows = [dict(row) async for row in sql.waiting(db.connection, **vars(scope_of(asker)))]
    for row in rows:
        due, issue = date.fromisoformat(row.pop("look_due")), Issue(**row)
        if issue.id not in found and refusal(issue, asker, Move.LOOK_BACK) is None:
            found[issue.id] = Waiting(issue, due)
    return list(found.values())


async def asked_of(db: Session, asker: Person, day: date) -> list[Waiting]:
    """Those among them that he is the one to be told of: township, else leader, else county."""
    found = await waiting_for(db, asker)
    if asker.role is Role.TOWNSHIP:
        return found
    return [one for one in found if asker.id in await _asked(db, one.issue, asker, day)]


async def _asked(db: Session, issue: Issue, asker: Person, day: date) -> set[int]:
    """The nearest seat without a hand in it; the leader beside the township."""
    asked: set[int] = set()
    for role in (Role.LEADER, Role.TOWNSHIP, Role.COUNTY):
        if role is Role.COUNTY and asked:
            break
        people = await seats_at(db, issue, role, day=day)
        asked |= {one.id for one in people if refusal(issue, one, Move.LOOK_BACK) is None}
    return asked


async def holds(
    db: Session, by: Person, issue: Issue, text: str, *, photos: Sequence[int] = (),
    now: datetime,
) -> None:  # fmt: skip
    """It holds; what was seen is kept with the issue."""
    await _settle(db, by, issue, "holds", text, now=now)
    await files.join_issue(db, list(photos), issue.id, person=by.id)


async def rebounded(
    db: Session, by: Person, issue: Issue, text: str, *, source: str,
    photos: Sequence[int] = (), now: datetime, rules: Rules,
) -> Issue:  # fmt: skip
    """It has come back: a look-back that is open says so, and a new issue begins; returns that.

    The pictures show the trouble, not a remedy: they go with the report, or stay with the old one.
    """
    check(issue, by, Move.LOOK_BACK)
    if any(not one.result for one in await of_issue(db, issue.id)):
        await _settle(db, by, issue, "rebounded", text, now=now)
    new = await rebounds.reopen(db, by, issue, text, source=source, now=now, rules=rules)
    if new.record_id:
        await files.join(db, list(photos), new.record_id, person=by.id)
    else:
        await files.join_issue(db, list(photos), issue.id, person=by.id)
    return new


async def _settle(
    db: Session, by: Person, issue: Issue, result: str, text: str, *, now: datetime
) -> None:
    check(issue, by, Move.LOOK_BACK)
    rows = sql.settle(
        db.connection, issue=issue.id, result=result, by=by.id, text=text,
        day=now.date().isoformat(), now=ms(now),
    )  # fmt: skip
    days = [row["after_days"] async for row in rows]
    if not days:
        done = [one for one in await of_issue(db, issue.id) if one.result]
        block = "look_backs.done_before" if done else "look_backs.none_planned"
        raise Refused(block, id=issue.id, last=done[-1] if done else None)
    body = {"result": result, "text": text, "after_days": sorted(days)}
    await step(db, by, issue, "looked_back", body, now=now)
