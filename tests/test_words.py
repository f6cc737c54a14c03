"""Every word we say: each block named in the source exists, is used, gets its facts, reads well."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError, meta, nodes
from source import ROOT, Module, dotted, modules

from bot.channels.text import plain
from templates.filters import FILTERS, ROLES, STATES, WORDS
from templates.words import STRICT, Words

CHAT = ROOT / "templates" / "chat"
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
SAYING = {"say", "reply", "ask", "ask_more", "Refused", "Misunderstood", "Problem", "number"}
NOT_FACTS = {"options", "read", "done", "dedupe", "now", "kind", "step"}
ADDED = {"files", "words"}  # what Talk puts to its questions and notes by itself


def environment() -> Environment:
    made = Environment(**STRICT)
    made.filters.update(FILTERS)
    made.globals.update(WORDS)
    return made


@cache
def blocks() -> dict[str, nodes.Block]:
    """Every block by its full name."""
    found = {}
    for path in sorted(CHAT.glob("*.txt")):
        parsed = environment().parse(path.read_text(encoding="utf-8"))
        for block in parsed.find_all(nodes.Block):
            found[f"{path.stem}.{block.name}"] = block
    return found


def facts_of(block: nodes.Block) -> set[str]:
    """What a block must be told."""
    alone = nodes.Template(block.body, lineno=1)
    alone.set_environment(environment())
    return meta.find_undeclared_variables(alone) - set(WORDS) - {"loop"}


def block_names(module: Module) -> set[str]:
    """Every string of a module that looks like a block of a noun we have words for."""
    nouns = {name.split(".")[0] for name in blocks()}
    logged = {id(part) for call in module.calls if _logs(call) for part in ast.walk(call)}
    return {
        one.value
        for one in module.texts
        if NAME.fullmatch(one.value)
        and one.value.split(".")[0] in nouns
        and id(one.node) not in logged
        and not one.value.endswith((".txt", ".md", ".html", ".py", ".sql"))
    }


def _logs(call: ast.Call) -> bool:
    return dotted(call.func) in {"audit.record", "queries", "log.error", "log.warning"}


@cache
def ours() -> Words:
    """Our words, compiled once."""
    return Words()


# what is named and what is there
def test_every_block_named_in_the_source_exists() -> None:
    missing = {
        f"{module.path}: {name}"
        for module in modules()
        if not module.path.startswith("ledger/reading/")  # there `visit.words` is a tag
        for name in block_names(module)
        if name not in blocks()
    }

    assert not missing


def test_no_block_is_unused() -> None:
    used = {name for module in modules() for name in block_names(module)}
    used |= set(re.findall(r"say\(['\"]([a-z_.]+)['\"]", _pages()))

    assert not set(blocks()) - used


def _pages() -> str:
    pages = (ROOT / "templates" / "web").rglob("*.html")
    return "\n".join(path.read_text(encoding="utf-8") for path in pages)


def test_a_block_that_is_not_there_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        Words().say("study.no_such_block")


# facts
def saying(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call that says one block by its literal name."""
    for call in module.calls:
        if dotted(call.func).rsplit(".", 1)[-1] in SAYING:
            for one in call.args[:2]:
                if isinstance(one, ast.Constant) and one.value in blocks():
                    yield call, str(one.value)


def test_every_call_gives_its_block_all_the_facts() -> None:
    short = []
    for module in modules():
        for call, name in saying(module):
            given = {word.arg for word in call.keywords}
            if None in given:  # **facts: seen only when it runs
                continue
            lacking = facts_of(blocks()[name]) - given - ADDED
            if lacking:
                short.append(f"{module.at(call)}: {name} lacks {sorted(lacking)}")

    assert not short, "\n".join(short)


def test_the_rule_of_facts_finds_a_missing_one() -> None:
    bad = Module("handlers/planted.py", 'talk.reply("issues.noted", issue=1, text="x")')
    wanted = facts_of(blocks()["issues.noted"])
    found = [(call, name) for call, name in saying(bad)]

    assert wanted == {"issue", "text", "files"}
    assert [name for _, name in found] == ["issues.noted"]


class Anything(str):
    """A fact that answers to every name: to render a block without the whole program."""

    __slots__ = ()

    def __new__(cls, _value: object = "") -> "Anything":
        return super().__new__(cls, "2026-11-23")

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_args: object, **_facts: object) -> "Anything":
        return Anything()

    def __iter__(self) -> Iterator["Anything"]:
        return iter([Anything()])

    def __getitem__(self, _key: object) -> "Anything":
        return Anything()

    def __format__(self, _spec: str) -> str:
        return str(self)

    def __lt__(self, _other: object) -> bool:
        return True

    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = str.__hash__


class Some(dict[str, str]):
    """A table that has a word for every key."""

    def __missing__(self, _key: str) -> str:
        return "词"


# Their facts are tables and pairs of one shape only: tests of the reports render them.
SHAPED = {"reports.corrected", "reports.details", "reports.parts"}
NUMBERS_ONLY = {"spotchecks.not_count": {"most": 12}}


@pytest.mark.parametrize("name", sorted(set(blocks()) - SHAPED))
def test_the_block_renders_with_all_its_facts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("templates.filters.STATES", Some(STATES))
    monkeypatch.setattr("templates.filters.ROLES", Some(ROLES))
    facts = {fact: Anything() for fact in facts_of(blocks()[name])}

    said = ours().say(name, **{**facts, **NUMBERS_ONLY.get(name, {})})

    assert said.strip() == said
    assert said
    assert "{{" not in said
    assert "{%" not in said


def test_a_name_with_stars_stays_a_name() -> None:
    said = Words().say("households.unknown", name=r"**王** \n {{ 7*7 }}")

    assert r"\*\*王\*\* \\n {{ 7\*7 }}" in said
    assert plain(said).startswith(r"名册里没有“**王** \n {{ 7*7 }}”。")


def test_a_missing_fact_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        Words().say("households.unknown")


# how it reads
HAN = "一-鿿"
HALF_WIDTH = re.compile(rf"[{HAN}”’）》][,;:!?()]|[,;!?()][{HAN}“‘（《]|[{HAN}]\.(?![a-z\d])")
ASCII_QUOTES = re.compile(rf"[{HAN}]['\"]|['\"][{HAN}]")
GLUED = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")
# Written without a space: ids as people type them, days, weeks, and the names of dates.
TOGETHER = re.compile(
    r"(?:问题|批假|抽查|撤销|恢复|意见)\d+|(?:\d+年)?\d+月(?:\d+日)?|\d+号|第\d+[周次]|\d+时"
)
COUNTS = (
    "files|count|limit|hours|days|lost|most|waiting|late|away|total|more|studied|visits|households"
    "|opened|closed|standing|overdue|unanswered|answered|missed|void|left_out|busy|unbound|roster"
    "|submitted|progressed|checked|wanted"
)
NUMBERS = re.compile(
    rf"\{{\{{ *(?:[\w.]*\b(?:{COUNTS})|[\w.]+ \| (?:length|minutes|clock)) *\}}\}}"
)


def spoken(text: str) -> Iterator[tuple[int, str]]:
    """What stands in a template besides its tags, line by line; a number in place of numbers."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), 1):
        line = NUMBERS.sub("0", line)
        yield number, re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", "\x00", line)


def wrong_marks(text: str) -> Iterator[str]:
    for number, line in spoken(text):
        for pattern in (HALF_WIDTH, ASCII_QUOTES):
            yield from (f"{number}: {around(one)}" for one in pattern.finditer(line))


def glued(text: str) -> Iterator[str]:
    for number, line in spoken(text):
        line = TOGETHER.sub("\x00", line)
        yield from (f"{number}: {around(one)}" for one in GLUED.finditer(line))


def around(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - 6) : found.end() + 6]


def word_files() -> Iterable[Path]:
    """All our templates with words in them."""
    return [
        path
        for folder in ("chat", "bulletins", "web")
        for path in sorted((ROOT / "templates" / folder).rglob("*"))
        if path.suffix in {".txt", ".md", ".html"}
    ]


@pytest.mark.parametrize(
    "path", word_files(), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_the_words_are_set_in_chinese_type(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not [*wrong_marks(text), *glued(text)]
    assert "打卡" not in text
    assert "命令错误" not in text


def test_the_rules_of_type_find_what_is_planted() -> None:
    for bad in ("好的,谢谢", "真的?", "（好)", '"好"', "您好.", "约(好)"):
        assert list(wrong_marks(bad)), bad
    for bad in ("学习60分钟", "发URL给我", "共{{ files }}个", "{{ limit }}字"):
        assert list(glued(bad)), bad
    good = "问题12 已于 11月23日 17:40 到期，共 {{ files }} 个；“好”（见 docs/a.md）。{{ issue.id }}号"
    assert not [*wrong_marks(good), *glued(good)]


def test_an_error_has_two_lines_at_most() -> None:
    """What happened, what to do: every block that only a refusal or a fault says."""
    refusals = {
        str(one.value)
        for module in modules()
        for call in module.calls
        if dotted(call.func).rsplit(".", 1)[-1] in {"Refused", "Misunderstood", "Problem"}
        for one in call.args[:2]
        if isinstance(one, ast.Constant) and one.value in blocks()
    }
    texts = {
        name: "".join(part.data for part in blocks()[name].find_all(nodes.TemplateData)).strip()
        for name in refusals
    }

    assert len(texts) > 30
    assert not {name for name, text in texts.items() if text.count("\n") > 1}
