"""`zhucun verify-draw`: a file, the published month, a month that runs, and what cannot be read."""

import asyncio
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from county import County, settle
from draw_cards import EVE, RULES, lived
from draw_tampering import HANDS, tampered
from typer.testing import CliRunner

from bot.cli import cli
from ledger import draw_periods
from ledger.chance import Seeds
from ledger.database import open_database
from ledger.days import DAY
from ledger.seed_vault import Vault

runner = CliRunner()


def run(*words: object, code: int = 0) -> str:
    """What the command says."""
    result = runner.invoke(cli, ["verify-draw", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a ledger in which December has been promised."""
    from ledger.database.schema import upgrade

    async def promised() -> None:
        async with open_database(tmp_path / "zhucun.db", durable=False) as database:
            county: County = await settle(database)
            async with database.transaction() as db:
                vault = Vault(tmp_path / "seeds", Seeds("command"))
                first = (EVE + DAY).date()
                await draw_periods.open_month(db, county.id, first, vault, RULES, now=EVE)

    upgrade(tmp_path / "zhucun.db")
    asyncio.run(promised())
    return tmp_path


@pytest.fixture
def card(migrated: Path) -> str:
    """A published card."""
    return lived(migrated)


def test_a_file_is_right_or_named(card: str, tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(card.encode())
    said = run("2026-12", json.loads(card)["opening_sha256"][:10], "--card", path)
    assert "✓ 全部核对一致" in said
    assert "指定 1 次" in said
    assert "两名干部" in said
    assert "✗ 这不是 2026年12月的公示码" in run("2026-12", "0" * 16, "--card", path, code=1)
    assert "另一个月" in run("2026-11", "--card", path, code=1)
    changed, named = tampered(card, HANDS[6])
    path.write_bytes(changed.encode())
    assert f"✗ {named}" in run("2026-12", "--card", path, code=1)
    path.write_bytes(b"\xff")
    assert "文件读不懂" in run("2026-12", "--card", path, code=1)
    assert "没有找到文件" in run("2026-12", "--card", tmp_path / "none.json", code=1)


def test_a_running_month(data: Path) -> None:
    said = run("2026-12", "--data", data)
    assert "公示、名册、抽签数对得上" in said
    assert "现在还不能重算" in said
    facts = json.loads(run("2026-12", "--data", data, "--county", "安和县", "--json"))
    assert (facts["pending"], facts["faults"], facts["drawn"]) == (True, [], 0)


def test_what_there_is_not(data: Path) -> None:
    assert "没有开过抽签" in run("2026-11", "--data", data, code=1)
    assert "安和县" in run("2026-12", "--data", data, "--county", "查无县", code=1)
    with sqlite3.connect(data / "zhucun.db") as database:
        database.execute("UPDATE draw_period SET lost_at = 1")
    database.close()
    assert "种子丢了" in run("2026-12", "--data", data, code=1)


def test_the_published_month(data: Path, card: str) -> None:
    """The card's own month takes the place of the promised one."""
    digest = hashlib.sha256(card.encode()).hexdigest()
    with sqlite3.connect(data / "zhucun.db") as database:
        database.execute(
            "UPDATE draw_period SET revealed_at = 1, card_sha256 = ?, opening_sha256 = ?",
            (digest, json.loads(card)["opening_sha256"]),
        )
    database.close()
    assert "没有找到文件" in run("2026-12", "--data", data, code=1)
    (data / "draws").mkdir()
    path = data / "draws" / "1-2026-12.json"
    path.write_bytes(card.encode())
    assert "✓ 全部核对一致" in run("2026-12", "--data", data)
    changed, named = tampered(card, HANDS[7])
    path.write_bytes(changed.encode())
    said = run("2026-12", "--data", data, code=1)
    assert "不是同一份" in said
    assert named in said
