"""The command line as an operator uses it: plain words, exit codes, nothing half done."""

import json
import sqlite3
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from bot.cli import cli

runner = CliRunner()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("ZHUCUN_DATA", "TELEGRAM_TOKEN", "ZHUCUN_COUNTY_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def run(*words: object, ok: bool = True) -> Result:
    result = runner.invoke(cli, [str(word) for word in words])
    assert (result.exit_code == 0) is ok, result.output
    return result


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
    preview = run("import-roster", filled_roster(tmp_path / "花名册.xlsx"), "--data", data, "--yes")
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
    assert "已做好并校验" in run("backup", "--data", data).output
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
        (["invite", "查无此人"], "没有“查无此人”"),
        (["report", "日报", "2月30日"], "没有“2月30日”这一天"),
        (["report", "--as", "查无此人"], "查无此人"),
        (["import-roster", "没有的文件.xlsx", "--yes"], "没有的文件.xlsx"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(data: Path, words: list[str], said: str) -> None:
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


def test_bad_rules_are_named(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUCUN_COUNTY_DIR", str(tmp_path / "county"))
    (tmp_path / "county").mkdir()
    (tmp_path / "county" / "rules.toml").write_text("reminder = 5", encoding="utf-8")
    result = run("init", "安和县", "--data", data, ok=False)
    assert "不认识的设置 reminder" in result.output


def test_a_parked_message_can_be_replayed(data: Path) -> None:
    run("init", "安和县", "--data", data)
    assert "没有等待补办" in run("replay", "7", "--data", data).output


def test_the_demo_keeps_its_hands_off_a_real_ledger(data: Path) -> None:
    run("init", "安和县", "--data", data)
    assert "真实的台账" in run("demo", "--data", data, ok=False).output


def test_a_rehearsal_prints_one_line_of_json() -> None:
    words = ["rehearse", "--villages", "1", "--days", "2", "--seed", "5", "--json"]
    first, second = (json.loads(run(*words).stdout.splitlines()[-1]) for _ in range(2))
    assert first == second
    assert first["log_ok"] is True
    assert first["counts"]["messages_in"] > 0
