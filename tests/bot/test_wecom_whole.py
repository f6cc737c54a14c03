"""From a member's phone and back: the program as its settings build it, called back over HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fake_wecom import FakeWeCom, fake_wecom
from wecom_program import LI, WHO, Program, running

from bot.app import build_channels, wanted
from bot.settings import Settings
from ledger import inbox, live_cards, outbox, records
from ledger.clock import WallClock
from ledger.days import DAY


@pytest.fixture(scope="module")
def corp() -> Iterator[FakeWeCom]:
    with fake_wecom(WallClock()) as fake:
        yield fake


@pytest.fixture
async def program(
    corp: FakeWeCom, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Program]:
    async with running(corp, tmp_path, migrated, monkeypatch) as program:
        yield program


async def test_the_address_is_verified_and_a_foreign_name_is_not_answered(
    program: Program,
) -> None:
    assert await program.caller.verify_url()
    program.caller.url = "https://elsewhere.example/wecom"
    assert not await program.caller.verify_url()


async def test_a_talk_by_words_and_a_card_becomes_a_record(program: Program) -> None:
    await program.says("学习")
    asked = await program.says("中央一号文件")
    hour = dict(asked.buttons)["60 分钟"]
    delivery = await program.push(program.caller.press(WHO, hour))
    assert delivery.answer["Button"] == {"ReplaceName": "✓ 60 分钟"}
    assert asked.replaced == "✓ 60 分钟"
    assert "已记学习" in (await program.says("自学")).text
    async with program.app.database.reading() as db:
        since = WallClock().now() - DAY
        found = await records.recent(db, program.county["李队员"], since=since)
    assert [one.kind for one in found] == ["study"]
    assert len(program.corp.asked("gettoken")) == 1


async def test_a_pressed_card_is_closed_by_the_code_of_its_press(program: Program) -> None:
    await program.says("学习")
    asked = await program.says("中央一号文件")
    (first,) = (code for code, one in program.corp.codes.items() if one.msgid == asked.msgid)
    await program.push(program.caller.press(WHO, dict(asked.buttons)["60 分钟"], asked))
    async with program.app.database.transaction() as db:
        kept = await live_cards.edit_token(db, LI, asked.task_id, now=WallClock().now())
        rows = await db.connection.execute_fetchall(
            "SELECT id FROM outbox WHERE external_id = ?", (asked.task_id,)
        )
        await outbox.close(db, next(iter(rows))["id"], "已截止", now=WallClock().now())
    assert kept
    assert kept != first
    await program.app.sender.drain()
    assert asked.text == "已截止"
    assert program.corp.codes[kept].used


async def test_who_sees_no_buttons_is_told_in_words_until_he_wants_cards(
    program: Program,
) -> None:
    assert "卡片版" in (await program.says("文字版")).text
    helped = await program.says("帮助")
    assert helped.kind == "text"
    assert "可直接回复：学习、走访" in helped.text
    await program.says("卡片版")
    assert (await program.says("帮助")).kind == "template_card"


async def test_who_looks_in_is_greeted_once_a_day(program: Program) -> None:
    now = int(WallClock().now().timestamp())
    for at in (now - 1, now):
        entered = program.caller.event(WHO, "enter_agent", EventKey="", CreateTime=at)
        await program.push(entered)
    async with program.app.database.reading() as db:
        assert await inbox.counts(db) == {"done": 2}
    (seen,) = program.corp.screen(WHO)
    assert "李队员" in seen.text
    assert "文字版" in seen.text


async def test_the_menu_s_entry_says_its_words(program: Program) -> None:
    await program.push(program.caller.event(WHO, "click", EventKey="say-study"))
    assert "学" in program.corp.told(WHO)[-1]


def test_only_what_the_settings_switch_on_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    for mode, names in {"off": [], "app": ["wecom"], "both": ["wecom", "wecom_bot"]}.items():
        monkeypatch.setenv("WECOM_MODE", mode)
        assert [name for name in wanted() if name in {"wecom", "wecom_bot"}] == names
    settings = Settings(_env_file=None)
    assert list(build_channels(settings, None, demo=True)) == ["web"]  # type: ignore[arg-type]
