"""`zhucun understand` and `zhucun phrases` as a person at a terminal uses them."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from source import ROOT
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.phrases import as_text, counted
from bot.settings import Settings
from ledger import drafts
from ledger.clock import WallClock, ms
from ledger.database import open_database
from ledger.drafts import Misreading
from ledger.reading.lexicon import load_lexicon

runner = CliRunner()
NOW = "2026-11-20T18:30+08:00"
HOUSEHOLDS = ROOT / "tests" / "understanding" / "households.json"
VISIT = '{"id": "a", "text": "今天走访张大山家"}'
STUDY = '{"id": 2, "text": "昨天自学1小时"}'


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """The commands make new files private; the other tests keep theirs."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith(("ZHUCUN_", "TELEGRAM_"))]:
        monkeypatch.delenv(name)


def understand(
    *options: object, lines: str | bytes = "", now: str = NOW, ok: bool = True
) -> Result:
    words = ["understand", "--ledger", HOUSEHOLDS, "--now", now, *options]
    result = runner.invoke(cli, [str(word) for word in words], input=lines)
    assert (result.exit_code == 0) is ok, result.output
    return result


def answers(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_has_its_answer() -> None:
    first, second = answers(understand(lines=f"{VISIT}\n\n{STUDY}\n"))
    visit = {"type": "visit", "households": ["张大山"], "date": "2026-11-20"}
    assert first == {"id": "a", "reports": [visit], "mask": [], "asks": []}
    assert second["id"] == 2
    assert second["reports"] == [
        {"type": "study", "minutes": 60, "topic": None, "exchange": False, "date": "2026-11-19"}
    ]


def test_a_file_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "消息.jsonl").write_text(f"\ufeff{VISIT}\n{STUDY}", encoding="utf-8")
    assert (
        understand(tmp_path / "消息.jsonl").stdout
        == understand("-", lines=f"{VISIT}\n{STUDY}").stdout
    )


def test_chinese_stands_as_it_is() -> None:
    assert "张大山" in understand(lines=VISIT).stdout


@pytest.mark.parametrize(
    "line",
    ["今天走访", "[1]", "{}", '{"id": 1}', '{"id": 1, "text": null}', '{"id": [], "text": ""}', "[" * 5000],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_are_answered(line: str) -> None:
    result = understand(lines=f"{VISIT}\n{line}\n{STUDY}\n", ok=False)
    assert [one["id"] for one in answers(result)] == ["a", 2]
    first, second = result.stderr.strip().splitlines()
    assert "第 2 行没有读" in first
    assert "每行要写成" in second
    assert result.exit_code == 1


def test_a_line_in_another_encoding_is_named() -> None:
    result = understand(lines=f"{VISIT}\n".encode() + VISIT.encode("gb18030"), ok=False)
    assert len(answers(result)) == 1
    assert "第 2 行没有读：不是 UTF-8 编码。" in result.stderr


def test_half_a_character_disturbs_nobody() -> None:
    [answer] = answers(understand(lines=r'{"id": "\ud800", "text": "\ud83d今天走访张大山家"}'))
    assert answer["id"] == "?"
    assert answer["reports"]


def test_now_is_the_village_s_day() -> None:
    def day(now: str) -> object:
        [answer] = answers(understand(lines=VISIT, now=now))
        return answer["reports"][0]["date"]  # type: ignore[index]

    assert day("2026-11-20T23:30+00:00") == "2026-11-21"
    assert day("2026-11-20T23:30") == "2026-11-20"
    assert day("2026-11-20") == "2026-11-20"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["没有的文件"], "读不了消息文件 没有的文件"),
        (["."], "读不了消息文件"),
        (["--now", "昨天"], "看不懂时间“昨天”"),
        (["--ledger", "没有的名单"], "读不了农户名单"),
        (["--lexicon", "没有的词表"], "没有说法表"),
        (["--ledger", "bad.json"], "第 1 户有误"),
        (["--lexicon", "bad.toml"], "不认识的一项"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(
    tmp_path: Path, options: list[str], said: str
) -> None:
    (tmp_path / "bad.json").write_text('[{"name": 1}]', encoding="utf-8")
    (tmp_path / "bad.toml").write_text('["走访"]\nwords = []', encoding="utf-8")
    result = understand(*options, lines=VISIT, ok=False)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_the_county_s_words_are_understood(tmp_path: Path) -> None:
    line = '{"id": 1, "text": "张大山家水囤子咕嘟了"}'
    assert answers(understand(lines=line))[0]["reports"] == []
    own = '[fault]\nstrong = ["水…咕嘟"]\n["饮水"]\nstrong = ["水囤子"]\n'
    (tmp_path / "lexicon.toml").write_text(own, encoding="utf-8")
    [answer] = answers(understand("--lexicon", tmp_path / "lexicon.toml", lines=line))
    [issue] = answer["reports"]  # type: ignore[misc]
    assert (issue["type"], issue["category"]) == ("issue", "饮水")  # type: ignore[index]


# in a pipe
def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "bot.cli", *words]


def test_an_answer_comes_before_the_next_question() -> None:
    with subprocess.Popen(
        command("understand", "--now", NOW), cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for id in ("1", "2"):
            process.stdin.write(f'{{"id": "{id}", "text": "今天自学1小时"}}\n'.encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == id
        process.stdin.close()
        assert process.wait(30) == 0


def test_who_stops_reading_hears_no_complaint() -> None:
    with subprocess.Popen(
        command("understand", "tests/understanding/tuning_1.jsonl", "--now", NOW), cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_it_needs_no_network_and_no_database() -> None:
    """Nothing of them is loaded."""
    code = (
        "import sys; sys.argv = ['zhucun', 'understand', '--now', '2026-11-20']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "except SystemExit: print([one for one in sys.modules if one in"
        " {'aiosqlite', 'telegram', 'starlette', 'uvicorn', 'httpx', 'alembic', 'openpyxl'}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=b"", capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "[]"


# the county's own words
def test_the_county_s_file_lies_beside_its_rules(tmp_path: Path) -> None:
    assert Settings().lexicon_file is None
    assert Settings(county_dir=tmp_path).lexicon_file == tmp_path / "lexicon.toml"


def test_the_doctor_reads_the_county_s_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUCUN_COUNTY_DIR", str(tmp_path))
    (tmp_path / "lexicon.toml").write_text('[visit]\nwords = "踩户"', encoding="utf-8")
    said = runner.invoke(cli, ["doctor"]).output
    assert "✗ 本县说法：" in said
    assert "[visit] words 要写成" in said
    monkeypatch.delenv("ZHUCUN_COUNTY_DIR")
    assert "✓ 本县说法：用默认说法" in runner.invoke(cli, ["doctor"]).output


def test_the_manual_names_what_can_be_added() -> None:
    """And nothing that no rule looks at."""
    rules = "".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("ledger/reading/*.py")
    )
    used = {tag for tag in load_lexicon().tags if f'"{tag}"' in rules}
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    named = set()
    for row in re.findall(r"^\| (`\[.*?) \| (`.*?) \|", manual, re.MULTILINE):
        groups, parts = (re.findall(r"`\[?(\w+)\]?`", cell) for cell in row)
        named |= {f"{group}.{part}" for group in groups for part in parts}
    assert named == used


# which phrases fail
SAID = (
    ("去周某家坐坐", "什么都没有", "走访 周某"),
    ("去周某家坐坐", "什么都没有", "走访 周某"),
    ("井水\n浑了", "", "问题 饮水"),
    ("老早以前的", "问题", ""),
)


async def keep_some(data: Path) -> None:
    """Three corrections of today, one of last year."""
    now = WallClock().now()
    async with open_database(data / "zhucun.db") as database, database.transaction() as db:
        for place, (said, read_as, meant) in enumerate(SAID):
            then = now - timedelta(days=400 * (place == 3), minutes=1)
            await drafts.note_misreading(db, said, read_as, meant, names=(), now=then)


def test_corrections_are_counted() -> None:
    found = [Misreading(*one, ms(WallClock().now())) for one in SAID]
    phrases = counted(found)
    assert (phrases[0].times, phrases[0].said) == (2, "去周某家坐坐")
    text = "\n".join(as_text(phrases, 30))
    assert "读错后改正的有 4 处" in text
    assert "读成 什么都没有，改成 走访 周某：2 次\n  2 次  去周某家坐坐" in text
    assert "读成 （什么都没有），改成 问题 饮水：1 次\n  1 次  井水 浑了" in text


def test_the_county_sees_which_phrases_fail(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = ["--data", str(data)]
    assert "zhucun init" in runner.invoke(cli, ["phrases", *words]).output
    assert runner.invoke(cli, ["init", "安和县", *words]).exit_code == 0
    assert "没有改正过" in runner.invoke(cli, ["phrases", *words]).output
    asyncio.run(keep_some(data))
    printed = runner.invoke(cli, ["phrases", *words]).output
    assert "  2 次  去周某家坐坐" in printed
    assert "老早以前" not in printed
    told = json.loads(runner.invoke(cli, ["phrases", "--json", "--days", "500", *words]).stdout)
    assert told["corrected"] == 4
    assert {one["times"] for one in told["phrases"]} == {1, 2}
