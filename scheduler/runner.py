"""Two drivers of one timetable: APScheduler in real time, or a clock that is moved.

A beat opens its own transaction. The same beat never runs twice at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ledger import backup
from ledger.clock import SHANGHAI, Clock, WallClock
from ledger.database import Database, StoreTrouble
from scheduler.desk import Desk
from scheduler.reminders import plan_day
from scheduler.timetable import Beat, catch_up, daily, timetable, weekly

log = structlog.get_logger()
STEP = timedelta(minutes=1)  # how finely a moved clock passes through the intervals
FAR = timedelta(hours=12)  # a longer way is passed more coarsely
COARSE = timedelta(minutes=5)


class Movable(Clock, Protocol):
    """A clock that can be put forward."""

    def set(self, moment: datetime) -> None:
        """Put it forward."""


@dataclass
class Runner:
    """Runs the beats of the timetable at their times, whichever clock counts."""

    database: Database
    desk: Desk
    clock: Clock
    wake_sender: Callable[[], None]
    step: timedelta = STEP
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lived: datetime | None = None

    async def plan(self) -> None:
        """At every start: today's plan, and the summaries whose hour has passed unused."""
        now = self.clock.now()
        rules = self.desk.rules
        clock = now.time().replace(tzinfo=None)
        works = [(time(0), plan_day), (time(0), catch_up)]
        works += [(rules.weekly_at, weekly), (rules.daily_at, daily)]
        for hour, work in works:
            if hour <= clock < rules.quiet_from or hour == time(0):
                await self._beat(Beat(work.__name__, None, work), now)
        self._lived = now

    async def run(self) -> None:
        """Keep time until cancelled."""
        scheduler = AsyncIOScheduler(
            timezone=SHANGHAI,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for beat in timetable(self.desk.rules) if isinstance(self.clock, WallClock) else ():
            scheduler.add_job(self._real_beat, beat.trigger, [beat], id=beat.name)
        if not isinstance(self.clock, WallClock):
            every_second = IntervalTrigger(seconds=1, timezone=SHANGHAI)
            scheduler.add_job(self._follow, every_second, id="follow")
        hourly = IntervalTrigger(hours=1, timezone=SHANGHAI)
        scheduler.add_job(self._back_up, hourly, id="backup")
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def live_until(
        self, moment: datetime, clock: Movable, between: Callable[[], Awaitable[Any]]
    ) -> None:
        """Put the clock forward, running every beat on the way at its own time.

        `between` ends what is under way: before the first step, and after each.
        """
        async with self._turn:
            await between()
            step = max(self.step, COARSE) if moment - clock.now() > FAR else self.step
            await self._pass(clock.now(), moment, clock, between, step)
            if moment > clock.now():
                clock.set(moment)
            self._lived = clock.now()

    async def _pass(
        self, start: datetime, end: datetime, clock: Movable | None,
        between: Callable[[], Awaitable[Any]], step: timedelta = STEP,
    ) -> None:  # fmt: skip
        """Run the beats of (start, end] in order of time."""
        beats = timetable(self.desk.rules)
        upcoming = {beat.name: self._next(beat, start, step) for beat in beats}
        while (soonest := min(upcoming.values())) <= end:
            if clock and soonest > clock.now():
                clock.set(soonest)
            for beat in beats:
                if upcoming[beat.name] == soonest:
                    await self._beat(beat, soonest)
                    upcoming[beat.name] = self._next(beat, soonest, step)
            await between()

    def _next(self, beat: Beat, after: datetime, step: timedelta) -> datetime:
        """The beat's next time; intervals are passed in coarser steps than real time's."""
        if isinstance(beat.trigger, IntervalTrigger):
            whole = after.replace(second=0, microsecond=0)
            minutes = self._step_minutes(whole, step)
            return whole + timedelta(minutes=minutes - whole.minute % minutes)
        fire: datetime = beat.trigger.get_next_fire_time(
            after, after + timedelta(microseconds=1)
        )
        return fire

    def _step_minutes(self, moment: datetime, step: timedelta) -> int:
        """At night, when nothing may be said, an hour at a time."""
        rules = self.desk.rules
        clock = moment.time().replace(tzinfo=None)
        if clock >= rules.quiet_from or clock < rules.quiet_until:
            return 60
        return max(1, step.seconds // 60)

    async def _follow(self) -> None:
        """A clock of its own pace (the demo's): run what its time has reached."""
        if self._turn.locked():
            return  # it is being moved right now; the next second will do
        async with self._turn:
            now = self.clock.now()
            if self._lived and now > self._lived:
                await self._pass(self._lived, now, None, _nothing)
                self._lived = now

    async def _real_beat(self, beat: Beat) -> None:
        await self._beat(beat, self.clock.now())

    async def _beat(self, beat: Beat, now: datetime) -> None:
        """One beat in one transaction; its trouble is its own, the next beat finds the rest."""
        try:
            if not await self._wanted(beat, now):
                return
            if beat.apart:
                await beat.apart(self.desk, self.database, now)
            if beat.work:
                async with self.database.transaction() as db:
                    await beat.work(self.desk, db, now)
        except StoreTrouble as trouble:
            log.error("store_trouble", beat=beat.name, error=str(trouble))
        except Exception:
            log.exception("beat_failed", beat=beat.name)
        self.wake_sender()

    async def _wanted(self, beat: Beat, now: datetime) -> bool:
        """A look before the writer is taken: most ticks find nothing."""
        if beat.wanted is None:
            return True
        async with self.database.reading() as db:
            return await beat.wanted(db, now=now)

    async def _back_up(self) -> None:
        await backup.hourly(self.database, self.desk.data / "backup", now=self.clock.now())


async def _nothing() -> None:
    """Nothing between two beats: the sender runs by itself."""
