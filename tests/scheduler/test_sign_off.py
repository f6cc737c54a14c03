"""Drafts by the clock: on which day, once, told of in a summary twice at most; never signed."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle

from ledger import audit, bulletins, findings, signing
from ledger.bulletins import Bulletin
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.findings import Found, Source
from ledger.messages import Reply
from ledger.people import Scope
from ledger.reports import counted
from ledger.reports.facts import place_of
from ledger.rules import Rules
from scheduler import sign_off
from scheduler.desk import Desk
from scheduler.timetable import timetable
from templates.words import Words

RULES = Rules()
DAY = timedelta(days=1)
SUMMARY = Reply("**日报**", kind="card")


@pytest.fixture
async def county(database: Database) -> County:
    """The cast, at work since January."""
    return await settle(database, now=moment(1, 6))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path)


def moment(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


async def drafts(db: Session) -> list[tuple[str, str, str]]:
    rows = await db.connection.execute_fetchall(
        "SELECT kind, period, state FROM bulletin ORDER BY kind, period"
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def confirmed(db: Session, county: County, number: int, now: datetime) -> None:
    li, zhou = county["李队员"], county["周总队长"]
    found = Found(
        county.id, li.township_id, li.team_id, li.id, Source.VISIT, number, "脱岗走读",
        "未见李队员", now.date(), None,
    )  # fmt: skip
    one = await findings.open_finding(db, found, now=now - 10 * DAY, rules=RULES)
    await db.connection.execute(
        "UPDATE finding SET state = 'confirmed', decided_by = :by, decided_at = :at, reason = '问过'"
        " WHERE id = :id",
        {"by": zhou.id, "at": int(now.timestamp() * 1000), "id": one.id},
    )


# which day
@pytest.mark.parametrize(
    ("kind", "period", "day"),
    [
        ("tenday", "2026-11-T1", date(2026, 11, 11)),
        ("tenday", "2026-11-T2", date(2026, 11, 23)),  # the 21st is a Saturday
        ("tenday", "2026-09-T3", date(2026, 10, 8)),  # the National Day's week
        ("inspection", "2026-11-T3", date(2026, 12, 1)),
        ("monthly", "2026-04", date(2026, 5, 6)),  # after the Labour Day's rest
    ],
)
def test_a_draft_is_due_on_the_first_working_day_after(
    kind: str, period: str, day: date
) -> None:
    around = [day + DAY * one for one in range(-12, 9)]

    assert [one for one in around if sign_off.due_on(kind, period, one, RULES)] == [day]


async def test_every_period_of_a_rehearsed_year_is_drafted_once(
    database: Database, county: County, desk: Desk
) -> None:
    """Each morning, twice: 35 times ten days and eleven months."""
    async with database.transaction() as db:
        day = moment(1, 6)
        while day.year == 2026:
            await sign_off.ready(desk, db, day)
            await sign_off.ready(desk, db, day)
            day += DAY
        made = await drafts(db)

    assert len(made) == len(set(made)) == 35 + 11
    assert {one[0] for one in made} == {"tenday", "monthly"}  # nothing found: no 督查通报
    assert {one[2] for one in made} == {"draft"}


async def test_what_an_outage_missed_is_made_up_for_a_week(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await sign_off.make_up(desk, db, moment(11, 13))
        soon = await drafts(db)
        await sign_off.make_up(desk, db, moment(11, 20))
        later = await drafts(db)

    assert soon == later == [("tenday", "2026-11-T1", "draft")]


async def test_days_before_the_ledger_have_no_paper(
    database: Database, county: County, desk: Desk
) -> None:
    """Its first working day would be in January; December was nobody's."""
    async with database.transaction() as db:
        await sign_off.make_up(desk, db, moment(1, 6))
        made = await drafts(db)

    assert made == []


async def test_what_was_found_is_reported_in_the_days_of_its_confirmation(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await confirmed(db, county, 1, moment(11, 19))
        await sign_off.ready(desk, db, moment(11, 23))
        await sign_off.ready(desk, db, moment(12, 1))
        made = await drafts(db)
        place = place_of(county["陈干事"])
        one = await bulletins.newest(db, place, "inspection", "2026-11-T2")

    assert [kind for kind in made if kind[0] == "inspection"] == [
        ("inspection", "2026-11-T2", "draft")
    ]
    assert one is not None
    found = one.latest
    assert [(p.village, p.kind, p.words) for p in found.problems] == [  # type: ignore[union-attr]
        ("永安村", "脱岗走读", "未见有关人员")
    ]


async def test_the_week_s_drafts_are_the_county_s_and_each_township_s(
    database: Database, county: County, desk: Desk
) -> None:
    friday = moment(11, 27, 17)
    async with database.transaction() as db:
        await sign_off.weekly(desk, db, friday.date(), friday)
        await sign_off.weekly(desk, db, friday.date(), friday)
        rows = await db.connection.execute_fetchall(
            "SELECT level, period, state FROM bulletin ORDER BY id"
        )

    assert [tuple(row) for row in rows] == [
        (level, "2026-W48", "draft") for level in ("county", "township", "township")
    ]


# telling
async def told(desk: Desk, db: Session, county: County, now: datetime) -> dict[str, str]:
    """What each reader's summary says more than its figures."""
    found = {}
    for name, person in county.people.items():
        reply = await sign_off.with_drafts(desk, db, person, SUMMARY, now)
        if reply != SUMMARY:
            found[name] = reply.text.removeprefix(SUMMARY.text).strip()
    return found


async def test_who_signs_reads_of_it_once_and_once_again_after_three_working_days(
    database: Database, county: County, desk: Desk
) -> None:
    said = {}
    async with database.transaction() as db:
        await sign_off.ready(desk, db, moment(11, 11))
        for day in range(11, 24):
            said[day] = await told(desk, db, county, moment(11, day, 18))

    assert {day: list(one) for day, one in said.items() if one} == {
        11: ["陈干事"], 16: ["陈干事"],
    }  # fmt: skip
    assert said[11]["陈干事"] == "**等您签发**：2026年11月上旬通报"
    assert "以后不再提醒" in said[16]["陈干事"]


async def test_several_are_one_line_in_one_message(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await confirmed(db, county, 1, moment(11, 25))
        await sign_off.ready(desk, db, moment(12, 1))
        reply = await sign_off.with_drafts(
            desk, db, county["陈干事"], SUMMARY, moment(12, 1, 18)
        )

    assert reply.text.count("等您签发") == 1
    assert [one.label for one in reply.options] == [
        "看2026年11月下旬通报", "看2026年11月下旬督查通报", "看2026年11月月度通报",
    ]  # fmt: skip


async def test_what_is_signed_or_given_back_is_not_spoken_of(
    database: Database, county: County, desk: Desk
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        await sign_off.ready(desk, db, moment(12, 1))
        first, second = await bulletins.waiting(db, place_of(chen))
        await _signed(db, county, first, moment(12, 1))
        await bulletins.give_back(db, chen, second, "重看", now=moment(12, 1))
        said = await told(desk, db, county, moment(12, 1, 18))

    assert said == {}


async def _signed(db: Session, county: County, one: Bulletin, now: datetime) -> None:
    await signing.sign(
        db, county["陈干事"], one, one.latest, seen=one.stamp, write=lambda _: "x", now=now
    )


async def test_a_draft_says_nothing_to_anybody_by_itself(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await confirmed(db, county, 1, moment(11, 25))
        await sign_off.ready(desk, db, moment(12, 1))
        await sign_off.weekly(desk, db, MONDAY.date(), MONDAY)
        rows = await db.connection.execute_fetchall("SELECT count(*) FROM outbox")
        made = await drafts(db)

    assert [tuple(row) for row in rows] == [(0,)]
    assert {one[2] for one in made} == {"draft"}


def test_the_timetable_has_its_beat() -> None:
    beat = next(one for one in timetable(RULES) if one.name == "bulletin_drafts")

    assert beat.work is sign_off.ready


async def test_a_draft_of_the_timetable_is_the_one_a_person_would_have_made(
    database: Database, county: County, desk: Desk
) -> None:
    now = moment(12, 1)
    async with database.transaction() as db:
        await sign_off.ready(desk, db, now)
        place = place_of(county["陈干事"])
        made = await bulletins.newest(db, place, "tenday", "2026-11-T3")
        facts = await counted.count(db, place, "tenday", "2026-11-T3", now=now, rules=RULES)
        again = await bulletins.draft(db, audit.SYSTEM, Scope(county.id), facts, now=now)

    assert made is not None
    assert (again.id, again.stamp) == (made.id, made.stamp)
