"""Who stands in during a leave (代办): offered by one tap, only when something falls due meanwhile."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.talk import Room, Talk
from ledger import issues, leave, people, promises
from ledger.issues import Issue
from ledger.leave import Leave
from ledger.messages import Option
from ledger.people import Person, Scope, scope_of
from ledger.promises import Promise

OFFERED = 3  # teammates on buttons
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


async def offered(room: Room, asker: Person, asked: Leave) -> tuple[str, tuple[Option, ...]]:
    """A line and a button for each teammate, under a request that is handed in already.

    Nothing waits for the answer: who has no time to tap is on leave all the same.
    """
    tasks = await tasks_of(room, asker, asked.first, asked.last)
    mates = await mates_of(room, asker, asked.first)
    if asked.cover_id or not (tasks.count and mates):
        return "", ()
    options = (
        Option(f"{one.name}代办", f"代办{asked.id} {one.name}") for one in mates[:OFFERED]
    )
    return room.words.say("leave.may_cover", tasks=tasks), tuple(options)


async def mates_of(room: Room, asker: Person, day: date) -> list[Person]:
    """His teammates who are not on leave themselves that day."""
    away = {one.person_id for one in await leave.away(room.db, scope_of(asker), day)}
    return [one for one in await team_of(room, asker, day) if one.id not in away]


async def team_of(room: Room, asker: Person, day: date) -> list[Person]:
    """His teammates that day, wherever they are."""
    scope = Scope(asker.county_id, asker.township_id, asker.team_id)
    found = await people.members(room.db, scope, day=day)
    return [one for one in found if one.id != asker.id]


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
    if (await people.by_id(talk.db, granted.cover_id)).team_id != owner.team_id:
        return  # one of the two has moved since
    tasks = await tasks_of(talk.room, owner, granted.first, granted.last)
    reply = talk.reply("leave.cover_told", leave=granted, tasks=tasks)
    await talk.tell(
        granted.cover_id, reply, dedupe=f"leave_cover:{granted.id}:{granted.cover_id}"
    )
