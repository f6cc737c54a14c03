"""What a harsh reader found in the core: each test was red before its fix."""

import asyncio
import json
import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY
from phones import Phones, words

from bot import doctor
from bot.channels.base import SendError, Trouble
from bot.operate import replay_message
from bot.settings import Settings
from ledger import inbox, invites
from ledger.clock import SHANGHAI, SetClock
from ledger.database import StoreTrouble
from ledger.messages import Handle, Outgoing
from ledger.rules import BadRules, load_rules


def told(outs: list[Outgoing], who: int | None = None) -> str:
    """All words of some messages, those of one person if asked."""
    return "\n".join(words(out) for out in outs if who is None or out.person_id == who)


async def rows(phones: Phones, query: str) -> list[tuple[object, ...]]:
    """What stands in the ledger."""
    async with phones.app.database.reading() as db:
        return [tuple(one) for one in await db.connection.execute_fetchall(query)]


# talks
async def test_a_written_option_answers_its_question_though_it_is_a_command_too(
    phones: Phones,
) -> None:
    await phones.says("李队员", "请假")

    assert "什么事由" in told(await phones.says("李队员", "今天"))


async def test_looking_something_up_in_between_leaves_the_talk_open(phones: Phones) -> None:
    await phones.says("李队员", "走访")
    await phones.says("李队员", "王桂芳")
    for aside in ("今天", "帮助", "日报", "我的抽查"):
        await phones.says("李队员", aside)

    assert "有照片" in told(await phones.says("李队员", "一切正常"))


async def test_today_names_the_talk_that_is_still_open(phones: Phones) -> None:
    await phones.says("李队员", "走访")

    assert "说到一半" in told(await phones.says("李队员", "今天"))
    await phones.says("李队员", "取消")
    assert "说到一半" not in told(await phones.says("李队员", "今天"))


async def test_a_talk_that_gives_way_to_another_says_so(phones: Phones) -> None:
    await phones.says("李队员", "走访")
    await phones.says("李队员", "王桂芳")

    assert "先放下" in told(await phones.says("李队员", "学习 60 中央一号文件"))
    assert "先放下" not in told(await phones.says("李队员", "学习 60 防返贫监测"))


async def test_a_refusal_at_the_end_of_a_talk_ends_it(phones: Phones) -> None:
    await phones.says("李队员", "请假 明天 看病")
    await phones.says("李队员", "请假")
    await phones.says("李队员", "明天")

    assert "没有重复提交" in told(await phones.says("李队员", "事假"))
    assert "说一句就行" in told(await phones.says("李队员", "天气不错"))


async def test_words_at_the_photo_step_are_kept(phones: Phones) -> None:
    for text in ("走访", "王桂芳", "屋顶漏雨", "院墙也裂了"):
        await phones.says("李队员", text)

    saved = told(await phones.says("李队员", "完成"))

    assert "屋顶漏雨；院墙也裂了" in saved


async def test_back_from_the_photo_step_goes_to_the_question_before_it(phones: Phones) -> None:
    phones.memory.blobs["1.jpg"] = b"one"
    phones.memory.blobs["2.jpg"] = b"two"
    for text in ("走访", "王桂芳", "屋顶漏雨"):
        await phones.says("李队员", text)
    await phones.says("李队员", files=["1.jpg"])
    await phones.says("李队员", "院墙", files=["2.jpg"])

    assert "情况怎么样" in told(await phones.says("李队员", "返回"))


async def test_a_day_means_what_it_meant_when_it_was_said(phones: Phones) -> None:
    await phones.at(datetime(2026, 11, 24, 23, 58, tzinfo=SHANGHAI))
    await phones.says("李队员", "走访 昨天")
    await phones.at(datetime(2026, 11, 25, 0, 2, tzinfo=SHANGHAI))
    for text in ("王桂芳", "屋顶漏雨", "完成"):
        await phones.says("李队员", text)

    assert await rows(phones, "SELECT day FROM record") == [("2026-11-23",)]


# which one is meant
async def test_a_household_of_two_families_is_asked_about_when_corrected(
    phones: Phones,
) -> None:
    await phones.says("李队员", "走访 王桂芳 屋顶漏雨")
    await phones.says("李队员", "改 1")
    await phones.says("李队员", "户")

    answer = told(await phones.says("李队员", "刘福来"))

    assert "二组" in answer
    assert "五组" in answer
    assert "刘福来" in told(await phones.says("李队员", "刘福来（五组）"))


async def test_two_records_of_the_same_words_can_both_be_chosen(phones: Phones) -> None:
    await phones.says("李队员", "走访 王桂芳 一切正常")
    await phones.says("李队员", "走访 王桂芳 一切正常")

    out = await phones.says("李队员", "撤销")

    assert len(out[-1].labels) == 4
    await phones.presses("李队员", out[-1].labels[1])
    assert await rows(phones, "SELECT id FROM record WHERE state = 'undone'") == [(1,)]


async def test_a_button_shows_a_star_as_a_star(phones: Phones) -> None:
    for _ in range(2):
        await phones.says("李队员", "走访 王桂芳 二*三")

    assert (await phones.says("李队员", "撤销"))[-1].labels[0] == "走访 王桂芳：二*三"


async def test_photos_for_two_visits_of_the_same_words_go_where_they_are_sent(
    phones: Phones,
) -> None:
    phones.memory.blobs["1.jpg"] = b"one"
    for _ in range(2):
        await phones.says("李队员", "走访 王桂芳 一切正常")
    await phones.at(MONDAY + timedelta(minutes=30))

    out = await phones.says("李队员", files=["1.jpg"])

    assert len(out[-1].labels) == 5
    await phones.presses("李队员", out[-1].labels[1])
    assert await rows(phones, "SELECT record_id FROM attachment") == [(1,)]


async def test_words_after_undo_that_are_no_number_undo_nothing(phones: Phones) -> None:
    await phones.says("李队员", "学习 60 中央一号文件")

    for text in ("撤销 9999999999", "撤销 别的那条"):
        assert "撤销哪一条" in told(await phones.says("李队员", text))


@pytest.mark.parametrize("text", ["99999999999999999999", "3天后再说"])
async def test_an_issue_is_chosen_by_its_number_alone(phones: Phones, text: str) -> None:
    for number in range(4):
        await phones.says("李队员", f"问题 王桂芳 第{number}件事")
    await phones.says("李队员", "问题")

    assert "请点下面的按钮" in told(await phones.says("李队员", text))


async def test_a_step_that_stands_is_not_offered_for_correction(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 断水")
    await phones.says("李队员", "问题1 申请销号 水已接通，能正常用水")

    assert "申请销号" not in str((await phones.says("李队员", "改"))[-1].labels)


async def test_correcting_what_is_struck_says_that_it_is_struck(phones: Phones) -> None:
    await phones.says("李队员", "学习 60 中央一号文件")
    await phones.says("李队员", "撤销")

    assert "已经撤销" in told(await phones.says("李队员", "改 1"))


async def test_a_leader_does_not_correct_his_own_old_record_alone(phones: Phones) -> None:
    await phones.says("王队长", "走访 王桂芳 屋顶漏雨")
    await phones.says("李队员", "走访 王桂芳 屋顶漏雨")
    await phones.at(MONDAY + timedelta(days=2))

    assert "超过 24 小时" in told(await phones.says("王队长", "撤销 1"))
    assert "已撤销" in told(await phones.says("王队长", "撤销 2"))


# edits
async def test_an_edited_note_keeps_to_its_issue(phones: Phones) -> None:
    for text in ("断水", "断电"):
        await phones.says("李队员", f"问题 王桂芳 {text}")
    await phones.says("李队员", "问题1 记进展 水管已接通")
    source = phones.last_id()
    await phones.says("李队员", "问题1 记进展 水管今天接通", edits=source)

    assert await rows(phones, "SELECT text FROM progress") == [("水管今天接通",)]
    moved = told(await phones.says("李队员", "问题2 水管今天接通", edits=source))
    assert "没有改动" in moved
    assert await rows(phones, "SELECT issue_id FROM progress") == [(1,)]


async def test_what_waits_for_verification_is_not_reworded(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 断水 立行立改")
    source = phones.last_id()
    await phones.says("李队员", "问题1 申请销号 水已接通，能正常用水")

    assert "没有改动" in told(await phones.says("李队员", "问题 王桂芳 断电", edits=source))
    assert await rows(phones, "SELECT text FROM issue") == [("断水",)]


async def test_an_issue_put_back_is_where_it_was(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 断水")
    await phones.says("李队员", "问题1 已联系水管站")
    await phones.says("李队员", "撤销 1")
    await phones.says("李队员", "恢复 1")

    assert await rows(phones, "SELECT state FROM issue") == [("doing",)]


@pytest.mark.parametrize("text", ["抽查 2", "抽查 3"])
async def test_an_edited_wish_to_draw_draws_nobody_else(phones: Phones, text: str) -> None:
    await phones.at(MONDAY + timedelta(minutes=30))
    await phones.says("陈干事", "抽查 2")
    wish = phones.last_id()
    await phones.presses("陈干事", "抽")
    await phones.says("陈干事", text, edits=wish)

    assert await rows(phones, "SELECT count(*) FROM draw WHERE way = 'asked'") == [(1,)]


async def test_an_edited_request_for_leave_is_no_second_one(phones: Phones) -> None:
    await phones.says("李队员", "请假 明天 看病")
    out = told(await phones.says("李队员", "请假 后天 看病", edits=phones.last_id()))

    assert "没有改动" in out
    assert await rows(phones, "SELECT count(*) FROM leave") == [(1,)]


async def test_an_edited_undo_undoes_nothing_more(phones: Phones) -> None:
    for minutes in (30, 40):
        await phones.says("李队员", f"学习 {minutes} 中央一号文件")
    await phones.says("李队员", "撤销 2")
    await phones.says("李队员", "撤销", edits=phones.last_id())

    assert await rows(phones, "SELECT id FROM record WHERE state = 'undone'") == [(2,)]


# photos and places
async def test_a_place_sent_alone_goes_into_the_visit_it_is_told_to(phones: Phones) -> None:
    await phones.says("李队员", "走访 王桂芳 屋顶漏雨")
    await phones.at(MONDAY + timedelta(minutes=30))
    out = await phones.says("李队员", place="31.1774,121.5272")
    answer = told(await phones.presses("李队员", out[-1].labels[0]))

    assert "0 个附件" not in answer
    assert await rows(phones, "SELECT place FROM visit") == [("31.1774,121.5272",)]


async def test_a_place_right_after_a_visit_belongs_to_it(phones: Phones) -> None:
    await phones.says("李队员", "走访 王桂芳 屋顶漏雨")
    await phones.says("李队员", place="31.1774,121.5272")

    assert await rows(phones, "SELECT place FROM visit") == [("31.1774,121.5272",)]


async def test_words_under_a_photo_that_stay_out_of_the_record_are_named(
    phones: Phones,
) -> None:
    phones.memory.blobs["1.jpg"] = b"one"
    await phones.says("李队员", "走访 王桂芳 屋顶漏雨")

    answer = told(await phones.says("李队员", "西边那间屋", files=["1.jpg"]))

    assert "“西边那间屋”没有记进去" in answer


async def test_a_photo_that_could_not_be_had_is_not_called_unintelligible(
    phones: Phones,
) -> None:
    async def gone(media: object) -> bytes:
        raise SendError(Trouble.GONE, "gone")

    phones.memory.fetch = gone  # type: ignore[method-assign, assignment]

    answer = told(await phones.says("李队员", files=["1.jpg"]))

    assert "看懂" not in answer
    assert "再发一次" in answer


# lengths
async def test_a_long_sentence_is_no_name_of_a_household(phones: Phones) -> None:
    story = "上午看了好几户都说自来水压力太小到了晚上根本上不来水希望早点修"
    out = await phones.says("李队员", f"走访 {story}")

    assert "走访了哪一户" in told(out)
    assert max(map(len, out[-1].labels)) < 20
    assert story in told(await phones.says("李队员", "王桂芳"))


async def test_a_household_is_not_entered_under_a_whole_story(phones: Phones) -> None:
    await phones.says("李队员", "走访")

    assert "太长" in told(await phones.says("李队员", "长" * 200))


# lists
async def test_the_list_of_issues_counts_all_of_them(phones: Phones) -> None:
    for number in range(12):
        await phones.says("李队员", f"问题 王桂芳 第{number}件事")

    for who in ("周总队长", "王队长", "李队员"):
        assert "12 个" in told(await phones.says(who, "问题清单"))


async def test_staff_read_the_true_number_of_open_issues(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        for _ in range(230):
            await db.connection.execute(
                "INSERT INTO record (kind, person_id, team_id, day, source, made_at, changed_at)"
                " VALUES ('issue', 5, 1, '2026-11-23', 'x', 1, 1)"
            )
        await db.connection.execute(
            "INSERT INTO issue (record_id, county_id, township_id, team_id, owner_id, found_day,"
            " text, tier, due, state, submitted_by)"
            " SELECT id, 1, 1, team_id, person_id, day, '断水', 'general',"
            " CASE WHEN id = 230 THEN '2027-01-01' ELSE '2026-12-01' END,"
            " CASE WHEN id = 230 THEN 'submitted' ELSE 'open' END, 5 FROM record"
        )

    assert "未销号的问题 230 个" in told(await phones.says("陈干事", "今天"))
    assert "230号" in told(await phones.says("王队长", "待销号"))


# who decides
async def test_somebody_who_may_decide_is_asked(phones: Phones) -> None:
    await phones.says("王队长", "问题 王桂芳 断水 立行立改")
    out = await phones.says("李队员", "问题1 申请销号 水已接通，能正常用水")

    assert [phones.name_of(one) for one in out if "退回" in one.labels] == ["周总队长"]
    assert "已请周总队长核验" in told(out)


async def test_nobody_is_named_who_cannot_be_reached(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE user_key = '王队长'"
        )
    await phones.says("李队员", "问题 王桂芳 断水 立行立改")

    out = told(await phones.says("李队员", "问题1 申请销号 水已接通，能正常用水"))
    assert "还没有能核验的上级加入" in out
    assert "队长还没有加入" in told(await phones.says("李队员", "请假 明天 看病"))


async def test_a_withdrawn_leave_is_no_longer_approved(phones: Phones) -> None:
    await phones.says("李队员", "请假 明天 看病")
    withdrawn = told(await phones.says("李队员", "撤回请假"))

    assert "已撤回" in withdrawn
    assert "本人已撤回" in told(await phones.presses("王队长", "同意"))


# one row, start to finish
async def test_a_payload_nobody_has_foreseen_is_parked_and_blocks_nobody(
    phones: Phones,
) -> None:
    raw = phones.memory.raw("李队员", "odd", phones.clock.now(), text="学习 60 中央一号文件")
    del raw.payload["at"]
    await phones.app.inbox.keep([raw])
    await phones.settled()

    assert "已记学习" in told(await phones.says("李队员", "学习 60 防返贫监测"))
    async with phones.app.database.reading() as db:
        assert await inbox.counts(db) == {"dead": 1, "done": 1}


async def test_a_stop_leaves_what_has_not_begun_in_the_table(phones: Phones) -> None:
    raws = [
        phones.memory.raw("李队员", f"many{number}", phones.clock.now(), text="今天")
        for number in range(300)
    ]
    await phones.app.inbox.keep(raws)
    await phones.app.inbox.close()

    async with phones.app.database.reading() as db:
        assert (await inbox.counts(db))["new"] > 200


async def test_a_file_that_is_gone_is_asked_for_once(phones: Phones) -> None:
    asked = []

    async def gone(media: object) -> bytes:
        asked.append(media)
        raise SendError(Trouble.GONE, "gone")

    phones.memory.fetch = gone  # type: ignore[method-assign, assignment]
    await phones.says("李队员", "走访 王桂芳 漏雨", files=["1.jpg"])

    assert len(asked) == 1


async def test_passing_trouble_has_one_name_when_reading_too(phones: Phones) -> None:
    trouble = sqlite3.OperationalError("disk I/O error")
    trouble.sqlite_errorname = "SQLITE_IOERR_READ"

    with pytest.raises(StoreTrouble):
        await _read_in(phones, trouble)


async def _read_in(phones: Phones, trouble: Exception) -> None:
    async with phones.app.database.reading():
        raise trouble


# sending
async def test_a_message_in_hand_is_not_taken_again_when_its_lease_runs_out(
    phones: Phones,
) -> None:
    """A slow chat keeps its messages in hand for longer than a lease."""
    go, entered = asyncio.Event(), asyncio.Event()
    count: list[int] = []
    deliver = phones.memory.deliver

    async def slow(out: Outgoing) -> Handle:
        count.append(out.id)
        entered.set()
        await go.wait()
        return await deliver(out)

    phones.memory.deliver = slow  # type: ignore[method-assign]
    sender = asyncio.create_task(phones.app.sender.run())
    raw = phones.memory.raw("李队员", "1", phones.clock.now(), text="今天")
    await phones.app.inbox.keep([raw])
    await phones.app.inbox.settle()
    await entered.wait()
    phones.clock.set(MONDAY + timedelta(seconds=90))
    for _ in range(20):
        phones.app.sender.wake()
        await asyncio.sleep(0.01)
    go.set()
    for _ in range(20):
        await asyncio.sleep(0.01)
    sender.cancel()
    assert len(count) == 1


async def test_a_message_its_channel_breaks_on_dies_and_lets_the_next_one_pass(
    phones: Phones,
) -> None:
    deliver = phones.memory.deliver

    async def broken(out: Outgoing) -> Handle:
        if "中央一号文件" in out.text:
            raise KeyError("a defect of ours")
        return await deliver(out)

    phones.memory.deliver = broken  # type: ignore[method-assign]
    await phones.says("李队员", "学习 60 中央一号文件")
    heard = await phones.says("李队员", "销假")
    for _ in range(10):
        phones.clock.set(phones.clock.now() + timedelta(seconds=150))
        heard += await phones.settled()

    assert "没有要销的假" in told(heard)
    assert await rows(phones, "SELECT state FROM outbox ORDER BY id") == [("dead",), ("sent",)]


# accounts
async def test_the_account_of_somebody_who_left_can_be_bound_to_his_new_row(
    phones: Phones,
) -> None:
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "UPDATE person SET left_day = '2026-11-20' WHERE name = '李队员'"
        )
        made = await invites.make(
            db, phones.county["赵队员"].id, by=None, key=phones.app.key, now=MONDAY,
            rules=phones.app.rules,
        )  # fmt: skip

    assert "已加入" in told(await phones.says("李队员", made.code))


async def test_a_code_typed_in_full_width_letters_is_a_code() -> None:
    wide = "ABCDE-23456".translate({number: number + 0xFEE0 for number in range(0x21, 0x7F)})

    assert invites.read_code(wide) == "ABCDE23456"


async def test_a_wish_to_draw_that_came_a_day_late_draws_nobody(phones: Phones) -> None:
    sent = datetime(2026, 11, 23, 16, 0, tzinfo=SHANGHAI)
    raw = phones.memory.raw("陈干事", "late", sent, text="抽查 2")
    phones.clock.set(datetime(2026, 11, 24, 9, 1, tzinfo=SHANGHAI))
    await phones.app.inbox.keep([raw])

    assert "没有抽" in told(await phones.settled())


@pytest.mark.parametrize("found", ["体温 36.5", "卖粮收入2.3", "血压130/80"])
async def test_a_number_at_the_end_of_a_story_is_no_day(phones: Phones, found: str) -> None:
    assert found in told(await phones.says("李队员", f"走访 王桂芳 {found}"))


async def test_what_nobody_sees_does_not_get_into_a_record(phones: Phones) -> None:
    await phones.says("李队员", "走访 王桂芳 漏\u202e雨\x00\x1b[31m")

    assert await rows(phones, "SELECT found FROM visit") == [("漏雨[31m",)]


# reminders
async def test_an_overdue_issue_reaches_a_superior_who_was_away_that_day(
    phones: Phones,
) -> None:
    await phones.says("李队员", "问题 王桂芳 断水 11月23日前")
    await phones.says("王队长", "请假 11月24日 县里开会")
    await phones.presses("周总队长", "同意")
    away = await phones.at(datetime(2026, 11, 24, 19, 0, tzinfo=SHANGHAI))
    back = await phones.at(datetime(2026, 11, 25, 19, 0, tzinfo=SHANGHAI))
    later = await phones.at(datetime(2026, 11, 26, 19, 0, tzinfo=SHANGHAI))

    leader = phones.county["王队长"].id
    assert ["已超期" in told(outs, leader) for outs in (away, back, later)] == [
        False,
        True,
        False,
    ]


async def test_a_deadline_moved_during_the_day_is_not_called_today(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 断水 11月24日前")
    await phones.at(datetime(2026, 11, 24, 8, 30, tzinfo=SHANGHAI))
    await phones.says("李队员", "改 1")
    await phones.says("李队员", "期限")
    await phones.says("李队员", "12月24日前")

    out = await phones.at(datetime(2026, 11, 24, 18, 30, tzinfo=SHANGHAI))

    assert "12月24日" not in told(out, phones.county["李队员"].id)


async def test_an_issue_found_and_due_today_is_reminded_of_today(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 断水 今天")

    out = await phones.at(datetime(2026, 11, 23, 18, 30, tzinfo=SHANGHAI))

    assert "今天到期" in told(out, phones.county["李队员"].id)


async def test_a_week_whose_friday_evening_was_missed_is_stored_afterwards(
    phones: Phones,
) -> None:
    await phones.app.runner.plan()
    phones.clock.set(datetime(2026, 11, 30, 9, 0, tzinfo=SHANGHAI))
    await phones.app.runner.plan()

    kept = await rows(phones, "SELECT DISTINCT period FROM report WHERE kind = 'weekly'")
    assert ("2026-W48",) in kept or len(kept) == 1


# the operator
def test_an_old_backup_is_called_old(tmp_path: Path) -> None:
    path = tmp_path / "backup" / "zhucun-20261123-090000.db"
    path.parent.mkdir()
    path.write_bytes(b"")
    os.utime(path, (MONDAY.timestamp(), MONDAY.timestamp()))

    found = doctor._backups(tmp_path, MONDAY + timedelta(days=3, minutes=5))

    assert not found.good
    assert "3 天" in found.state


@pytest.mark.parametrize(
    "line",
    [
        'workdays = ["一"]',
        "workdays = []",
        "workdays = [8]",
        "weekly_day = 0",
        "reminder_window = 0",
        "general_days = -1",
        'issue_before_days = ["3"]',
    ],
)
def test_a_rule_that_cannot_be_followed_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(BadRules, match=line.split(" ")[0]):
        load_rules(path)


async def test_a_message_made_up_for_is_called_so_whatever_else_is_parked(
    tmp_path: Path, clock: SetClock
) -> None:
    async with Phones.open(tmp_path, clock) as phones:
        for number in ("1", "2"):
            raw = phones.memory.raw("李队员", f"odd{number}", clock.now(), poison=True)
            await phones.app.inbox.keep([raw])
        await phones.settled()
        async with phones.app.database.transaction() as db:
            await db.connection.execute(
                "UPDATE inbox SET channel = 'web', payload = ? WHERE id = 1",
                (
                    json.dumps(
                        {"person": 5, "id": "x", "at": MONDAY.isoformat(), "text": "今天"}
                    ),
                ),
            )

    assert "已补办" in await replay_message(Settings(data=tmp_path, _env_file=None), 1)
