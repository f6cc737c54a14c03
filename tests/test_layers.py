"""Who may import whom: import-linter's contracts, no cycle, nothing heavy at the start."""

import json
import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from source import FOLDERS, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
PLANTED = {
    "ledger/study.py": ("import bot.inbox", "bot, then handlers and scheduler"),
    "handlers/study.py": ("import scheduler.desk", "bot, then handlers and scheduler"),
    "handlers/visits.py": ("import aiosqlite", "only ledger speaks SQL"),
    "bot/sender.py": ("import telegram", "only the Telegram channel knows"),
    "scheduler/desk.py": ("import httpx", "only bot knows HTTP"),
    "handlers/leave.py": ("import apscheduler", "only scheduler knows APScheduler"),
    "ledger/days.py": ("import jinja2", "only templates makes papers"),
}


def lint(folder: Path) -> str:
    """What lint-imports says about the packages and the pyproject.toml of a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_all_contracts_are_kept() -> None:
    said = lint(ROOT)

    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said, said


def test_every_contract_finds_what_is_planted(tmp_path: Path) -> None:
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, (line, _) in PLANTED.items():
        with (tmp_path / path).open("a", encoding="utf-8") as out:
            out.write(f"\n{line}\n")

    said = lint(tmp_path)

    assert f"Contracts: 0 kept, {len(CONTRACTS)} broken." in said, said
    for path, (_, contract) in PLANTED.items():
        assert contract in said
        assert path.removesuffix(".py").replace("/", ".") in said


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one import cycle; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*FOLDERS, cache_dir=None, exclude_type_checking_imports=True)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}

    assert len(imports) > 60
    assert not cycle(imports)


def test_the_cycle_finder_finds_one() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not cycle({"a": {"b", "c"}, "b": {"c"}})


def loaded_by(*names: str) -> set[str]:
    """Every module that is loaded after importing these, in an interpreter of its own."""
    lines = [*(f"import {name}" for name in names), "import json, sys"]
    code = "; ".join([*lines, "print(json.dumps(sorted(sys.modules)))"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "heavy",
    ["telegram", "sqlalchemy", "alembic", "openpyxl", "xlsxwriter", "chinese_calendar", "PIL"],
)
def test_the_web_chat_does_not_load(heavy: str, web_modules: set[str]) -> None:
    assert heavy not in web_modules


@pytest.fixture(scope="module")
def web_modules() -> set[str]:
    """What the local web chat needs and nothing else."""
    return loaded_by("bot.app", "bot.channels.web", "bot.web")
