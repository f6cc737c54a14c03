"""Random lives of issues on a real database: whatever people do, what must hold holds.

The clock steps forward and back, and any message may be delivered twice.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from county import County, settle
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger import (
    audit,
    closing,
    custody,
    deadlines,
    files,
    issue_steps,
    issues,
    kinds,
    look_backs,
    people,
    rebounds,
    records,
    roster,
    roster_changes,
    units,
)
from ledger.clock import SHANGHAI, ms
from ledger.closing import Word
from ledger.database import Session, open_database
from ledger.errors import Refused
from ledger.issue_moves import UNFINISHED, Move, State, refusal
from ledger.issue_steps import Column
from ledger.issues import Found, Issue, Tier
from ledger.people import STAFF, Person, Role
from ledger.records import Record
from ledger.roster import Entry
from ledger.roster_changes import Why
from ledger.rules import Rules

_day = date.fromisoformat
T = TypeVar("T")
RULES = Rules()
FIRST = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
NAMES = (
    "李队员", "赵队员", "王队长", "周总队长", "吕总队长", "陈干事", "钱队员", "孙队长",
)  # fmt: skip
WHO = st.sampled_from(NAMES)
MOST = 6
WHICH = st.integers(0, MOST - 1)
LOTS = st.integers(0, 2**32).map(Random)
ONWARD = (
    Move.SUBMIT, Move.VERIFY, Move.STRIKE_OFF, Move.CLOSE, Move.LOOK_BACK, Move.REBOUND,
)  # fmt: skip
TWICE = st.booleans()
BYTES = ("a" * 64, "b" * 64, "c" * 64)  # so few that the same picture comes up again


async def _settled(folder: Path) -> County:
    async with open_database(folder / "zhucun.db", durable=False) as database:
        county = await settle(database, now=FIRST)
        async with database.transaction() as db:
            second = Entry("吕总队长", Role.TOWNSHIP, "清水镇")
            id = await roster.add_person(db, county.id, second, now=FIRST)
            county.people[second.name] = await people.by_id(db, id)
            await units.ensure(db, county.id, "县水务局")
            for sha256 in BYTES:
                await files.sql.add_file(
                    db.connection, sha256=sha256, size=1, mime="image/jpeg", now=ms(FIRST)
                )
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return county


class LifeOfIssues(RuleBasedStateMachine):
    """A county's issues, lived at random."""

    folder: Path
    settled: County

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.own = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(self.folder / "zhucun.db", self.own)
        self.open = AsyncExitStack()
        opening = open_database(self.own / "zhucun.db", durable=False)
        self.database = self.runner.run(self.open.enter_async_context(opening))
        self.now = FIRST
        self.county = County(self.settled.id, dict(self.settled.people))
        self.made = 0  # issues ever entered
        self.roster_of = FIRST.date()  # the latest day on which somebody moved
        self.proven: dict[
            int, bool
        ] = {}  # issue -> whether its verification rested on anything
        self.signed: dict[int, set[int]] = {}  # issue -> who verified or struck it off, rightly

    def teardown(self) -> None:
        self.runner.run(self.open.aclose())
        self.runner.close()
        shutil.rmtree(self.own)

    def run(self, deed: Callable[[Session], Coroutine[Any, Any, T]]) -> T | None:
        """One message in one transaction; what is refused has not happened."""

        async def lived() -> T | None:
            async with self.database.transaction() as db:
                try:
                    async with db.savepoint():
                        return await deed(db)
                except Refused:
                    return None

        return self.runner.run(lived())

    # what people do
    @initialize()
    def four_are_found(self) -> None:
        for who, tier in zip(
            ("李队员", "王队长", "李队员", "孙队长"), (*Tier, Tier.COMPLEX), strict=False
        ):
            self.report(who, tier, 0, house=tier is Tier.COMPLEX)

    @rule(hours=st.sampled_from((-50, -3, 1, 26, 24 * 8, 24 * 40)))
    def time_passes(self, hours: int) -> None:
        self.now = max(self.now + timedelta(hours=hours), FIRST)

    @rule(who=WHO, tier=st.sampled_from(list(Tier)), ago=st.integers(0, 3), house=TWICE)
    def report(self, who: str, tier: Tier, ago: int, *, house: bool) -> None:
        async def made(db: Session) -> int:
            day = self.now.date() - timedelta(days=ago)
            due = issues.due_of(tier, day, RULES)
            found = Found(day, "屋顶漏雨", tier, due, "张大山" if house else "")
            by = self.county[who]
            return await issues.report(db, by, found, source="", now=self.now, rules=RULES)

        if self.made < MOST:
            self.made += self.run(made) is not None

    @rule(who=WHO, which=WHICH, move=st.sampled_from(list(Move)), lots=LOTS, twice=TWICE)
    def somebody_tries(
        self, who: str, which: int, move: Move, lots: Random, *, twice: bool
    ) -> None:
        """Whether he may or not."""
        self.deed(who, which % self.made + 1, move, lots, twice=twice)

    @rule(lots=LOTS, twice=TWICE)
    def somebody_does_what_he_may(self, lots: Random, *, twice: bool) -> None:
        self._do_one_of(tuple(Move), lots, twice=twice)

    @rule(lots=LOTS, twice=TWICE)
    def it_goes_on(self, lots: Random, *, twice: bool) -> None:
        """What leads to its end, and beyond."""
        self._do_one_of(ONWARD, lots, twice=twice)

    def _do_one_of(self, moves: Sequence[Move], lots: Random, *, twice: bool) -> None:
        """Fairly among the moves somebody may make now, then among who may and with which."""
        may = self.look(self._allowed)
        if open := [move for move in moves if move in may]:
            move = lots.choice(open)
            self.deed(*lots.choice(may[move]), move, lots, twice=twice)

    async def _allowed(self, db: Session) -> dict[Move, list[tuple[str, int]]]:
        found: dict[Move, list[tuple[str, int]]] = {}
        for one in await self.every(db):
            for name, asker in self.county.people.items():
                inside = asker.team_id in {0, one.team_id}
                for move in Move if inside and name in NAMES else ():
                    if refusal(one, asker, move) is None:
                        found.setdefault(move, []).append((name, one.id))
        return found

    def deed(self, who: str, id: int, move: Move, lots: Random, *, twice: bool) -> None:
        """Something done with one of the issues, perhaps delivered twice."""

        async def done(db: Session) -> None:
            by = await people.by_id(db, self.county[who].id)
            one = await issues.access_issue(db, by, id)
            await getattr(self, f"_{move.value}")(db, by, one, lots)

        for _ in range(1 + twice):
            self.run(done)
            self.made = self.look(self._count)

    async def _note(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        record = await issue_steps.note(db, by, one, "已找人", source="", now=self.now)
        await self._picture(db, by, record, lots.choice((*BYTES, "")))

    async def _picture(self, db: Session, by: Person, record: int, sha256: str) -> None:
        if record and sha256:
            await self._rows(
                db,
                "INSERT INTO attachment (sha256, person_id, record_id, name, kind, source, at)"
                " VALUES (?, ?, ?, '', 'photo', '', ?)",
                sha256, by.id, record, ms(self.now),
            )  # fmt: skip

    async def _describe(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        column = lots.choice((Column.MEASURE, *Column))
        value = "villager" if column is Column.SOURCE else "请人来修"
        await issue_steps.describe(db, by, one, column, value, now=self.now)

    async def _assign(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        owner = await people.by_id(db, self.county[lots.choice(NAMES)].id)
        await issue_steps.assign(db, by, one, owner, now=self.now)

    async def _hand_over(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        to = lots.choice(("县水务局", "镇里", "县里"))
        if holder := await issue_steps.holder_named(db, one, to):
            await issue_steps.hand_over(db, by, one, holder, "等配件", now=self.now)

    async def _take_back(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        await issue_steps.take_back(db, by, one, "配件到了", now=self.now)

    async def _ask_due(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        day = self.now.date() + timedelta(days=lots.randint(-1, 30))
        await deadlines.ask(db, by, one, day, "下雨", now=self.now)

    async def _decide_due(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        await deadlines.decide(db, by, one, grant=lots.random() < 0.7, now=self.now)

    async def _submit(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        if lots.random() < 0.8:
            await issue_steps.describe(db, by, one, Column.MEASURE, "换瓦", now=self.now)
            one = await issues.access_issue(db, by, one.id)
        record = await closing.submit(db, by, one, "屋顶不漏了", source="", now=self.now)
        await self._picture(db, by, record, lots.choice((*BYTES, "")))

    async def _recall(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        await closing.recall(db, by, one, now=self.now)

    async def _agree(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        """Nobody signs what he has had a hand in, and nobody signs it twice."""
        word = lots.choice((None, *Word))
        rested_on = word or one.household_word or await self._new_picture(db, one)
        await closing.agree(db, by, one, RULES, word=word, text="看了", now=self.now)
        assert by.id not in {one.owner_id, one.submitted_by, one.verified_by}
        assert by.role is not Role.MEMBER
        if one.state == State.SUBMITTED:
            self.proven[one.id] = bool(rested_on)
            self.signed[one.id] = set()
        self.signed[one.id].add(by.id)

    _verify = _strike_off = _close = _agree

    async def _new_picture(self, db: Session, one: Issue) -> bool:
        """By the raw rows: a picture of a kept note that did not stand in the report before."""
        found = await self._rows(
            db,
            "SELECT 1 FROM attachment a LEFT JOIN record r ON r.id = a.record_id"
            " LEFT JOIN progress g ON g.record_id = a.record_id"
            " WHERE (a.issue_id = ?1 OR (g.issue_id = ?1 AND r.state = 'kept'))"
            " AND NOT EXISTS (SELECT 1 FROM attachment b JOIN issue i ON i.record_id = b.record_id"
            "                  WHERE i.id = ?1 AND b.sha256 = a.sha256 AND b.id < a.id)",
            one.id,
        )
        return bool(found)

    async def _send_back(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        await closing.send_back(db, by, one, "还在漏", now=self.now)

    async def _look_back(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        due = str(self.now.date())
        await look_backs.sql.plan(
            db.connection,
            issue=one.id,
            after=lots.choice((30, 90)),
            due=due,
            draw=None,
            why="lot",
        )
        if lots.random() < 0.6:
            await look_backs.holds(db, by, one, "不漏", now=self.now)
        else:
            await look_backs.rebounded(
                db, by, one, "又漏了", source="", now=self.now, rules=RULES
            )

    async def _rebound(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        """It has come back: under a number of its own, or as one reported already."""
        others = [each for each in await self.every(db) if each.id != one.id]
        if others and lots.random() < 0.5:
            await rebounds.link(db, by, lots.choice(others), one, now=self.now)
        else:
            await rebounds.reopen(db, by, one, "又漏了", source="", now=self.now, rules=RULES)

    async def _merge(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        """The same as another one, or not the same at all."""
        if others := [each for each in await self.every(db) if each.id != one.id]:
            same = lots.random() < 0.5
            other = lots.choice(others)
            settle = rebounds.merge if same else rebounds.apart
            await settle(db, by, one, other, now=self.now)

    async def _withdraw(self, db: Session, by: Person, one: Issue, lots: Random) -> None:
        if one.record_id:
            record = await records.access_record(db, by, one.record_id)
            await kinds.undo(db, by, record, now=self.now, rules=RULES)

    @rule(who=WHO, lots=LOTS, back=st.booleans(), twice=TWICE)
    def undo_or_redo(self, who: str, lots: Random, *, back: bool, twice: bool) -> None:
        """Strike out a report or a note, or put it back."""

        async def turned(db: Session) -> None:
            asker = self.county[who]
            record = await self._record(db, asker, lots)
            turn = kinds.redo if back else kinds.undo
            await turn(db, asker, record, now=self.now, rules=RULES)

        for _ in range(1 + twice):
            self.run(turned)

    @rule(who=WHO, lots=LOTS)
    def picture_of_the_report(self, who: str, lots: Random) -> None:
        async def taken(db: Session) -> None:
            record = await self._record(db, self.county[who], lots)
            await self._picture(db, self.county[who], record.id, lots.choice(BYTES))

        self.run(taken)

    @rule(who=WHO, lots=LOTS)
    def correct(self, who: str, lots: Random) -> None:
        """It was found on another day than was said."""

        async def corrected(db: Session) -> None:
            asker = self.county[who]
            record = await self._record(db, asker, lots)
            if record.kind == issues.KIND and record.state == "kept":
                one = await issues.of_record(db, record.id)
                day = _day(one.found_day) + timedelta(days=lots.randint(-4, 4))
                found = Found(day, one.text, Tier(one.tier), one.due_day, one.household)
                await issues.revise(db, record, asker, found, now=self.now, rules=RULES)

        self.run(corrected)

    @rule(who=st.sampled_from(("李队员", "赵队员", "王队长", "钱队员")), lots=LOTS)
    def somebody_moves(self, who: str, lots: Random) -> None:
        """To another team, or he takes a colleague's place: his issues stay where they are."""

        async def moved(db: Session) -> None:
            by, person, now = self.county["陈干事"], self.county[who], self.now
            why, day = Why("工作需要"), self.now.date()
            teams = await people.teams(db, people.Scope(self.county.id))
            await roster_changes.move(db, by, person, lots.choice(teams), why, day=day, now=now)

        self.run(moved)
        self.roster_of = max(self.roster_of, self.now.date())
        self.county.people[who] = self.look(partial(people.by_id, id=self.county[who].id))

    async def _record(self, db: Session, asker: Person, lots: Random) -> Record:
        """Any record: it is refused when it is not there for the asker."""
        rows = await self._rows(db, "SELECT id FROM record ORDER BY id")
        return await records.access_record(db, asker, lots.choice(rows)[0])

    # what must hold
    async def _rows(self, db: Session, question: str, *values: object) -> list[Any]:
        return list(await db.connection.execute_fetchall(question, values))

    def look(self, question: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Read something."""

        async def read() -> T:
            async with self.database.reading() as db:
                return await question(db)

        return self.runner.run(read())

    async def every(self, db: Session) -> list[Issue]:
        """Every issue, straight from the view."""
        found = await self._rows(db, "SELECT * FROM issue_line ORDER BY id")
        return [Issue(**dict(row)) for row in found]

    async def _count(self, db: Session) -> int:
        (row,) = await self._rows(db, "SELECT count(*) FROM issue")
        return int(row[0])

    @invariant()
    def every_issue_stands_in_the_list(self) -> None:
        async def counted(db: Session) -> None:
            assert len(await self.every(db)) == await self._count(db) == self.made

        self.look(counted)

    @precondition(lambda self: self.made)
    @invariant()
    def nothing_is_struck_off_without_proof_and_another_person(self) -> None:
        async def proven(db: Session) -> None:
            for one in await self.every(db):
                if one.state == State.VERIFIED or one.closed_day:
                    assert one.verified_by
                    assert self.proven[one.id]
                    assert {one.verified_by, one.closed_by or one.verified_by} <= (
                        self.signed[one.id]
                    )
                assert bool(one.closed_by) is bool(one.closed_day)

        self.look(proven)

    @precondition(lambda self: self.made)
    @invariant()
    def the_holders_days_are_the_age(self) -> None:
        async def adds_up(db: Session) -> None:
            for one in await self.every(db):
                spans = await custody.spans(db, one.id)
                today = self.now.date()
                days = sum(held.days for held in custody.days_of(spans, today))
                assert days == custody.age(spans, today)
                opened = [span for span in spans if span.until_at is None]
                unfinished = one.closed_day is None and State(one.state) in UNFINISHED
                assert len(opened) == unfinished
                if one.closed_day or unfinished:
                    last = one.closed_day or max(str(today), one.held_since)
                    assert days == (_day(last) - _day(one.found_day)).days
                for before, after in pairwise(spans):
                    assert before.until_day == after.since_day

        self.look(adds_up)

    @precondition(lambda self: self.made)
    @invariant()
    def whoever_answers_for_it_is_there(self) -> None:
        async def there(db: Session) -> None:
            for one in await self.every(db):
                owner = await people.by_id(db, one.owner_id)
                if one.holder_kind:
                    assert owner.role in STAFF or issue_steps.belongs(owner, one)

        self.look(there)

    @precondition(lambda self: self.made)
    @invariant()
    def a_wish_waits_only_while_it_is_worked_on(self) -> None:
        async def waits(db: Session) -> None:
            left = await self._rows(
                db,
                "SELECT i.id, i.state FROM due_change c JOIN issue i ON i.id = c.issue_id"
                " WHERE c.state = 'asked' AND i.state NOT IN ('open', 'doing')",
            )
            assert not left

        self.look(waits)

    @precondition(lambda self: self.made)
    @invariant()
    def what_came_back_goes_on_and_is_counted(self) -> None:
        async def chained(db: Session) -> None:
            every = {one.id: one for one in await self.every(db)}
            rounds = [one for one in every.values() if one.reopens_id]
            for one in rounds:
                old = every[one.reopens_id]
                assert (old.state, one.rebounds) == (State.REBOUNDED, old.rebounds + 1)
                assert one.state not in {State.WITHDRAWN, State.MERGED}
            back = [one.id for one in every.values() if one.state == State.REBOUNDED]
            assert sorted(one.reopens_id for one in rounds) == back
            for one in every.values():
                assert bool(one.rebounds) is bool(one.reopens_id)
                other = every.get(one.merged_into)
                assert bool(other) is (one.state == State.MERGED)
                assert other is None or other.state != State.WITHDRAWN

        self.look(chained)

    @precondition(lambda self: self.made)
    @invariant()
    def the_roll_up_is_a_recount(self) -> None:
        async def recounted(db: Session) -> None:
            assert await self._rolled(db) == await self._recount(db)

        self.look(recounted)

    async def _rolled(self, db: Session) -> dict[tuple[int, int, str], int]:
        found = {}
        for kind in (0, 4):
            for row in await self._rows(
                db,
                "SELECT team_id, period, opened, progressed, submitted, closed"
                " FROM team_period WHERE kind = ?",
                kind,
            ):
                for name in ("opened", "progressed", "submitted", "closed"):
                    if row[name]:
                        found[row["team_id"], row["period"], name] = row[name]
        return found

    async def _recount(self, db: Session) -> dict[tuple[int, int, str], int]:
        found: dict[tuple[int, int, str], int] = {}
        counted = await self._rows(
            db,
            "SELECT r.team_id, r.day, CASE WHEN r.kind = 'issue' THEN 'opened'"
            " WHEN g.step = 'note' THEN 'progressed' ELSE 'submitted' END"
            " FROM record r LEFT JOIN progress g ON g.record_id = r.id"
            " LEFT JOIN issue i ON i.record_id = r.id"
            " WHERE r.state = 'kept' AND coalesce(i.state, '') <> 'merged'"
            " UNION ALL SELECT team_id, closed_day, 'closed' FROM issue WHERE closed_day <> ''",
        )
        for team, day, name in counted:
            that = date.fromisoformat(day)
            for key in (that.toordinal(), that.year):
                found[team, key, name] = found.get((team, key, name), 0) + 1
        return found

    @invariant()
    def the_log_is_sound(self) -> None:
        verdict = self.look(audit.verify)
        assert verdict.faults == ()

    # A clock gone back behind a move names who sat there then: he is not there to be asked.
    @precondition(lambda self: self.made and self.now.date() >= self.roster_of)
    @invariant()
    def somebody_is_asked_for_every_request(self) -> None:
        async def asked(db: Session) -> None:
            waiting = {
                one.id
                for person in self.county.people.values()
                for one in await issues.waiting_for(db, person, self.now.date())
            }
            handed_in = {
                one.id
                for one in await self.every(db)
                if one.state in {State.SUBMITTED, State.VERIFIED}
            }
            assert waiting == handed_in

        self.look(asked)


def test_the_lives_of_issues(migrated: Path, tmp_path: Path) -> None:
    shutil.copy(migrated, tmp_path / "zhucun.db")
    LifeOfIssues.folder = tmp_path
    LifeOfIssues.settled = asyncio.run(_settled(tmp_path))
    test = LifeOfIssues.TestCase("runTest")
    test.settings = settings(
        max_examples=20,
        stateful_step_count=40,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
    )
    test.runTest()
