"""Who is in WeCom beside the roster: by id, proposed only; the roster's column binds."""

import csv
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from county import MONDAY, County
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, fake_wecom
from typer.testing import CliRunner
from web_pages import Web, open_web, serving
from wecom_caller import Caller

from bot.channels.base import SendError
from bot.channels.wecom import WeCom, hear
from bot.channels.wecom.client import Client
from bot.cli import cli
from bot.commands.wecom_members import text_of
from bot.imports import import_roster
from bot.settings import WeComSettings
from bot.tables import BadTable
from bot.wecom_members import Members, sync
from ledger import channel_members, people
from ledger.channel_members import ChannelMember
from ledger.clock import SetClock
from ledger.database import Database
from ledger.database.lock import only_copy
from ledger.messages import LifecycleIn
from ledger.people import Address
from templates.words import Words

ACCOUNT = f"{CORP}/{AGENT}"
HEADS = ("姓名", "角色", "乡镇", "村", "手机号", "企业微信账号")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as running:
        yield running


@pytest.fixture
def fake(server: FakeWeCom) -> FakeWeCom:
    server.forget(SetClock(MONDAY))
    for id in ("LiWei", "WangQiang", "zhao.min"):
        server.member(id)
    server.tags = {7: ("驻村队员", ["LiWei", "zhao.min"]), 9: ("清水镇", ["LiWei"])}
    return server


def settings_for(fake: FakeWeCom) -> WeComSettings:
    return WeComSettings(
        _env_file=None, mode="app", corp_id=CORP, agent_id=AGENT, secret=SECRET,
        token=TOKEN, aes_key=AES_KEY, api_base=fake.address,
    )  # fmt: skip


@pytest.fixture
async def client(fake: FakeWeCom, database: Database) -> AsyncIterator[Client]:
    made = Client(settings_for(fake), database, SetClock(MONDAY), rest=0.01)
    yield made
    await made.close()


async def members(database: Database) -> dict[str, ChannelMember]:
    async with database.reading() as db:
        every = await channel_members.every(db, "wecom", ACCOUNT)
    return {one.spelling: one for one in every}


async def bind(database: Database, county: County, name: str, id: str, path: Path) -> None:
    """By the roster's column, as an operator does it."""
    person = county[name]
    role = "队长" if person.title == "队长" else "第一书记" if "队长" in name else "队员"
    line = (name, role, person.township, person.village, person.phone, id)
    await brought_in(database, path, [line])


async def brought_in(
    database: Database, folder: Path, lines: list[tuple[str, ...]], wecom: str = ACCOUNT
) -> list[str]:
    """Import a table of these lines; the preview and the closing words."""
    seen: list[str] = []
    path = folder / "花名册.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([HEADS, *lines])

    def confirm(preview: str) -> bool:
        seen.append(preview)
        return True

    said = await import_roster(
        database, path, county=None, words=Words(), now=MONDAY, confirm=confirm, wecom=wecom
    )
    return [*seen, said]


# members and tags by id
async def test_ids_and_tags_are_kept_and_what_is_gone_is_marked(
    client: Client, fake: FakeWeCom, database: Database, county: County
) -> None:
    for _ in range(2):
        await sync(client, database, now=MONDAY)
    found = await members(database)
    assert {id: one.tags for id, one in found.items()} == {
        "LiWei": ("清水镇", "驻村队员"), "WangQiang": (), "zhao.min": ("驻村队员",),
    }  # fmt: skip
    del fake.members["wangqiang"]
    fake.member("LIWEI")  # the same person, spelt otherwise
    await sync(client, database, now=MONDAY)
    found = await members(database)
    assert {id: one.here for id, one in found.items()} == {
        "LIWEI": True, "WangQiang": False, "zhao.min": True,
    }  # fmt: skip


async def test_a_thousand_pages_of_ids_are_one_list(
    client: Client, fake: FakeWeCom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.wecom_members.PAGE", 2)
    await sync(client, database, now=MONDAY)
    assert len(await members(database)) == 3
    assert len(fake.asked("user/list_id")) == 2


@pytest.mark.parametrize("number", [48002, 60011, 301002])
async def test_without_the_right_to_list_the_visible_range_counts(
    client: Client, fake: FakeWeCom, database: Database, number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def agent(*_: object) -> dict[str, Any]:
        return {
            "allow_userinfos": {"user": [{"userid": "LiWei"}]},
            "allow_partys": {"partyid": [3]},
        }

    def of_party(_: object, params: dict[str, str]) -> dict[str, Any]:
        assert params["department_id"] == "3"
        return {"userlist": [{"userid": "WangQiang", "name": "王"}]}

    monkeypatch.setattr(fake, "do_agent_get", agent)
    monkeypatch.setattr(fake, "do_user_simplelist", of_party, raising=False)
    fake.fail("user/list_id", number)
    fake.fail("tag/list", number)
    await sync(client, database, now=MONDAY)
    assert set(await members(database)) == {"LiWei", "WangQiang"}


async def test_when_wecom_fails_nobody_is_marked_gone(
    client: Client, fake: FakeWeCom, database: Database
) -> None:
    await sync(client, database, now=MONDAY)
    fake.fail("user/list_id", 45009, times=9)
    with pytest.raises(SendError):
        await sync(client, database, now=MONDAY)
    assert all(one.here for one in (await members(database)).values())


async def test_the_list_says_who_is_matched_and_who_is_not(
    client: Client, database: Database, county: County, tmp_path: Path
) -> None:
    await bind(database, county, "李队员", "LIWEI", tmp_path)
    await bind(database, county, "赵队员", "moved.away", tmp_path)
    await sync(client, database, now=MONDAY)
    async with database.reading() as db:
        every = await channel_members.every(db, "wecom", ACCOUNT)
        roster = await channel_members.rostered(db, "wecom", ACCOUNT, day=MONDAY.date())
    found = Members(every, roster)
    assert [(one.spelling, one.person_name) for one in found.bound] == [("LiWei", "李队员")]
    assert [one.spelling for one in found.unbound] == ["WangQiang", "zhao.min"]
    assert [one.name for one in found.unseen] == ["赵队员"]
    assert "王队长" in {one.name for one in found.without}
    text = text_of(found)
    assert "已对上 1 人，没对上 2 人" in text
    assert "zhao.min（驻村队员）" in text
    assert "赵队员（永安村）：moved.away" in text


# what the company tells
@pytest.fixture
async def told(fake: FakeWeCom, tmp_path: Path) -> AsyncIterator[tuple[Web, Caller]]:
    async with open_web(tmp_path, demo=False) as web:
        app = web.app
        chat = WeCom(settings_for(fake), app.settings.files, app.database, app.words, app.clock)
        app.channels["wecom"] = chat  # type: ignore[index]
        async with serving(web) as address:
            yield web, Caller(fake, f"{address}/wecom")
        await chat.close()


async def test_changes_of_contacts_are_noted_and_answered_to_nobody(
    told: tuple[Web, Caller], fake: FakeWeCom
) -> None:
    web, caller = told
    changes = [
        {"ChangeType": "create_user", "UserID": "LiWei"},
        {"ChangeType": "create_user", "UserID": "OldName"},
        {"ChangeType": "update_user", "UserID": "OldName", "NewUserID": "NewName"},
        {"ChangeType": "update_user", "UserID": "LiWei"},
        {"ChangeType": "create_user", "UserID": "WangQiang"},
        {"ChangeType": "delete_user", "UserID": "wangqiang"},
        {"ChangeType": "create_party", "Id": "2", "Name": "水务"},
    ]
    for change in changes:
        assert (await caller.push(caller.event("sys", "change_contact", **change))).taken
    await web.app.settle()
    async with web.app.database.reading() as db:
        every = await channel_members.every(db, "wecom", ACCOUNT)
        assert len(await people.roster(db)) == len(web.county.people)
    assert {one.user_key: one.here for one in every} == {
        "liwei": True, "newname": True, "oldname": False, "wangqiang": False,
    }  # fmt: skip
    assert not fake.outbox


async def test_fifty_changes_of_one_second_are_all_kept(
    told: tuple[Web, Caller], fake: FakeWeCom
) -> None:
    web, caller = told
    events = [
        caller.event("sys", "change_contact", ChangeType="create_user", UserID=f"member{n}")
        for n in range(50)
    ]
    assert all(one.taken for one in await caller.at_once(*events, *events[:5]))
    await web.app.settle()
    assert len(await members(web.app.database)) == 50


def test_a_department_moves_nobody() -> None:
    inner = {
        "MsgType": "event", "Event": "change_contact", "ChangeType": "update_party", "Id": "2",
        "FromUserName": "sys", "CreateTime": "1790000000", "UserID": "",
    }  # fmt: skip
    assert hear.hear(inner, ACCOUNT, "gcj02").event == LifecycleIn("member_changed")


# the roster's column
async def test_the_column_binds_without_an_invite(
    database: Database, county: County, tmp_path: Path
) -> None:
    preview, said = await brought_in(
        database, tmp_path,
        [
            ("李队员", "队员", "清水镇", "永安村", "13800000002", "LiWei"),
            ("何新", "队员", "清水镇", "永安村", "13800000099", "He_Xin"),
        ],
    )  # fmt: skip
    assert "企业微信账号 （空）→liwei" in preview
    assert "新增 1 人" in said
    async with database.transaction() as db:
        for id, name in (("liwei", "李队员"), ("he_xin", "何新")):
            person = await people.identify(db, Address("wecom", ACCOUNT, id), now=MONDAY)
            assert person.name == name
            assert await people.address_of(db, person.id) == Address("wecom", ACCOUNT, id)


async def test_the_same_table_again_changes_nothing_and_an_empty_cell_unbinds_nobody(
    database: Database, county: County, tmp_path: Path
) -> None:
    line = ("李队员", "队员", "清水镇", "永安村", "13800000002", "LiWei")
    await brought_in(database, tmp_path, [line])
    for id in ("LIWEI", ""):
        assert "都已在册" in (await brought_in(database, tmp_path, [(*line[:-1], id)]))[-1]
    async with database.transaction() as db:
        found = await people.identify(db, Address("wecom", ACCOUNT, "liwei"), now=MONDAY)
    assert found.name == "李队员"


async def test_an_id_that_is_taken_doubled_or_a_name_is_told_by_its_row(
    database: Database, county: County, tmp_path: Path
) -> None:
    await brought_in(
        database, tmp_path, [("李队员", "队员", "清水镇", "永安村", "13800000002", "LiWei")]
    )
    lines = [
        ("赵队员", "队员", "清水镇", "永安村", "13800000003", "liwei"),
        ("钱队员", "队员", "清水镇", "柳树村", "13800000005", "qian"),
        ("吴队员", "队员", "云山乡", "石桥村", "13800000007", "QIAN"),
        ("何新", "队员", "清水镇", "永安村", "13800000099", "何新"),
    ]
    preview = (await brought_in(database, tmp_path, lines))[0]
    assert "已对到名册上的另一个人" in preview
    assert "与第 3 行重复" in preview
    assert "“何新”不像企业微信账号" in preview
    async with database.reading() as db:
        roster = await channel_members.rostered(db, "wecom", ACCOUNT, day=MONDAY.date())
    assert {one.name: one.user_key for one in roster if one.user_key} == {
        "李队员": "liwei", "钱队员": "qian",
    }  # fmt: skip


async def test_ids_without_an_app_are_refused_and_nothing_is_imported(
    database: Database, county: County, tmp_path: Path
) -> None:
    line = ("何新", "队员", "清水镇", "永安村", "13800000099", "HeXin")
    with pytest.raises(BadTable, match="还没有设置企业微信的应用"):
        await brought_in(database, tmp_path, [line], wecom="")
    async with database.reading() as db:
        assert "何新" not in {one.name for one in await people.roster(db)}


# the command
@pytest.fixture
def setting(fake: FakeWeCom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    facts = {
        "MODE": "app", "CORP_ID": CORP, "AGENT_ID": AGENT, "SECRET": SECRET, "TOKEN": TOKEN,
        "AES_KEY": AES_KEY, "API_BASE": fake.address,
    }  # fmt: skip
    for name, value in facts.items():
        monkeypatch.setenv(f"WECOM_{name}", str(value))
    assert CliRunner().invoke(cli, ["init", "安和县", "--data", "data"]).exit_code == 0
    return tmp_path / "data"


def test_the_command_lists_and_keeps(setting: Path) -> None:
    shown = CliRunner().invoke(cli, ["wecom", "members", "--data", str(setting)])
    assert shown.exit_code == 0, shown.output
    assert "没对上 3 人" in shown.output
    assert "县管理员（安和县）" in shown.output
    data = CliRunner().invoke(cli, ["wecom", "members", "--data", str(setting), "--json"])
    assert [one["spelling"] for one in json.loads(data.output)["unbound"]] == [
        "LiWei", "WangQiang", "zhao.min",
    ]  # fmt: skip


def test_while_the_program_runs_it_only_looks(setting: Path, fake: FakeWeCom) -> None:
    with only_copy(setting / "zhucun.db"):
        shown = CliRunner().invoke(cli, ["wecom", "members", "--data", str(setting)])
    assert shown.exit_code == 0, shown.output
    assert "没对上 3 人" in shown.output
    assert "这次只看、没有存" in shown.output


def test_what_wecom_refuses_is_said_without_the_secret(setting: Path, fake: FakeWeCom) -> None:
    fake.fail("gettoken", 40001, times=99)
    shown = CliRunner().invoke(cli, ["wecom", "members", "--data", str(setting)])
    assert shown.exit_code == 1
    assert "没有从企业微信查到成员" in shown.output
    assert SECRET not in shown.output


def test_without_settings_it_says_what_to_fill_in(
    setting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WECOM_SECRET")
    shown = CliRunner().invoke(cli, ["wecom", "members", "--data", str(setting)])
    assert (shown.exit_code, "还没有设置企业微信" in shown.output) == (1, True)
