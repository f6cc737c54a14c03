"""The compliance sheet, and the default profile: nothing restricted shows anywhere."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import CAST, MONDAY
from phones import Phones, words
from typer.testing import CliRunner

from bot.cli import cli
from bot.compliance import burden_lines, make_sheet, text_of
from bot.settings import Settings
from handlers.join import MENUS
from handlers.topics import TOPICS
from ledger.clock import SHANGHAI
from ledger.rules import Rules
from ledger.switches import FEATURES
from scheduler.timetable import timetable
from templates.words import Words

FRIDAY_NIGHT = datetime(2026, 11, 27, 19, 30, tzinfo=SHANGHAI)
RESTRICTED = (
    *(one.name for one in FEATURES), "排名", "点名", "附上位置", "附上照片", "积分", "时长考核",
    "到期问题销号", "打卡", "没用过", "未登录",
)  # fmt: skip
TALK = (
    "开关 加密抽查 清水镇", "迎接年度评估", "专项行动", "县驻办〔2026〕3 号",
    "高某某 县委组织部副部长", "30 天", "确认",
)  # fmt: skip


def found_in(text: str) -> set[str]:
    return {word for word in RESTRICTED if word in text}


def settings_in(folder: Path, **more: str) -> Settings:
    return Settings(data=folder, _env_file=None, **more)  # type: ignore[call-arg]


# the default profile
def test_menus_and_the_timetable_know_nothing_restricted() -> None:
    assert not found_in("".join(word for menu in MENUS.values() for word in menu))
    assert not found_in("".join(beat.name for beat in timetable(Rules())))
    topics = "".join(word for topic in TOPICS for word in topic.words)
    for understood in (
        "学习打卡",
        "处理台账",
    ):  # never said first; the second says that it is off
        topics = topics.replace(understood, "")
    assert not found_in(topics)


async def test_help_and_answers_know_nothing_restricted(phones: Phones) -> None:
    for entry in CAST:
        for said in ("帮助", "你好", "日报", "周报", "今天", "我的抽查", "抽查情况"):
            for out in await phones.says(entry.name, said):
                assert not found_in(words(out)), (entry.name, said)
                assert not found_in("".join(out.labels))


async def test_a_week_by_default_sends_nothing_restricted(phones: Phones) -> None:
    sent = await phones.at(FRIDAY_NIGHT)

    assert len(sent) > 20
    for out in sent:
        assert not found_in(words(out) + "".join(out.labels)), words(out)


@pytest.mark.parametrize("name", ["李队员", "王队长", "周总队长"])
async def test_nobody_but_the_county_is_shown_the_switches(phones: Phones, name: str) -> None:
    for said in ("开关", "开关 必须定位", "关掉 必须定位"):
        (told,) = await phones.says(name, said)
        assert not found_in(words(told))


# the sheet
async def test_the_sheet_of_a_new_county(phones: Phones, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with phones.app.database.reading() as db:
        sheet = await make_sheet(db, settings, MONDAY)
    text = text_of(sheet, settings)

    assert len(sheet.signs) == 9
    assert [one.state for one in sheet.switches] == ["关"] * 8 + ["没有，也开不了"] * 2
    assert "运营单位：（未填）" in text
    assert "备案号：（未填）" in text
    assert "由运营单位咨询主管部门后填写" in text
    assert "请以正式文本为准" in text
    assert "现在全关" in text
    assert sheet.data()["scope_question"] is None


async def test_the_sheet_shows_every_turn_its_use_and_its_end(
    phones: Phones, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path, operator="安和县委组织部", filing="备 0001")
    for line in TALK:
        await phones.says("陈干事", line)
    await phones.says("赵队员", "不署名意见 会太多")
    async with phones.app.database.reading() as db:
        on = await make_sheet(db, settings, MONDAY)
        later = await make_sheet(db, settings, MONDAY + timedelta(days=31))
    text = text_of(on, settings)

    assert "运营单位：安和县委组织部" in text
    assert "现在开着 1 个" in text
    assert (
        "2026-11-23 至 2026-12-23，清水镇，开着，用了 0 天；事由：迎接年度评估；场合：专项行动；"
        "依据：县驻办〔2026〕3 号；批准：高某某 县委组织部副部长；办理：陈干事"
    ) in text
    assert "有例外：加密抽查开着" in text
    assert "共收到 1 条，其中不署名 1 条；已答复 0 条" in text
    (turn,) = [one for line in later.switches for one in line.turns]
    assert turn.end == "到期自己关"
    assert later.running == 0


async def test_the_sheet_names_nobody_who_has_not_used_it(
    phones: Phones, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    async with phones.app.database.reading() as db:
        text = text_of(await make_sheet(db, settings, MONDAY), settings)

    assert not any(entry.name in text for entry in CAST)


async def test_the_burden_of_a_month_stands_on_the_sheet_without_names(phones: Phones) -> None:
    county, day = phones.county.id, FRIDAY_NIGHT.date()
    async with phones.app.database.reading() as db:
        assert await burden_lines(db, Words(), Rules(), county, day) == ()
    await phones.at(FRIDAY_NIGHT)
    async with phones.app.database.reading() as db:
        (line,) = await burden_lines(db, Words(), Rules(), county, day)
    assert line.startswith("11月负担：例行消息")
    assert not any(entry.name in line for entry in CAST)


def test_the_command_prints_the_sheet_and_the_same_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    folder = str(tmp_path / "data")
    assert (
        runner.invoke(cli, ["init", "安和县", "--admin", "高主任", "--data", folder]).exit_code
        == 0
    )
    printed = runner.invoke(cli, ["compliance", "--data", folder])
    facts = json.loads(runner.invoke(cli, ["compliance", "--data", folder, "--json"]).output)

    assert printed.exit_code == 0
    assert printed.output.startswith("安和县驻村通合规单")
    assert facts["county"] == "安和县"
    assert [one["key"] for one in facts["switches"]] == [one.switch.value for one in FEATURES]
    assert facts["scope_question"] is None


def test_every_restricted_word_of_a_switch_is_ours_to_say() -> None:
    """Words and rules of every switch are there, and each rule says it is as reported."""
    for feature in FEATURES:
        assert Words().say(feature.does)
        assert "据公开报道" in Words().say(feature.rule)
