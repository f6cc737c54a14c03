"""An opinion reaches the county alone; an unsigned one leads back to nobody."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from phones import Phones, words

from bot.channels import web
from ledger import chat_lines, invites, opinions
from ledger.clock import ms
from ledger.database import Database
from ledger.errors import Refused
from ledger.people import Address

TEXT = "宿舍没有暖气，说过三次"


def bytes_of(folder: Path) -> bytes:
    """The database file and its log after a checkpoint, as they lie on the disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("zhucun.db*")))


async def checkpoint(database: Database) -> None:
    await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    async with database.reading() as db:
        return [tuple(row) for row in await db.connection.execute_fetchall(query)]


async def later(phones: Phones) -> None:
    """The messages have gone out and the beat has passed."""
    await phones.at(phones.clock.now() + timedelta(minutes=20))


async def give_unsigned(phones: Phones, way: str) -> str:
    """Say it in one of three ways; returns the receipt."""
    if way == "one line":
        told = await phones.says("赵队员", f"不署名意见 {TEXT}")
    elif way == "words first":
        await phones.says("赵队员", f"意见 {TEXT}")
        told = await phones.presses("赵队员", "不署名")
    else:
        await phones.says("赵队员", "意见")
        await phones.says("赵队员", "不署名")
        told = await phones.says("赵队员", TEXT)
    (receipt,) = told
    return words(receipt)


WAYS = ("one line", "words first", "asked first")


def code_in(receipt: str) -> str:
    return receipt.split("查询码 ")[1].split("\n")[0].strip()


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_leads_from_an_unsigned_opinion_to_its_writer(
    phones: Phones, tmp_path: Path, way: str
) -> None:
    who = phones.county["赵队员"].id
    await phones.says("赵队员", "今天")
    phones.clock.set(phones.clock.now() + timedelta(minutes=1))
    before = {
        "card": await rows(phones.app.database, f"SELECT id FROM card WHERE person_id = {who}"),
        "ev": await rows(phones.app.database, f"SELECT seq FROM ev WHERE actor = {who}"),
        "outbox": await rows(
            phones.app.database, f"SELECT id FROM outbox WHERE person_id = {who}"
        ),
        "inbox": await rows(
            phones.app.database, "SELECT id FROM inbox WHERE conv_key = 'memory:赵队员'"
        ),
    }  # fmt: skip
    receipt = await give_unsigned(phones, way)
    await later(phones)
    database = phones.app.database

    assert await rows(database, "SELECT person_id, text FROM opinion") == [(None, TEXT)]
    assert await rows(database, f"SELECT * FROM talk WHERE person_id = {who}") == []
    assert await rows(database, f"SELECT * FROM draft WHERE person_id = {who}") == []
    after = {
        "card": await rows(database, f"SELECT id FROM card WHERE person_id = {who}"),
        "ev": await rows(database, f"SELECT seq FROM ev WHERE actor = {who}"),
        "outbox": await rows(
            database,
            f"SELECT id FROM outbox WHERE person_id = {who} AND kind NOT IN ('check')",
        ),
        "inbox": await rows(database, "SELECT id FROM inbox WHERE conv_key = 'memory:赵队员'"),
    }
    assert after == before
    assert await rows(
        database, "SELECT actor, kind FROM ev WHERE subject LIKE 'opinion:%'"
    ) == [(0, "opinion.unsigned")]

    await checkpoint(database)
    kept = bytes_of(tmp_path)
    assert kept.count(TEXT.encode()) == 1  # in the opinion itself
    assert code_in(receipt).encode() not in kept
    assert "不署名".encode() not in kept
    assert "已交给县里".encode() not in kept
    assert not any(
        "暖气" in str(payload)
        for (payload,) in await rows(database, "SELECT payload FROM inbox")
    )


async def test_a_moment_is_not_kept_either(phones: Phones) -> None:
    await give_unsigned(phones, "words first")
    await later(phones)
    moments = await rows(
        phones.app.database,
        "SELECT received_at FROM inbox WHERE conv_key = '' "
        "UNION ALL SELECT made_at FROM outbox WHERE target = ''",
    )

    assert len(moments) == 4
    assert len(set(moments)) == 1  # the first moment of the day


async def test_the_answer_is_read_by_number_and_code_and_leaves_no_trace(
    phones: Phones, tmp_path: Path
) -> None:
    code = code_in(await give_unsigned(phones, "one line"))
    (waits,) = await phones.says("赵队员", f"查意见1 {code}")
    assert "还没有答复" in words(waits)
    await phones.says("陈干事", "答意见1 周五前装好")
    (told,) = await phones.says("赵队员", f"查意见 1 {code.lower()}")
    (wrong,) = await phones.says("赵队员", "查意见1 AAAAAA")
    await later(phones)
    await checkpoint(phones.app.database)

    assert "周五前装好" in words(told)
    assert "不对" in words(wrong)
    assert code.encode() not in bytes_of(tmp_path)
    assert bytes_of(tmp_path).count("周五前装好".encode()) <= 3  # opinion, log, county's own


async def test_a_signed_author_gets_the_answer_and_a_code_opens_nothing(
    phones: Phones,
) -> None:
    await phones.says("李队员", f"署名意见 {TEXT}")
    told = await phones.says("陈干事", "答意见1 已办")
    (wrong,) = await phones.says("赵队员", "查意见1 AAAAAA")

    assert [phones.name_of(out) for out in told if "已办" in words(out)] == ["李队员"]
    assert "不对" in words(wrong)


@pytest.mark.parametrize("name", ["李队员", "王队长", "周总队长"])
async def test_team_and_township_never_see_an_opinion(phones: Phones, name: str) -> None:
    await phones.says("赵队员", f"署名意见 {TEXT}")
    for way in (
        "意见",
        "意见1",
        "意见 1",
        "答意见1 好",
        "查意见1 ABCDEF",
        "日报",
        "周报",
        "今天",
    ):
        for out in await phones.says(name, way):
            assert TEXT not in words(out)
            assert phones.name_of(out) == name
        await phones.says(name, "取消")
    async with phones.app.database.reading() as db:
        for act in (
            opinions.access_waiting(db, phones.county[name]),
            opinions.access_opinion(db, phones.county[name], 1),
        ):
            with pytest.raises(Refused):
                await act


async def test_another_county_does_not_see_it(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await opinions.sign(db, county["李队员"], TEXT, now=MONDAY)
        assert await opinions.waiting(db, county.id + 1) == []


async def test_a_photo_with_an_unsigned_opinion_is_not_kept(phones: Phones) -> None:
    phones.memory.blobs["roof.jpg"] = b"roof"
    (told,) = await phones.says("赵队员", f"不署名意见 {TEXT}", files=["roof.jpg"])

    assert "照片没有一起交" in words(told)
    assert await rows(phones.app.database, "SELECT id FROM attachment") == []


async def test_what_waits_behind_it_is_answered_as_ever(phones: Phones) -> None:
    now = phones.clock.now()
    raws = [
        phones.memory.raw("赵队员", "901", now, text=f"不署名意见 {TEXT}"),
        phones.memory.raw("赵队员", "902", now, text="今天"),
    ]
    await phones.app.inbox.keep(raws)
    told = await phones.settled()

    assert ["没有署名" in words(told[0]), "今天" in words(told[1])] == [True, True]
    assert await rows(
        phones.app.database, "SELECT ext_id FROM inbox WHERE conv_key = 'memory:赵队员'"
    ) == [("902",)]


async def test_the_web_page_forgets_it_too(phones: Phones, tmp_path: Path) -> None:
    """The transcript of the web chat: one's own words and ours are gone, the receipt fades."""
    app, who = phones.app, phones.county["赵队员"].id
    now = phones.clock.now()
    async with app.database.transaction() as db:
        await invites.bind(db, who, Address("web", "local", str(who)), by=None, now=now)
        line = chat_lines.Line(who, "person", f"不署名意见 {TEXT}", "text", "in:5.1", ms(now))
        await chat_lines.add(db, line)
        sealed = chat_lines.Line(who, "bot", "查询码 ABCDEF", "sealed", "out:999", ms(now))
        await chat_lines.add(db, sealed)
    raw = web.raw(who, "5.1", now, text=f"不署名意见 {TEXT}")
    channel = web.build(app.settings, app.database)
    app.inbox.channels = {**app.inbox.channels, "web": channel}
    await app.inbox.keep([raw])
    await app.inbox.settle()
    await later(phones)
    await checkpoint(app.database)

    assert await rows(app.database, f"SELECT text FROM chat_line WHERE person_id = {who}") == []
    assert bytes_of(tmp_path).count(TEXT.encode()) == 1


async def test_it_cannot_be_turned_off(phones: Phones) -> None:
    for way in ("关掉 意见", "开关 意见", "关闭 意见"):
        (told,) = await phones.says("陈干事", way)
        assert "已关掉" not in words(told)
    (told,) = await phones.says("赵队员", f"不署名意见 {TEXT}")
    assert "已交给县里" in words(told)


async def test_an_answer_stands(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        id = await opinions.sign(db, county["李队员"], TEXT, now=MONDAY)
        found = await opinions.access_opinion(db, chen, id)
        await opinions.answer(db, chen, found, "已办", now=MONDAY)
        with pytest.raises(Refused, match=r"opinions\.already_answered"):
            await opinions.answer(db, chen, found, "再答", now=MONDAY)
        said = await opinions.counts(db, county.id, MONDAY.date(), MONDAY.date())

    assert (said.received, said.answered, said.unsigned) == (1, 1, 0)


def test_codes_differ_and_are_easy_to_read() -> None:
    codes = {opinions.code_from(bytes([number])) for number in range(200)}

    assert len(codes) == 200
    assert all(len(one) == 6 and not set(one) & set("01ILO") for one in codes)


def test_the_store_zeroes_what_is_deleted(tmp_path: Path) -> None:
    """What the wipe leans on: SQLite's secure_delete, as our writer sets it."""
    path = tmp_path / "zhucun.db"
    store = sqlite3.connect(path)
    store.execute("PRAGMA secure_delete=ON")
    store.execute("CREATE TABLE t (x TEXT)")
    store.execute("INSERT INTO t VALUES (?)", (TEXT * 500,))
    store.commit()
    store.execute("UPDATE t SET x = 'y'")
    store.commit()
    store.close()

    assert TEXT.encode() not in path.read_bytes()
