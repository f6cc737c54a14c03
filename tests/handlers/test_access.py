"""Every way into somebody else's things is shut, and says the same as if nothing were there.

The matrix is made from the roles and the things of a lived morning (security §5 #1, #4, #30).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from county import CAST, MONDAY, County
from phones import Phones, words

from ledger import invites, people, roster
from ledger.database import Database
from ledger.messages import Outgoing
from ledger.people import Address, Person, Role, scope_of
from ledger.roster import Entry

NOWHERE = 999_999
PERSON, CHECK = "person", "check"
WAYS = {
    "record": ("撤销 {}", "恢复 {}", "改 {}", "更正 {}"),
    "issue": (
        "问题{}", "问题{} 水管已接通", "问题{} 记进展 水管已接通", "问题{} 记进展",
        "问题{} 申请销号 水已接通，能用水", "问题{} 申请销号", "销号 {} 水已接通，能用水",
        "问题{} 同意销号", "问题{} 退回 没有照片", "问题{} 退回",
    ),
    "leave": ("批假{} 同意", "批假{} 不同意"),
    "check": ("抽查{} 在村", "抽查{} 说明 在镇里开会", "抽查{} 无信号，稍后"),
    "draw": ("抽查情况 {}", "抽查结果 {}"),
}  # fmt: skip
TABLES = (
    "record", "study", "visit", "issue", "progress", "leave", "spotcheck", "draw", "attachment",
    "address", "invite", "household", "ev",
)  # fmt: skip
NAMES = tuple(entry.name for entry in CAST)
WRITERS = ("李队员", "钱队员", "吴队员")


@dataclass(frozen=True)
class Thing:
    """Something that belongs to somebody."""

    kind: str
    id: int
    owner: Person


async def lived_morning(phones: Phones) -> list[Thing]:
    """Each team has a study, a visit, an issue with a step, a leave asked for, a check."""
    for name in WRITERS:
        await phones.says(name, "学习 60 中央一号文件")
        await phones.says(name, "走访 外来户 一切正常")
        await phones.presses(name, "只记名字")
        await phones.says(name, "问题 屋顶漏雨")
    await phones.says("陈干事", "抽查 3")
    await phones.presses("陈干事", "抽")
    async with phones.app.database.reading() as db:
        issues = await db.connection.execute_fetchall("SELECT id, owner_id FROM issue")
    owners = {person.id: person.name for person in phones.county.people.values()}
    for row in issues:
        await phones.says(owners[row["owner_id"]], f"问题{row['id']} 申请销号 水已接通，能用水")
    for name in WRITERS:
        await phones.says(name, "请假 后天 看病")
    return [thing async for thing in things(phones.app.database)]


QUERIES = {
    "record": "SELECT id, person_id FROM record",
    "issue": "SELECT id, owner_id FROM issue",
    "leave": "SELECT id, person_id FROM leave",
    "check": "SELECT id, person_id FROM spotcheck",
    "draw": "SELECT id, asked_by FROM draw",
}


async def things(database: Database):  # type: ignore[no-untyped-def]
    """Everything in the ledger with the person it belongs to."""
    async with database.reading() as db:
        for kind, query in QUERIES.items():
            for id, owner in await db.connection.execute_fetchall(query):
                yield Thing(kind, id, await people.by_id(db, owner))


def foreign(asker: Person, thing: Thing) -> bool:
    """Whether a thing lies outside what this person may see."""
    if thing.kind == "check":
        return asker.id != thing.owner.id
    own = scope_of(asker)
    return (
        own.county != thing.owner.county_id
        or (thing.kind != "draw" and own.township not in {0, thing.owner.township_id})
        or (thing.kind != "draw" and own.team not in {0, thing.owner.team_id})
    )


async def snapshot(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All that a refused attempt must leave alone."""
    async with database.reading() as db:
        return {
            table: [
                tuple(row)
                for row in await db.connection.execute_fetchall(f"SELECT * FROM {table}")
                if table != "address"
            ]
            for table in TABLES
        }


def one_answer(heard: list[Outgoing]) -> Outgoing:
    assert len(heard) == 1, [words(out) for out in heard]
    return heard[0]


async def assert_shut(phones: Phones, name: str, shut: list[Thing]) -> None:
    """Each way to each thing is answered as if nothing had that number, and changes nothing."""
    before = await snapshot(phones.app.database)
    for kind, ways in WAYS.items():
        for way in ways:
            nothing = one_answer(await phones.says(name, way.format(NOWHERE)))
            for thing in (one for one in shut if one.kind == kind):
                heard = one_answer(await phones.says(name, way.format(thing.id)))

                expected = words(nothing).replace(str(NOWHERE), str(thing.id))
                assert words(heard) == expected, f"{name}> {way.format(thing.id)}"
                assert heard.labels == nothing.labels
                assert heard.kind != "question"

    assert await snapshot(phones.app.database) == before


@pytest.mark.parametrize("name", NAMES)
async def test_every_way_into_foreign_things_is_shut(phones: Phones, name: str) -> None:
    found = await lived_morning(phones)
    asker = phones.county[name]

    await assert_shut(phones, name, [thing for thing in found if foreign(asker, thing)])


@pytest.mark.parametrize("door", ["issues", "records", "leave"])
async def test_the_matrix_finds_an_open_door(
    phones: Phones, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    found = await lived_morning(phones)
    shut = [thing for thing in found if foreign(phones.county["赵队员"], thing)]
    monkeypatch.setattr(f"ledger.{door}.scope_of", lambda asker: people.Scope(asker.county_id))

    with pytest.raises(AssertionError):
        await assert_shut(phones, "赵队员", shut)


def test_the_matrix_is_not_empty(county: County) -> None:
    """Ten askers, each with things of others; only the county's staff sees every village."""
    owners = [county[name] for name in WRITERS]
    for name in NAMES:
        shut = [one for one in owners if foreign(county[name], Thing("record", 1, one))]
        wanted = {Role.COUNTY: {0}, Role.TOWNSHIP: {1, 2}, Role.LEADER: {2}, Role.MEMBER: {2}}

        assert len(shut) in wanted[county[name].role]
        assert foreign(county[name], Thing(CHECK, 1, county["李队员"])) is (name != "李队员")


# by name
@pytest.mark.parametrize(
    ("name", "way", "theirs"),
    [
        ("周总队长", "日报 {}", "云山乡"), ("周总队长", "周报 {}", "云山乡"),
        ("周总队长", "抽查 {} 1", "云山乡"),
        ("王队长", "日报 {}", "云山乡"), ("李队员", "日报 {}", "柳树村"), ("王队长", "邀请 {}", "钱队员"),
        ("王队长", "邀请 {}", "陈干事"), ("周总队长", "邀请 {}", "吴队员"), ("周总队长", "邀请 {}", "陈干事"),
        ("冯总队长", "邀请 {}", "周总队长"),
    ],
)  # fmt: skip
async def test_a_foreign_name_sounds_like_an_unknown_one(
    phones: Phones, name: str, way: str, theirs: str
) -> None:
    unknown = {"乡": "无此乡", "村": "无此村"}.get(theirs[-1], "无此人")
    heard = one_answer(await phones.says(name, way.format(theirs)))
    nothing = one_answer(await phones.says(name, way.format(unknown)))

    assert words(heard).replace(theirs, "N") == words(nothing).replace(unknown, "N")


async def test_somebody_elses_message_cannot_be_edited(phones: Phones) -> None:
    """An edit of a foreign message is one's own words at most; the writer's record stays."""
    await phones.says("李队员", "学习 60 中央一号文件")
    theirs = phones.last_id()
    before = await snapshot(phones.app.database)
    for name in NAMES:
        if name != "李队员":
            heard = one_answer(await phones.says(name, "学习 1 别的", edits=theirs))
            nothing = one_answer(
                await phones.says(name, "学习 1 其他", edits="no such message")
            )
            assert words(heard) == words(nothing).replace("其他", "别的")
    after = await snapshot(phones.app.database)

    for table in ("record", "study"):
        assert after[table][: len(before[table])] == before[table]


# approver is not submitter
async def test_nobody_strikes_off_what_he_has_handed_in(phones: Phones) -> None:
    for name in ("李队员", "王队长"):
        (saved, *_) = await phones.says(name, "问题 屋顶漏雨 立行立改")
        number = re.search(r"已记问题 (\d+)", words(saved))
        assert number
        await phones.says(name, f"问题{number[1]} 申请销号 水已接通，能用水")
        (reply,) = await phones.says(name, f"问题{number[1]} 同意销号")
        assert "要由另一个人核验" in words(reply)


async def test_nobody_grants_himself_leave(phones: Phones) -> None:
    for number, name in enumerate(("李队员", "王队长"), 1):
        await phones.says(name, "请假 后天 看病")
        for word in ("同意", "不同意"):
            (reply,) = await phones.says(name, f"批假{number} {word}")
            assert "由申请人的上级批" in words(reply)


async def test_a_colleague_decides_nothing_for_a_colleague(phones: Phones) -> None:
    (saved,) = await phones.says("李队员", "问题 屋顶漏雨 立行立改")
    assert "已记问题 1" in words(saved)
    await phones.says("李队员", "问题1 申请销号 水已接通，能用水")
    await phones.says("李队员", "请假 后天 看病")

    assert "上级核验" in words((await phones.says("赵队员", "问题1 同意销号"))[0])
    assert "由申请人的上级批" in words((await phones.says("赵队员", "批假1 同意"))[0])
    assert "不能撤销" in words((await phones.says("赵队员", "撤销 1"))[0])


# the moment counts
async def test_a_role_counts_from_the_next_message(phones: Phones) -> None:
    (reply,) = await phones.says("李队员", "邀请 赵队员")
    assert "不由您的岗位办理" in words(reply)
    async with phones.app.database.transaction() as db:
        await db.connection.execute("UPDATE person SET role = 'leader' WHERE name = '李队员'")
    (reply,) = await phones.says("李队员", "邀请 赵队员")
    assert "的邀请码" in words(reply)


async def test_a_moved_person_sees_his_new_team_only(phones: Phones) -> None:
    await phones.says("李队员", "问题 屋顶漏雨")
    assert "屋顶漏雨" in words((await phones.says("王队长", "问题1"))[0])
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "UPDATE person SET team_id = (SELECT team_id FROM person WHERE name = '钱队员')"
            " WHERE name = '王队长'"
        )
    assert "没有查到问题 1" in words((await phones.says("王队长", "问题1"))[0])


async def test_an_unbound_phone_is_a_strangers_at_once_with_its_old_buttons(
    phones: Phones,
) -> None:
    (saved,) = await phones.says("李队员", "学习 60 中央一号文件")
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE user_key = '李队员'"
        )
    before = await snapshot(phones.app.database)
    for heard in (
        await phones.says("李队员", token=saved.tokens[0]),
        await phones.says("李队员", "今天"),
    ):
        assert "只服务名册上的驻村工作人员" in words(heard[0])

    assert await snapshot(phones.app.database) == before


# two counties
SECOND = (
    Entry("乙干事", Role.COUNTY),
    Entry("乙总队长", Role.TOWNSHIP, "清水镇"),
    Entry("乙队长", Role.LEADER, "清水镇", "永安村", "第一书记", "13900000001"),
    Entry("乙队员", Role.MEMBER, "清水镇", "永安村", "", "13900000002"),
)
MARKS = ("乙干事", "乙总队长", "乙队长", "乙队员", "乙家漏雨", "乙户", "乙主题", "139000")
ASKED = (
    "今天", "问题", "待销号", "日报", "日报 明细", "日报 清水镇", "日报 明细 清水镇", "周报",
    "周报 明细", "抽查情况", "我的抽查", "帮助", "邀请 乙队员", "走访", "取消", "走访 乙户 好", "取消",
    "改", "取消", "问题 张大山 漏雨",
)  # fmt: skip


async def second_county(phones: Phones) -> None:
    """A county with the same names of places in the same database, with a morning of its own."""
    async with phones.app.database.transaction() as db:
        county = await roster.ensure_county(db, "乙县")
        for entry in SECOND:
            id = await roster.add_person(db, county, entry, now=MONDAY)
            address = Address("memory", "local", entry.name)
            await invites.bind(db, id, address, by=None, now=MONDAY)
            person = await people.by_id(db, id)
            if person.team_id:
                await people.add_household(db, person.team_id, "乙户")
    for text in (
        "学习 60 乙主题",
        "走访 乙户 乙家漏雨",
        "问题 乙户 乙家漏雨",
        "请假 明天 乙主题",
    ):
        await phones.says("乙队员", text)
    await phones.says("乙干事", "抽查 1")
    await phones.says("乙干事", "抽")
    await phones.says("乙队员", "在村")


def from_the_other(heard: list[Outgoing]) -> Iterator[str]:
    """What a person of the first county has read about the second."""
    for out in heard:
        said = " ".join([words(out), *out.labels])
        yield from (f"{mark}: {said}" for mark in MARKS if mark in said)


async def test_two_counties_in_one_database_never_see_each_other(phones: Phones) -> None:
    await second_county(phones)
    seconds = {entry.name for entry in SECOND}
    await phones.settled()
    start = len(phones.memory.sent)
    for name in NAMES:
        for text in ASKED:
            await phones.says(name, text)
    await phones.at(MONDAY.replace(hour=19, minute=30))
    await phones.at(MONDAY.replace(day=27, hour=19, minute=30))
    first = [out for out in phones.memory.sent[start:] if out.address.user_key not in seconds]

    assert len(first) > 200
    assert {out.kind for out in first} >= {"card", "reminder"}
    assert not [one for one in from_the_other(first) if not _echo(one)]


def _echo(one: str) -> bool:
    """Our own question said back: a name somebody has typed is not a leak."""
    said = one.partition(": ")[2]
    return said.startswith(("名册里没有“乙户", "您能邀请的人里没有“乙队员"))


async def test_a_second_countys_things_are_not_there_for_the_first(phones: Phones) -> None:
    await second_county(phones)
    theirs = [thing async for thing in things(phones.app.database)]

    assert {thing.kind for thing in theirs} == set(QUERIES)
    for name in ("陈干事", "周总队长", "王队长", "李队员"):
        await assert_shut(phones, name, theirs)


async def test_the_second_county_reads_nothing_of_the_first(phones: Phones) -> None:
    await second_county(phones)
    await phones.says("李队员", "问题 张大山 甲家断电")
    await phones.says("李队员", "学习 60 甲主题")
    start = len(phones.memory.sent)
    for entry in SECOND:
        for text in (
            "今天",
            "问题",
            "问题2",
            "待销号",
            "日报",
            "日报 明细",
            "周报 明细",
            "抽查情况",
            "撤销 5",
        ):
            await phones.says(entry.name, text)
    await phones.at(MONDAY.replace(hour=19, minute=30))
    seconds = {entry.name for entry in SECOND}
    read = [out for out in phones.memory.sent[start:] if out.address.user_key in seconds]
    said = "\n".join(words(out) for out in read)

    assert len(read) > 30
    for mark in ("甲", "李队员", "王队长", "张大山", "安和县", "1380000"):
        assert mark not in said
