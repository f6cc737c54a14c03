"""The wheel holds everything the program reads, and runs away from the checkout."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from source import FOLDERS, ROOT, files

pytestmark = pytest.mark.slow
OWN = "zhucun"
LEFT_OUT = {".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release builds it, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """What lies in it."""
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def test_every_file_of_the_five_folders_is_in_the_wheel(names: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if path.relative_to(ROOT).parts[0] in FOLDERS and path.suffix not in LEFT_OUT
    }

    assert len(wanted) > 120
    assert not wanted - names


def test_the_wheel_holds_each_kind_of_thing(names: set[str]) -> None:
    for wanted in (
        "templates/chat/study.txt",
        "templates/bulletins/daily.md",
        "ledger/issues.sql",
        "ledger/migrations/env.py",
        "ledger/migrations/script.py.mako",
        "ledger/migrations/versions/0001_start.py",
        "bot/inbox.py",
    ):
        assert wanted in names
    assert any(one.startswith("templates/web/") and one.endswith(".html") for one in names)
    assert any(one.startswith("bot/web/static/") for one in names)
    assert any(one.endswith(".dist-info/licenses/LICENSE") for one in names)


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    strange = {
        one for one in names if one.split("/")[0] not in FOLDERS and ".dist-info/" not in one
    }

    assert not strange
    assert not {one for one in names if one.endswith((".pyc", ".db", ".env"))}


def test_the_command_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        name = next(one for one in opened.namelist() if one.endswith("entry_points.txt"))
        text = opened.read(name).decode()

    assert "zhucun = bot.cli:main" in text


ELSEWHERE = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import ledger, bot.app, handlers
from ledger.database import open_database
from templates.words import Words
assert sys.argv[1] in ledger.__file__, ledger.__file__
async def main():
    async with open_database(Path(sys.argv[2]) / "zhucun.db") as opened:
        async with opened.reading() as db:
            print(await db.connection.execute_fetchall("SELECT count(*) FROM person") is not None)
asyncio.run(main())
print(Words().say("talk.cancelled"))
"""


def test_the_unpacked_wheel_migrates_a_database_and_speaks(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE, str(tmp_path / "site"), str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "已取消，什么都没有记。"]


def test_the_five_import_names_are_ours_alone() -> None:
    """They are plain words: another distribution that brings `bot` would shadow ours."""
    owners = packages_distributions()

    for name in FOLDERS:
        assert set(owners.get(name, [OWN])) == {OWN}, f"{name} is also in {owners[name]}"
    assert set(FOLDERS).isdisjoint(sys.stdlib_module_names)


def test_the_tests_shadow_no_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))
