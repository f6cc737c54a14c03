"""Documents cannot rot: what the program can write itself is compared with what stands there."""

import ast
import re
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import cli
from handlers.topics import TOPICS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_docs  # noqa: E402

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")


def test_the_example_of_settings_is_the_program_s_own() -> None:
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert written == make_docs.env_example(), "请运行 make docs"


@pytest.mark.parametrize("mark", ["settings", "rules"])
def test_the_manual_s_tables_are_the_program_s_own(mark: str) -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = {"settings": make_docs.settings_table, "rules": make_docs.rules_table}[mark]()
    assert make_docs.between(text, mark, table) == text, "请运行 make docs"


def test_every_command_is_explained_somewhere() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = get_command(cli).commands  # type: ignore[attr-defined]
    assert [
        name for name in commands if f"zhucun {name}" not in text and name not in text
    ] == []
    assert all(command.help for command in commands.values())


def test_every_topic_is_explained_to_its_users() -> None:
    text = (ROOT / "docs" / "users.md").read_text(encoding="utf-8")
    text += (ROOT / "README.md").read_text(encoding="utf-8")
    text += (ROOT / "templates" / "chat" / "join.txt").read_text(encoding="utf-8")
    silent = [topic.name for topic in TOPICS if not any(word in text for word in topic.words)]
    by_button = {"leave_answer", "check_answer", "check_how", "catalogue_enter", "catalogue_leave",
                 "catalogue_rename", "doubt", "bulletin", "study_chart"}  # fmt: skip
    assert set(silent) <= by_button


def test_every_name_of_the_glossary_stands_in_the_code() -> None:
    names: set[str] = set()
    for path in [*ROOT.glob("ledger/**/*.py"), *ROOT.glob("handlers/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names |= {
                getattr(node, key)
                for key in ("name", "attr", "id", "arg")
                if hasattr(node, key)
            }
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
        names.add(path.stem)
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    wanted = {word.split(".")[-1] for word in re.findall(r"`([A-Za-z_.]+)`", glossary)}
    assert wanted - names == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [one or other for one, other in LINK.findall(page.read_text(encoding="utf-8"))]
    assert [one for one in targets if not (page.parent / one).exists()] == []
