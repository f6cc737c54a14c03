"""What checks cost: every kind counted once, void ones not, by scope and month."""

from datetime import date, datetime

from county import MONDAY, County

from ledger import check_costs, draws, spotchecks
from ledger.check_costs import Costs, minutes_of, month_so_far
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.draw_plan import CHAT, PHONE, VISIT
from ledger.draws import ASKED, Wish
from ledger.people import Scope
from ledger.rules import Rules
from ledger.windows import window
from templates.words import Words

RULES = Rules()
TODAY = MONDAY.date()


async def asked(db: Session, county: County, teams: int, now: datetime = MONDAY) -> None:
    found = await draws.eligible(db, Scope(county.id), day=now.date())
    name = await draws.next_name(db, county.id, now.date())
    wish = Wish(ASKED, name, bytes(32), teams, county["陈干事"].id)
    draw = await draws.make(db, county.id, wish, found.pool, now=now)
    span = window(now, RULES)
    assert span is not None
    await spotchecks.send(db, draw, span, Words().say, now=now)


async def planted(db: Session, county: County, kind: str, team: int, day: date) -> None:
    """A phone check or a visit of that day, as its own file would leave it."""
    wish = Wish(ASKED, f"{day}|{kind}|{team}", bytes(32), 1, kind=kind)
    draw = await draws.store(db, county.id, wish, "{}", [], now=MONDAY)
    statement = {
        PHONE: "INSERT INTO phone_check (draw_id, team_id, person_id, day) VALUES (?, ?, 4, ?)",
        VISIT: "INSERT INTO surprise_visit (draw_id, team_id, day, until_day) VALUES (?, ?, ?, '2026-12-31')",
    }[kind]
    await db.connection.execute(statement, (draw.id, team, day.isoformat()))


def test_minutes_are_the_county_s_own_estimates() -> None:
    own = Rules(minutes_chat=3, minutes_phone=15, minutes_visit=90, minutes_back_check=4)
    assert [minutes_of(one, own) for one in check_costs.KINDS] == [3, 15, 90, 4]
    assert Costs({CHAT: 2, PHONE: 1, VISIT: 1}).minutes(own) == 6 + 15 + 90
    assert Costs().minutes(own) == Costs().all == 0


async def test_the_month_so_far_by_kind_and_the_teams_met(
    database: Database, county: County
) -> None:
    teams = [county[one].team_id for one in ("王队长", "孙队长", "郑队长")]
    async with database.transaction() as db:
        await asked(db, county, 3)
        await planted(db, county, PHONE, teams[0], TODAY)
        await planted(db, county, PHONE, teams[1], date(2026, 10, 30))
        await planted(db, county, VISIT, teams[2], TODAY)
        whole = await month_so_far(db, Scope(county.id), TODAY)
        town = Scope(county.id, county["周总队长"].township_id)
        part = await month_so_far(db, town, TODAY)
        before = await month_so_far(db, Scope(county.id), date(2026, 10, 31))
    assert (whole.of(CHAT), whole.of(PHONE), whole.of(VISIT)) == (3, 1, 1)
    assert (whole.phoned, whole.visited) == ({teams[0]}, {teams[2]})
    assert whole.minutes(RULES) == 3 * 2 + 10 + 60
    assert (part.of(CHAT), part.of(PHONE), part.of(VISIT)) == (2, 0, 0)
    assert (before.of(CHAT), before.phoned) == (0, {teams[1]})


async def test_what_does_not_count_costs_nothing(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await asked(db, county, 2)
        await planted(db, county, PHONE, 1, TODAY)
        for table in ("spotcheck", "phone_check"):
            await db.connection.execute(f"UPDATE {table} SET state = 'void'")
        assert (await month_so_far(db, Scope(county.id), TODAY)).all == 0


async def test_two_statements_however_many_teams(database: Database, county: County) -> None:
    async with database.transaction() as db:
        counts = []
        for teams in (1, 3):
            await asked(db, county, teams, datetime(2026, 11, 23, 9, teams, tzinfo=SHANGHAI))
            seen: list[str] = []
            await db.connection.set_trace_callback(seen.append)
            await month_so_far(db, Scope(county.id), TODAY)
            await db.connection.set_trace_callback(None)
            counts.append(len([one for one in seen if not one.startswith("--")]))
    assert counts == [2, 2]
