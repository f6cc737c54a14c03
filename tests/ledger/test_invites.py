"""Invites: 50 bits, hashed, once, in time, for one person; and who may invite whom."""

import asyncio
import math
from datetime import datetime, timedelta

import pytest
from county import CAST, MONDAY, County
from hypothesis import given
from hypothesis import strategies as st
from phones import Phones, words

from ledger import invites, people
from ledger.database import Database
from ledger.errors import Refused
from ledger.invites import ALPHABET, CODE_LENGTH, Invite, may_invite, read_code
from ledger.people import Address
from ledger.rules import Rules

KEY, RULES = bytes(32), Rules()
NEW = Address("memory", "local", "新手机")


async def made(database: Database, person: int, *, now: datetime = MONDAY) -> Invite:
    async with database.transaction() as db:
        return await invites.make(db, person, by=None, key=KEY, now=now, rules=RULES)


async def redeem(
    database: Database, code: str, address: Address = NEW, *, now: datetime = MONDAY
) -> people.Person:
    async with database.transaction() as db:
        word = read_code(code)
        assert word
        return await invites.redeem_code(db, word, address, key=KEY, now=now)


async def link(database: Database, token: str, *, now: datetime = MONDAY) -> people.Person:
    async with database.transaction() as db:
        return await invites.redeem_link(
            db, token, channel="memory", account="local", user_key="新手机", now=now
        )


# strength
def test_a_code_carries_fifty_bits_and_no_two_letters_look_alike() -> None:
    assert CODE_LENGTH * math.log2(len(ALPHABET)) >= 50
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


async def test_a_thousand_codes_and_links_are_all_different(
    database: Database, county: County
) -> None:
    found = [await made(database, county["李队员"].id) for _ in range(200)]

    assert len({one.code for one in found}) == 200
    assert len({one.link for one in found}) == 200
    assert min(len(one.link) for one in found) >= 32  # 192 bits in base64
    used = {letter for one in found for letter in one.code} - {"-"}
    assert used == set(ALPHABET)


async def test_neither_code_nor_link_stands_in_the_files(
    database: Database, county: County
) -> None:
    invite = await made(database, county["李队员"].id)
    await database.writer.execute("PRAGMA wal_checkpoint(FULL)")
    stored = b"".join(
        one.read_bytes() for one in database.path.parent.glob("zhucun.db*") if one.is_file()
    )

    for secret in (invite.code, invite.code.replace("-", ""), invite.link):
        assert secret.encode() not in stored


async def test_a_code_of_another_key_is_nothing(database: Database, county: County) -> None:
    """Whoever has only the database cannot search fifty bits."""
    invite = await made(database, county["李队员"].id)
    word = read_code(invite.code)
    assert word
    async with database.transaction() as db:
        with pytest.raises(Refused):
            await invites.redeem_code(db, word, NEW, key=b"another", now=MONDAY)


# reading
@pytest.mark.parametrize(
    "text",
    [
        "7K3MP-Q9X2A",
        "7k3mp-q9x2a",
        "7K3MPQ9X2A",
        " 7K3MP Q9X2A ",
        "邀请码：7K3MP-Q9X2A",
        "邀请码 7K3MP-Q9X2A",
    ],
)
def test_a_code_is_read_as_people_type_it(text: str) -> None:
    assert read_code(text) == "7K3MPQ9X2A"


def test_letters_that_look_alike_are_taken_for_digits() -> None:
    assert read_code("OIL00-OOOOO") == "0110000000"


@pytest.mark.parametrize(
    "text",
    ["", "7K3MP", "7K3MP-Q9X2A-1", "学习 60 一号文件", "七七七七七七七七七七", "7K3MP-Q9X2!"],
)
def test_what_is_no_code_is_not_read_as_one(text: str) -> None:
    assert read_code(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_none(text: str) -> None:
    found = read_code(text)

    assert found is None or (len(found) == CODE_LENGTH and set(found) <= set(ALPHABET))


# once and in time
async def test_a_code_binds_once(database: Database, county: County) -> None:
    invite = await made(database, county["李队员"].id)
    person = await redeem(database, invite.code)

    assert person == county["李队员"]
    with pytest.raises(Refused) as why:
        await redeem(database, invite.code, Address("memory", "local", "第二部"))
    assert why.value.block == "join.bad_invite"


async def test_a_code_used_up_takes_its_link_with_it(
    database: Database, county: County
) -> None:
    invite = await made(database, county["李队员"].id)
    await redeem(database, invite.code)

    with pytest.raises(Refused):
        await link(database, invite.link)


async def test_a_link_binds_once(database: Database, county: County) -> None:
    invite = await made(database, county["李队员"].id)

    assert await link(database, invite.link) == county["李队员"]
    with pytest.raises(Refused):
        await link(database, invite.link)


async def test_a_newer_invite_takes_the_force_of_the_older(
    database: Database, county: County
) -> None:
    older = await made(database, county["李队员"].id)
    newer = await made(database, county["李队员"].id)

    with pytest.raises(Refused):
        await redeem(database, older.code)
    assert await redeem(database, newer.code) == county["李队员"]


async def test_an_invite_is_good_for_72_hours_and_no_longer(
    database: Database, county: County
) -> None:
    first = await made(database, county["李队员"].id)
    in_time = MONDAY + timedelta(hours=72) - timedelta(seconds=1)

    assert first.expires_at == MONDAY + timedelta(hours=72)
    assert await redeem(database, first.code, now=in_time)
    second = await made(database, county["李队员"].id)
    for token in (second.code, second.code.lower()):
        with pytest.raises(Refused):
            await redeem(database, token, now=MONDAY + timedelta(hours=72))
    with pytest.raises(Refused):
        await link(database, second.link, now=MONDAY + timedelta(hours=73))


async def test_two_phones_with_one_code_at_once_bind_one(
    database: Database, county: County
) -> None:
    invite = await made(database, county["李队员"].id)
    phones = [Address("memory", "local", f"手机{number}") for number in range(5)]
    done = await asyncio.gather(
        *(redeem(database, invite.code, one) for one in phones), return_exceptions=True
    )

    assert sum(isinstance(one, people.Person) for one in done) == 1
    assert sum(isinstance(one, Refused) for one in done) == 4


# bindings
async def test_a_new_phone_takes_over_and_the_old_one_is_let_go(
    database: Database, county: County
) -> None:
    invite = await made(database, county["李队员"].id)
    await redeem(database, invite.code)
    async with database.transaction() as db:
        assert (await people.identify(db, NEW, now=MONDAY)).name == "李队员"
        with pytest.raises(people.Unknown):
            await people.identify(db, Address("memory", "local", "李队员"), now=MONDAY)


async def test_an_account_that_is_somebody_cannot_become_somebody_else(phones: Phones) -> None:
    """A known account never reaches the redeeming: its code stays good for the right person."""
    async with phones.app.database.transaction() as db:
        invite = await invites.make(
            db, phones.county["赵队员"].id, by=None, key=phones.app.key, now=phones.clock.now(),
            rules=RULES,
        )  # fmt: skip
    await phones.says("李队员", invite.code)
    await phones.says("李队员", enter=invite.link)

    assert [one.person_id for one in await phones.says("李队员", "今天")] == [
        phones.county["李队员"].id
    ]
    heard = await phones.says("新手机", invite.code)
    assert [one.person_id for one in heard] == [phones.county["赵队员"].id]


async def test_who_has_left_is_nobody(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE person SET left_day = '2026-11-22' WHERE name = '李队员'"
        )
        with pytest.raises(people.Unknown):
            await people.identify(db, Address("memory", "local", "李队员"), now=MONDAY)


# guessing
async def test_the_sixth_try_in_an_hour_is_met_with_silence(phones: Phones) -> None:
    answers = [await phones.says("外人", f"AAAAA-AAAA{number}") for number in range(7)]

    assert [len(one) for one in answers] == [1, 1, 1, 1, 1, 0, 0]
    assert all("用过了、过期了，或写错了一位" in words(one[0]) for one in answers[:5])


async def test_anything_a_stranger_says_counts_as_a_try(phones: Phones) -> None:
    answers = [
        await phones.says("外人", text)
        for text in ("你好", "今天", "抽查 5", "日报", "帮助", "在吗")
    ]

    assert len({words(one[0]) for one in answers[:5]}) == 1
    assert answers[5] == []


async def test_even_the_right_code_is_not_heard_after_five_tries_and_is_in_the_next_hour(
    phones: Phones,
) -> None:
    async with phones.app.database.transaction() as db:
        invite = await invites.make(
            db, phones.county["李队员"].id, by=None, key=phones.app.key, now=phones.clock.now(),
            rules=RULES,
        )  # fmt: skip
    for number in range(5):
        await phones.says("外人", f"AAAAA-AAAA{number}")

    assert await phones.says("外人", invite.code) == []
    await phones.at(phones.clock.now() + timedelta(hours=1))
    heard = await phones.says("外人", invite.code)
    assert "已加入驻村通" in words(heard[0])


async def test_one_accounts_tries_do_not_silence_another(phones: Phones) -> None:
    for number in range(6):
        await phones.says("外人", f"AAAAA-AAAA{number}")

    assert len(await phones.says("另一个外人", "你好")) == 1


# who invites whom
MAY = {
    "李队员": set(),
    "王队长": {"李队员", "赵队员"},
    "周总队长": {"王队长", "李队员", "赵队员", "孙队长", "钱队员"},
    "冯总队长": {"郑队长", "吴队员"},
    "陈干事": {entry.name for entry in CAST},
}  # fmt: skip


@pytest.mark.parametrize("name", MAY)
def test_everybody_invites_his_own_and_nobody_else(name: str, county: County) -> None:
    asker = county[name]
    found = {one for one, person in county.people.items() if may_invite(asker, person)}

    assert found == MAY[name]
