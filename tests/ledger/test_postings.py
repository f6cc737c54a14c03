"""Postings: any past roster can be asked again, whatever was changed since, today is as before."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from old_ledger import upgrade_to

from ledger import audit, people, postings, roster, roster_changes
from ledger.database import Database, open_database
from ledger.database.schema import upgrade
from ledger.errors import Refused
from ledger.people import Person, Role, Scope
from ledger.roster import Entry
from ledger.roster_changes import Why

DAY = timedelta(days=1)
VILLAGES = ("永安村", "柳树村", "石桥村")
START = MONDAY.date()
WHY = Why("轮换", "县委组织部")


async def names_on(database: Database, county: County, village: str, day: date) -> list[str]:
    async with database.reading() as db:
        teams = {one.village: one.id for one in await people.teams(db, Scope(county.id))}
        return sorted(one.name for one in await postings.on_team(db, teams[village], day))


async def team_of(database: Database, county: County, village: str) -> people.Team:
    async with database.reading() as db:
        return next(
            one for one in await people.teams(db, Scope(county.id)) if one.village == village
        )


# single changes
async def test_a_move_closes_the_post_the_day_before_and_opens_the_new_one(
    database: Database, county: County
) -> None:
    later = MONDAY + 9 * DAY
    team = await team_of(database, county, "石桥村")
    async with database.transaction() as db:
        li = county["李队员"]
        await roster_changes.move(
            db, county["陈干事"], li, team, WHY, day=later.date(), now=later
        )
        history = await postings.of_person(db, li.id)

    assert [(one.village, one.from_day, one.to_day) for one in history] == [
        ("永安村", "2026-01-05", "2026-12-01"),
        ("石桥村", "2026-12-02", "9999-12-31"),
    ]
    assert "李队员" in await names_on(database, county, "永安村", later.date() - DAY)
    assert "李队员" not in await names_on(database, county, "永安村", later.date())
    assert "李队员" in await names_on(database, county, "石桥村", later.date())


async def test_a_second_change_on_the_same_day_takes_the_first_one_s_place(
    database: Database, county: County
) -> None:
    later, li, staff = MONDAY + DAY, county["李队员"], county["陈干事"]
    teams = [await team_of(database, county, one) for one in ("石桥村", "柳树村")]
    async with database.transaction() as db:
        for team in teams:
            now = await people.by_id(db, li.id)
            await roster_changes.move(db, staff, now, team, WHY, day=later.date(), now=later)
        history = await postings.of_person(db, li.id)

    assert [one.village for one in history] == ["永安村", "柳树村"]


async def test_who_leaves_keeps_his_past_and_loses_his_account(
    database: Database, county: County
) -> None:
    later, li = MONDAY + 3 * DAY, county["李队员"]
    async with database.transaction() as db:
        await roster_changes.leave(
            db, county["周总队长"], li, Why("任期满"), day=later.date(), now=later
        )
        assert await people.address_of(db, li.id) is None
        event = (await audit.history(db, f"person:{li.id}"))[-1]

    assert event["kind"] == "person.left"
    assert event["body"]["reason"] == "任期满"
    assert "李队员" in await names_on(database, county, "永安村", later.date() - DAY)
    assert "李队员" not in await names_on(database, county, "永安村", later.date())


@pytest.mark.parametrize(
    ("reason", "kind"), [("单位抽回", "person.pulled_back"), ("召回", "person.recalled")]
)
async def test_a_pull_back_and_a_recall_name_who_approved(
    database: Database, county: County, reason: str, kind: str
) -> None:
    li, staff = county["李队员"], county["陈干事"]
    async with database.transaction() as db:
        with pytest.raises(Refused) as refused:
            await roster_changes.leave(db, staff, li, Why(reason), day=START, now=MONDAY)
        why = Why(reason, "县委组织部")
        await roster_changes.leave(db, staff, li, why, day=START, now=MONDAY)
        event = (await audit.history(db, f"person:{li.id}"))[-1]

    assert refused.value.block == "roster.no_approver"
    assert (event["kind"], event["body"]["approver"]) == (kind, "县委组织部")


async def test_nobody_changes_what_is_not_his(database: Database, county: County) -> None:
    team = await team_of(database, county, "永安村")
    tried = [
        ("冯总队长", "李队员"), ("王队长", "李队员"), ("李队员", "李队员"),
        ("周总队长", "陈干事"), ("陈干事", "周总队长"),
    ]  # fmt: skip
    async with database.transaction() as db:
        for by, whom in tried:
            with pytest.raises(Refused):
                await roster_changes.leave(
                    db, county[by], county[whom], Why("轮换"), day=START, now=MONDAY
                )
        with pytest.raises(Refused):
            entry = Entry("何新", Role.MEMBER)
            await roster_changes.come(
                db, county["冯总队长"], team, entry, day=START, now=MONDAY
            )


@pytest.mark.parametrize("day", [date(2026, 1, 4), START + DAY])
async def test_a_change_before_the_post_or_to_come_is_refused(
    database: Database, county: County, day: date
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused):
            await roster_changes.leave(
                db, county["陈干事"], county["李队员"], WHY, day=day, now=MONDAY
            )


async def test_a_term_begun_before_the_entry_opens_the_post_then(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        for name, term in (("何新", "2025-05-01"), ("马力", "2027-01-01"), ("田野", "")):
            entry = Entry(name, Role.MEMBER, "清水镇", "永安村", term_from=term)
            await roster.add_person(db, county.id, entry, now=MONDAY)

    assert await names_on(database, county, "永安村", date(2025, 5, 1)) == ["何新"]
    assert {"何新", "马力", "田野"} <= set(await names_on(database, county, "永安村", START))


# the law
@dataclass
class Replay:
    """The naive way: everybody's place on every day, written down day by day."""

    people: dict[int, str] = field(default_factory=dict)
    days: dict[date, dict[int, str]] = field(default_factory=dict)

    def from_day(self, first: date, last: date, id: int, place: str | None) -> None:
        """From that day on somebody is there, or nowhere."""
        for offset in range((last - first).days + 1):
            day = self.days.setdefault(first + offset * DAY, {})
            if place:
                day[id] = place
            else:
                day.pop(id, None)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("move", "leave", "come", "swap", "title")),
        st.integers(0, 20),  # whom, of those on a team
        st.sampled_from(VILLAGES),
        st.integers(0, 6),  # days later
        st.integers(0, 3),  # days the change counts back
    ),
    max_size=14,
)
LAST = START + 100 * DAY


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_any_past_roster_is_what_a_naive_replay_says(
    migrated: Path, steps: list[tuple[str, int, str, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "zhucun.db"
        path.write_bytes(migrated.read_bytes())
        async with open_database(path, durable=False) as database:
            await _live(database, steps)


async def _live(database: Database, steps: list[tuple[str, int, str, int, int]]) -> None:
    county = await settle(database)
    replay, now = Replay(), MONDAY
    async with database.transaction() as db:
        for one in await people.members(db, Scope(county.id), day=START):
            replay.from_day(START, LAST, one.id, one.village)
        for number, (what, who, village, later, back) in enumerate(steps):
            now += later * DAY
            day = now.date() - back * DAY
            with suppress(Refused):
                await _step(db, county, replay, (what, who, village, number), day, now)
        for offset in range((now.date() - START).days + 1):
            day = START + offset * DAY
            found = {one.id: one.village for one in await _members(db, county, day)}
            assert found == replay.days[day]
        await _today_is_the_row(db, county, now.date())


async def _members(db: object, county: County, day: date) -> list[Person]:
    return await people.members(db, Scope(county.id), day=day)  # type: ignore[arg-type]


async def _step(
    db: object, county: County, replay: Replay, step: tuple[str, int, str, int], day: date,
    now: object,
) -> None:  # fmt: skip
    what, who, village, number = step
    staff = county["陈干事"]
    there = await _members(db, county, now.date())
    team = next(
        one for one in await people.teams(db, Scope(county.id)) if one.village == village
    )
    when = {"day": day, "now": now}
    if what == "come":
        id = await roster_changes.come(
            db,
            staff,
            team,
            Entry(f"新来{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[number]}", Role.MEMBER),
            **when,
        )
        replay.from_day(day, LAST, id, village)
        return
    if not there:
        return
    one = there[who % len(there)]
    if what == "leave":
        await roster_changes.leave(db, staff, one, WHY, **when)
        replay.from_day(day, LAST, one.id, None)
    elif what == "move":
        await roster_changes.move(db, staff, one, team, WHY, **when)
        replay.from_day(day, LAST, one.id, village)
    elif what == "swap":
        new = there[(who + 1) % len(there)]
        if new.id != one.id and await _may(db, one, new, day):
            await roster_changes.take_over(db, staff, one, new, WHY, **when)
            replay.from_day(day, LAST, one.id, None)
            replay.from_day(day, LAST, new.id, one.village)
    elif await postings.since(db, one.id) <= day:
        post = replace(postings.post_of(one), title=f"职务{number}")
        held = postings.Held(one.id, post, day)
        await postings.move(db, held, by=staff.id, now=now, reason="")


async def _may(db: object, one: Person, new: Person, day: date) -> bool:
    begun = [await postings.since(db, each.id) for each in (one, new)]
    return max(begun) <= day


async def _today_is_the_row(db: object, county: County, day: date) -> None:
    """What is asked of history for today says the same as the people's own rows."""
    for one in await postings.roster_on(db, Scope(county.id), day):
        assert one == await people.by_id(db, one.id)


# an older ledger
async def test_people_of_an_older_ledger_have_been_there_since_before_we_know(
    tmp_path: Path,
) -> None:
    path = tmp_path / "zhucun.db"
    upgrade_to(path, "0002")
    with sqlite3.connect(path) as old:
        old.executescript(OLD)
    old.close()
    upgrade(path)

    async with open_database(path, durable=False) as database, database.reading() as db:
        then = [one.name for one in await postings.on_team(db, 1, date(2024, 3, 3))]
        today = [one.name for one in await postings.on_team(db, 1, START)]
        staff = [one.name for one in await people.staff(db, 1, day=START)]
        history = await postings.of_person(db, 2)
    assert (then, today, staff) == (["李队员", "离开的人"], ["李队员"], ["陈干事"])
    assert [(one.from_day, one.to_day) for one in history] == [("1970-01-01", "2026-03-01")]


OLD = """
INSERT INTO county (id, name) VALUES (1, '安和县');
INSERT INTO township (id, county_id, name) VALUES (1, 1, '清水镇');
INSERT INTO team (id, county_id, township_id, village) VALUES (1, 1, 1, '永安村');
INSERT INTO person (id, county_id, township_id, team_id, name, role, left_day) VALUES
  (1, 1, 1, 1, '李队员', 'member', NULL), (2, 1, 1, 1, '离开的人', 'member', '2026-03-01'),
  (3, 1, NULL, NULL, '陈干事', 'county', NULL);
"""
