"""What a harsh reader found in people, leave, days, duties and burden: each was red before its fix."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from phones import Phones, words

from ledger import (
    day_counts,
    duties,
    leave,
    leave_facts,
    owed,
    people,
    postings,
    roster_changes,
    rota,
)
from ledger import stationed as days
from ledger.clock import SHANGHAI, ms
from ledger.database import Database
from ledger.errors import Refused
from ledger.leave import Request
from ledger.messages import Outgoing
from ledger.people import Scope
from ledger.roster_changes import Why
from ledger.rules import BadRules, Rules, load_rules
from scheduler.timetable import catch_up

TODAY = MONDAY.date()
RULES = Rules()
DAY = timedelta(days=1)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; 23 is the Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def told(outs: list[Outgoing], who: int | None = None) -> str:
    """All words of some messages, those of one person if asked."""
    return "\n".join(words(out) for out in outs if who is None or out.person_id == who)


async def rows(phones: Phones, query: str) -> list[tuple[object, ...]]:
    """What stands in the ledger."""
    async with phones.app.database.reading() as db:
        return [tuple(one) for one in await db.connection.execute_fetchall(query)]


async def do(phones: Phones, statement: str) -> None:
    """Change the ledger behind the program's back."""
    async with phones.app.database.transaction() as db:
        await db.connection.execute(statement)


# leave: who is asked, and when
async def test_a_reminder_of_leave_can_be_asked_why_and_counts_as_burden(
    phones: Phones,
) -> None:
    await phones.says("李队员", "请假 11月27日 收玉米")
    await phones.at(moment(23, 17))

    assert "请批假" in words(phones.memory.sent[-1]) or "还等您批" in told(phones.memory.sent)
    assert "为什么收到这条" in told(await phones.says("王队长", "为什么"))
    assert "李队员" in told(await phones.says("王队长", "负担"))
    assert "11月负担" in told(await phones.says("陈干事", "负担"))


async def test_a_step_passes_on_from_a_leader_who_went_on_leave_only_by_day(
    phones: Phones,
) -> None:
    await phones.says("王队长", "请假 11月24日 探亲")
    await phones.says("周总队长", "批假1 同意")
    await phones.says("李队员", "请假 11月27日 收玉米")
    await phones.at(moment(23, 23, 30))
    before = len(phones.memory.sent)
    night = told(await phones.at(moment(24, 7, 50)), phones.county["周总队长"].id)
    by_day = told(await phones.at(moment(24, 9)), phones.county["周总队长"].id)

    assert len(phones.memory.sent) >= before
    assert "请批假" not in night
    assert "请批假" in by_day


async def test_who_joins_after_all_seats_were_empty_may_still_decide(phones: Phones) -> None:
    await do(phones, "UPDATE address SET reachable = 0 WHERE user_key <> '李队员'")
    assert "还没有能批假的上级" in told(await phones.says("李队员", "请假 11月27日 收玉米"))
    await do(phones, "UPDATE address SET reachable = 1 WHERE user_key = '王队长'")
    await phones.at(moment(23, 9, 30))

    assert "已同意" in told(await phones.says("王队长", "批假1 同意"))
    assert await rows(phones, "SELECT state FROM leave") == [("approved",)]


async def test_an_empty_county_seat_does_not_let_the_leader_alone_grant_a_long_leave(
    phones: Phones,
) -> None:
    await do(phones, "UPDATE address SET reachable = 0 WHERE user_key <> '李队员'")
    await phones.says("李队员", "请假 11月25日到11月30日 探亲")
    await do(phones, "UPDATE address SET reachable = 1 WHERE user_key = '王队长'")
    await phones.at(moment(23, 9, 30))
    await phones.says("王队长", "批假1 同意")

    assert await rows(phones, "SELECT state FROM leave") == [("asked",)]


async def test_leave_of_somebody_who_has_left_is_nobodys_business_any_more(
    phones: Phones,
) -> None:
    await phones.says("李队员", "请假 11月27日 收玉米")
    await phones.says("周总队长", "离任 李队员 任期满")
    await phones.presses("周总队长", "确认")
    await phones.at(moment(25, 18))

    assert "还等您批" not in told(phones.memory.sent)
    assert await rows(phones, "SELECT state FROM leave") == [("withdrawn",)]


async def test_reporting_back_ends_only_the_extensions_of_that_leave(phones: Phones) -> None:
    await phones.says("李队员", "请假 12月7日 孩子开家长会")
    await phones.says("王队长", "批假1 同意")
    await phones.says("李队员", "续假 一天")
    for name in ("王队长", "周总队长"):
        await phones.says(name, "批假2 同意")
    await phones.says("李队员", "请假 11月24日 收玉米")
    await phones.says("王队长", "批假3 同意")
    await phones.at(moment(24, 9))
    await phones.says("李队员", "销假")

    assert await rows(phones, "SELECT id, state FROM leave ORDER BY id") == [
        (1, "approved"), (2, "approved"), (3, "approved"),
    ]  # fmt: skip


async def test_an_extension_that_is_not_taken_any_more_stands_in_the_log(
    phones: Phones,
) -> None:
    await phones.says("李队员", "请假 11月23日 收玉米")
    await phones.says("王队长", "批假1 同意")
    await phones.says("李队员", "续假 一天")
    await phones.says("王队长", "批假2 同意")
    await phones.says("周总队长", "批假2 同意")
    await phones.says("李队员", "销假")

    assert await rows(phones, "SELECT state FROM leave WHERE id = 2") == [("withdrawn",)]
    assert await rows(
        phones, "SELECT count(*) FROM ev WHERE subject = 'leave:2' AND kind = 'leave.withdrawn'"
    ) == [(1,)]


async def test_leave_taken_back_takes_its_extension_along(phones: Phones) -> None:
    await phones.says("李队员", "请假 12月7日 孩子开家长会")
    await phones.says("王队长", "批假1 同意")
    await phones.says("李队员", "续假 一天")
    await phones.says("李队员", "撤回请假 1")

    assert await rows(phones, "SELECT state FROM leave ORDER BY id") == [
        ("withdrawn",), ("withdrawn",),
    ]  # fmt: skip


async def test_days_asked_for_piece_by_piece_climb_the_ladder_together(phones: Phones) -> None:
    """续假 counts on the total; the same days as two requests must not need a lesser word."""
    for first in (24, 25):
        await phones.says("李队员", f"请假 11月{first}日 收玉米")
        await phones.says("王队长", f"批假{first - 23} 同意")

    assert await rows(phones, "SELECT id, state FROM leave ORDER BY id") == [
        (1, "approved"), (2, "asked"),
    ]  # fmt: skip


async def test_a_day_is_no_number_of_a_request(phones: Phones) -> None:
    await phones.says("李队员", "请假 11月24日 收玉米")

    assert "没有查到请假" not in told(await phones.says("李队员", "改请假 25到26日"))


async def test_over_new_year_a_leave_keeps_its_days(phones: Phones) -> None:
    await phones.at(datetime(2026, 12, 29, 9, tzinfo=SHANGHAI))
    await phones.says("李队员", "请假 12月30日到1月3日 探亲")

    assert await rows(phones, "SELECT from_day, to_day FROM leave") == [
        ("2026-12-30", "2027-01-03")
    ]


async def test_who_rests_by_rota_does_not_hold_the_post(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        for name in ("王队长", "赵队员"):
            by = county["周总队长"]
            await rota.arrange(db, by, county[name], frozenset({3}), now=MONDAY)
        wanted = Request(date(2026, 11, 25), date(2026, 11, 25), "事假", "事假")
        by = county["李队员"]
        id = await leave.submit(db, by, wanted, source="m:1", now=MONDAY, rules=RULES)
        asked = await leave.any_leave(db, id)
        found = await leave_facts.thin_days(db, asked, by, RULES, today=TODAY)

    assert [one.left for one in found] == [()]


async def test_why_under_a_card_of_leave_does_not_call_it_an_answer(phones: Phones) -> None:
    await phones.says("李队员", "请假 11月27日 收玉米")

    card = phones.told("王队长", "请批假")

    assert "对您发的话的回答" not in told(await phones.says("王队长", "为什么", reply_to=card))


# who moves
async def test_who_stood_in_and_moved_away_sees_no_tasks_of_the_old_team(
    phones: Phones,
) -> None:
    await phones.says("李队员", "问题 王桂芳 断水 立行立改")
    await phones.says("李队员", "请假 11月24日 探亲")
    cover = phones.county["赵队员"].id
    await do(phones, f"UPDATE leave SET cover_id = {cover}")
    await phones.says("王队长", "批假1 同意")
    await phones.at(moment(24, 9))
    await do(phones, "UPDATE issue SET due = '2026-11-25'")
    assert "断水" in told(await phones.says("赵队员", "今天"))
    await phones.says("周总队长", "调动 赵队员 到 柳树村 工作需要")
    await phones.presses("周总队长", "确认")

    assert "断水" not in told(await phones.says("赵队员", "今天"))


async def test_overdue_issues_of_one_who_moved_are_told_to_the_village_they_are_of(
    phones: Phones,
) -> None:
    await phones.says("李队员", "问题 王桂芳 断水")
    await phones.says("周总队长", "调动 李队员 到 柳树村 工作需要")
    await phones.presses("周总队长", "确认")
    await do(phones, "UPDATE issue SET due = '2026-11-24'")
    await phones.at(moment(26, 8))
    await phones.at(moment(26, 19, 50))

    sent = phones.memory.sent
    assert "断水" not in told(sent, phones.county["孙队长"].id)
    assert "断水" in told(sent, phones.county["王队长"].id)


@pytest.mark.parametrize("change", ["move", "leave"])
async def test_a_post_of_long_standing_is_not_wiped_by_a_change_on_its_first_day(
    database: Database, county: County, change: str
) -> None:
    old, by, why = county["李队员"], county["陈干事"], Why("任期满")
    first, later = date(2026, 1, 5), MONDAY + DAY
    async with database.transaction() as db:
        teams = {one.village: one for one in await people.teams(db, Scope(county.id))}
        with pytest.raises(Refused):
            if change == "move":
                team = teams["柳树村"]
                await roster_changes.move(db, by, old, team, why, day=first, now=later)
            else:
                await roster_changes.leave(db, by, old, why, day=first, now=later)
        then = await postings.on_team(db, teams["永安村"].id, date(2026, 3, 3))
    assert "李队员" in {one.name for one in then}


async def test_the_leader_is_not_reminded_of_days_of_who_is_on_his_team_no_more(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        by, why, later = county["陈干事"], Why("任期满"), MONDAY + 7 * DAY
        old, day = county["李队员"], later.date()
        await roster_changes.leave(db, by, old, why, day=day, now=later)
        duty = duties.BY_KEY["team_days"]
        found = await owed.standing(db, county["王队长"], duty, day, RULES)
    assert found.wanted == 2


# days
async def test_a_roll_call_is_no_evidence_of_work(phones: Phones) -> None:
    person = phones.county["李队员"].id
    await do(
        phones,
        "INSERT INTO duty_done (duty, person_id, period, day, text, at) VALUES "
        f"('roll_call', {person}, '2026-11-23', '2026-11-23', '不在村', 0)",
    )
    async with phones.app.database.reading() as db:
        by = phones.county["李队员"]
        (found,) = await day_counts.days_of(db, by, TODAY, TODAY, RULES)

    assert found.source is not days.Source.MEETING
    assert not found.working


async def test_taking_back_what_was_done_leaves_the_roll_call_alone(phones: Phones) -> None:
    person = phones.county["李队员"].id
    await do(
        phones,
        "INSERT INTO duty_done (duty, person_id, period, day, text, at) VALUES "
        f"('roll_call', {person}, '2026-11-23', '2026-11-23', '在村', 0)",
    )
    answer = told(await phones.says("李队员", "办完 撤销"))

    assert "出了点问题" not in answer
    assert await rows(phones, "SELECT count(*) FROM duty_done") == [(1,)]


async def test_a_member_does_not_take_back_what_his_leader_said_of_his_day(
    phones: Phones,
) -> None:
    await phones.at(moment(25, 9))
    await phones.says("王队长", "不在 李队员 周二 其他原因")
    await phones.says("李队员", "不在 撤销 周二")
    await phones.says("李队员", "不在 周二 开会")

    assert await rows(phones, "SELECT stationed, by_id FROM day_told") == [
        (0, phones.county["王队长"].id)
    ]


async def test_of_two_names_that_fit_the_longer_is_meant(phones: Phones) -> None:
    await do(phones, "UPDATE person SET name = '李强' WHERE name = '李队员'")
    await do(phones, "UPDATE person SET name = '李强国' WHERE name = '赵队员'")
    await phones.at(moment(25, 9))
    await phones.says("王队长", "不在 李强国 周二 其他原因")

    assert await rows(phones, "SELECT person_id FROM day_told") == [
        (phones.county["赵队员"].id,)
    ]


async def test_of_namesakes_the_township_chooses(phones: Phones) -> None:
    await do(phones, "UPDATE person SET name = '李强' WHERE name IN ('李队员', '钱队员')")
    await phones.at(moment(25, 9))
    await phones.says("周总队长", "不在 李强 周二 其他原因")

    assert await rows(phones, "SELECT * FROM day_told") == []


async def test_a_month_before_the_ledger_counts_no_days(phones: Phones) -> None:
    answer = told(await phones.says("李队员", "天数 10月"))

    assert "驻村 0 天" in answer or "数不出" in answer


async def test_what_was_said_of_a_day_shows_nobodys_health_above_the_team(
    phones: Phones,
) -> None:
    await phones.at(moment(25, 9))
    await phones.says("王队长", "不在 李队员 周二 住院做手术")

    assert "手术" in told(await phones.says("王队长", "天数 李队员"))
    assert "手术" not in told(await phones.says("周总队长", "天数 李队员"))


# rules and quiet hours
@pytest.mark.parametrize(
    "text",
    [
        'daily_at = "20:30"',
        'reminder_at = "21:00"',
        'weekly_at = "12:30"',
        'quiet_from = "00:00"',
        'quiet_from = "07:00"',
        'noon_from = "14:30"',
    ],
)
def test_hours_at_which_nothing_could_be_sent_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadRules):
        load_rules(tmp_path / "rules.toml")


def test_a_western_county_may_keep_later_hours(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        'quiet_from = "22:00"\nquiet_until = "10:00"\nnoon_from = "14:00"\nnoon_until = "16:00"\n'
        'reminder_at = "19:40"\ndaily_at = "20:40"\nweekly_at = "19:10"',
        encoding="utf-8",
    )
    assert load_rules(tmp_path / "rules.toml").daily_at.hour == 20


async def test_after_an_outage_the_weeks_summary_does_not_come_at_night(
    phones: Phones,
) -> None:
    desk = replace(phones.app.runner.desk, rules=replace(RULES, weekly_day=3))
    night = moment(26, 3)
    phones.clock.set(night)
    async with phones.app.database.transaction() as db:
        await catch_up(desk, db, night)
    at_night = await phones.settled()

    assert told(at_night) == ""


# opinions
async def test_nobodys_last_word_tells_when_an_unsigned_opinion_came(phones: Phones) -> None:
    await phones.says("李队员", "今天")
    await phones.says("赵队员", "今天")
    phones.clock.set(MONDAY + timedelta(minutes=33))
    await phones.says("赵队员", "不署名意见 宿舍没有暖气")

    seen = await rows(phones, "SELECT user_key, last_seen FROM address WHERE person_id > 0")
    assert all(int(str(at)) <= ms(MONDAY) for _, at in seen)


async def test_an_unsigned_opinion_delivered_again_is_not_filed_under_its_writer(
    phones: Phones,
) -> None:
    await phones.says("赵队员", "意见")
    await phones.says("赵队员", "不署名")
    await phones.says("赵队员", "宿舍没有暖气，说过三次")
    again = phones.memory.raw("赵队员", "3", phones.clock.now(), text="宿舍没有暖气，说过三次")
    await phones.app.inbox.keep([again])
    await phones.settled()

    kept = await rows(phones, "SELECT payload FROM inbox WHERE conv_key <> ''")
    assert "暖气" not in str(kept)
    assert await rows(phones, "SELECT count(*) FROM draft WHERE text LIKE '%暖气%'") == [(0,)]


# duties
async def test_the_same_word_twice_settles_a_duty_once(phones: Phones) -> None:
    for _ in range(2):
        await phones.says("陈干事", "办完 单位研究帮扶工作 县水利局")

    assert await rows(phones, "SELECT count(*) FROM duty_done") == [(1,)]
