"""Group robots: what stands in the settings, what leaves, what a refusal means, who is told of what."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from county import MONDAY, County
from fake_wecom import FakeWeCom, fake_wecom
from lived_week import FRIDAY, RULES, live, moment
from phones import Phones

from bot.app import build_channels, open_app
from bot.channels.base import SendError, Trouble, Unreadable
from bot.channels.wecom_group import (
    GROUP,
    BadWebhooks,
    WeComGroups,
    message_of,
    robots_of,
)
from bot.sender import Sender
from bot.settings import Settings, WeComSettings
from ledger import group_notices, outbox, roster
from ledger.clock import SHANGHAI, SetClock
from ledger.database import Database, Session
from ledger.messages import Outgoing, Paper, Reply
from ledger.outbox import BULK, Timing
from ledger.people import Address, Scope
from ledger.reports.facts import Place
from scheduler import bulletins
from scheduler.desk import Desk
from templates.words import Words

COUNTY_KEY, TOWN_KEY = (
    "693a91f6-7000-4bc4-97a0-0ec2sifa5aaa",
    "0c1ba3d2-1111-4bc4-97a0-777788889999",
)
WEBHOOKS = f"安和县={COUNTY_KEY}, 清水镇＝{TOWN_KEY}"
NOON = MONDAY + timedelta(hours=3, minutes=10)
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
ROBOTS = [Address("wecom_group", "安和县", GROUP), Address("wecom_group", "清水镇", GROUP)]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(NOON)) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeWeCom) -> FakeWeCom:
    server.clock = SetClock(NOON)
    server.forget()
    server.webhooks = {COUNTY_KEY: "安和县", TOWN_KEY: "清水镇"}
    return server


@pytest.fixture
async def groups(fake: FakeWeCom) -> AsyncIterator[WeComGroups]:
    channel = WeComGroups(settings(fake.address), apart=0)
    yield channel
    await channel.close()


def settings(address: str, webhooks: str = WEBHOOKS) -> WeComSettings:
    return WeComSettings(api_base=address, webhooks=webhooks, _env_file=None)


def notice(text: str = "**通报**已签发", to: str = "安和县", **more: Any) -> Outgoing:
    return Outgoing(1, None, Address("wecom_group", to, GROUP), "text", text, **more)


# settings
def test_names_and_keys_are_read_however_they_are_written() -> None:
    address = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOWN_KEY}"
    assert robots_of(f"安和县={COUNTY_KEY}，\n 清水镇＝{address};") == {
        "安和县": COUNTY_KEY, "清水镇": TOWN_KEY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (f"安和县={COUNTY_KEY},清水镇=", "第 2 项（清水镇）没有"),
        (f"安和县={COUNTY_KEY},清水镇", "第 2 项（清水镇）没有"),
        ("清水镇=短", "第 1 项（清水镇）没有"),
        (f"={COUNTY_KEY}", "第 1 项没有名称"),
        (f"安和县={COUNTY_KEY},安和县={TOWN_KEY}", "第 2 项（安和县）名称重复"),
    ],
)
def test_an_entry_without_a_key_is_named(given: str, says: str) -> None:
    with pytest.raises(BadWebhooks) as raised:
        robots_of(given)
    assert says in str(raised.value)
    assert len(str(raised.value).splitlines()) == 2


def test_a_key_that_stands_alone_is_not_shown() -> None:
    with pytest.raises(BadWebhooks) as raised:
        robots_of(COUNTY_KEY)
    assert "第 1 项" in str(raised.value)
    assert COUNTY_KEY not in str(raised.value)


async def test_it_is_built_only_when_there_are_robots(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Settings(data=tmp_path, _env_file=None)
    monkeypatch.setenv("WECOM_WEBHOOKS", "")
    assert "wecom_group" not in build_channels(ours, database, demo=False)
    monkeypatch.setenv("WECOM_WEBHOOKS", WEBHOOKS)
    built = build_channels(ours, database, demo=False)
    assert built["wecom_group"].groups == tuple(ROBOTS)  # type: ignore[attr-defined]
    assert "wecom_group" not in build_channels(ours, database, demo=True)
    for channel in built.values():
        await channel.close()


# sending
async def test_a_notice_reaches_its_group_and_no_other(
    fake: FakeWeCom, groups: WeComGroups
) -> None:
    await groups.deliver(notice("**清水镇周报告**已签发", "清水镇"))
    (seen,) = fake.groups
    assert (seen.member, seen.kind, seen.text) == (
        "清水镇", "markdown_v2", "**清水镇周报告**已签发",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["王<b>&amp; ]]> *_[`\\ 😀", "3 * 4 * 5", "a_b_c"])
def test_signs_that_markdown_might_take_for_its_own_go_as_text(name: str) -> None:
    marked = "**通报** " + name.replace("\\", "\\\\").replace("*", "\\*").replace("_", "\\_")
    made = message_of(marked)
    assert made == {"msgtype": "text", "text": {"content": f"通报 {name}"}}


async def test_long_words_come_in_parts_that_nobody_cuts(
    fake: FakeWeCom, groups: WeComGroups
) -> None:
    text = "".join(f"第{number}行，走访和问题的情况。\n" for number in range(300))
    await groups.deliver(notice(text, again=True))
    assert len(fake.groups) > 5
    assert max(len(one.text.encode()) for one in fake.groups) <= 2048
    assert "".join(one.text for one in fake.groups) == "（重发）" + text


async def test_what_is_out_already_is_not_said_again(
    fake: FakeWeCom, groups: WeComGroups
) -> None:
    text = "".join(f"第{number}行，走访和问题的情况。\n" for number in range(100))
    for skip in (1, 0):
        fake.fail("webhook/send", http=502, skip=skip)
        with pytest.raises(SendError) as raised:
            await groups.deliver(notice(text))
        assert raised.value.kind is Trouble.UNCERTAIN
    await groups.deliver(notice(text))
    assert "".join(one.text for one in fake.groups) == text


async def test_refused_with_status_200_is_refused(fake: FakeWeCom, groups: WeComGroups) -> None:
    fake.fail("webhook/send", 45009, "api freq out of limit")
    with pytest.raises(SendError) as raised:
        await groups.deliver(notice())
    assert raised.value.kind is Trouble.THROTTLED
    assert raised.value.retry_after == 60
    assert not raised.value.everybody


@pytest.mark.parametrize("number", [93000, 93004])
async def test_a_robot_that_was_removed_stops_no_other(
    fake: FakeWeCom, groups: WeComGroups, number: int
) -> None:
    fake.fail("webhook/send", number, f"invalid webhook url key={COUNTY_KEY}")
    with pytest.raises(SendError) as raised:
        await groups.deliver(notice())
    assert raised.value.kind is Trouble.UNREACHABLE
    assert COUNTY_KEY not in str(raised.value)
    await groups.deliver(notice(to="清水镇"))


@pytest.mark.parametrize(
    "out",
    [
        notice(to="云山乡"),
        notice(" "),
        notice(labels=("确认",)),
        notice(files=(Paper("0" * 64, "a.docx", "application/msword"),)),
    ],
)
async def test_what_a_robot_cannot_say_is_refused_before_anything_leaves(
    fake: FakeWeCom, groups: WeComGroups, out: Outgoing
) -> None:
    with pytest.raises(SendError) as raised:
        await groups.deliver(out)
    assert raised.value.kind is Trouble.REFUSED
    assert fake.calls == []


async def test_it_hears_nothing(groups: WeComGroups) -> None:
    with pytest.raises(Unreadable):
        groups.hear({})


async def test_no_key_is_in_a_log_or_an_error(
    fake: FakeWeCom, groups: WeComGroups, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    said = [repr(groups)]
    with structlog.testing.capture_logs() as logged:
        for fault in ({"cut": True}, {"http": 502}, {"errcode": 93000}):
            fake.fail("webhook/send", **fault)  # type: ignore[arg-type]
            with pytest.raises(SendError) as raised:
                await groups.deliver(notice())
            said.append(repr(raised.value) + repr(raised.value.__cause__))
    assert COUNTY_KEY not in "".join(said) + str(logged)


async def test_the_sender_keeps_a_robot_below_20_a_minute(
    database: Database, fake: FakeWeCom, groups: WeComGroups
) -> None:
    groups.caps = type(groups.caps)(**{**vars(groups.caps), "chat_rate": 0})
    clock = fake.clock
    assert isinstance(clock, SetClock)
    sender = Sender(database, {"wecom_group": groups}, b"k" * 32, clock)
    async with database.transaction() as db:
        for number in range(50):
            for to in ROBOTS:
                await outbox.post(
                    db, to, None, Reply(f"通知{number}"), dedupe=f"{to}{number}",
                    now=clock.now(), timing=Timing(BULK),
                )  # fmt: skip
    for _ in range(4):
        await sender.drain()
        clock.set(clock.now() + timedelta(seconds=61))
    assert len(fake.groups) == 100
    assert [call.errcode for call in fake.calls if call.errcode] == []


# which notices
async def posted(db: Session) -> list[tuple[str, str]]:
    rows = await db.connection.execute_fetchall(
        "SELECT account, body FROM outbox WHERE channel = 'wecom_group' ORDER BY id"
    )
    return [(row["account"], json.loads(row["body"])["text"]) for row in rows]


async def groups_told(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as db:
        return await posted(db)


async def known(database: Database, groups: list[Address]) -> None:
    async with database.transaction() as db:
        await group_notices.keep_groups(db, groups)


async def sign(phones: Phones, say: str = "旬通报 11月下旬 草稿") -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", say)
    await phones.says("陈干事", "通报稿 1 改 王桂芳户请尽快走访。")
    await phones.presses("陈干事", "确认")


async def test_what_is_signed_is_told_to_the_group_of_its_place(phones: Phones) -> None:
    await known(phones.app.database, ROBOTS)
    await sign(phones)
    assert await groups_told(phones.app.database) == [
        (
            "安和县",
            "**安和县旬通报 2026年11月下旬已签发**（2026年第1号）\n\n"
            "全文和附件请在驻村通里回“通报”查看。",
        )
    ]


async def test_without_a_robot_of_that_name_nothing_is_posted(phones: Phones) -> None:
    await known(phones.app.database, ROBOTS[1:])
    await sign(phones)
    assert await groups_told(phones.app.database) == []


async def test_the_week_is_told_without_names_households_or_ranks(
    database: Database, tmp_path: Path
) -> None:
    lived = await live(database)
    await known(database, ROBOTS)
    desk = Desk(Words(), RULES, tmp_path)
    for _ in range(2):
        async with database.transaction() as db:
            await bulletins.weekly(desk, db, FRIDAY, moment(20, 17, 10))
    told = await groups_told(database)
    assert sorted(place for place, _ in told) == ["安和县", "清水镇"]
    for place, text in told:
        assert text.startswith(f"**{place}本周驻村工作")
        people = [*lived.people, "张大山", "王桂芳", "刘福来", "云山乡", "末", "排名"]
        assert not [one for one in people if one in text]


async def test_the_daily_summary_goes_to_no_group(database: Database, tmp_path: Path) -> None:
    await live(database)
    await known(database, ROBOTS)
    async with database.transaction() as db:
        desk = Desk(Words(), RULES, tmp_path)
        await bulletins.daily(desk, db, FRIDAY - timedelta(days=1), moment(19, 18, 40))
    assert await groups_told(database) == []


async def test_a_name_that_two_counties_have_wants_the_countys_before_it(
    database: Database, county: County
) -> None:
    town = Place("township", county["周总队长"].township_id, "清水镇",
                 Scope(county.id, county["周总队长"].township_id))  # fmt: skip
    await known(database, ROBOTS)
    async with database.transaction() as db:
        assert await group_notices.group_of(db, town) == ROBOTS[1]
        other = await roster.ensure_county(db, "永宁县")
        await db.connection.execute(
            "INSERT INTO township (county_id, name) VALUES (?, '清水镇')", [other]
        )
        assert await group_notices.group_of(db, town) is None
        full = Address("wecom_group", "安和县清水镇", GROUP)
        await group_notices.keep_groups(db, [full])
        assert await group_notices.group_of(db, town) == full
        team = Place("team", 1, "安和县", Scope(county.id, 1, 1))
        assert await group_notices.group_of(db, team) is None


async def test_the_program_writes_down_at_its_start_which_groups_there_are(
    fake: FakeWeCom, groups: WeComGroups, tmp_path: Path
) -> None:
    ours = Settings(data=tmp_path, _env_file=None)
    place = Place("county", 1, "安和县", Scope(1))
    found = []
    for channels in ({"wecom_group": groups}, {}):
        async with open_app(
            ours, SetClock(NOON), durable=False, channels=channels, pictures=False
        ) as app:  # fmt: skip
            await app.start()
            async with app.database.reading() as db:
                found.append(await group_notices.group_of(db, place))
            await app.stop()
    assert found == [ROBOTS[0], None]
