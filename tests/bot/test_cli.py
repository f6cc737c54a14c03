"""The command line as an operator uses it: plain words, exit codes, nothing half done."""

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY
from openpyxl import load_workbook
from phones import Phones
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.commands.work import COUNT_LABELS
from bot.settings import EXPECTED, Settings, TelegramSettings
from ledger import look_backs
from ledger.backup import missing_files
from ledger.chance import Seeds
from ledger.clock import SetClock
from ledger.database.lock import only_copy
from ledger.files import keep_bytes
from ledger.rules import Rules
from ledger.seed_vault import Vault

runner = CliRunner()


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """The commands make new files private; the other tests keep theirs."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith(("ZHUCUN_", "TELEGRAM_"))]:
        monkeypatch.delenv(name)
    return tmp_path / "data"


def run(*words: object, ok: bool = True) -> Result:
    result = runner.invoke(cli, [str(word) for word in words])
    assert (result.exit_code == 0) is ok, result.output
    return result


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def filled_roster(path: Path) -> Path:
    """The template with its examples replaced by three invented people."""
    run("roster-template", path)
    book = load_workbook(path)
    sheet = book["人员"]
    heads = {str(cell.value).strip(" *＊"): cell.column for cell in sheet[1]}
    sheet.delete_rows(2, sheet.max_row)
    people = [
        {"姓名": "田乡长", "角色": "乡镇", "乡镇": "清水镇"},
        {"姓名": "梁书记", "角色": "第一书记", "乡镇": "清水镇", "村": "永安村"},
        {"姓名": "苏队员", "角色": "队员", "乡镇": "清水镇", "村": "永安村"},
    ]
    for number, person in enumerate(people, 2):
        for head, value in person.items():
            sheet.cell(number, heads[head], value)
    book.save(path)
    return path


def test_from_nothing_to_a_working_county(data: Path, tmp_path: Path) -> None:
    made = run("init", "安和县", "--admin", "高主任", "--data", data)
    assert "台账已建好" in made.output
    assert "/chat/join/" in made.output
    preview = run(
        "import-roster", filled_roster(tmp_path / "花名册.xlsx"), "--data", data, "--yes"
    )
    assert "新增 3 人" in preview.output
    invited = run("invite", "苏队员", "--data", data)
    assert "苏队员 的邀请码：" in invited.output
    assert "永安村" in run("report", "日报", "--as", "梁书记", "--data", data).output
    assert "安和县" in run("report", "周报", "--data", data).output


def test_asking_for_a_report_keeps_nothing(data: Path) -> None:
    run("init", "安和县", "--data", data)
    before = events(data)
    run("report", "--data", data)
    assert events(data) == before


def events(data: Path) -> int:
    with sqlite3.connect(data / "zhucun.db") as database:
        (count,) = database.execute("SELECT count(*) FROM ev").fetchone()
    database.close()
    return int(count)


def test_a_backup_is_checked_and_the_log_verifies(data: Path) -> None:
    run("init", "安和县", "--data", data)
    assert "已备份并校验" in run("backup", "--data", data).output
    assert len(list((data / "backup").glob("zhucun-*.db"))) == 1
    verdict = json.loads(run("verify", "--json", "--data", data).stdout)
    assert verdict["events"] > 0
    assert verdict["faults"] == []
    assert "完好" in run("verify", "--data", data).output


def test_a_changed_log_is_named(data: Path) -> None:
    run("init", "安和县", "--data", data)
    with sqlite3.connect(data / "zhucun.db") as database:
        database.execute("UPDATE ev_body SET body = '{}' WHERE seq = 1")
    database.close()
    result = run("verify", "--data", data, ok=False)
    assert "事件 1 的内容被改过" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["invite", "查无此人"], "花名册里没有“查无此人”这个人"),
        (["invite", "查无此人"], "先用 zhucun import-roster"),
        (["report", "年报"], "能看的是 日报、周报、旬报、月报"),
        (["report", "日报", "2月30日"], "没有“2月30日”这一天"),
        (["report", "--as", "查无此人"], "查无此人"),
        (["import-roster", "没有的文件.xlsx", "--yes"], "没有的文件.xlsx"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(
    data: Path, words: list[str], said: str
) -> None:
    run("init", "安和县", "--data", data)
    before = events(data)
    result = run(*words, "--data", data, ok=False)
    assert said in result.output
    assert "Traceback" not in result.output
    assert events(data) == before


def test_commands_before_there_is_a_ledger_say_how_to_begin(data: Path) -> None:
    assert "zhucun init" in run("backup", "--data", data, ok=False).output
    assert "zhucun init" in run("verify", "--data", data, ok=False).output
    assert "zhucun init" in run("doctor", "--data", data, ok=False).output


def test_the_doctor_names_what_to_mend(data: Path) -> None:
    run("init", "安和县", "--data", data)
    ill = run("doctor", "--data", data, ok=False)
    assert "备份：还没有" in ill.output
    run("backup", "--data", data)
    assert "✗ 备份" not in runner.invoke(cli, ["doctor", "--data", str(data)]).output


def test_bad_rules_are_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUCUN_COUNTY_DIR", str(tmp_path / "county"))
    (tmp_path / "county").mkdir()
    (tmp_path / "county" / "rules.toml").write_text("reminder = 5", encoding="utf-8")
    result = run("init", "安和县", "--data", data, ok=False)
    assert "不认识的设置 reminder" in result.output


def test_a_parked_message_can_be_replayed(data: Path) -> None:
    run("init", "安和县", "--data", data)
    assert "没有等待补办" in run("replay", "7", "--data", data).output


def test_a_spot_check_can_be_drawn_again(tmp_path: Path) -> None:
    async def draw() -> None:
        async with Phones.open(tmp_path, SetClock(MONDAY)) as phones:
            await phones.says("陈干事", "/抽查 2")
            await phones.presses("陈干事", "抽")

    asyncio.run(draw())
    assert "与当时抽的一样" in run("redraw", 1, "--data", tmp_path).output
    assert "没有" in run("redraw", 99, "--data", tmp_path, ok=False).output


def test_look_backs_of_a_week_can_be_drawn_again(tmp_path: Path) -> None:
    async def closed_and_drawn() -> None:
        async with Phones.open(tmp_path, SetClock(MONDAY)) as phones:
            await phones.says("李队员", "问题 张大山 断水 立行立改")
            await phones.says("李队员", "问题1 申请销号 水已接通，能正常用水")
            await phones.says("王队长", "问题1 同意销号 电话")
            async with phones.app.database.transaction() as db:
                later = MONDAY + timedelta(days=30)
                vault = Vault(tmp_path / "seeds", Seeds("x"))
                await look_backs.draw_week(db, 1, Rules(), vault, now=later)

    asyncio.run(closed_and_drawn())
    week = "2026-W52"
    assert "重抽得到 1号。与当时抽的一样" in run("redraw", week, "--data", tmp_path).output
    assert "没有抽过" in run("redraw", "2026-W01", "--data", tmp_path, ok=False).output


def test_running_without_a_county_says_how_to_begin(data: Path) -> None:
    result = run("run", "--data", data, "--port", free_port(), ok=False)
    assert "zhucun init" in result.output
    assert "zhucun demo" in result.output


def test_another_county_s_ledger_is_left_alone(data: Path) -> None:
    run("init", "安和县", "--data", data)
    before = events(data)
    assert "这个台账是安和县的" in run("init", "平川县", "--data", data, ok=False).output
    assert events(data) == before


def test_the_demo_keeps_its_hands_off_a_real_ledger(data: Path) -> None:
    run("init", "安和县", "--data", data)
    assert "真实的台账" in run("demo", "--data", data, ok=False).output


def test_a_rehearsal_prints_one_line_of_json() -> None:
    words = ["rehearse", "--villages", "1", "--days", "2", "--seed", "5", "--json"]
    first, second = (json.loads(run(*words).stdout.splitlines()[-1]) for _ in range(2))
    assert first == second
    assert first["log_ok"] is True
    assert first["counts"]["messages_in"] > 0


def test_a_rehearsal_speaks_chinese_to_people() -> None:
    printed = run("rehearse", "--villages", "1", "--days", "7", "--seed", "5").output
    assert COUNT_LABELS["messages_in"] in printed
    assert not any(name in printed for name in ("messages", "events", "out_"))


# what is taken, wrong or busy
@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_port_in_use_is_told_before_anything_is_begun(data: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(command, "--port", port, "--data", data, ok=False)
    first, second = result.output.strip().splitlines()
    assert f"端口 {port} 已被占用" in first
    assert "--port" in second
    assert result.exit_code == 1
    assert not data.exists()


def test_an_address_that_is_not_ours_is_told(data: Path) -> None:
    result = run("run", "--host", "192.0.2.1", "--port", "8765", "--data", data, ok=False)
    assert "ZHUCUN_HOST" in result.output


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ZHUCUN_PORT", "abc", "1 到 65535"),
        ("ZHUCUN_PORT", "99999", "1 到 65535"),
        ("ZHUCUN_LOG_JSON", "也许", "true 或 false"),
        ("ZHUCUN_PUBLIC_URL", "chat.example", "https://"),
        ("ZHUCUN_COUNTY_DIR", "没有的目录", "一个已有的目录"),
        ("TELEGRAM_MODE", "push", "poll 或 webhook"),
        ("TELEGRAM_RATE", "99", "不超过 30"),
    ],
)
def test_a_bad_setting_is_named_with_its_value_and_what_is_expected(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    for command in (["run"], ["doctor"], ["rehearse", "--days", "1"]):
        said = run(*command, ok=False).output
        assert f"{name} 现在是“{value}”" in said
        assert expected in said
        assert not any(word in said for word in ("pydantic", "Traceback", "validation"))


def test_a_file_where_the_data_should_be_is_told(data: Path) -> None:
    data.write_text("")
    said = run("init", "安和县", "--data", data, ok=False).output
    assert "ZHUCUN_DATA" in said
    assert "一个目录" in said


def test_an_env_file_in_another_encoding_is_told(data: Path) -> None:
    Path(".env").write_bytes("ZHUCUN_DATA=数据".encode("gb18030"))
    assert ".env 不是 UTF-8" in run("doctor", ok=False).output


def test_a_setting_left_empty_is_the_default(data: Path) -> None:
    Path(".env").write_text("ZHUCUN_PORT=\nZHUCUN_COUNTY_DIR=\n", encoding="utf-8")
    assert Settings().port == 8765
    assert Settings().county_dir is None


def test_every_setting_that_is_not_mere_text_says_what_is_expected() -> None:
    for prefix, group in (("ZHUCUN_", Settings), ("TELEGRAM_", TelegramSettings)):
        for name, field in group.model_fields.items():
            if field.annotation is not str and "Secret" not in str(field.annotation):
                assert EXPECTED[f"{prefix}{name}".upper()]


def test_the_doctor_names_misspelt_settings(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init", "安和县", "--data", data)
    monkeypatch.setenv("TELEGRAM_TOKEM", "x")
    Path(".env").write_text("ZHUCUN_PROT=8766\n", encoding="utf-8")
    said = run("doctor", "--data", data, ok=False).output
    assert "ZHUCUN_PROT（是不是 ZHUCUN_PORT？）" in said
    assert "TELEGRAM_TOKEM（是不是 TELEGRAM_TOKEN？）" in said


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["invite", "苏队员"], "在聊天里说“邀请 苏队员”"),
        (["import-roster", "花名册.xlsx", "--yes"], "先停下程序"),
        (["init", "安和县"], "先停下程序"),
        (["replay", "7"], "先停下程序"),
    ],
)
def test_while_the_program_runs_the_command_line_says_what_to_do(
    data: Path, words: list[str], remedy: str
) -> None:
    run("init", "安和县", "--data", data)
    filled_roster(Path("花名册.xlsx"))
    with only_copy(data / "zhucun.db"):
        result = run(*words, "--data", data, ok=False)
    first, second = result.output.strip().splitlines()
    assert "驻村通正在运行" in first
    assert remedy in second


def test_a_second_init_keeps_the_ledger_and_gives_a_fresh_link(data: Path) -> None:
    run("init", "安和县", "--data", data)
    again = run("init", "安和县", "--data", data).output
    assert "台账早就有了" in again
    assert "新的登录链接" in again
    assert "/chat/join/" in again


# what only the owner may read, and what is kept elsewhere
def test_everything_written_is_for_the_owner_only(data: Path, tmp_path: Path) -> None:
    run("init", "安和县", "--data", data)
    run("backup", "--data", data, "--to", tmp_path / "away")
    for path in [*data.rglob("*"), *(tmp_path / "away").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_doctor_sees_a_database_others_can_read(data: Path) -> None:
    run("init", "安和县", "--data", data)
    (data / "zhucun.db").chmod(0o644)
    said = run("doctor", "--data", data, ok=False).output
    assert "别人也能读：数据库" in said
    assert f"chmod -R go-rwx {data}" in said


def test_a_backup_elsewhere_takes_along_files_and_key(data: Path, tmp_path: Path) -> None:
    run("init", "安和县", "--data", data)
    kept = [
        keep_bytes(data / "files", f"照片 {number}".encode(), mime="", name="", kind="photo")
        for number in range(25)
    ]
    away = tmp_path / "away"
    assert "新拷 25 个" in run("backup", "--data", data, "--to", away).output
    for one in kept:
        path = Path("files") / one.sha256[:2] / one.sha256
        assert (away / path).read_bytes() == (data / path).read_bytes()
    assert (away / "secret.key").read_bytes() == (data / "secret.key").read_bytes()
    assert len(list(away.glob("zhucun-*.db"))) == 1
    assert missing_files(data, away) == []
    assert "新拷 0 个" in run("backup", "--data", data, "--to", away).output


def test_the_doctor_knows_a_backup_made_elsewhere(data: Path, tmp_path: Path) -> None:
    run("init", "安和县", "--data", data)
    run("backup", "--data", data, "--to", tmp_path / "away")
    said = runner.invoke(cli, ["doctor", "--data", str(data)]).output
    assert "✓ 备份" in said
    assert str(tmp_path / "away") in said
    note = json.loads((data / "last-backup.json").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(note["at"]).tzinfo
    (data / "last-backup.json").write_text("{", encoding="utf-8")  # never in the way
    assert "备份：还没有" in run("doctor", "--data", data, ok=False).output


def test_a_folder_nobody_may_write_to_is_told(data: Path, tmp_path: Path) -> None:
    run("init", "安和县", "--data", data)
    (tmp_path / "a file").write_text("")
    said = run("backup", "--data", data, "--to", tmp_path / "a file", ok=False).output
    assert "写不进备份目录" in said


def test_a_restored_backup_is_the_same_ledger(data: Path, tmp_path: Path) -> None:
    run("init", "安和县", "--data", data)
    run("backup", "--data", data, "--to", tmp_path / "away")
    [copy] = (tmp_path / "away").glob("zhucun-*.db")
    copy.rename(copy.with_name("zhucun.db"))
    assert "完好" in run("verify", "--data", tmp_path / "away").output
    assert events(tmp_path / "away") == events(data)


def test_the_doctor_names_a_wrong_layout_of_papers(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUCUN_COUNTY_DIR", str(tmp_path / "county"))
    (tmp_path / "county").mkdir()
    own = tmp_path / "county" / "paper.toml"
    own.write_text("[body]\nline_pt = 28\n", encoding="utf-8")
    run("init", "安和县", "--data", data)
    assert "✓ 公文版式" in run("doctor", "--data", data, ok=False).output
    own.write_text("[body]\nline_pc = 28\n", encoding="utf-8")
    said = run("doctor", "--data", data, ok=False).output
    assert "✗ 公文版式" in said
    assert "line_pc" in said
