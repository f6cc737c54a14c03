"""Photos, voice, files and places: which record they join, what is said, what is kept."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from county import MONDAY
from phones import Phones, words

from ledger import progress
from ledger.messages import Outgoing

PLACE = "31.1774,121.5272"


def photo(phones: Phones, name: str = "屋顶.jpg", data: bytes | None = None) -> dict[str, Any]:
    """A file on the phone, ready to be sent."""
    phones.memory.blobs[name] = data if data is not None else f"bytes of {name}".encode()
    return {"files": [name]}


async def later(phones: Phones, minutes: int) -> None:
    await phones.at(phones.clock.now() + timedelta(minutes=minutes))


async def rows(phones: Phones, query: str) -> list[tuple[Any, ...]]:
    async with phones.app.database.reading() as db:
        return [tuple(row) for row in await db.connection.execute_fetchall(query)]


async def where(phones: Phones) -> list[tuple[Any, ...]]:
    """Which record each file has joined, in the order they came."""
    return await rows(
        phones,
        "SELECT r.kind FROM attachment a LEFT JOIN record r ON r.id = a.record_id ORDER BY a.id",
    )


def last(out: list[Outgoing]) -> str:
    return words(out[-1])


# kept
async def test_the_original_lies_byte_for_byte_under_its_hash(phones: Phones) -> None:
    data = bytes(range(256)) * 9
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.says("李队员", **photo(phones, "原件.ogg", data))

    sha256 = hashlib.sha256(data).hexdigest()
    path = phones.folder / "files" / sha256[:2] / sha256
    assert path.read_bytes() == data
    assert await rows(phones, "SELECT sha256, kind FROM attachment") == [(sha256, "voice")]


# replies
@pytest.mark.parametrize("to", ["own", "told"])
async def test_a_reply_after_hours_joins_the_visit_of_that_message(
    phones: Phones, to: str
) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.says("李队员", "走访 王桂芳 一切正常")
    await later(phones, 60)
    meant = getattr(phones, to)("李队员", "屋顶漏雨")

    out = await phones.says("李队员", reply_to=meant, place=PLACE, **photo(phones))

    assert last(out).startswith("1 个附件已存，放进：走访 张大山：屋顶漏雨（附件 1）")
    assert await rows(phones, "SELECT household, place FROM visit") == [
        ("张大山", PLACE),
        ("王桂芳", ""),
    ]


async def test_of_several_records_the_visit_has_it(phones: Phones) -> None:
    await phones.says("李队员", "今天走访王桂芳家，自来水断了")
    await later(phones, 60)

    for meant in (phones.own("李队员", "自来水"), phones.told("李队员", "自来水")):
        await phones.says("李队员", reply_to=meant, **photo(phones, f"{meant}.jpg"))

    assert await where(phones) == [("visit",), ("visit",)]


async def test_a_reply_to_a_photo_or_to_the_word_about_it_means_its_record(
    phones: Phones,
) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.says("李队员", **photo(phones, "1.jpg"))
    sent, said = f"memory:{phones.last_id()}", phones.told("李队员", "放进")
    await later(phones, 30)
    await phones.says("李队员", "走访 王桂芳 一切正常")

    for number, meant in enumerate((sent, said)):
        await phones.says("李队员", reply_to=meant, **photo(phones, f"{number}又.jpg"))

    assert await rows(phones, "SELECT DISTINCT record_id FROM attachment") == [(1,)]


async def test_a_reply_goes_before_the_open_talk_and_leaves_it_open(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.says("李队员", "走访")
    await phones.says("李队员", reply_to=phones.own("李队员", "屋顶"), **photo(phones))

    assert await where(phones) == [("visit",)]
    assert "情况怎么样" in last(await phones.says("李队员", "王桂芳"))


async def test_nobody_replies_his_way_into_somebody_elses_record(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    for meant in (phones.own("李队员", "屋顶"), phones.told("李队员", "屋顶")):
        out = await phones.says("赵队员", reply_to=meant, **photo(phones, f"{meant}.jpg"))
        assert "没有走访或问题可以放" in last(out)

    assert await where(phones) == [(None,), (None,)]


async def test_a_reply_that_tells_something_new_makes_a_record_of_its_own(
    phones: Phones,
) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    meant = phones.own("李队员", "屋顶")
    await phones.says("李队员", "走访 王桂芳 一切正常", reply_to=meant, **photo(phones))

    assert await rows(phones, "SELECT record_id FROM attachment") == [(2,)]


@pytest.mark.parametrize("meant", ["memory:out/99", "memory:99", "x", "memory:out/", "/"])
async def test_a_reply_to_nothing_known_is_as_if_sent_alone(phones: Phones, meant: str) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.says("李队员", reply_to=meant, **photo(phones))

    assert await where(phones) == [("visit",)]


async def test_a_reply_to_an_issues_card_is_evidence_of_it(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 水管断了")
    await phones.at(MONDAY + timedelta(days=3))
    await phones.says("李队员", "问题1")
    meant = phones.told("李队员", "水管断了")

    out = await phones.says("李队员", reply_to=meant, **photo(phones))

    assert last(out).startswith("1 个附件已存，放进：问题1")
    assert await where(phones) == [("issue",)]


async def test_what_is_verified_or_struck_takes_nothing_more(phones: Phones) -> None:
    await phones.says("李队员", "问题 王桂芳 水管断了 立行立改")
    meant = phones.own("李队员", "水管")
    await phones.says("李队员", "问题1 申请销号 水管已经换新，验过水压")
    await phones.says("李队员", "走访 张大山 屋顶漏雨")

    out = await phones.says("李队员", reply_to=meant, **photo(phones))

    assert "正在核验或已销号" in last(out)
    assert await where(phones) == [(None,)]


# the window
async def test_a_photo_while_a_doubt_is_open_joins_the_records_in_doubt(
    phones: Phones,
) -> None:
    out = await phones.says("李队员", "今天走访周有田家，房子漏雨")
    assert "名册里没有" in last(out)

    joined = await phones.says("李队员", **photo(phones))

    assert "放进：走访" in last(joined)
    assert "已核对" not in last(await phones.presses("李队员", "先不选"))
    assert await where(phones) == [("visit",)]


async def test_a_step_on_no_known_issue_takes_a_photo(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        await progress.tell(
            db, phones.county["李队员"], "瓦已拉来", day=MONDAY.date(), source="memory:x",
            now=phones.clock.now(),
        )  # fmt: skip

    await phones.says("李队员", **photo(phones))

    assert await where(phones) == [("progress",)]


# albums
async def test_the_parts_of_an_album_follow_the_first(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await later(phones, 3)
    await phones.says("李队员", "走访 王桂芳 一切正常")
    await later(phones, 3)
    meant = phones.own("李队员", "屋顶")
    await phones.says("李队员", reply_to=meant, **photo(phones, "1.jpg"))
    for number in (2, 3):
        await phones.says("李队员", **photo(phones, f"{number}.jpg"))
    assert await rows(phones, "SELECT DISTINCT record_id FROM attachment") == [(1,)]

    await later(phones, 3)
    await phones.says("李队员", **photo(phones, "4.jpg"))
    assert await rows(phones, "SELECT max(record_id) FROM attachment") == [(2,)]


async def test_more_of_an_album_joins_the_question_and_its_buttons_stand(
    phones: Phones,
) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await later(phones, 30)
    [question] = await phones.says("李队员", **photo(phones, "1.jpg"))
    for number in range(2, 6):
        [more] = await phones.says("李队员", **photo(phones, f"{number}.jpg"))
        assert f"一共 {number} 个" in words(more)
        assert not more.labels

    out = await phones.presses("李队员", question.labels[0])

    assert last(out).startswith("5 个附件已存")
    assert await where(phones) == [("visit",)] * 5


# sent first
async def test_a_photo_sent_first_joins_the_record_of_the_sentence_after_it(
    phones: Phones,
) -> None:
    await phones.says("李队员", **photo(phones))
    await later(phones, 5)
    out = await phones.says("李队员", "走访 张大山 屋顶漏雨")

    assert "刚才先发的 1 个附件也放进来了" in last(out)
    assert await where(phones) == [("visit",)]


async def test_a_photo_of_long_ago_joins_nothing_new(phones: Phones) -> None:
    await phones.says("李队员", **photo(phones))
    await later(phones, 11)
    out = await phones.says("李队员", "走访 张大山 屋顶漏雨")

    assert "附件" not in last(out)
    assert await where(phones) == [(None,)]


async def test_a_photo_of_another_matter_is_not_taken_for_the_next_record(
    phones: Phones,
) -> None:
    await phones.says("李队员", "请假")
    await phones.says("李队员", **photo(phones, "假条.jpg"))
    await phones.says("李队员", "取消")
    await phones.says("李队员", "走访 张大山 屋顶漏雨")

    assert await where(phones) == [(None,)]


async def test_voice_alone_is_kept_and_wants_a_sentence(phones: Phones) -> None:
    await phones.says("李队员", "走访 王桂芳 一切正常")
    await later(phones, 30)
    out = await phones.says("李队员", **photo(phones, "话.ogg"))
    assert last(out).startswith("语音已存好")
    assert not out[-1].labels

    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    assert await rows(phones, "SELECT record_id FROM attachment") == [(2,)]


# used before
async def test_a_photo_used_before_is_joined_and_named(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨", **photo(phones))
    await later(phones, 24 * 60 + 30)
    await phones.says("李队员", "走访 王桂芳 一切正常")
    out = await phones.says("李队员", **photo(phones))

    line = "这张照片 11月23日 走访张大山 时用过，如果发错了请再发一张。"
    assert last(out).endswith(line)
    assert await rows(phones, "SELECT record_id FROM attachment") == [(1,), (2,)]


async def test_the_same_photo_in_the_same_record_is_one(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨", **photo(phones))
    for _ in range(2):
        out = await phones.says("李队员", **photo(phones))
        assert "用过" not in last(out)

    assert await rows(phones, "SELECT photos FROM entry") == [(1,)]
    await phones.says("李队员", "走访 王桂芳 一切正常")
    assert await rows(phones, "SELECT photos FROM entry ORDER BY id") == [(1,), (0,)]


async def test_another_teams_record_is_never_named(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨", **photo(phones))
    out = await phones.says("钱队员", "走访 何满仓 一切正常", **photo(phones))

    assert "用过" not in last(out)
    assert "张大山" not in last(out)


async def test_a_photo_of_a_struck_record_counts_as_unused(phones: Phones) -> None:
    await phones.says("李队员", "走访 张大山 屋顶漏雨", **photo(phones))
    await phones.says("李队员", "撤销")
    out = await phones.says("李队员", "走访 王桂芳 一切正常", **photo(phones))

    assert "用过" not in last(out)


async def test_several_used_before_are_one_line(phones: Phones) -> None:
    for name in ("1.jpg", "2.jpg"):
        photo(phones, name)
    both = ["1.jpg", "2.jpg"]
    await phones.says("李队员", "走访 张大山 屋顶漏雨", files=both)
    out = await phones.says("赵队员", "走访 王桂芳 一切正常", files=both)

    assert "有 2 个附件 11月23日 李队员 走访张大山 时用过，如果发错了请再发一次。" in last(out)
