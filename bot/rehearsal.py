"""Rehearsal (演练): a made-up county lives through its days with a set clock.

The very same inbox, handlers, scheduler and sender run; only the clock, the channel (a list)
and the people are played. Same seed, same messages, same digest.
"""

import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from bot.app import App, open_app
from bot.channels.memory import Memory
from bot.demo import bind_everybody
from bot.issue_lives import SWEEP, UNIT, Deed, IssueLives
from bot.lives import UNTOLD, Absence, Lives
from bot.settings import Settings
from ledger import (
    audit,
    day_counts,
    draw_periods,
    inbox,
    issue_proof,
    issues,
    outbox,
    people,
    units,
)
from ledger.chance import Lots, Seeds
from ledger.clock import SHANGHAI, SetClock
from ledger.days import (
    DAY,
    at,
    days_between,
    is_workday,
    week_of,
    workday_after,
    workday_on_or_before,
)
from ledger.generator import Generator, Size
from ledger.issue_proof import IssueProof
from ledger.people import Person, Role, Scope

FIRST_DAY = date(2026, 3, 2)  # a Monday; the quarter after it has Qingming and May Day
STEP = timedelta(minutes=5)
HEADS = re.compile(r"存证 \d{8}-[0-9a-f]+")  # salted, so new in every run
SURELY = ("同意", "抽")
PRESSED = ("在村", "同意销号", "电话问过，同意", "同意延期")
Act = tuple[datetime, str, Person]
MATTERS = "matters"  # the time of day at which somebody sees to his issues
PER_DAY = {"study": 85, "visit": 60, "photo": 15, "issue": 6, "progress": 20, "edit": 5}


@dataclass(frozen=True)
class Outcome:
    """What a rehearsal came to: counts by kind, and one digest over all that was said."""

    villages: int
    days: int
    seed: int
    counts: dict[str, int]
    digest: str
    log_ok: bool
    days_right: float  # share of members whose both day counts are within a day of the truth
    unasked: float  # routine messages a member and working day
    issues: IssueProof


@dataclass
class Rehearsal:
    """One county, played."""

    app: App
    memory: Memory
    clock: SetClock
    lots: Lots
    county: int
    lives: Lives
    matters: IssueLives
    counts: Counter[str] = field(default_factory=Counter)
    absences: dict[int, list[Absence]] = field(default_factory=dict)
    _number: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, villages: int, seed: int) -> AsyncIterator["Rehearsal"]:
        """A fresh county over that folder, everybody reachable, the clock at its first morning."""
        clock = SetClock(datetime(2026, 3, 2, 7, 0, tzinfo=SHANGHAI))
        memory = Memory({"photo": b"a photo of a roof"})
        settings = Settings(data=folder)
        lots, seeds = Lots(f"rehearsal {seed}".encode()), Seeds(f"rehearsal {seed}")
        channels = {memory.name: memory}
        opened = open_app(
            settings, clock, durable=False, channels=channels, seeds=seeds, pictures=False
        )
        async with opened as app:
            app.runner.step = STEP
            async with app.database.transaction() as db:
                maker = Generator(seed, Size(villages), app.rules)
                county = await maker.people(db, now=clock.now())
                await bind_everybody(db, memory.name, now=clock.now())
                await units.ensure(db, county, UNIT)
            lives, matters = Lives(lots, app.rules), IssueLives(lots, app.rules)
            yield cls(app, memory, clock, lots, county, lives, matters)

    async def live(self, days: int, *, after_day: Callable[[], None]) -> None:
        """Live through so many days, one after the other."""
        await self._promise(FIRST_DAY)
        await self.app.runner.plan()
        await self._foresee(FIRST_DAY + (days - 1) * DAY)
        for number in range(days):
            day = FIRST_DAY + number * DAY
            await self._promise(day)
            await self._day(day)
            await self._until(at(day + DAY, datetime.min.time()))
            after_day()

    async def _promise(self, day: date) -> None:
        """The month's number, typed in at its start: the log's head is new in every run."""
        async with self.app.database.transaction() as db:
            month = await draw_periods.open_month(
                db, self.county, day.replace(day=1), self.app.inbox.vault, self.app.rules,
                now=self.clock.now(),
            )  # fmt: skip
            number = str(self.lots.below(1_000_000, "beacon", month.period))
            await draw_periods.set_beacon(
                db, month, number, "public", actor=audit.SYSTEM, now=self.clock.now()
            )

    async def _foresee(self, last: date) -> None:
        """Who will be away when: known before, so that it can be asked for in time."""
        async with self.app.database.reading() as db:
            members = await people.members(db, Scope(self.county), day=FIRST_DAY)
        for one in members:
            self.absences[one.id] = self.lives.absences(one.id, FIRST_DAY, last)

    async def _day(self, day: date) -> None:
        for moment, words, person in await self._plan(day):
            await self._until(moment)
            if words == MATTERS:
                await self._see_to_issues(person, day)
            else:
                await self._act(words, person)
            await self._answer_cards()

    async def _plan(self, day: date) -> list[Act]:
        """Who does what that day, in order of time."""
        async with self.app.database.reading() as db:
            members = await people.members(db, Scope(self.county), day=day)
            staff = await people.staff(db, self.county, day=day)
        here = [one for one in members if not self._away(one.id, day)]
        if is_workday(day, self.app.rules):
            acts = [*self._work(day, here), *self._words(day, members, here)]
            acts += await self._matters(day, here)
        else:
            visiting = (one for one in here if self.lives.visits_on_rest(one.id, day))
            acts = [(self._moment(day, "visit", one.id), "visit", one) for one in visiting]
        if day == FIRST_DAY:
            acts += [(at(day, time(9, 5 + n)), text, staff[0]) for n, text in enumerate(SWEEP)]
        if day.isoweekday() == 3:
            acts.append((at(day, time(10)), "draw", staff[0]))
        return sorted(acts, key=lambda act: (act[0], act[1], act[2].id))

    async def _matters(self, day: date, here: list[Person]) -> list[Act]:
        """When everybody who is there, and the staff above, see to what waits for them."""
        async with self.app.database.reading() as db:
            every = await people.readers(db, day=day)
        staff = [one for one in every if one.role in people.STAFF]
        return [(self._moment(day, MATTERS, one.id), MATTERS, one) for one in (*here, *staff)]

    async def _see_to_issues(self, person: Person, day: date) -> None:
        """What he says about each of them, one after the other."""
        async with self.app.database.reading() as db:
            deeds = await self.matters.deeds(db, person, day)
        for deed in deeds:
            await self.say(person, deed.text, files=self._photo(deed))

    def _photo(self, deed: Deed) -> list[str]:
        """A picture that was never sent before."""
        if not deed.photo:
            return []
        name = f"photo {deed.photo}"
        self.memory.blobs[name] = f"{name} taken {self.clock.now():%F}".encode()
        return [name]

    def _away(self, person: int, day: date) -> bool:
        return any(one.first <= day <= one.last for one in self.absences[person])

    def _work(self, day: date, here: list[Person]) -> Iterator[Act]:
        """What somebody in the village does and reports."""
        for one in here:
            for kind, percent in PER_DAY.items():
                if self.lots.below(100, kind, day.isoformat(), one.id) < percent:
                    yield self._moment(day, kind, one.id), kind, one

    def _words(self, day: date, members: list[Person], here: list[Person]) -> Iterator[Act]:
        """Leave asked for on the last working day before; on Friday the leader's word."""
        next_day = workday_after(day, self.app.rules)
        for one in members:
            for away in self.absences[one.id]:
                if away.kind != UNTOLD and day < away.first <= next_day:
                    yield at(day, time(9, 10)), away.said, one
        monday, sunday = week_of(day)
        for leader in (one for one in here if one.role is Role.LEADER):
            forgot = self.lives.forgets(leader.id, monday)
            if next_day > sunday and not forgot:
                yield from self._confirm(
                    leader, members, monday, at(day, time(17, 30)), "本周都在"
                )
            if self._left_over(leader, day, monday):
                yield from self._confirm(
                    leader, members, monday - 7 * DAY, at(day, time(9, 30)), "上周都在"
                )

    def _left_over(self, leader: Person, day: date, monday: date) -> bool:
        """Whether last week's word comes today: forgotten, or its last working day was away."""
        last = workday_on_or_before(monday - DAY, self.app.rules)
        before = week_of(last)[0]
        if before != monday - 7 * DAY or self._first_here(leader, monday) != day:
            return False
        return self.lives.forgets(leader.id, before) or self._away(leader.id, last)

    def _first_here(self, leader: Person, monday: date) -> date | None:
        """The leader's first day at work in a week."""
        days = (monday + count * DAY for count in range(7))
        working = (one for one in days if is_workday(one, self.app.rules))
        return next((one for one in working if not self._away(leader.id, one)), None)

    def _confirm(
        self, leader: Person, members: list[Person], monday: date, moment: datetime, word: str
    ) -> Iterator[Act]:
        """First who was away without leave, then the one tap."""
        for one in (one for one in members if one.team_id == leader.team_id):
            for away in self.absences[one.id]:
                if away.kind == UNTOLD and monday <= away.first <= monday + 6 * DAY:
                    yield (
                        moment - timedelta(minutes=5),
                        f"不在 {one.name} {away.first} 其他原因",
                        leader,
                    )
        yield moment, word, leader

    def _moment(self, day: date, kind: str, person: int) -> datetime:
        minute = self.lots.below(660, "minute", kind, day.isoformat(), person)
        return at(day, datetime.min.time()) + timedelta(hours=8, minutes=minute)

    async def _until(self, moment: datetime) -> None:
        if moment > self.clock.now():
            await self.app.runner.live_until(moment, self.clock, self.app.sender.drain)

    async def _act(self, kind: str, person: Person) -> None:
        words = {
            "study": "学习 60 中央一号文件",
            "visit": "走访 {house} 一切正常",
            "photo": "走访 {house} 院墙有裂缝",
            "issue": "问题 {house} 自来水断了",
            "progress": "问题{issue} 已联系水管站",
            "edit": "学习 30 防返贫监测政策",
            "draw": "抽查 2",
        }.get(kind, kind)
        async with self.app.database.reading() as db:
            known = await people.households(db, person) if person.team_id else []
            issue = await self._open_issue(person)
        text = words.format(house=known[0].name if known else "", issue=issue)
        if kind == "progress" and not issue:
            return
        await self.say(person, text, files=["photo"] if kind == "photo" else [])

    async def _open_issue(self, person: Person) -> int:
        async with self.app.database.reading() as db:
            found = await issues.open_issues(db, person, limit=1) if person.team_id else []
        return found[0].id if found else 0

    async def _answer_cards(self) -> None:
        """Whoever has a fresh card with 在村 or 同意销号 presses it, mostly; leave is decided."""
        while self.counts["sent"] < len(self.memory.sent):
            out = self.memory.sent[self.counts["sent"]]
            self.counts["sent"] += 1
            for label in (*PRESSED, *SURELY):
                surely = label in SURELY or self.lots.below(100, "press", out.id) < 80
                if label in out.labels and surely:
                    async with self.app.database.reading() as db:
                        person = await people.by_id(db, out.person_id or 0)
                    await self.say(person, "", token=out.tokens[out.labels.index(label)])

    async def say(self, person: Person, text: str, **more: object) -> None:
        """One message of one person through the whole program."""
        self._number += 1
        raw = self.memory.raw(
            str(person.id), str(self._number), self.clock.now(), text=text, **more
        )
        await self.app.inbox.keep([raw])
        await self.app.settle()

    async def outcome(self, villages: int, days: int, seed: int) -> Outcome:
        """Count everything and hash everything that was said, in order."""
        digest = hashlib.sha256()
        for out in self.memory.sent:
            text = HEADS.sub("存证", out.text)
            digest.update(f"{out.person_id}|{out.kind}|{text}|{out.labels}\n".encode())
        async with self.app.database.reading() as db:
            verdict = await audit.verify(db)
            kept = await inbox.counts(db)
            boxes = await outbox.counts(db)
            proof = await issue_proof.prove(db, self.app.rules, FIRST_DAY + (days - 1) * DAY)
        counts = {
            "messages_in": sum(kept.values()),
            "not_understood_by_the_program": kept.get("dead", 0),
            "messages_out": len(self.memory.sent),
            "not_sent": sum(boxes.values()) - boxes.get("sent", 0),
            "events": verdict.events,
            **Counter(f"out_{out.kind}" for out in self.memory.sent),
        }
        last = FIRST_DAY + (days - 1) * DAY
        return Outcome(
            villages, days, seed, counts, digest.hexdigest(), not verdict.faults,
            await self.days_right(last), await self._unasked(last), proof,
        )  # fmt: skip

    async def days_right(self, last: date) -> float:
        """How many of the members the ledger has counted as they truly lived, within a day."""
        right = 0
        async with self.app.database.reading() as db:
            members = await people.members(db, Scope(self.county), day=last)
            for one in members:
                days = await day_counts.days_of(db, one, FIRST_DAY, last, self.app.rules)
                stationed, working = self.lives.truth(
                    self.absences[one.id], one.id, FIRST_DAY, last
                )
                off = abs(sum(day.stationed for day in days) - stationed)
                right += max(off, abs(sum(day.working for day in days) - working)) <= 1
        return right / len(members)

    async def _unasked(self, last: date) -> float:
        """Routine messages a member and working day; what is urgent is counted apart."""
        workdays = sum(is_workday(one, self.app.rules) for one in days_between(FIRST_DAY, last))
        async with self.app.database.reading() as db:
            members = await people.members(db, Scope(self.county), day=last)
            first, end = at(FIRST_DAY, time()), at(last + DAY, time())
            own = [await outbox.routine_between(db, one.id, first, end) for one in members]
        return sum(own) / (len(members) * workdays)


async def rehearse(
    folder: Path, villages: int, days: int, seed: int, *, after_day: Callable[[], None]
) -> Outcome:
    """Play a whole rehearsal in that folder."""
    async with Rehearsal.open(folder, villages, seed) as played:
        await played.live(days, after_day=after_day)
        return await played.outcome(villages, days, seed)
