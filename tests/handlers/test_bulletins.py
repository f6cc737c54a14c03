"""通报 in chat: the question about the lowest three, a reply to an old card, who is sent what."""

from datetime import datetime

import pytest
from phones import Phones, rows, words
from ranked import ranked

from ledger import outbox
from ledger.clock import SHANGHAI
from ledger.messages import Outgoing
from templates.bulletin import read

DECEMBER = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
SENTENCE = "请各乡镇月底前补齐台账。"


async def month(phones: Phones) -> Outgoing:
    phones.clock.set(DECEMBER)
    return (await phones.says("陈干事", "月报 11月 草稿"))[0]


async def test_the_lowest_are_named_only_where_a_person_says_so(phones: Phones) -> None:
    await ranked(phones)
    draft = words(await month(phones))
    (question,) = await phones.presses("陈干事", "确认")
    (with_them,) = await phones.says("陈干事", "写")
    (done, *_) = await phones.presses("陈干事", "确认")
    (signed,) = await phones.presses("陈干事", "看签发的")

    assert "比例最低" not in draft
    assert words(question).startswith("末三位要不要写进去？写了会点到：云山乡。")
    assert question.labels[:2] == ("不写", "写")
    assert "比例最低的是云山乡" in words(with_them)
    assert words(done).startswith("已签发")
    assert "比例最低的是云山乡" in words(signed)


async def test_not_said_they_are_not_named(phones: Phones) -> None:
    await ranked(phones)
    await month(phones)
    await phones.presses("陈干事", "确认")
    (done, *_) = await phones.says("陈干事", "不写")
    (signed,) = await phones.presses("陈干事", "看签发的")

    assert words(done).startswith("已签发")
    assert "比例最低" not in words(signed)


async def test_without_the_switch_nobody_is_asked(phones: Phones) -> None:
    await month(phones)
    (done, *_) = await phones.presses("陈干事", "确认")

    assert words(done).startswith("已签发")


@pytest.mark.parametrize(
    ("said", "starts"),
    [
        (SENTENCE, "2026年第＿号（草稿）"),  # the sentence
        ("改 " + SENTENCE, "2026年第＿号（草稿）"),
        ("退回 缺了云山乡", "已退回"),
        ("确认", "已签发"),
    ],
)
async def test_a_reply_to_the_card_is_about_it(phones: Phones, said: str, starts: str) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    card = phones.told("陈干事", "还没有签发")
    (answer, *_) = await phones.says("陈干事", said, reply_to=card)
    kept = await rows(phones, "SELECT sentence FROM bulletin")

    assert words(answer).startswith(starts)
    assert kept == [(SENTENCE if SENTENCE in said else "",)]


async def test_an_old_card_signs_nothing_new(phones: Phones) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    card = phones.told("陈干事", "还没有签发")
    await phones.says("陈干事", f"通报稿 1 改 {SENTENCE}")
    (refused,) = await phones.says("陈干事", "确认", reply_to=card)

    assert words(refused).startswith("草稿的内容或数字已经变了，没有签发。")
    assert len(words(refused).splitlines()) == 2
    assert await rows(phones, "SELECT state FROM bulletin") == [("draft",)]


async def test_on_a_rest_day_nobody_is_disturbed(phones: Phones) -> None:
    phones.clock.set(datetime(2026, 12, 5, 10, tzinfo=SHANGHAI))  # a Saturday
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    told = await phones.presses("陈干事", "确认")

    assert [phones.name_of(out) for out in told] == ["陈干事"]


async def test_the_news_costs_nobody_his_summary(phones: Phones) -> None:
    """What is signed is sent by a person; the day's routine message still comes."""
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    told = await phones.presses("陈干事", "确认")
    readers = sorted(phones.name_of(out) for out in told)
    async with phones.app.database.reading() as db:
        routine = [
            await outbox.routine_on(db, phones.county[name].id, DECEMBER.date())
            for name in readers
        ]

    assert readers == ["冯总队长", "周总队长", "陈干事"]
    assert routine == [0, 0, 0]


async def test_a_paper_has_the_head_and_number_of_its_county(phones: Phones) -> None:
    """One 发文字号 through all kinds; Word and PDF are written from the same facts."""
    own = '[office]\nname = "安和县驻村办文件"\ncode = "安驻办发"\n'
    (phones.folder / "county" / "paper.toml").write_text(own, encoding="utf-8")
    phones.clock.set(DECEMBER)
    for command in ("旬通报 11月下旬 草稿", "月报 11月 草稿"):
        await phones.says("陈干事", command)
        await phones.presses("陈干事", "确认")
    signed = [
        read(one[0]) for one in await rows(phones, "SELECT words FROM bulletin ORDER BY id")
    ]

    assert [one.number for one in signed] == ["安驻办发〔2026〕1号", "安驻办发〔2026〕2号"]
    assert signed[0].title == "关于2026年11月下旬驻村工作情况的通报"
    assert {(one.office, one.sign, one.to) for one in signed} == {
        ("安和县驻村办文件", "安和县驻村办", "各乡镇人民政府，县直有关部门："),
    }  # fmt: skip
    assert signed[0].copies == ("抄送：县委办公室，县人民政府办公室。",)


async def test_without_a_code_none_is_invented(phones: Phones) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    await phones.presses("陈干事", "确认")
    signed = read((await rows(phones, "SELECT words FROM bulletin"))[0][0])

    assert (signed.number, signed.office) == (
        "2026年第1号", "安和县驻村工作领导小组办公室文件",
    )  # fmt: skip


async def test_both_sentences_together_are_short(phones: Phones) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    await phones.says("陈干事", f"通报稿 1 加 {'长' * 200}")
    (refused,) = await phones.says("陈干事", f"通报稿 1 加 {'多' * 120}")
    (question,) = await phones.says("陈干事", f"通报稿 1 改 {SENTENCE}")
    await phones.presses("陈干事", "两句都留")
    kept = (await rows(phones, "SELECT sentence FROM bulletin"))[0][0]

    assert words(refused).startswith("原来写的有 200 字，加上这句超过 300 字")
    assert question.labels[:2] == ("换成新的", "两句都留")
    assert kept == f"{'长' * 200}。{SENTENCE}"
