"""Dry run (试算): what last month's reminders would have been under other rules. Sends nothing.

A copy of the ledger is taken back day by day, from the month's end to its beginning, to what
was known when the reminder of that day went out; the real planner and the real second look run
on it, once with today's rules and once with those to be tried.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.channels.text import plain
from bot.settings import Settings
from ledger import backup, rewind
from ledger.clock import WallClock
from ledger.database import Session, open_database
from ledger.days import DAY, at, days_between
from ledger.due import Due
from ledger.errors import ForOperator
from ledger.people import Role
from ledger.rules import Rules, load_rules
from scheduler import reminders
from scheduler.desk import Desk
from scheduler.reminders import Digest
from templates.words import Words

EXAMPLES = 3  # messages shown whole


class NoRules(ForOperator):
    """The file of changed rules is not there."""


@dataclass(frozen=True)
class Would:
    """One reminder that would have gone out."""

    day: date
    role: Role
    text: str
    about: tuple[str, ...]


@dataclass
class Outcome:
    """A month under one set of rules."""

    first: date
    last: date
    people: int = 0
    messages: list[Would] = field(default_factory=list)

    @property
    def by_about(self) -> Counter[str]:
        """How many messages spoke of what."""
        return Counter(one for message in self.messages for one in message.about)

    @property
    def members(self) -> int:
        """How many went to members: a superior's lines stand in his summary."""
        return sum(one.role is Role.MEMBER for one in self.messages)


def last_month(today: date) -> tuple[date, date]:
    """The month before that day's, its first and last day."""
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


async def run(settings: Settings, rules: Rules, today: date, *, now: datetime) -> Outcome:
    """Last month once more under these rules, on a copy that is thrown away."""
    first, last = last_month(today)
    outcome = Outcome(first, last)
    async with _copy(settings, now) as db:
        desk = Desk(Words(settings.county_dir), rules, settings.data)
        for day in reversed(days_between(first, last)):
            moment = at(day, rules.reminder_at) + timedelta(minutes=rules.reminder_window)
            await rewind.to(db, moment)
            await _day(desk, db, day, moment, outcome)
    outcome.messages.reverse()
    return outcome


@asynccontextmanager
async def _copy(settings: Settings, now: datetime) -> AsyncIterator[Session]:
    with TemporaryDirectory() as folder:
        made = await backup.copy_of(settings.database, Path(folder), now=now)
        async with open_database(made.path) as database, database.transaction() as db:
            yield db


async def _day(desk: Desk, db: Session, day: date, moment: datetime, outcome: Outcome) -> None:
    by_person: dict[int, list[Due]] = {}
    for row in await reminders.planned(desk, db, moment, made_up=False):
        by_person.setdefault(row.person_id, []).append(row)
    outcome.people = max(outcome.people, len(by_person))
    for person, rows in sorted(by_person.items()):
        digest = await reminders.still(desk, db, person, rows, moment)
        if digest:
            text = desk.words.say("reminders.digest", digest=digest, today=day)
            outcome.messages.append(Would(day, digest.person.role, text, _about(digest)))


def _about(digest: Digest) -> tuple[str, ...]:
    """What the message speaks of, in the words of the table."""
    words = ["学习登记"] * digest.study + ["问题到期"] * bool(digest.near)
    words += ["问题催办"] * bool(digest.late) + ["告诉责任人已催办"] * bool(digest.raised)
    return (*words, *(one.duty.name for one in digest.duties))


async def both(settings: Settings, changed: Path | None) -> tuple[Outcome, Outcome | None]:
    """Last month under the rules in force and, when a file is given, under changed ones."""
    now = WallClock().now()
    own = settings.county_dir / "rules.toml" if settings.county_dir else None
    if changed is not None and not changed.exists():
        raise NoRules(f"没有找到 {changed}。\n请写改过的 rules.toml 在哪里。")
    before = await run(settings, load_rules(own), now.date(), now=now)
    if changed is None:
        return before, None
    return before, await run(settings, load_rules(changed), now.date(), now=now)


def as_text(before: Outcome, after: Outcome | None) -> Iterator[str]:
    """The comparison for a person: by subject, then some examples."""
    yield f"{before.first.year}年{before.first.month}月试算，没有发出任何消息"
    rows = [("提醒，条", len(before.messages), after and len(after.messages))]
    rows.append(("其中发给队员", before.members, after and after.members))
    subjects = sorted({*before.by_about, *(after.by_about if after else ())})
    rows += [
        (f"说到{one}", before.by_about[one], after and after.by_about[one]) for one in subjects
    ]
    for name, now, then in rows:
        yield f"{now:>7}{'' if after is None else f' → {then}'}  {name}"
    shown = (after or before).messages[:EXAMPLES]
    for one in shown:
        yield f"\n例：{one.day:%m-%d}\n{plain(one.text)}"


def as_data(before: Outcome, after: Outcome | None) -> dict[str, object]:
    """The same for a program."""
    return {"now": _counts(before), "changed": _counts(after) if after else None}


def _counts(outcome: Outcome) -> dict[str, object]:
    return {
        "first": str(outcome.first), "last": str(outcome.last), "people": outcome.people,
        "messages": len(outcome.messages), "to_members": outcome.members,
        "about": dict(outcome.by_about),
    }  # fmt: skip
