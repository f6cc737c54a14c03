"""抽查 in chat: which words mean what, and the corners the script does not show."""

from datetime import datetime

import pytest
from phones import Phones, words

from handlers.spotcheck_draws import DRAW
from handlers.spotchecks import ANSWER, HOW, RESULTS
from ledger import invites, roster
from ledger.clock import SHANGHAI
from ledger.messages import Outgoing
from ledger.people import Address, Role
from ledger.roster import Entry


def on(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("在村", " 在村"),
        ("无信号", " 无信号，稍后"),
        ("无信号,稍后", " 无信号，稍后"),
        ("外出公务", " 外出公务"),
        ("抽查12 在村", "12 在村"),
        ("抽查 12 在村", "12 在村"),
        ("抽查12号：在镇里 开会", "12 在镇里 开会"),
        ("抽查12 没信号", "12 无信号，稍后"),
        ("在村里忙", None),
        ("抽查 5", None),
        ("抽查5", None),
        ("抽查12", None),
        ("请假", None),  # leave, unless a card's button says 抽查12 请假
        ("抽查12 请假", "12 请假"),
        ("在路上", " 在路上"),
        ("在路上了", " 在路上"),
        ("开车", " 在路上"),
        ("骑车赶路", " 在路上"),
    ],
)
def test_what_is_an_answer(text: str, rest: str | None) -> None:
    assert ANSWER.rest_of(text, strict=False) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("抽查", ""),
        ("抽查 5", "5"),
        ("抽查5个队", "5个队"),
        ("抽查五", "五"),
        ("抽查十二个队", "十二个队"),
        ("抽查清水镇3", "清水镇3"),
        ("抽查 清水镇 3", "清水镇 3"),
        ("抽查-1", "-1"),
        ("抽查 指定 张三 群众反映", "指定 张三 群众反映"),
        ("抽查指定张三 群众反映", "指定张三 群众反映"),
        ("抽查 电话 3", None),
        ("抽查时我在开会", None),
        ("抽查是应该的", None),
    ],
)
def test_what_is_a_wish_to_draw(text: str, rest: str | None) -> None:
    assert DRAW.rest_of(text, strict=True) == rest


def test_the_results_are_asked_for_by_their_own_words() -> None:
    assert RESULTS.rest_of("抽查情况 12", strict=True) == "12"
    assert RESULTS.rest_of("我的抽查", strict=True) == ""


async def agreed(phones: Phones, name: str, wish: str) -> list[Outgoing]:
    """The wish to draw, and 抽 where it is offered."""
    out = await phones.says(name, wish)
    return await phones.presses(name, "抽") if "抽" in out[-1].labels else out


def cards(out: list[Outgoing]) -> list[Outgoing]:
    return [one for one in out if one.kind == "check"]


@pytest.mark.parametrize(
    ("wish", "count"),
    [
        ("抽查 3", 3),
        ("抽查三", 3),
        ("抽查 全县 2", 2),
        ("抽查 清水镇 1", 1),
        ("抽查 2 清水镇", 2),
        ("抽查2 清水镇", 2),
        ("抽查 清水 两个队", 2),
        ("抽查 云山乡", 0),
        ("抽查 清水镇 3", 0),
        ("抽查 1e9", 0),
        ("抽查 2 3", 0),
    ],
)
async def test_ways_to_say_how_many(phones: Phones, wish: str, count: int) -> None:
    assert len(cards(await agreed(phones, "陈干事", wish))) == count


async def test_a_township_draws_among_its_own_teams_only(phones: Phones) -> None:
    (card,) = cards(await agreed(phones, "冯总队长", "抽查 1"))
    assert phones.name_of(card) in {"郑队长", "吴队员"}


async def test_fewer_than_wanted_are_all_drawn_and_it_is_said(phones: Phones) -> None:
    await unbind(phones, "郑队长", "吴队员")
    reply, *_ = [
        one
        for one in await agreed(phones, "陈干事", "抽查 3")
        if phones.name_of(one) == "陈干事"
    ]
    assert "想抽 3 个队，能抽的只有这些，已全部抽到。" in words(reply)
    assert "没有纳入：未绑定账号 2 人。" in words(reply)


async def test_when_nobody_can_be_drawn_the_reasons_are_said(phones: Phones) -> None:
    await unbind(phones, "郑队长", "吴队员")
    (reply,) = await phones.says("冯总队长", "抽查 1")
    assert words(reply) == "现在没有能抽的人，没有抽。\n2 人不在抽取范围：未绑定账号 2 人。"


async def unbind(phones: Phones, *names: str) -> None:
    async with phones.app.database.transaction() as db:
        for name in names:
            await db.connection.execute(
                "UPDATE address SET unbound_at = 1 WHERE person_id = ?",
                (phones.county[name].id,),
            )


async def test_no_team_in_the_scope_is_said(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "INSERT INTO township (county_id, name) VALUES (1, '新设镇')"
        )
    (reply,) = await phones.says("陈干事", "抽查 新设镇 1")
    assert words(reply).startswith("这个范围还没有工作队，没有抽。")


async def test_the_asked_number_keeps_its_township(phones: Phones) -> None:
    (question,) = await phones.says("陈干事", "抽查 云山乡")
    assert question.labels == ("1", "返回", "取消")
    await phones.presses("陈干事", "1")
    (card,) = cards(await phones.presses("陈干事", "抽"))
    assert phones.name_of(card) in {"郑队长", "吴队员"}


async def drawn(phones: Phones) -> str:
    """Somebody of 云山乡 who has a card."""
    (card,) = cards(await agreed(phones, "陈干事", "抽查 云山乡 1"))
    return phones.name_of(card)


async def test_a_sentence_with_a_photo_is_an_answer_with_a_note(phones: Phones) -> None:
    name = await drawn(phones)
    phones.memory.blobs["1.jpg"] = b"photo"
    await phones.says(name, "在三组看水渠", files=["1.jpg"], place="31.1,121.5")
    (reply,) = await phones.says("陈干事", "抽查情况")
    assert f"石桥村 {name}：已答“在三组看水渠”（附照片 1 张）" in words(reply)


async def test_a_text_twin_with_a_photo_is_one_too(phones: Phones) -> None:
    name = await drawn(phones)
    phones.memory.blobs["1.jpg"] = b"photo"
    await phones.says(name, "抽查1 在村", files=["1.jpg"])
    (reply,) = await phones.says("陈干事", "抽查情况 第1次")
    assert f"石桥村 {name}：已答“在村”（附照片 1 张）" in words(reply)


async def test_an_explanation_in_one_line(phones: Phones) -> None:
    name = await drawn(phones)
    await phones.at(on("11:01"))
    await phones.says(name, "抽查1 说明 手机没电")
    (reply,) = await phones.says("陈干事", "抽查情况")
    assert f"石桥村 {name}：待核实（手机没电）" in words(reply)


async def test_a_place_after_the_end_is_left_to_the_photos(phones: Phones) -> None:
    name = await drawn(phones)
    await phones.at(on("11:01"))
    out = await phones.says(name, place="31.1,121.5")
    assert all("抽查" not in words(one) for one in out)


async def test_a_void_check_wants_no_answer_any_more(phones: Phones) -> None:
    name = await drawn(phones)
    async with phones.app.database.transaction() as db:
        await db.connection.execute("UPDATE spotcheck SET state = 'void', closed_at = 1")
    (reply,) = await phones.presses(name, "在村")
    assert words(reply) == "这次抽查不计，不用答复。"
    (mine,) = await phones.says(name, "我的抽查")
    assert words(mine).endswith("不计")


async def test_a_word_of_the_office_is_no_answer_to_a_check(phones: Phones) -> None:
    (reply,) = await phones.says("陈干事", "在村")
    assert words(reply) == "现在没有等您答复的抽查，不用处理。"


async def test_an_open_talk_goes_on_after_the_button_of_a_check(phones: Phones) -> None:
    name = await drawn(phones)
    await phones.says(name, "学习")
    await phones.presses(name, "在村")
    (question,) = await phones.says(name, "中央一号文件")
    assert question.kind == "question"


async def test_ten_thousand_words_are_no_answer(phones: Phones) -> None:
    name = await drawn(phones)
    await phones.says(name, "长" * 2000)
    (reply,) = await phones.says("陈干事", "抽查情况")
    assert f"石桥村 {name}：等答复" in words(reply)


async def test_the_seed_is_nowhere_in_what_is_said(phones: Phones) -> None:
    await agreed(phones, "陈干事", "抽查 3")
    await phones.says("陈干事", "抽查情况")
    async with phones.app.database.reading() as db:
        ((seed,),) = await db.connection.execute_fetchall("SELECT seed FROM draw")
    assert all(seed[:8] not in one.text for one in phones.memory.sent)


# what a draw costs, and what it may not do
async def test_the_draw_is_made_with_the_facts_of_the_moment_it_is_agreed_to(
    phones: Phones,
) -> None:
    (preview,) = await phones.says("冯总队长", "抽查 1")
    assert "能抽 1 个队、2 人" in words(preview)
    await unbind(phones, "郑队长")
    (card,) = cards(await phones.presses("冯总队长", "抽"))
    assert phones.name_of(card) == "吴队员"


async def test_agreeing_twice_draws_once(phones: Phones) -> None:
    await phones.says("陈干事", "抽查 1")
    assert len(cards(await phones.presses("陈干事", "抽"))) == 1
    assert cards(await phones.presses("陈干事", "抽")) == []


async def test_what_was_agreed_to_hours_later_draws_nobody(phones: Phones) -> None:
    await phones.says("陈干事", "抽查 1")
    await phones.at(on("13:00"))
    assert cards(await phones.presses("陈干事", "抽")) == []


async def test_nobody_is_asked_twice_a_day_by_draws_upon_draws(phones: Phones) -> None:
    met: list[str] = []
    for _ in range(4):
        sent = await agreed(phones, "陈干事", "抽查 3")
        met += [phones.name_of(one) for one in cards(sent)]
    assert len(met) == len(set(met)) == 7


async def test_the_preview_says_what_the_month_has_taken_already(phones: Phones) -> None:
    await agreed(phones, "陈干事", "抽查 2")
    (preview,) = await phones.says("陈干事", "抽查 1")
    assert "共 2 分钟；本月各类抽查已有 2 次，约 4 分钟" in words(preview)
    assert "第 1 次抽查还在等答复" in words(preview)
    assert "今天已抽过 2 人" in words(preview)


async def test_a_missing_seed_is_said_and_nobody_is_drawn(phones: Phones) -> None:
    await agreed(phones, "陈干事", "抽查 1")
    for path in (phones.folder / "seeds").iterdir():
        path.unlink()
    (reply,) = await phones.says("陈干事", "抽查 1")
    assert "没有抽" in words(reply)
    assert "抽" not in reply.labels


async def test_a_picked_one_is_told_so_when_he_asks(phones: Phones) -> None:
    await agreed(phones, "陈干事", "抽查 指定 吴队员 群众来电")
    (reply,) = await phones.says("吴队员", "凭什么抽我")
    assert words(reply).startswith("这次是工作人员指定的，不是抽签")
    assert "群众来电" not in words(reply)


async def test_a_pick_is_said_openly_everywhere_and_its_reason_nowhere(phones: Phones) -> None:
    out = await agreed(phones, "陈干事", "抽查 指定 吴队员 群众来电")
    (card,) = cards(out)
    assert "这次是工作人员指定的，不是抽签。" in words(card)
    (why,) = await phones.says("吴队员", "为什么")
    assert "这次是工作人员指定的，不是抽签" in words(why)
    assert "随机抽取" not in words(why)
    (mine,) = await phones.says("吴队员", "我的抽查")
    assert "（工作人员指定）" in words(mine)
    (progress,) = await phones.says("陈干事", "抽查情况")
    assert "石桥村 吴队员（指定）：等答复" in words(progress)
    reminders = [one for one in await phones.at(on("10:40")) if one.kind == "reminder"]
    (reminder,) = [one for one in reminders if phones.name_of(one) == "吴队员"]
    assert "工作人员指定，不是抽签" in words(reminder)
    his = [one for one in phones.memory.sent if phones.name_of(one) == "吴队员"]
    assert all("群众来电" not in one.text for one in his)


async def test_a_drawn_one_is_told_that_lots_were_drawn(phones: Phones) -> None:
    name = await drawn(phones)
    (why,) = await phones.says(name, "为什么")
    assert "随机抽取" in words(why)
    assert "指定" not in words(why)


@pytest.mark.parametrize(
    "text",
    [
        "为什么查我", "为啥又抽我？", "谁抽的我", "怎么抽到我", "怎么抽到我的", "什么时候抽我",
        "明天抽谁", "下次抽谁", "下一次会抽到我吗", "请问下次什么时候抽查",
    ],
)  # fmt: skip
async def test_a_question_about_the_draws_is_answered_kindly(phones: Phones, text: str) -> None:
    (reply,) = await phones.says("吴队员", text)
    assert words(reply).startswith("抽查由抽签定，不是针对您")
    assert reply.labels == ("抽签公示",)


async def test_a_question_while_a_check_waits_keeps_its_buttons(phones: Phones) -> None:
    name = await drawn(phones)
    for text in ("为什么查我", "明天抽谁"):
        (reply,) = await phones.says(name, text)
        assert "在村" in reply.labels
    (progress,) = await phones.says("陈干事", "抽查情况")
    assert "等答复" in words(progress)


@pytest.mark.parametrize(
    "text", ["走访张大山，他问明天抽谁", "有人问为什么查我家低保", "水管坏了，谁抽的水"]
)
def test_the_words_of_a_report_are_no_question_about_draws(text: str) -> None:
    assert HOW.rest_of(text, strict=False) is None


@pytest.mark.parametrize("wish", ["抽查 石桥村", "抽查 石桥"])
async def test_a_village_is_not_drawn_by_name(phones: Phones, wish: str) -> None:
    (reply,) = await phones.says("陈干事", wish)
    assert words(reply).startswith("抽查是抽签，不能点石桥村，没有抽。")
    assert "指定" in words(reply)


async def test_a_person_is_not_drawn_by_name(phones: Phones) -> None:
    (reply,) = await phones.says("陈干事", "抽查 吴队员")
    assert words(reply).startswith("抽查是抽签，不能点名，没有抽吴队员。")
    assert "抽查 指定 吴队员 事由" in words(reply)


async def test_the_example_of_a_pick_is_somebody_there(phones: Phones) -> None:
    (reply,) = await phones.says("冯总队长", "抽查 指定 王五 群众来电")
    assert "张三" not in words(reply)
    assert any(f"抽查 指定 {one} 群众" in words(reply) for one in ("郑队长", "吴队员"))


async def test_the_preview_says_where(phones: Phones) -> None:
    (reply,) = await phones.says("陈干事", "抽查 云山乡 1")
    assert words(reply).startswith("云山乡抽查：抽 1 个队")
    (reply,) = await phones.says("周总队长", "抽查 1")
    assert words(reply).startswith("清水镇抽查：抽 1 个队")


async def test_a_reason_of_a_thousand_words_is_too_long(phones: Phones) -> None:
    (reply,) = await phones.says("陈干事", "抽查 指定 吴队员 " + "长" * 900)
    assert cards([reply]) == []
    assert "抽" not in reply.labels


async def test_the_same_statements_however_many_teams_there_are(phones: Phones) -> None:
    few = await statements(phones)
    async with phones.app.database.transaction() as db:
        for number in range(40):
            entry = Entry(f"新队员{number}", Role.MEMBER, "云山乡", f"新村{number}")
            id = await roster.add_person(db, phones.county.id, entry, now=on("08:00"))
            to = Address("memory", "local", f"新{number}")
            await invites.bind(db, id, to, by=None, now=on("08:00"))
        await db.connection.execute("UPDATE posting SET from_day = '2026-01-05'")
    await statements(phones)  # the new ones are noticed once
    assert await statements(phones) <= few + 2


async def statements(phones: Phones) -> int:
    """How many statements the answer to 抽 takes, of one team drawn."""
    await phones.says("陈干事", "抽查 1")
    seen: list[str] = []
    async with phones.app.database.transaction() as db:
        await db.connection.set_trace_callback(seen.append)
    await phones.presses("陈干事", "抽")
    async with phones.app.database.transaction() as db:
        await db.connection.set_trace_callback(None)
    return len([one for one in seen if not one.startswith(("--", "BEGIN", "COMMIT"))])
