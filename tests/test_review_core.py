"""What a harsh reader found in the core: each test was red before its fix."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY
from phones import Phones, words

from bot.app import open_app
from bot.channels.base import SendError, Trouble
from bot.channels.memory import Memory
from bot.settings import Settings
from ledger import inbox, invites, people, periods, records
from ledger.clock import SHANGHAI, SetClock
from ledger.database import StoreTrouble
from ledger.messages import Handle, Outgoing
from ledger.people import Address
from ledger.periods import Period, span


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

    assert "先放下" in told(await phones.says("李队员", "学习 60 中央一号文件"))
    assert "先放下" not in told(await phones.says("李队员", "学习 60 防返贫监测"))


async def test_a_refusal_at_the_end_of_a_talk_ends_it(phones: Phones) -> None:
    await phones.says("李队员", "请假 明天 看病")
    await phones.says("李队员", "请假")
    await phones.says("李队员", "明天")

    assert "没有重复提交" in told(await phones.says("李队员", "事假"))
    assert "还没看懂" in told(await phones.says("李队员", "谢谢"))


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
