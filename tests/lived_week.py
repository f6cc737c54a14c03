"""A week the cast has lived, 16 to 20 November 2026, for the tests of summaries.

永安村 has an overdue issue, one waiting for 销号, somebody on leave; 柳树村 has struck one off
and has a missed check; 石桥村 has recorded nothing.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from county import County, settle

from ledger import closing, issue_steps, issues, leave, leave_steps, periods, study, visits
from ledger.clock import SHANGHAI, ms
from ledger.closing import Word
from ledger.database import Database, Session
from ledger.issue_steps import Column
from ledger.issues import Found, Tier
from ledger.rules import Rules
from ledger.study import Study
from ledger.visits import Visit

RULES = Rules()
FRIDAY = date(2026, 11, 20)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@dataclass
class Pen:
    """Writes records as the people of the cast do."""

    db: Session
    county: County
    numbers: dict[str, int] = field(default_factory=dict)

    async def study(self, who: str, at: datetime, topic: str, minutes: int = 60) -> int:
        made = Study(at.date(), topic, minutes)
        return await study.record(
            self.db, self.county[who], made, source="", now=at, rules=RULES
        )

    async def visit(self, who: str, at: datetime, household: str, found: str) -> int:
        person = self.county[who]
        rows = await self.db.connection.execute_fetchall(
            "SELECT id FROM household WHERE team_id = ? AND name = ? ORDER BY id",
            (person.team_id, household),
        )
        id = next((row[0] for row in rows), None)
        made = Visit(at.date(), household, found, id)
        return await visits.record(self.db, person, made, source="", now=at, rules=RULES)

    async def issue(self, who: str, at: datetime, household: str, text: str, due: date) -> int:
        made = Found(at.date(), text, Tier.GENERAL, due, household)
        id = await issues.report(
            self.db, self.county[who], made, source="", now=at, rules=RULES
        )
        self.numbers[text] = id
        return id

    async def _of(self, who: str, text: str) -> issues.Issue:
        return await issues.access_issue(self.db, self.county[who], self.numbers[text])

    async def progress(self, who: str, at: datetime, issue: str, text: str) -> None:
        found = await self._of(who, issue)
        await issue_steps.note(self.db, self.county[who], found, text, source="", now=at)

    async def submit(self, who: str, at: datetime, issue: str, effect: str) -> None:
        found = await self._of(who, issue)
        by = self.county[who]
        if closing.needs_measure(found):
            await issue_steps.describe(self.db, by, found, Column.MEASURE, "派人去修", now=at)
            found = await self._of(who, issue)
        await closing.submit(self.db, by, found, effect, source="", now=at)

    async def close(self, who: str, at: datetime, issue: str) -> None:
        found = await self._of(who, issue)
        by = self.county[who]
        await closing.agree(self.db, by, found, RULES, word=Word.VISIT, text="去看过", now=at)

    async def send_back(self, who: str, at: datetime, issue: str) -> None:
        found = await self._of(who, issue)
        await closing.send_back(self.db, self.county[who], found, "再看一次", now=at)

    async def away(self, who: str, first: date, last: date, *, asked: datetime) -> None:
        person = self.county[who]
        id = await leave.ask(self.db, person, first, last, "事假", source="", now=asked)
        request = await leave.access_leave(self.db, person, id)
        while seats := await leave_steps.asked(self.db, id, person, day=asked.date()):
            await leave.decide(self.db, seats[0], request, person, approve=True, now=asked)

    async def missed_check(self, who: str, at: datetime, note: str = "") -> None:
        person, day = self.county[who], at.date()
        draw = await self.db.connection.execute_fetchall(
            "INSERT INTO draw (county_id, way, name, seed, at, wanted, pool, drawn)"
            " VALUES (?, 'chat', ?, '', ?, 1, '[]', '[]') RETURNING id",
            (self.county.id, f"{who}{ms(at)}", ms(at)),
        )
        await self.db.connection.execute(
            "INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at,"
            " remind_at, closes_at, closed_at, note) VALUES (?, ?, ?, ?, '', 'missed', ?, ?, ?, ?, ?)",
            (next(iter(draw))[0], person.id, person.team_id, day.isoformat(), *[ms(at)] * 4, note),
        )  # fmt: skip
        await periods.add(self.db, person.team_id, day, checked=1, unanswered=1)


async def live(database: Database, folder: Path | None = None) -> County:
    """Enter the cast and let it live the week."""
    county = await settle(database, now=moment(2, 9))
    async with database.transaction() as db:
        pen = Pen(db, county)
        await pen.issue("李队员", moment(9, 15), "张大山", "屋顶漏雨", date(2026, 11, 18))
        await pen.issue("钱队员", moment(10, 10), "何满仓", "猪圈积水", date(2026, 11, 30))
        await pen.study("李队员", moment(16, 20), "中央一号文件")
        await pen.visit("李队员", moment(16, 10), "张大山", "屋顶还在漏")
        await pen.study("赵队员", moment(17, 19), "防返贫监测", 45)
        await pen.issue("赵队员", moment(17, 16), "王桂芳", "饮水不通", date(2026, 11, 23))
        await pen.progress("赵队员", moment(18, 11), "饮水不通", "水管已接通")
        await pen.visit("孙队长", moment(18, 10), "马春生", "一切正常")
        await pen.submit("钱队员", moment(18, 15), "猪圈积水", "沟已挖通，不再积水")
        await pen.close("孙队长", moment(19, 9), "猪圈积水")
        await pen.away("赵队员", date(2026, 11, 20), date(2026, 11, 21), asked=moment(19, 16))
        await pen.visit("李队员", moment(20, 9), "张大山", "送去油布")
        await pen.submit("赵队员", moment(20, 10), "饮水不通", "水已接通，能正常用水")
        await pen.issue("王队长", moment(20, 11), "刘福来", "路灯不亮", date(2026, 12, 20))
        await pen.missed_check("钱队员", moment(20, 12), "手机没有信号")
        await pen.study("李队员", moment(20, 14), "中央一号文件")
    return county
