"""Who stands in during a leave (代办): asked by one tap, only when something falls due meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.talk import Room, Talk
from ledger import issues, leave, people, promises
from ledger.errors import Misunderstood
from ledger.issues import Issue
from ledger.leave import Leave
from ledger.people import Person, Scope, scope_of
from ledger.promises import Promise

NOBODY = "不用"
OFFERED = 5  # teammates on buttons
PAST = timedelta(days=3)  # a promise this late is still a task


@dataclass(frozen=True)
class Tasks:
    """What falls due for one person in some days."""

    person: str
    issues: list[Issue]
    promises: list[Promise]

    @property
    def count(self) -> int:
        """How many things."""
        return len(self.issues) + len(self.promises)


async def tasks_of(room: Room, person: Person, first: date, last: date) -> Tasks:
    """His open issues due by the last day, and his promises of these days."""
    own = await issues.open_issues(room.db, person, limit=50)
    near = [
        one
        for one in own
        if one.owner_id == person.id and one.state in {"open", "doing"} and one.due_day <= last
    ]
    promised = await promises.near(room.db, person, first, last)
    return Tasks(person.name, near, promised)


async def ask_cover(talk: Talk, first: date, last: date) -> Person | None:
    """One tap among the teammates; nobody is asked for when nothing falls due."""
    tasks = await tasks_of(talk.room, talk.asker, first, last)
    mates = await mates_of(talk.room, talk.asker, first)
    if not (tasks.count and mates):
        return None
    names = [one.name for one in mates[:OFFERED]]
    read = _one_of(mates)
    return await talk.ask("leave.ask_cover", read, [*names, NOBODY], tasks=tasks)


def _one_of(mates: list[Person]) -> Callable[[str], Person | None]:
    def read(text: str) -> Person | None:
        named = [one for one in mates if one.name == text]
        if text != NOBODY and len(named) != 1:
            raise Misunderstood("talk.choose", choices=[one.name for one in mates] + [NOBODY])
        return named[0] if named else None

    return read


async def mates_of(room: Room, asker: Person, day: date) -> list[Person]:
    """His teammates who are not on leave themselves that day."""
    scope = Scope(asker.county_id, asker.township_id, asker.team_id)
    away = {one.person_id for one in await leave.away(room.db, scope_of(asker), day)}
    found = await people.members(room.db, scope, day=day)
    return [one for one in found if one.id != asker.id and one.id not in away]


async def standing_in(talk: Talk) -> list[Tasks]:
    """For 今天: what is near for everybody this person stands in for today."""
    ahead = talk.today + timedelta(days=max(talk.rules.issue_before_days, default=0))
    found = []
    for one in await leave.covered(talk.db, talk.asker.id, talk.today):
        person = await people.by_id(talk.db, one.person_id)
        found.append(await tasks_of(talk.room, person, talk.today - PAST, ahead))
    return found


async def tell_cover(talk: Talk, granted: Leave) -> None:
    """He hears of it once, when the leave is approved, with what falls due."""
    if granted.cover_id is None:
        return
    owner = await people.by_id(talk.db, granted.person_id)
    tasks = await tasks_of(talk.room, owner, granted.first, granted.last)
    reply = talk.reply("leave.cover_told", leave=granted, tasks=tasks)
    await talk.tell(
        granted.cover_id, reply, dedupe=f"leave_cover:{granted.id}:{granted.cover_id}"
    )
