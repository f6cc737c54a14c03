"""What a hard look at the checks found: who sees, who decides, what counts, what is a number only."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import (
    back_checks,
    check_costs,
    draws,
    finding_steps,
    findings,
    people,
    phone_checks,
    phone_counts,
    phone_draws,
    report_turns,
    roster,
    strikes,
    surprise_forms,
    switches,
)
from ledger.database import Database, Session
from ledger.draw_plan import CHAT, PHONE, VISIT
from ledger.draws import ASKED, TIMETABLE, Draw, Wish
from ledger.errors import Refused
from ledger.findings import Finding, Found, Source, State
from ledger.people import Person, Role, Scope
from ledger.phone_checks import PhoneCheck
from ledger.roster import Entry
from ledger.rules import Rules
from ledger.surprise_visits import Visit, by_id
from ledger.switches import BY_SWITCH, Switch
from scheduler.desk import Desk
from scheduler.findings import tick
from templates.words import Words

RULES = Rules()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = MONDAY + 3 * DAY


async def block_of(work: object) -> str:
    with pytest.raises(Refused) as why:
        await work  # type: ignore[misc]
    return why.value.block


async def run(db: Session, statement: str, *values: object) -> None:
    await db.connection.execute(statement, values)


async def opened(
    db: Session, county: County, *, told: bool = True, **change: object
) -> Finding:
    li = county["李队员"]
    usual = Found(
        county.id, li.township_id, li.team_id, li.id, Source.PHONE, 1, "脱岗走读",
        "上午没有见到", MONDAY.date(), None,
    )  # fmt: skip
    one = await findings.open_finding(db, replace(usual, **change), now=MONDAY, rules=RULES)
    if told:
        await finding_steps.claim_telling(db, one, RULES, now=MONDAY)
    return await findings.by_id(db, one.id)


async def decide(
    db: Session, by: Person, one: Finding, state: State = State.CONFIRMED, now: datetime = LATE
) -> Finding:
    return await findings.decide(db, by, one, state, "问过村支书", now=now, rules=RULES)


async def leave(db: Session, person: Person, first: date, last: date) -> None:
    await run(
        db,
        "INSERT INTO leave (person_id, kind, from_day, to_day, reason, state, asked_at)"
        " VALUES (?, '事假', ?, ?, '', 'approved', 1)",
        person.id, first.isoformat(), last.isoformat(),
    )  # fmt: skip


async def clerk(db: Session, county: County, name: str) -> Person:
    id = await roster.add_person(db, county.id, Entry(name, Role.COUNTY), now=MONDAY)
    return await people.by_id(db, id)


async def stored(db: Session, county: County, kind: str, name: str, *, by: int = 0) -> Draw:
    way = ASKED if by else TIMETABLE
    wish = Wish(way, name, bytes(32), 1, by or None, kind)
    return await draws.store(db, county.id, wish, "{}", [], now=MONDAY)


async def visited(db: Session, county: County, *pair: str) -> Visit:
    """A visit to 永安村 whose form the first of the pair has filled in."""
    draw = await stored(db, county, VISIT, f"visit|{'-'.join(pair)}")
    first, second = (county[one].id for one in pair)
    await run(
        db,
        "INSERT INTO surprise_visit (draw_id, team_id, day, until_day, state, visited_day, filed_by,"
        " filed_at, found) VALUES (?, ?, '2026-11-23', '2026-11-24', 'done', '2026-11-23', ?, 1,"
        ' \'[{"category":"脱岗走读","facts":"没有见到","person":null,"name":""}]\')',
        draw.id, county["李队员"].team_id, first,
    )  # fmt: skip
    rows = await db.connection.execute_fetchall("SELECT max(id) FROM surprise_visit")
    id = int(next(iter(rows))[0])
    await run(
        db,
        "INSERT INTO inspector_pair (visit_id, at, eligible, first_id, second_id, by_hand)"
        " VALUES (?, 1, '{}', ?, ?, 1)",
        id, first, second,
    )  # fmt: skip
    return await by_id(db, id)


# who decides
async def test_neither_inspector_nor_the_recorder_decides_on_their_finding(
    database: Database, county: County
) -> None:
    """The second inspector's 属实 made it a finding: it is his word as well."""
    zhou, chen = county["周总队长"], county["陈干事"]
    async with database.transaction() as db:
        visit = await visited(db, county, "郑队长", "周总队长")
        await run(
            db, "UPDATE surprise_visit SET second_by = ?, second_agrees = 1 WHERE id = ?",
            zhou.id, visit.id,
        )  # fmt: skip
        one = await opened(
            db, county, source=Source.VISIT, source_id=visit.id, found_by=county["郑队长"].id
        )
        assert [who.name for who in await findings.deciders(db, one, day=LATE.date())] == [
            "陈干事"
        ]
        assert await block_of(decide(db, zhou, one)) == "findings.finder"
        assert (await decide(db, chen, one)).state == State.CONFIRMED


async def test_whoever_picked_somebody_by_hand_does_not_decide_on_his_miss(
    database: Database, county: County
) -> None:
    zhou, li = county["周总队长"], county["李队员"]
    async with database.transaction() as db:
        wish = Wish(draws.PICKED, "picked", bytes(32), 1, zhou.id, CHAT, None, "群众来信")
        draw = await draws.store(db, county.id, wish, "{}", [], now=MONDAY)
        await run(
            db,
            "INSERT INTO spotcheck (id, draw_id, person_id, team_id, day, question, state, opens_at,"
            " remind_at, closes_at) VALUES (7, ?, ?, ?, '2026-11-23', '', 'missed', 1, 1, 1)",
            draw.id, li.id, li.team_id,
        )  # fmt: skip
        one = await opened(db, county, source=Source.CHAT, source_id=7, category="未答复")
        assert await block_of(decide(db, zhou, one)) == "findings.finder"


async def test_the_filer_alone_records_nothing_for_the_county(
    database: Database, county: County
) -> None:
    """County staff who filled the form in do not decide on it, were they the only ones."""
    async with database.transaction() as db:
        visit = await visited(db, county, "陈干事", "郑队长")
        assert await surprise_forms.deciders(db, visit, day=LATE.date()) == []


async def test_who_found_or_confirmed_it_does_not_answer_the_appeal(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        finder, maker, other = [await clerk(db, county, name) for name in ("甲", "乙", "丙")]
        await turn_on(db, county)
        one = await opened(db, county, found_by=finder.id)
        one = await decide(db, county["周总队长"], one)
        wish = strikes.wish(one, "通报批评", "办法第十二条", LATE.date(), RULES)
        strike = await strikes.make(db, maker, wish, now=LATE)
        strike = await strikes.appeal(db, county["李队员"], strike, "在镇里", now=LATE)
        for by in (finder, maker):
            said = strikes.answer(db, by, strike, "问过了", upheld=True, now=LATE)
            assert await block_of(said) == "strikes.answered_by_another"
        done = await strikes.answer(db, other, strike, "有会议记录", upheld=False, now=LATE)
        assert done.revoked


async def turn_on(db: Session, county: County) -> None:
    feature = BY_SWITCH[Switch.STRIKES]
    wish = switches.Wish(feature, date(2027, 11, 1), "办法", "日常工作", "", "高明远 副部长")
    await switches.turn_on(db, county["陈干事"], wish, now=MONDAY)


async def test_two_checks_of_one_day_are_one_step(database: Database, county: County) -> None:
    chen, zhou = county["陈干事"], county["周总队长"]
    async with database.transaction() as db:
        await turn_on(db, county)
        first = await decide(db, zhou, await opened(db, county))
        second = await decide(db, zhou, await opened(db, county, source_id=2))
        wish = strikes.wish(first, "通报批评", "办法第十二条", LATE.date(), RULES)
        await strikes.make(db, chen, wish, now=LATE)
        said = strikes.access_basis(db, chen, second.id, now=LATE)
        assert await block_of(said) == "strikes.same_day"


# the right of reply
async def test_nothing_is_confirmed_before_he_has_been_told(
    database: Database, county: County
) -> None:
    """Told late, his hours begin late; whom no channel reaches, a person tells."""
    zhou, li = county["周总队长"], county["李队员"]
    async with database.transaction() as db:
        one = await opened(db, county, told=False)
        assert await block_of(decide(db, zhou, one)) == "findings.not_heard"
        await run(db, "UPDATE address SET unbound_at = 1 WHERE person_id = ?", li.id)
        unbound = await opened(db, county, told=False, source_id=2)
        assert (await decide(db, zhou, unbound)).state == State.CONFIRMED


async def test_a_team_s_affair_waits_for_its_leader_s_return(
    database: Database, county: County, tmp_path: Path
) -> None:
    desk = Desk(Words(), RULES, tmp_path)
    async with database.transaction() as db:
        await leave(db, county["王队长"], date(2026, 11, 23), date(2026, 11, 27))
        one = await opened(db, county, told=False, person=None, category="作风不务实")
        await tick(desk, db, MONDAY + 4 * DAY)
        one = await findings.by_id(db, one.id)
        assert (one.told_at, one.asked_at) == (None, None)
        said = decide(db, county["周总队长"], one, now=MONDAY + 4 * DAY)
        assert await block_of(said) == "findings.not_heard"


async def test_a_card_that_has_not_arrived_begins_no_hours(
    database: Database, county: County, tmp_path: Path
) -> None:
    """The channel was down for days: his 24 hours begin when it brings the card."""
    desk = Desk(Words(), RULES, tmp_path)
    zhou, arrived = county["周总队长"], MONDAY + 2 * DAY
    async with database.transaction() as db:
        for number in (1, 2):
            await opened(db, county, told=False, source_id=number)
        await tick(desk, db, MONDAY)
        one = await findings.by_id(db, 2)
        assert one.told_at
        assert await block_of(decide(db, zhou, one)) == "findings.not_heard"
        await run(
            db, "UPDATE outbox SET state = 'sent', sent_at = ? WHERE why = 'finding'",
            int(arrived.timestamp() * 1000),
        )  # fmt: skip
        assert await block_of(decide(db, zhou, one)) == "findings.not_heard"
        one = await findings.by_id(db, 2)
        assert (await decide(db, zhou, one, now=MONDAY + 7 * DAY)).state == State.CONFIRMED


async def test_whom_the_ledger_has_on_leave_was_not_absent(
    database: Database, county: County
) -> None:
    """Leave noted afterwards (补假), too; it can be lifted, and other categories stay open."""
    zhou, li = county["周总队长"], county["李队员"]
    async with database.transaction() as db:
        one = await opened(db, county)
        other = await opened(db, county, category="作风不务实")
        await leave(db, li, MONDAY.date(), MONDAY.date())
        late = LATE + DAY
        assert await block_of(decide(db, zhou, one, now=late)) == "findings.was_off"
        assert (await decide(db, zhou, one, State.LIFTED, late)).state == State.LIFTED
        assert (await decide(db, zhou, other, now=late)).state == State.CONFIRMED


async def test_a_lifted_miss_leaves_the_figures_and_confirmed_again_comes_back(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        one = await opened(db, county, source=Source.CHAT, category="未答复")
        one = await decide(db, county["周总队长"], one, State.LIFTED)
        assert await unanswered(db) == -1
        await decide(db, county["陈干事"], one, State.CONFIRMED)
        assert await unanswered(db) == 0


async def unanswered(db: Session) -> int:
    rows = await db.connection.execute_fetchall("SELECT min(unanswered) FROM team_period")
    return int(next(iter(rows))[0])


# phone checks
async def listed(db: Session, county: County, wanted: int = 2) -> Draw:
    found = await phone_draws.eligible(db, Scope(county.id), day=MONDAY.date())
    wish = Wish(TIMETABLE, "2026-11-23|phone|1", bytes(32), wanted, None, PHONE)
    draw = await draws.make(db, county.id, wish, found.pool, now=MONDAY)
    await phone_checks.open_all(db, draw, now=MONDAY)
    return draw


async def test_nobody_on_leave_is_put_down_after_a_call(
    database: Database, county: County
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        await listed(db, county)
        check = await phone_checks.take(db, chen, now=MONDAY)
        assert isinstance(check, PhoneCheck)
        person = await people.by_id(db, check.person_id)
        await leave(db, person, MONDAY.date(), MONDAY.date())
        said = phone_checks.doubt(
            db, chen, check, "脱岗走读", "未接通", rules=RULES, now=MONDAY
        )
        assert await block_of(said) == "phone_checks.was_off"


async def test_a_township_learns_nothing_of_calls_and_visits_before_they_are_made(
    database: Database, county: County
) -> None:
    """Neither the counts nor what a preview says the month has cost warn anybody."""
    zhou = county["周总队长"]
    town = Scope(county.id, zhou.township_id)
    day = MONDAY.date()
    async with database.transaction() as db:
        await listed(db, county, wanted=3)
        draw = await stored(db, county, VISIT, "visit|1")
        await run(
            db,
            "INSERT INTO surprise_visit (draw_id, team_id, day, until_day)"
            " VALUES (?, ?, '2026-11-23', '2026-11-24')",
            draw.id, county["李队员"].team_id,
        )  # fmt: skip
        here = await check_costs.month_so_far(db, town, day)
        assert (here.all, here.visited) == (0, frozenset())
        assert (await check_costs.month_so_far(db, Scope(county.id), day)).all == 4
        assert await phone_counts.counts(db, town, day, day) == []
        assert (await phone_counts.counts(db, Scope(county.id), day, day))[0].drawn


async def test_a_gap_in_the_numbers_of_chat_draws_tells_nothing(
    database: Database, county: County
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        numbers = []
        for kind in (CHAT, VISIT, PHONE, CHAT, VISIT, CHAT):
            draw = await stored(db, county, kind, f"{kind}|{len(numbers)}", by=chen.id)
            numbers.append(draw.number)
        assert [numbers[place] for place in (0, 3, 5)] == [1, 2, 3]
        third = await draws.access_draw(db, chen, 3)
        assert (third.id, third.number) == (6, 3)
        assert [one.number for one in await draws.recent(db, chen, limit=9)] == [3, 2, 1]
        for number in (0, 4, 6):
            assert await block_of(draws.access_draw(db, chen, number)) == "spotchecks.no_draw"


async def test_a_leader_s_meeting_shows_no_gap_of_hidden_draws(
    database: Database, county: County
) -> None:
    """What stands on the buttons of his meeting counts meetings only."""
    li = county["李队员"]
    async with database.transaction() as db:
        for place, kind in enumerate(("report", VISIT, PHONE, "report")):
            last = (await stored(db, county, kind, f"{kind}|{place}")).id
        await run(
            db,
            "INSERT INTO report_turn (county_id, circle, cycle, person_id, draw_id, place, day)"
            " VALUES (?, 'team:1', 1, ?, ?, 0, '2026-11-23')",
            county.id, li.id, last,
        )  # fmt: skip
        (turn,) = await report_turns.of_draws(db, [last])
        assert (turn.draw_id, turn.number) == (4, 2)
        assert await report_turns.id_of(db, county.id, 2) == 4
        assert await report_turns.id_of(db, county.id, 3) == 0


async def test_a_number_is_seen_of_one_person_at_a_time(
    database: Database, county: County
) -> None:
    """再打 opens no second card while one is in hand."""
    chen = county["陈干事"]
    async with database.transaction() as db:
        await listed(db, county, wanted=3)
        first = await phone_checks.take(db, chen, now=MONDAY)
        assert first is not None
        await phone_checks.finish(
            db, chen, first, phone_checks.Outcome(phone_checks.Result.UNREACHED), now=MONDAY
        )
        second = await phone_checks.take(db, chen, now=MONDAY)
        assert second is not None
        again = phone_checks.ring_again(db, chen, first, now=MONDAY)
        assert await block_of(again) == "phone_checks.one_at_a_time"


# back-checks
async def test_whom_nobody_could_be_asked_was_not_asked(
    database: Database, county: County
) -> None:
    """都没问到 is no back-check that was done."""
    li = county["李队员"]
    async with database.transaction() as db:
        draw = await stored(db, county, "back_check", "2026-11-23|back_check|visit")
        for asked in (0, 3):
            await run(
                db,
                "INSERT INTO back_check (draw_id, township_id, team_id, kind, person_id, until_day,"
                " state, asked, record_id) VALUES (?, ?, ?, 'visit', ?, '2026-11-30', 'done', ?, 1)",
                draw.id, li.township_id, li.team_id, county["孙队长"].id, asked,
            )  # fmt: skip
        await run(
            db,
            "INSERT INTO record (id, kind, team_id, person_id, day, made_at, changed_at, state, source)"
            " VALUES (1, 'visit', ?, ?, '2026-10-20', 1, 1, 'kept', '')",
            li.team_id, li.id,
        )  # fmt: skip
        town = Scope(county.id, li.township_id)
        (found,) = await back_checks.figures(db, town, "2026-11")
    assert (found.drawn, found.done, found.asked) == (2, 1, 3)
