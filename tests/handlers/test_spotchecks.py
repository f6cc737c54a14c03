"""抽查 in chat: which words mean what, and the corners the script does not show."""

from datetime import datetime

import pytest
from phones import Phones, words

from handlers.spotchecks import ANSWER, DRAW, RESULTS
from ledger.clock import SHANGHAI
from ledger.messages import Outgoing


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
        ("抽查时我在开会", None),
        ("抽查是应该的", None),
    ],
)
def test_what_is_a_wish_to_draw(text: str, rest: str | None) -> None:
    assert DRAW.rest_of(text, strict=True) == rest


def test_the_results_are_asked_for_by_their_own_words() -> None:
    assert RESULTS.rest_of("抽查情况 12", strict=True) == "12"
    assert RESULTS.rest_of("我的抽查", strict=True) == ""


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
    assert len(cards(await phones.says("陈干事", wish))) == count


async def test_a_township_draws_among_its_own_teams_only(phones: Phones) -> None:
    (card,) = cards(await phones.says("冯总队长", "抽查 1"))
    assert phones.name_of(card) in {"郑队长", "吴队员"}


async def test_fewer_than_wanted_are_all_drawn_and_it_is_said(phones: Phones) -> None:
    await unbind(phones, "郑队长", "吴队员")
    reply, *_ = [
        one for one in await phones.says("陈干事", "抽查 3") if phones.name_of(one) == "陈干事"
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
    (card,) = cards(await phones.presses("陈干事", "1"))
    assert phones.name_of(card) in {"郑队长", "吴队员"}


async def drawn(phones: Phones) -> str:
    """Somebody of 云山乡 who has a card."""
    (card,) = cards(await phones.says("陈干事", "抽查 云山乡 1"))
    return phones.name_of(card)


async def test_a_sentence_with_a_photo_is_an_answer_with_a_note(phones: Phones) -> None:
    name = await drawn(phones)
    phones.memory.blobs["1.jpg"] = b"photo"
    await phones.says(name, "在三组看水渠", files=["1.jpg"], place="31.1,121.5")
    (reply,) = await phones.says("陈干事", "抽查情况")
    assert words(reply).endswith(f"石桥村 {name}：已答“在三组看水渠”（附照片 1 张）")


async def test_a_text_twin_with_a_photo_is_one_too(phones: Phones) -> None:
    name = await drawn(phones)
    phones.memory.blobs["1.jpg"] = b"photo"
    await phones.says(name, "抽查1 在村", files=["1.jpg"])
    (reply,) = await phones.says("陈干事", "抽查情况 第1次")
    assert words(reply).endswith(f"石桥村 {name}：已答“在村”（附照片 1 张）")


async def test_an_explanation_in_one_line(phones: Phones) -> None:
    name = await drawn(phones)
    await phones.at(on("11:01"))
    await phones.says(name, "抽查1 说明 手机没电")
    (reply,) = await phones.says("陈干事", "抽查情况")
    assert words(reply).endswith(f"石桥村 {name}：待核实（手机没电）")


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
    assert words(reply).endswith("等答复")


async def test_the_seed_is_nowhere_in_what_is_said(phones: Phones) -> None:
    await phones.says("陈干事", "抽查 3")
    await phones.says("陈干事", "抽查情况")
    async with phones.app.database.reading() as db:
        ((seed,),) = await db.connection.execute_fetchall("SELECT seed FROM draw")
    assert all(seed[:8] not in one.text for one in phones.memory.sent)
