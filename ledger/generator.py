"""A made-up county from a seed: places, people, households, and some weeks of their work.

The history is entered through the same functions as real reports, so that roll-ups, log and
summaries of a generated county are as true as those of a real one.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from ledger import (
    closing,
    day_counts,
    issue_steps,
    issues,
    leave,
    leave_steps,
    people,
    roster,
    study,
    visits,
)
from ledger.chance import Lots
from ledger.closing import Word
from ledger.database import Session
from ledger.days import DAY, at, days_between, is_workday, week_of
from ledger.issue_steps import Column
from ledger.issues import Found, Tier, due_of
from ledger.people import Household, Person, Role, Scope
from ledger.roster import Entry
from ledger.rules import Rules
from ledger.study import Study
from ledger.visits import Visit

TEAM_SIZE = 3  # S004-10: at least three a team
FIRST_HOUSEHOLD = "张大山"  # of every village: the manual's examples work everywhere
HOUSEHOLDS = 24  # a village, enough to try with
VILLAGES_A_TOWNSHIP = 4


@dataclass(frozen=True)
class Size:
    """How large a county to make."""

    villages: int = 8
    workdays: int = 8


@dataclass
class Generator:
    """Makes one county; the same seed makes the same one."""

    seed: int
    size: Size
    rules: Rules
    words: dict[str, Any] = field(default_factory=dict)
    entered: date = date.min
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        text = files("ledger").joinpath("demo.toml").read_text(encoding="utf-8")
        self.words = tomllib.loads(text)
        self.lots = Lots(f"demo county {self.seed}".encode())

    # places and people
    async def people(self, db: Session, *, now: datetime) -> int:
        """Enter the county, its townships, teams, members, households; returns its id."""
        self.entered = now.date()
        county = await roster.ensure_county(db, self.words["county"])
        for number in (1, 2):
            await self._person(db, county, Role.COUNTY, f"county{number}", now=now)
        for number in range(self.size.villages):
            await self._village(db, county, number, now)
        return county

    async def _village(self, db: Session, county: int, number: int, now: datetime) -> None:
        township, village = self._places(number)
        if number % VILLAGES_A_TOWNSHIP == 0:
            await self._person(
                db, county, Role.TOWNSHIP, f"town{number}", township=township, now=now
            )
        parent = await roster.ensure_township(db, county, township)
        kind = self._choose("village_kinds", "kind", number)
        team = await roster.ensure_team(db, county, parent, village, kind=kind)
        for seat in range(TEAM_SIZE):
            role = Role.MEMBER if seat else Role.LEADER
            where = {"township": township, "village": village}
            await self._person(db, county, role, f"team{number}.{seat}", now=now, **where)
        for house in range(HOUSEHOLDS):
            await self._household(db, team, number, house)

    async def _person(
        self, db: Session, county: int, role: Role, key: str, *, now: datetime,
        township: str = "", village: str = "",
    ) -> None:  # fmt: skip
        title = {Role.LEADER: "第一书记", Role.TOWNSHIP: "总队长", Role.COUNTY: "干事"}.get(
            role, ""
        )
        unit = self._choose("units", "unit", key) if village else ""
        phone = f"199{self.lots.below(10**8, 'phone', key):08d}"
        entry = Entry(
            self._name("given_member", key), role, township, village, title, phone, unit,
            **(self._care(key, unit[:1], now.date()) if village else {}),
        )  # fmt: skip
        await roster.add_person(db, county, entry, now=now)

    def _care(self, key: str, level: str, today: date) -> dict[str, str]:
        """Term, insurance and check-up: nearly everybody's in order, a few run out."""
        begun = 80 + self.lots.below(580, "term", key)  # days ago; a term has two years
        insured = self.lots.below(360, "insured", key) + 35
        checked = self.lots.below(310, "checked", key)
        return {
            "sent_by": level,  # 县水利局, 市财政局
            "term_from": str(today - begun * DAY),
            "term_to": str(today + (730 - begun) * DAY),
            "insured_until": str(today + insured * DAY),
            "checkup_day": str(today - checked * DAY),
        }

    async def _household(self, db: Session, team: int, village: int, house: int) -> None:
        key = f"house{village}.{house}"
        name = FIRST_HOUSEHOLD if house == 0 else self._name("given_household", key)
        await people.add_household(
            db, team, name,
            group_name=self._choose("groups", "group", key),
            kind=self._choose("household_kinds", "kind", key),
        )  # fmt: skip

    def _places(self, number: int) -> tuple[str, str]:
        names, towns = self.words["villages"], self.words["townships"]
        round_, index = divmod(number, len(names))
        town = number // VILLAGES_A_TOWNSHIP
        again, place = divmod(town, len(towns))
        return towns[place] + ("" if not again else str(again + 1)), names[index] + (
            "" if not round_ else str(round_ + 1)
        )

    def _name(self, given: str, key: str) -> str:
        """A name nobody in the county has yet."""
        for attempt in range(1000):
            surname = self.lots.below(len(self.words["surnames"]), "surname", key, attempt)
            name = self.words["surnames"][surname] + self._choose(given, "given", key, attempt)
            if name not in self._names:
                self._names.add(name)
                return str(name)
        raise ValueError("the demo has run out of names; use fewer villages")

    def _choose(self, words: str, *parts: object) -> str:
        choices = self.words[words]
        return str(choices[self.lots.below(len(choices), words, *parts)])

    def _matching(self, words: str, issue: str) -> str:
        """The step or the effect that belongs to an issue."""
        return str(self.words[words][self.words["issues"].index(issue)])

    def _happens(self, percent: int, *parts: object) -> bool:
        return self.lots.below(100, "happens", *parts) < percent

    # some weeks of work
    async def history(self, db: Session, county: int, *, until: datetime) -> int:
        """Enter the work of the last working days before that morning; returns its records."""
        members = await people.members(db, Scope(county), day=until.date())
        days, count = self._workdays_before(until.date()), 0
        await self._confirm_weeks(db, members, self.entered, days[0])
        for day in days:
            for moment, kind, member in sorted(
                self._day(day, members), key=lambda one: (one[0], one[2].id)
            ):
                await self._act(db, kind, member, moment)
                count += 1
        late = until - timedelta(hours=1)
        await self._confirm_weeks(db, members, days[0], until.date(), now=late)
        await self._leave(db, members, until)
        return count

    async def _confirm_weeks(
        self, db: Session, members: list[Person], first: date, before: date,
        *, now: datetime | None = None,
    ) -> None:  # fmt: skip
        """The leaders' one tap for every week that ends in a span, on its Friday evening or `now`."""
        leaders = [one for one in members if one.role is Role.LEADER]
        for monday in days_between(week_of(first)[0], before):
            friday = monday + 4 * DAY
            if monday.isoweekday() == 1 and first <= friday < before:
                for leader in leaders:
                    said = now or at(friday, time(20))
                    await day_counts.confirm_week(db, leader, monday, now=said)

    def _workdays_before(self, day: date) -> list[date]:
        found: list[date] = []
        while len(found) < self.size.workdays:
            day -= DAY
            if is_workday(day, self.rules):
                found.append(day)
        return found[::-1]

    def _day(self, day: date, members: list[Person]) -> Iterator[tuple[datetime, str, Person]]:
        """What everybody does on a day, and when."""
        chances = {
            "study": 80,
            "visit": 70,
            "visit2": 30,
            "issue": 8,
            "progress": 25,
            "submit": 15,
        }
        for member in members:
            for kind, percent in chances.items():
                if self._happens(percent, kind, day.isoformat(), member.id):
                    minute = self.lots.below(600, "minute", kind, day.isoformat(), member.id)
                    start = at(day, datetime.min.time()) + timedelta(hours=8, minutes=30)
                    yield start + timedelta(minutes=minute), kind.rstrip("2"), member

    async def _act(self, db: Session, kind: str, member: Person, now: datetime) -> None:
        """One report, entered as a message would be."""
        if kind == "study":
            await self._study(db, member, now)
        elif kind == "visit":
            await self._visit(db, member, now)
        elif kind == "issue":
            await self._issue(db, member, now)
        else:
            await self._follow_up(db, kind, member, now)

    async def _study(self, db: Session, member: Person, now: datetime) -> None:
        minutes = 30 * (1 + self.lots.below(4, "minutes", member.id, now))
        made = Study(now.date(), self._choose("topics", member.id, now), minutes)
        await study.record(
            db, member, made, source=_source(member, now), now=now, rules=self.rules
        )

    async def _visit(self, db: Session, member: Person, now: datetime) -> None:
        house = await self._any_household(db, member, now)
        made = Visit(now.date(), house.name, self._choose("found", member.id, now), house.id)
        await visits.record(
            db, member, made, source=_source(member, now), now=now, rules=self.rules
        )

    async def _issue(self, db: Session, member: Person, now: datetime) -> None:
        house = await self._any_household(db, member, now)
        tier = (Tier.AT_ONCE, Tier.GENERAL, Tier.COMPLEX)[
            self.lots.below(3, "tier", member.id, now)
        ]
        due = due_of(tier, now.date(), self.rules)
        text = self._choose("issues", member.id, now)
        found = Found(now.date(), text, tier, due, house.name, house.id)
        await issues.report(
            db, member, found, source=_source(member, now), now=now, rules=self.rules
        )

    async def _follow_up(self, db: Session, kind: str, member: Person, now: datetime) -> None:
        """A step on an open issue of the team; what is handed in is verified by the leader."""
        mine = [
            one for one in await issues.open_issues(db, member) if one.owner_id == member.id
        ]
        under_way = [one for one in mine if one.state in {"open", "doing"}]
        if not under_way:
            return
        source = _source(member, now)
        if kind == "progress":
            text = self._matching("notes", under_way[0].text)
            await issue_steps.note(db, member, under_way[0], text, source=source, now=now)
            return
        effect = self._matching("effects", under_way[0].text)
        await self._measure(db, member, under_way[0], now)
        ready = await issues.access_issue(db, member, under_way[0].id)
        await closing.submit(db, member, ready, effect, source=source, now=now)
        if self._happens(70, "verified", under_way[0].id):
            issue = await issues.access_issue(db, member, under_way[0].id)
            for superior in (await people.superiors(db, member, day=now.date()))[:1]:
                await closing.agree(
                    db, superior, issue, self.rules, word=Word.VISIT, text="去看过", now=now
                )

    async def _measure(
        self, db: Session, member: Person, issue: issues.Issue, now: datetime
    ) -> None:
        """What was done about it, where nobody has said so yet."""
        if closing.needs_measure(issue):
            text = self._matching("notes", issue.text)
            await issue_steps.describe(db, member, issue, Column.MEASURE, text, now=now)

    async def _leave(self, db: Session, members: list[Person], now: datetime) -> None:
        """A few people are away on that day, approved the evening before."""
        for member in members:
            if member.role is not Role.MEMBER or not self._happens(12, "leave", member.id):
                continue
            reason = self._choose("leave_reasons", member.id)
            id = await leave.ask(
                db, member, now.date(), now.date() + 2 * DAY, reason,
                source=_source(member, now), now=now,
            )  # fmt: skip
            asked = await leave.access_leave(db, member, id)
            while seats := await leave_steps.asked(db, id, member, day=now.date()):
                await leave.decide(db, seats[0], asked, member, approve=True, now=now)

    async def _any_household(self, db: Session, member: Person, now: datetime) -> Household:
        known = await people.households(db, member)
        return known[self.lots.below(min(8, len(known)), "household", member.id, now)]


def _source(member: Person, now: datetime) -> str:
    return f"demo:{member.id}/{now:%m%d%H%M%S}"
