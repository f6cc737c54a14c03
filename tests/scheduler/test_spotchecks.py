"""Timed spot checks: each step once, outages and late cards given back, a miss looked at by people."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import check_costs, draws, findings, leave, people, periods, rota, spotchecks
from ledger.chance import Seeds
from ledger.clock import SHANGHAI, moment, ms
from ledger.database import Database, Session, open_database
from ledger.draws import ASKED, Wish
from ledger.findings import Source
from ledger.people import Scope
from ledger.rules import Rules
from ledger.spotchecks import IN_VILLAGE, NO_SIGNAL, Check, Given
from ledger.windows import window
from scheduler.desk import Desk
from scheduler.spotchecks import tick
from templates.words import Words

SEED = bytes(range(32))
BY_HAND = Rules()
MINUTE = timedelta(minutes=1)


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def desk(rules: Rules = BY_HAND) -> Desk:
    return Desk(Words(), rules, Path(), Seeds("timetable"))


async def ask(database: Database, county: County, *, now: datetime = MONDAY) -> list[Check]:
    """陈干事 draws three teams; the cards are delivered at once."""
    async with database.transaction() as db:
        found = await draws.eligible(db, Scope(county.id), day=now.date())
        name = await draws.next_name(db, county.id, now.date())
        wish = Wish(ASKED, name, SEED, 3, county["陈干事"].id)
        draw = await draws.make(db, county.id, wish, found.pool, now=now)
        span = window(now, BY_HAND)
        assert span is not None
        checks = await spotchecks.send(db, draw, span, Words().say, now=now)
        await deliver(db)
        return checks


async def deliver(db: Session) -> None:
    await db.connection.execute("UPDATE outbox SET state = 'sent' WHERE state = 'ready'")


async def beat(database: Database, now: datetime, at: Desk | None = None) -> None:
    async with database.transaction() as db:
        await tick(at or desk(), db, now)


async def live(database: Database, start: str, end: str, at: Desk | None = None) -> None:
    """Every minute from start to end, as the running program does."""
    now = on(start)
    while now <= on(end):
        await beat(database, now, at)
        now += MINUTE


async def answer(database: Database, check: Check, words: str, now: datetime) -> None:
    async with database.transaction() as db:
        fresh = await spotchecks.by_id(db, check.id)
        await spotchecks.answer(db, fresh, Given(words), rules=BY_HAND, now=now)


async def told(database: Database) -> list[str]:
    """What has been posted besides the cards, by its dedupe key."""
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT dedupe FROM outbox WHERE kind <> 'check' ORDER BY id"
        )
    return [row[0] for row in rows]


async def text_of(database: Database, dedupe: str) -> str:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT body FROM outbox WHERE dedupe = ?", (dedupe,)
        )
    (row,) = rows
    return str(json.loads(row[0])["text"])


async def states(database: Database) -> list[str]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT state FROM spotcheck ORDER BY id")
    return [row[0] for row in rows]


# reminding, closing, reporting
async def test_one_reminder_at_eighty_per_cent_to_those_who_have_not_answered(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await answer(database, one, IN_VILLAGE, on("09:10"))
    await answer(database, two, NO_SIGNAL, on("09:20"))
    await live(database, "10:33", "10:35")
    before = [key for key in await told(database) if "remind" in key]
    await live(database, "10:36", "10:45")
    after = [key for key in await told(database) if "remind" in key]
    assert (before, after) == ([], [f"check:{three.id}:remind"])


async def test_the_deadline_closes_and_the_last_one_brings_one_report(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await answer(database, one, IN_VILLAGE, on("09:10"))
    await answer(database, two, "在县里培训", on("09:20"))
    await live(database, "10:59", "11:05")
    assert await states(database) == ["answered", "answered", "missed"]
    keys = await told(database)
    asker = county["陈干事"].id
    report = await text_of(database, f"draw:1:report:{asker}")
    assert "抽 3 人，已答 2，待核实 1" in report
    assert f"{three.village} {three.person}：待核实" in report
    assert sum("report" in key for key in keys) == 1


async def test_when_all_have_answered_the_report_comes_at_once(
    database: Database, county: County
) -> None:
    for check in await ask(database, county):
        await answer(database, check, IN_VILLAGE, on("09:10"))
    await live(database, "09:11", "09:13")
    asker = county["陈干事"].id
    assert [key for key in await told(database) if "report" in key] == [
        f"draw:1:report:{asker}"
    ]


async def test_the_same_tick_many_times_over_says_everything_once(
    database: Database, county: County
) -> None:
    await ask(database, county)
    for now in (on("10:36"), on("10:37"), on("10:41"), on("10:45"), on("10:50"), on("10:55")):
        await asyncio.gather(*(beat(database, now) for _ in range(3)))
    for now in (on("11:00"), on("11:01"), on("11:05")):
        await asyncio.gather(*(beat(database, now) for _ in range(3)))
    keys = await told(database)
    assert len(keys) == len(set(keys)) == 3 + 3 + 1  # reminders, closed cards, report


async def test_a_crash_in_the_middle_of_a_tick_changes_nothing_and_the_next_one_does_it(
    tmp_path: Path, county: County, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(database, county)
    await live(database, "10:58", "10:59")
    count = len(await told(database))

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("scheduler.spotchecks._report", killed)
    with pytest.raises(RuntimeError, match="killed"):
        await beat(database, on("11:00"))
    assert len(await told(database)) == count
    assert await states(database) == ["open"] * 3
    monkeypatch.undo()
    await beat(database, on("11:01"))
    assert await states(database) == ["missed"] * 3


async def test_after_a_restart_nothing_is_said_twice(tmp_path: Path) -> None:
    from county import settle

    path = tmp_path / "again.db"
    async with open_database(path, durable=False) as database:
        county = await settle(database)
        await ask(database, county)
        await live(database, "10:36", "10:37")
        await live(database, "10:41", "10:41")
        first = await told(database)
    async with open_database(path, durable=False) as database:
        await live(database, "10:42", "10:44")
        assert await told(database) == first


@pytest.mark.parametrize(("kind", "why"), [("病假", "请假"), ("公差", "公差")])
async def test_a_miss_while_away_after_all_does_not_count(
    kind: str, why: str, database: Database, county: County
) -> None:
    member, *_ = await ask(database, county)
    person = next(one for one in county.people.values() if one.id == member.person_id)
    async with database.transaction() as db:
        today = MONDAY.date()
        id = await leave.ask(db, person, today, today, "看病", source="t:1", now=on("09:30"))
        await db.connection.execute(
            "UPDATE leave SET state = 'approved', kind = ? WHERE id = ?", (kind, id)
        )
    await live(database, "10:36", "11:12")
    await live(database, "11:13", "11:14")  # once
    keys = await told(database)
    assert f"check:{member.id}:remind" not in keys
    async with database.reading() as db:
        after = await spotchecks.by_id(db, member.id)
        assert (after.state, after.note) == ("void", why)
        assert await counted(db, member.team_id) == (0, 0, 0)
        line = Words().say("spotchecks.line", check=after)
        assert str(line).endswith(f"：{why}，不计")
        assert await findings.of_source(db, Source.CHAT, member.id) == []


async def test_a_miss_on_a_day_off_by_rota_does_not_count(
    database: Database, county: County
) -> None:
    member, *_ = await ask(database, county)
    person = next(one for one in county.people.values() if one.id == member.person_id)
    async with database.transaction() as db:
        superior = (await people.superiors(db, person, day=MONDAY.date()))[0]
        await rota.arrange(db, superior, person, frozenset({1}), now=on("09:30"))
    await live(database, "10:59", "11:12")
    async with database.reading() as db:
        after = await spotchecks.by_id(db, member.id)
        assert (after.state, after.note) == ("void", "轮休")
        assert await findings.of_source(db, Source.CHAT, member.id) == []


async def counted(db: Session, team: int) -> tuple[int, ...]:
    """Checked, answered, unanswered of a team on that Monday."""
    ((*found,),) = await db.connection.execute_fetchall(
        "SELECT checked, answered, unanswered FROM team_period WHERE kind = 0 AND team_id = ?",
        (team,),
    )
    return tuple(found)


async def decided(database: Database, check: Check, state: str) -> None:
    """As the township decides on what a miss has opened."""
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE finding SET state = ?, decided_by = 1, decided_at = reply_until, reason = '问过'"
            " WHERE source_id = ?",
            (state, check.id),
        )


async def test_what_was_decided_is_said_instead_of_pending(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await live(database, "10:59", "11:12")
    await decided(database, one, "confirmed")
    await decided(database, two, "lifted")
    async with database.reading() as db:
        draw = await draws.by_id(db, one.draw_id)
        checks = await spotchecks.of_draw(db, county["陈干事"], draw)
        (ways,) = await check_costs.month_by_way(db, Scope(county.id), MONDAY.date())
        (mine,) = await spotchecks.of_person(db, two.person_id, limit=1)
    ends = [str(Words().say("spotchecks.line", check=check))[-3:] for check in checks]
    assert [end.rpartition("：")[2] for end in ends[:1]] == ["查实"]
    assert (ends[1], ends[2]) == ("不成立", "待核实")
    assert "不成立" in str(Words().say("spotchecks.my_line", check=mine))
    tally = spotchecks.tally_of(checks)
    assert (tally.missed, tally.confirmed, tally.lifted) == (1, 1, 1)
    assert (ways.missed, ways.confirmed, ways.lifted) == (1, 1, 1)
    assert three.id == checks[2].id


async def test_an_answer_heard_after_its_finding_was_lifted_is_not_taken_back_twice(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await live(database, "10:59", "11:12")
    await decided(database, check, "lifted")
    async with database.transaction() as db:
        await periods.add(db, check.team_id, MONDAY.date(), unanswered=-1)
    await answer(database, check, IN_VILLAGE, on("10:59"))
    async with database.reading() as db:
        assert await counted(db, check.team_id) == (1, 1, 0)


# quiet hours and outages
async def test_nothing_is_said_over_the_midday_rest(database: Database, county: County) -> None:
    await ask(database, county, now=on("11:00"))
    await live(database, "11:50", "14:35")
    assert await told(database) == []
    await live(database, "14:36", "15:00")
    assert await states(database) == ["missed"] * 3


async def test_a_short_pause_is_no_outage(database: Database, county: County) -> None:
    await ask(database, county)
    await beat(database, on("10:56"))
    await beat(database, on("11:01"))
    assert await states(database) == ["missed"] * 3


async def test_downtime_over_the_deadline_stretches_the_window(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await beat(database, on("10:00"))
    await beat(database, on("11:30"))  # down for 90 minutes, an hour of the window was left
    assert await states(database) == ["open"] * 3
    async with database.reading() as db:
        after = await spotchecks.by_id(db, check.id)
    assert after.closes == on("14:30")
    assert moment(after.remind_at) == on("14:06")
    stretched = [key for key in await told(database) if "until" in key]
    assert len(stretched) == 3
    assert (
        await text_of(database, stretched[0]) == "系统刚才中断过，抽查的答复时间顺延到 14:30。"
    )
    await live(database, "11:31", "11:33")
    assert [key for key in await told(database) if "until" in key] == stretched
    await live(database, "14:25", "14:30")


async def test_a_stretched_window_reminds_and_closes_at_its_new_times(
    database: Database, county: County
) -> None:
    await ask(database, county)
    await beat(database, on("09:30"))
    await beat(database, on("09:50"))
    await live(database, "09:51", "10:55")
    assert not any("remind" in key for key in await told(database))
    await live(database, "10:56", "11:19")
    assert sum("remind" in key for key in await told(database)) == 3
    assert await states(database) == ["open"] * 3
    await beat(database, on("11:20"))
    assert await states(database) == ["missed"] * 3


async def test_downtime_into_the_night_makes_the_check_void_and_both_are_told(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county, now=on("16:00"))
    await beat(database, on("16:10"))
    await beat(database, on("21:00"))  # awake again at night: silence until the morning
    await beat(database, on("03:00", "2026-11-24"))
    assert await told(database) == []
    await beat(database, on("08:00", "2026-11-24"))
    assert await states(database) == ["void"] * 3
    said = await text_of(database, f"check:{check.id}:void")
    assert said == "系统中断过，11月23日 周一 16:00 的抽查不计，不用答复。"
    report = await text_of(database, f"draw:1:report:{county['陈干事'].id}")
    assert "已答 0，待核实 0，不计 3" in report
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT sum(checked) FROM team_period")
        assert next(iter(rows))[0] == 0


async def test_downtime_before_the_check_was_asked_stretches_nothing(
    database: Database, county: County
) -> None:
    await beat(database, on("08:00"))
    check, *_ = await ask(database, county)
    await beat(database, on("09:01"))
    async with database.reading() as db:
        assert (await spotchecks.by_id(db, check.id)).closes == on("11:01")


async def test_a_waiting_card_may_go_out_later_after_an_outage(
    database: Database, county: County
) -> None:
    await ask(database, county)
    async with database.transaction() as db:
        await db.connection.execute("UPDATE outbox SET state = 'ready' WHERE kind = 'check'")
    await beat(database, on("09:01"))
    await beat(database, on("09:31"))
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT expires_at FROM outbox WHERE kind = 'check'"
        )
    assert {moment(row[0]) for row in rows} == {on("11:30")}


# a miss becomes 待核实
async def of_check(database: Database, check: Check) -> list[findings.Finding]:
    async with database.reading() as db:
        return await findings.of_source(db, Source.CHAT, check.id)


async def test_a_miss_opens_one_finding_when_no_answer_can_be_on_its_way(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await answer(database, one, IN_VILLAGE, on("09:10"))
    await live(database, "10:59", "11:09")
    assert await of_check(database, three) == []
    for _ in range(2):
        await live(database, "11:10", "11:12")
    (found,) = await of_check(database, three)
    assert (found.person_id, found.state, found.category) == (three.person_id, "open", "未答复")
    assert found.facts == "09:00 发的，到 11:00 没有收到答复"
    assert await of_check(database, one) == []
    assert len(await of_check(database, two)) == 1


async def test_an_answer_sent_in_time_and_heard_late_opens_nothing(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await live(database, "10:59", "11:02")
    await answer(database, check, IN_VILLAGE, on("10:59"))
    await live(database, "11:03", "11:12")
    assert await of_check(database, check) == []
    assert (await states(database))[0] == "answered"


async def test_what_he_says_after_the_end_is_his_reply(
    database: Database, county: County
) -> None:
    one, two, _ = await ask(database, county)
    await live(database, "10:59", "11:01")
    await answer(database, one, "手机没电", on("11:05"))  # before anybody has looked
    await live(database, "11:10", "11:11")
    await answer(database, two, "在县里开会", on("11:30"))
    (first,), (second,) = await of_check(database, one), await of_check(database, two)
    assert (first.reply, second.reply) == ("手机没电", "在县里开会")
    assert first.is_open
    assert second.is_open


# cards that come late, or never
async def arrive(database: Database, check: Check, now: datetime) -> None:
    """The channel took its card at that moment."""
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE outbox SET state = 'sent', sent_at = ? WHERE dedupe = ?",
            (ms(now), f"check:{check.id}"),
        )


async def hold_back(database: Database) -> None:
    async with database.transaction() as db:
        await db.connection.execute("UPDATE outbox SET state = 'ready' WHERE kind = 'check'")


async def test_a_late_card_gives_the_whole_time_from_its_arrival(
    database: Database, county: County
) -> None:
    late, prompt, _ = await ask(database, county)
    await hold_back(database)
    await arrive(database, prompt, on("09:04"))
    await live(database, "09:05", "10:29")
    await arrive(database, late, on("10:30"))
    await live(database, "10:30", "11:05")
    async with database.reading() as db:
        after = await spotchecks.by_id(db, late.id)
    assert (after.closes, moment(after.remind_at)) == (on("14:30"), on("14:06"))
    assert (await states(database))[:2] == ["open", "missed"]
    moved = [key for key in await told(database) if ":late:" in key]
    assert len(moved) == 1
    assert "答复时间顺延到 14:30" in await text_of(database, moved[0])
    assert f"check:{late.id}:remind" not in await told(database)
    await live(database, "11:06", "11:15")
    assert await of_check(database, late) == []


async def test_a_card_that_comes_at_the_last_minute_is_no_miss(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await hold_back(database)
    await live(database, "10:50", "10:59")
    await arrive(database, check, on("10:59"))
    await beat(database, on("11:01"))
    assert await states(database) == ["open", "void", "void"]


async def test_a_late_card_with_no_room_before_the_night_does_not_count(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county, now=on("16:30"))
    await hold_back(database)
    await beat(database, on("16:31"))
    await arrive(database, check, on("18:20"))
    await live(database, "18:16", "18:21")
    assert (await states(database))[0] == "void"
    assert await text_of(database, f"check:{check.id}:void")
    await live(database, "18:22", "18:40")
    assert await of_check(database, check) == []


async def test_an_undelivered_card_is_void_and_nobody_is_asked_why(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await hold_back(database)
    await live(database, "10:58", "11:12")
    assert await states(database) == ["void"] * 3
    assert await of_check(database, check) == []


async def test_an_outage_and_a_late_card_are_given_back_once(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await hold_back(database)
    await beat(database, on("09:01"))
    await beat(database, on("09:31"))  # half an hour: until 11:30
    await arrive(database, check, on("09:32"))
    await beat(database, on("09:33"))
    async with database.reading() as db:
        assert (await spotchecks.by_id(db, check.id)).closes == on("11:32")
    assert await outbox_of(database, check) == 1


async def outbox_of(database: Database, check: Check) -> int:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT count(*) FROM outbox WHERE dedupe = ?", (f"check:{check.id}",)
        )
    return int(next(iter(rows))[0])
