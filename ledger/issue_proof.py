"""What a rehearsal proves about issues: plain recounts of its ledger, by other ways than its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ledger import custody
from ledger.database import Session, queries
from ledger.days import DAY, days_between, is_workday, workday_on_or_before
from ledger.issue_moves import State
from ledger.look_backs import due_on
from ledger.rules import Rules

sql = queries("issue_proof")


@dataclass(frozen=True)
class IssueProof:
    """Figures, and faults that must be none."""

    reported: int
    closed: int
    rebounds: int
    handed_over: int
    deadlines_moved: int
    escalated: int
    looked_back: int  # asked for, whatever was found
    twice: int  # escalations told more than once
    on_rest_days: int  # escalations on a day off
    too_early: int  # escalations before their day
    look_backs_late: int  # issues that were in no draw by the day of their look-back
    look_backs_left: int  # drawn, past their day by a week and more, and nobody has gone
    days_wrong: int  # issues whose holders' days are not their age
    chains_wrong: int  # rounds that do not follow from the one before
    unproven: int  # struck off by somebody with a hand in it, or on nothing

    @property
    def faults(self) -> int:
        """All that must not be; a look-back that nobody has done is a matter of people."""
        return (
            self.twice + self.on_rest_days + self.too_early + self.look_backs_late
            + self.days_wrong + self.chains_wrong + self.unproven
        )  # fmt: skip


async def prove(db: Session, rules: Rules, today: date) -> IssueProof:
    """Recount everything on the evening of that day."""
    on = db.connection
    every, steps = await _rows(sql.every(on)), await _rows(sql.escalated(on))
    backs = await _rows(sql.look_backs(on))
    return IssueProof(
        reported=len(every),
        closed=sum(bool(one["closed_day"]) for one in every),
        rebounds=sum(one["reopens_id"] > 0 for one in every),
        handed_over=await sql.handed_over(on),
        deadlines_moved=await sql.deadlines_moved(on),
        escalated=sum(bool(one["told"]) for one in steps),
        looked_back=len(backs),
        twice=max(await sql.told_of(on) - sum(bool(one["told"]) for one in steps), 0),
        on_rest_days=sum(not is_workday(_day(one["day"]), rules) for one in steps),
        too_early=sum(_is_early(one, rules) for one in steps),
        look_backs_late=await _undrawn(db, every, rules, today),
        look_backs_left=sum(_is_left(one, today) for one in backs),
        days_wrong=sum([await _days_wrong(db, one, today) for one in every]),
        chains_wrong=_chains_wrong(every),
        unproven=await sql.unproven(on),
    )


_day = date.fromisoformat


async def _rows(rows: AsyncIterator[Any]) -> list[dict[str, Any]]:
    return [dict(row) async for row in rows]


def _is_early(step: dict[str, Any], rules: Rules) -> bool:
    """Fewer working days since the deadline, or since it came into these hands, than it says."""
    start = max(step["due"], step["since_day"]) if step["step"] > 0 else step["due"]
    first = _day(start) + DAY
    passed = sum(is_workday(one, rules) for one in days_between(first, _day(step["day"])))
    if step["step"] > 0:
        return bool(passed < step["step"])
    before = workday_on_or_before(_day(step["due"]) - DAY, rules)
    return _day(step["day"]) < before - timedelta(days=14 * max(-step["step"] - 1, 0))


async def _undrawn(db: Session, every: list[dict[str, Any]], rules: Rules, today: date) -> int:
    """Struck-off issues whose look-back day has come without their having been in a draw."""
    pools = "".join(row["pool"] for row in await _rows(sql.pools(db.connection)))
    missing = 0
    for one in every:
        for after in rules.look_back_days if one["state"] == "closed" else ():
            due = due_on(_day(one["closed_day"]), after, rules)
            missing += due <= today and f'"{one["id"]}-{after}"' not in pools
    return missing


def _is_left(back: dict[str, Any], today: date) -> bool:
    return not back["result"] and _day(back["due"]) + 7 * DAY < today


async def _days_wrong(db: Session, one: dict[str, Any], today: date) -> bool:
    """From found to struck off, or to today, every day is somebody's and only his."""
    spans = await custody.spans(db, one["id"])
    joined = all(before.until_day == after.since_day for before, after in pairwise(spans))
    days = sum(held.days for held in custody.days_of(spans, today))
    if one["state"] in {"merged", "withdrawn"}:
        return days != custody.age(spans, today)
    last = _day(one["closed_day"]) if one["closed_day"] else today
    return not joined or days != (last - _day(one["found_day"])).days


def _chains_wrong(every: list[dict[str, Any]]) -> int:
    """Rounds that do not count on from the one before; ended ones that nothing follows."""
    known = {one["id"]: one for one in every}
    rounds = [one for one in every if one["reopens_id"]]
    wrong = sum(
        known[one["reopens_id"]]["state"] != State.REBOUNDED
        or known[one["reopens_id"]]["rebounds"] + 1 != one["rebounds"]
        for one in rounds
    )
    back = sum(one["state"] == State.REBOUNDED for one in every)
    followed = len({one["reopens_id"] for one in rounds})
    return int(wrong) + abs(int(back) - followed)
