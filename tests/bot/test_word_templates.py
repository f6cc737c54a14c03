"""公文模板 in the chat: sample, a page of one's own, refusals, back to ours; killed, it is tried again."""

from datetime import timedelta
from typing import Any

import pytest
from phones import Phones, words
from word_pages import page_with

from bot import word_child
from bot.word_desk import WordDesk
from ledger import files, word_templates
from ledger.database import StoreTrouble
from ledger.errors import Refused
from ledger.messages import Outgoing
from templates.word import blank


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying a page is tested in test_word_child.py; here it is what it says at once."""

    def tried(page: bytes, _looks: Any) -> bytes:
        if b"PK" not in page:
            raise Refused("word_templates.other_format", detail="")
        return page

    monkeypatch.setattr(word_child, "try_out", tried)


async def sends(phones: Phones, said: str, page: bytes, who: str = "陈干事") -> list[Outgoing]:
    phones.memory.blobs["页面.docx"] = page
    return await phones.says(who, said, files=["页面.docx"])


async def page_for(phones: Phones, kind: str) -> str:
    async with phones.app.database.reading() as db:
        return await word_templates.page_for(db, phones.county.id, kind)


async def test_a_page_is_tried_and_then_used(phones: Phones) -> None:
    (asked, told) = await sends(phones, "公文模板", blank())
    assert words(asked) == "收到“页面.docx”，正在试着填一份，好了告诉您。"
    assert words(told).split("\n")[0] == "公文模板“页面.docx”可以用，以后的公文都用它。"
    assert [one.name for one in told.files] == ["公文样子.docx"]
    assert await page_for(phones, "weekly") != ""
    assert await phones.settled() == []

    (shown,) = await phones.says("陈干事", "公文模板")
    assert "· 全部公文：页面.docx" in words(shown)
    (dropped,) = await phones.presses("陈干事", "停用模板")
    assert words(dropped) == "已停用，公文恢复用程序自带的页面。"
    assert await page_for(phones, "weekly") == ""
    (none,) = await phones.says("陈干事", "公文模板 停用")
    assert words(none).startswith("现在没有在用的这一种模板。")


async def test_the_page_of_one_kind_goes_before_the_page_of_all(phones: Phones) -> None:
    for said, page in (
        ("公文模板", "甲"),
        ("公文模板 督查通报", "乙"),
        ("公文模板 督查通报", "丙"),
    ):
        await sends(phones, said, page_with(page))
    every, inspection = await page_for(phones, "weekly"), await page_for(phones, "inspection")
    assert every != inspection != ""
    await phones.says("陈干事", "公文模板 停用 督查通报")
    assert await page_for(phones, "inspection") == every


async def test_what_is_no_page_changes_nothing(phones: Phones) -> None:
    (_asked, told) = await sends(phones, "公文模板", b"%PDF")
    assert words(told) == (
        "公文模板“页面.docx”没有用上。\n这个文件不是 .docx。\n请用 Word 或 WPS 另存为 .docx 再发。"
    )
    assert await page_for(phones, "weekly") == ""
    (unknown,) = await sends(phones, "公文模板 请柬", blank())
    assert words(unknown).startswith("没有“请柬”这一种公文。")


async def test_only_the_county_brings_a_page(phones: Phones) -> None:
    for who in ("周总队长", "王队长", "李队员"):
        told = await sends(phones, "公文模板", blank(), who)
        assert not any("正在试" in words(one) for one in told)
    assert await page_for(phones, "weekly") == ""


async def test_one_page_at_a_time(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        by, now = phones.county["陈干事"], phones.clock.now()
        kept = files.keep_bytes(
            phones.app.settings.files, b"x", mime="x", name="x", kind="document"
        )
        await files.attach(db, by.id, [kept], source="1", now=now)
        await word_templates.send(db, by, kept.sha256, kind="", name="甲", now=now)
        with pytest.raises(Refused, match="one_at_a_time"):
            await word_templates.send(db, by, kept.sha256, kind="", name="乙", now=now)


async def test_the_sample_is_our_own_page(phones: Phones) -> None:
    (told,) = await phones.says("陈干事", "公文模板 样本")
    assert words(told).startswith("这是自带页面的模板")


async def test_killed_before_the_word_it_is_tried_again(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise StoreTrouble("disk full")

    real = WordDesk._say
    monkeypatch.setattr(WordDesk, "_say", broken)
    with pytest.raises(StoreTrouble):
        await sends(phones, "公文模板", blank())
    assert await page_for(phones, "weekly") == ""
    monkeypatch.setattr(WordDesk, "_say", real)

    told = await phones.settled()
    assert "可以用" in words(told[-1])


async def test_a_page_that_fails_later_is_told_once(phones: Phones) -> None:
    await sends(phones, "公文模板", blank())
    page, told = await page_for(phones, "weekly"), []
    for _again in range(2):
        phones.app.pages.note_fault(page, Refused("word_templates.unknown", detail="chief"))
        told += await phones.settled()
        phones.clock.set(phones.clock.now() + timedelta(hours=1))
    assert [words(one).split("\n")[0] for one in told] == [
        "公文模板“页面.docx”这次填不出来，已改用程序自带的页面，公文照常发出。"
    ]
