"""`zhucun issues`: the ledger on the screen, as JSON, as a workbook."""

import asyncio
import json
from pathlib import Path

import pytest
from county import MONDAY, settle
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import cli
from ledger import issues
from ledger.database import open_database
from ledger.issues import Found, Tier
from ledger.rules import Rules

run = CliRunner()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A late issue in 永安村 and one in 石桥村 that is not late for a long time."""

    async def fill() -> None:
        async with open_database(tmp_path / "zhucun.db", durable=False) as database:
            county = await settle(database)
            async with database.transaction() as db:
                day = MONDAY.date()
                roof = Found(day, "屋顶漏雨[=1+1]", Tier.AT_ONCE, day, "张大山")
                tap = Found(day, "水管坏了", Tier.COMPLEX, day.replace(year=2199), "田秀英")
                for who, one in (("李队员", roof), ("吴队员", tap)):
                    await issues.report(
                        db, county[who], one, source=who, now=MONDAY, rules=Rules()
                    )
                late = "UPDATE issue SET due = '2020-01-01' WHERE id = 1"
                await db.connection.execute(late)

    asyncio.run(fill())
    return tmp_path


def said(data: Path, *words: str) -> str:
    done = run.invoke(cli, ["issues", "--data", str(data), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_screen_shows_the_most_urgent_first(data: Path) -> None:
    lines = said(data).splitlines()

    assert "屋顶漏雨[=1+1]" in lines[0]
    assert "水管坏了" in lines[1]
    assert lines[-1] == "共 2 个问题"


def test_a_village_and_the_late_ones_can_be_chosen(data: Path) -> None:
    assert "水管坏了" in said(data, "--village", "石桥村").splitlines()[0]
    assert json.loads(said(data, "--overdue", "--json"))["count"] == 1
    done = run.invoke(cli, ["issues", "--data", str(data), "--village", "没有村"])
    assert done.exit_code == 1


def test_the_workbook_is_written_whole(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.xlsx"
    assert "2 个问题" in said(data, "--out", str(out))
    assert load_workbook(out)["台账"].max_row == 4
    assert [one.name for one in out.parent.iterdir()] == ["a.xlsx"]
