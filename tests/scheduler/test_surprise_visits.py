"""Timed steps of surprise visits: each once, in working time, and the team sees nothing before."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from phones import Phones

from handlers.topics import TOPICS
from ledger import (
    audit,
    draw_periods,
    draws,
    inspectors,
    leave,
    people,
    surprise_forms,
    surprise_visits,
)
from ledger.chance import Seeds
from ledger.clock import SHANGHAI, SetClock
from ledger.database import Database, Session
from ledger.draws import TIMETABLE, Draw, Wish
from ledger.people import Scope
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.surprise_visits import Form, Noticed, Visit
from scheduler.desk import Desk
from scheduler.surprise_visits import start, tick
from templates.words import Words

RULES = Rules()
LAZY = Noticed("在岗不作为", "上午村部锁着门", None, "")


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path, Seeds("timetable"))


async def draw(db: Session, county: County, desk: Desk, now: datetime) -> Draw:
    """What the month's plan has chosen: 永安村."""
    vault = Vault(desk.data / "seeds", Seeds("vault"))
    first = now.date().replace(day=1)
    period = await draw_periods.open_month(db, county.id, first, vault, RULES, now=now)
    team = next(
        one for one in await people.teams(db, Scope(county.id)) if one.village == "永安村"
    )
    picks = [(team.id, county["李队员"].id)]
    name = f"2026-11|visit|quota|t{team.id}|{now:%Y-%m-%d}"
    wish = Wish(TIMETABLE, name, bytes(range(32)), 1, None, "visit", period.id)
    pool = draws.canonical({team.township_id: {team.id: [county["李队员"].id]}})
    return await draws.store(db, county.id, wish, pool, picks, now=now)


async def sent(database: Database, county: County, desk: Desk, now: datetime = MONDAY) -> Visit:
    """The timetable sends two of four inspectors."""
    async with database.transaction() as db:
        for name in ("冯总队长", "郑队长", "吴队员", "孙队长"):
            await inspectors.add(db, county["陈干事"], county[name], now=now)
        await start(desk, db, await draw(db, county, desk, now), now)
        return await surprise_visits.by_id(db, 1)


async def filed(database: Database, desk: Desk, now: datetime, *found: Noticed) -> Visit:
    async with database.transaction() as db:
        visit = await surprise_visits.by_id(db, 1)
        by = await people.by_id(db, visit.first_id)
        form = Form(now.date(), "村部", (), "满意", "公示清楚", "", found)
        return await surprise_forms.file(
            db, by, visit, form, desk.words.say, rules=RULES, now=now
        )


async def beat(database: Database, desk: Desk, now: datetime) -> None:
    async with database.transaction() as db:
        await tick(desk, db, now)


async def told(database: Database, what: str) -> list[tuple[int, str, int]]:
    """Who was told that, in which words, not before when."""
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT person_id, body, not_before FROM outbox WHERE dedupe LIKE ? ORDER BY id",
            (f"surprise_visit:%{what}:%",),
        )
    return [(row[0], json.loads(row[1])["text"], row[2]) for row in rows]


async def state(database: Database) -> str:
    async with database.reading() as db:
        return (await surprise_visits.by_id(db, 1)).state


# sending
async def test_the_timetable_tells_two_inspectors_and_nobody_else(
    database: Database, county: County, desk: Desk
) -> None:
    visit = await sent(database, county, desk)
    cards = await told(database, "card")
    assert sorted(person for person, _, _ in cards) == sorted(visit.pair)
    assert county["孙队长"].id not in visit.pair  # his own township
    async with database.reading() as db:
        (row,) = await db.connection.execute_fetchall("SELECT count(*) FROM outbox")
    assert row[0] == 2


async def test_twice_started_is_started_once(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    async with database.transaction() as db:
        await start(desk, db, await draws.by_id(db, 1), MONDAY)
    assert len(await told(database, "card")) == 2


async def test_killed_while_sending_nothing_stands_and_the_next_try_does_all(
    database: Database, county: County, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def killed(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(surprise_visits, "post", killed)
    with pytest.raises(RuntimeError, match="killed"):
        await sent(database, county, desk)
    async with database.reading() as db:
        for table in ("surprise_visit", "inspector_pair", "outbox", "draw"):
            (row,) = await db.connection.execute_fetchall(f"SELECT count(*) FROM {table}")
            assert row[0] == 0, table
    monkeypatch.undo()
    await sent(database, county, desk)
    assert len(await told(database, "card")) == 2


async def test_nobody_is_told_over_the_midday_rest(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk, on("12:30"))
    afternoon = int(on("14:00").timestamp() * 1000)
    assert {at for _, _, at in await told(database, "card")} == {afternoon}


async def test_an_inspector_on_leave_is_not_sent(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        today = MONDAY.date()
        for name in ("冯总队长", "郑队长"):
            await leave.ask(db, county[name], today, today, "看病", source=name, now=MONDAY)
        await db.connection.execute("UPDATE leave SET state = 'approved'")
    visit = await sent(database, county, desk)
    assert visit.pair == []
    ((person, words, _),) = await told(database, "short")
    assert person == county["陈干事"].id
    assert "能去的只有 1 人" in words


# the end
async def test_a_visit_nobody_made_is_void_after_its_last_day_and_nobody_is_blamed(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    await beat(database, desk, on("23:55", "2026-11-24"))
    assert await state(database) == "waiting"
    before = len(await told(database, ""))
    for clock in ("00:00", "00:05", "09:00"):
        await beat(database, desk, on(clock, "2026-11-25"))
    assert await state(database) == "void"
    assert len(await told(database, "")) == before


# telling
async def test_leader_and_township_are_told_once_after_the_form_in_working_time(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    await beat(database, desk, on("10:00"))
    assert await told(database, "told") == []
    await filed(database, desk, on("19:55"))
    for clock in ("20:00", "23:00"):
        await beat(database, desk, on(clock))
    assert await told(database, "told") == []
    for clock in ("08:00", "08:05", "15:00"):
        await beat(database, desk, on(clock, "2026-11-24"))
    said = await told(database, "told")
    assert {person for person, _, _ in said} == {county["王队长"].id, county["周总队长"].id}
    assert len(said) == 2
    assert "公示清楚" in said[0][1]
    assert "没有需要核实的情况" in said[0][1]


async def test_on_a_rest_day_nobody_is_told(
    database: Database, county: County, desk: Desk
) -> None:
    friday, saturday = on("09:00", "2026-11-27"), on("10:00", "2026-11-28")
    await sent(database, county, desk, friday)
    await filed(database, desk, saturday - timedelta(hours=14))
    await beat(database, desk, saturday)
    assert await told(database, "told") == []
    await beat(database, desk, on("08:30", "2026-11-30"))
    assert len(await told(database, "told")) == 2


async def test_a_leader_on_leave_is_told_after_his_return(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    await filed(database, desk, on("10:00"))
    async with database.transaction() as db:
        today = MONDAY.date()
        await leave.ask(db, county["王队长"], today, today, "看病", source="t:1", now=MONDAY)
        await db.connection.execute("UPDATE leave SET state = 'approved'")
    await beat(database, desk, on("10:05"))
    assert [person for person, _, _ in await told(database, "told")] == [county["周总队长"].id]
    await beat(database, desk, on("09:00", "2026-11-24"))
    await beat(database, desk, on("09:05", "2026-11-24"))
    assert [person for person, _, _ in await told(database, "told")] == [
        county["周总队长"].id, county["王队长"].id,
    ]  # fmt: skip


async def test_before_both_agree_the_team_hears_no_accusation(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    await filed(database, desk, on("10:00"), LAZY)
    await beat(database, desk, on("10:05"))
    for _, words, _ in await told(database, "told"):
        assert LAZY.facts not in words
        assert LAZY.category not in words


async def test_no_phone_number_on_the_card_and_a_look_is_kept(
    database: Database, county: County, desk: Desk
) -> None:
    visit = await sent(database, county, desk)
    assert not any("1380000" in words for _, words, _ in await told(database, "card"))
    async with database.transaction() as db:
        first = await people.by_id(db, visit.first_id)
        other = await surprise_forms.access_partner(db, first, visit, now=MONDAY)
        events = await audit.history(db, f"surprise_visit:{visit.id}")
    assert other.id == visit.second_id
    assert events[-1]["kind"] == "surprise_visit.phone_seen"


async def test_who_is_off_the_list_may_not_file_and_the_county_is_told_once(
    database: Database, county: County, desk: Desk
) -> None:
    visit = await sent(database, county, desk)
    day = MONDAY.date()
    async with database.transaction() as db:
        first = await people.by_id(db, visit.first_id)
        assert await surprise_forms.unfit(db, first, visit, rules=RULES, day=day) == []
        await inspectors.remove(db, county["陈干事"], first, now=MONDAY)
        assert await surprise_forms.unfit(db, first, visit, rules=RULES, day=day) == [
            inspectors.Conflict.UNLISTED
        ]
        for _ in range(2):
            await surprise_forms.ask_for_another(
                db, first, visit, desk.words.say, rules=RULES, now=MONDAY
            )
    ((person, words, _),) = await told(database, "unfit%")
    assert person == county["陈干事"].id
    assert "请另派两人" in words


async def test_whom_the_finding_is_about_gets_one_message_and_the_township_decides(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    visit = await filed(database, desk, on("10:00"), LAZY)  # the team's: its leader explains
    async with database.transaction() as db:
        other = await people.by_id(db, surprise_forms.second_of(visit))
        await surprise_forms.sign(
            db, other, visit, "", desk.words.say, rules=RULES, now=on("10:01")
        )
        assert await surprise_forms.verdicts(db, visit) == {
            "confirmed": 0, "lifted": 0, "open": 1
        }  # fmt: skip
    await beat(database, desk, on("10:05"))
    ((person, words, _),) = await told(database, "told")
    assert person == county["周总队长"].id
    assert "可以说明" not in words
    assert "请您这里认定" in words


# silence of the second
async def test_silence_asks_the_county_once_in_working_time(
    database: Database, county: County, desk: Desk
) -> None:
    await sent(database, county, desk)
    await filed(database, desk, on("19:00"), LAZY)
    for clock in ("09:00", "18:59", "20:30"):
        await beat(database, desk, on(clock, "2026-11-24"))
    assert await told(database, "decide") == []
    for clock in ("06:00", "08:00", "08:05"):
        await beat(database, desk, on(clock, "2026-11-25"))
    ((person, words, _),) = await told(database, "decide")
    assert person == county["陈干事"].id
    assert "没有确认" in words
    async with database.reading() as db:
        (row,) = await db.connection.execute_fetchall("SELECT count(*) FROM finding")
    assert row[0] == 0


async def test_killed_in_a_tick_the_county_is_asked_by_the_next_one(
    database: Database, county: County, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent(database, county, desk)
    await filed(database, desk, on("10:00"), LAZY)

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(surprise_forms, "post", killed)
    with pytest.raises(RuntimeError, match="killed"):
        await beat(database, desk, on("10:01", "2026-11-24"))
    monkeypatch.undo()
    assert await told(database, "decide") == []
    for clock in ("10:02", "10:03"):
        await beat(database, desk, on(clock, "2026-11-24"))
    assert len(await told(database, "decide")) == 1


# secrecy: two counties alike but for the visit say the same to the team and its township
NOTHING_OF_IT = ("李队员", "王队长", "周总队长")
DRAWS = {"draw", "surprise_visit"}
ASKED = (
    "今天", "问题", "负担", "负担 本月", "抽查情况", "抽查情况 1", "我的抽查", "暗访情况", "暗访情况 1",
    "我的暗访", "暗访", "暗访 1", "暗访 1 填", "暗访 1 属实", "暗访 1 回避", "暗访 1 记",
    "暗访 1 派 冯总队长 郑队长", "回避", "督导员", "待核实", "抽签公示", "处理台账", "日报",
    "周报", "日报 明细", "为什么", "日历", "在村天数", "职责", "开关", "名册", "帮助",
)  # fmt: skip


async def heard(folder: Path, *, visit: bool) -> list[str]:
    """All that the three are told in two days, and all they get for their questions."""
    folder.mkdir()
    clock = SetClock(MONDAY)
    found: list[str] = []
    async with Phones.open(folder, clock) as phones:
        await phones.says("陈干事", "督导员 加 冯总队长 郑队长 吴队员")
        if visit:
            await phones.says("陈干事", "暗访 清水镇 2")
            assert phones.memory.sent[-1].labels[0] == "确认"
            await phones.says("陈干事", "确认")
            assert any("暗访任务" in out.text for out in phones.memory.sent)
        words = [one.words[0] for one in TOPICS if one.words and one.name not in DRAWS]
        for moment, asked in ((on("18:50"), ASKED), (on("09:00", "2026-11-24"), words)):
            await phones.at(moment)
            for who in NOTHING_OF_IT:
                for text in asked:
                    said = await phones.says(who, text)
                    if any("取消" in out.labels for out in said):
                        await phones.says(who, "取消")
        ids = {phones.county[name].id for name in NOTHING_OF_IT}
        found = [
            f"{out.text} {out.labels}" for out in phones.memory.sent if out.person_id in ids
        ]
    return [re.sub(r"存证 \S+|[0-9a-f]{16,}", "……", one) for one in found]


async def test_team_and_township_see_no_trace_before_the_form(tmp_path: Path) -> None:
    without = await heard(tmp_path / "without", visit=False)
    with_it = await heard(tmp_path / "with", visit=True)
    assert len(with_it) > 300
    assert with_it == without
    assert not any("暗访任务" in one for one in with_it)
