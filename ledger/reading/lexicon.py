"""The words by which a sentence is understood: four tables, and what a county adds to them.

`lexicon.toml` has the words of acts and turns, `faults.toml` what makes an issue,
`steps.toml` how far it has come, `categories.toml` its category.
「…」 in a word stands for up to six characters of one clause.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ledger.errors import ForOperator
from ledger.reading.normal import clean, normal

GAP = "[^，。；！？,;!?\n]{0,6}?"
UNQUOTED = re.compile(r"\s*\[?\s*([^\s\"'\[\]#=]*[\u4e00-\u9fff][^\"'\[\]#=]*)\s*[\]=]")
SUBJECT = "subject"  # the group of tags that are categories: subject.住房
CATEGORY_PARTS = ("strong", "words")
Table = dict[str, dict[str, list[str]]]


class BadLexicon(ForOperator):
    """A county's table of words says something we cannot follow."""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Compiled: what to look for, by tag (`visit.words`) and by category."""

    tags: Mapping[str, re.Pattern[str]]
    categories: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    words: Mapping[
        str, Mapping[str, re.Pattern[str]]
    ]  # by tag and first character; categories too
    beginnings: Mapping[str, tuple[str, ...]]  # two characters of a word: its tags
    subjects: Mapping[str, tuple[str, ...]]  # the same of the categories' words: their names

    def places(self, text: str) -> dict[str, list[int]]:
        """Where words of each tag may begin; a tag without such a place needs no search."""
        found: dict[str, list[int]] = {}
        tags_of = self.beginnings.get
        for at, one in enumerate(text):
            for tag in tags_of(one, ()):
                found.setdefault(tag, []).append(at)
            for tag in tags_of(text[at : at + 2], ()):
                found.setdefault(tag, []).append(at)
        return found

    def subjects_in(self, text: str) -> set[str]:
        """The categories of which a word may begin in some words; of the others none stands there."""
        found, of = set[str](), self.subjects.get
        for at, one in enumerate(text):
            found.update(of(one, ()), of(text[at : at + 2], ()))
        return found

    def found(self, tag: str, text: str, places: Iterable[int]) -> list[tuple[int, int]]:
        """Where words of a tag stand, none inside another, looked for at these places."""
        spans, done, words = list[tuple[int, int]](), 0, self.words[tag]
        for at in places:
            if at >= done and (match := words[text[at]].match(text, at)):
                spans.append(match.span())
                done = match.end()
        return spans


@functools.cache
def load_lexicon(county: Path | None = None) -> Lexicon:
    """The product's words and, added to them, the county's; `BadLexicon` names what is wrong."""
    acts = _shipped("lexicon.toml") | _shipped("faults.toml") | _shipped("steps.toml")
    subjects = _shipped("categories.toml")
    if county is not None and county.exists():
        _add(county, acts, subjects)
    tags = {
        f"{group}.{part}": compiled(words)
        for group, parts in acts.items()
        for part, words in parts.items()
    }
    categories = {
        name: (compiled(parts.get("strong", [])), compiled(parts.get("words", [])))
        for name, parts in subjects.items()
    }
    about = {name: [word for words in parts.values() for word in words]
             for name, parts in subjects.items()}  # fmt: skip
    lists = acts | {SUBJECT: about}
    words = {
        f"{group}.{part}": _by_head(words)
        for group, parts in lists.items()
        for part, words in parts.items()
    }
    return Lexicon(tags, categories, words, _beginnings(lists), _subjects(subjects))


def _by_head(words: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """A pattern for each first character, so that none is tried where it cannot begin."""
    heads: dict[str, list[str]] = {}
    for word in words:
        heads.setdefault(word[0], []).append(word)
    return {head: compiled(own) for head, own in heads.items()}


def _beginnings(acts: Table) -> dict[str, tuple[str, ...]]:
    """By the first two characters of a word, or its only one, the tags it belongs to."""
    found: dict[str, dict[str, None]] = {}
    for group, parts in acts.items():
        for part, words in parts.items():
            for word in words:
                found.setdefault(word.partition("…")[0][:2], {})[f"{group}.{part}"] = None
    return {one: tuple(tags) for one, tags in found.items()}


def _subjects(subjects: Table) -> dict[str, tuple[str, ...]]:
    """By the beginnings of their words, the names of categories."""
    tagged = _beginnings(subjects)
    return {
        one: tuple(dict.fromkeys(tag.rpartition(".")[0] for tag in tags))
        for one, tags in tagged.items()
    }


def _shipped(name: str) -> Table:
    text = files("ledger.reading").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _add(path: Path, acts: Table, subjects: Table) -> None:
    """Put the county's words to ours."""
    for group, parts in _given(path).items():
        table = subjects if group in subjects else acts
        known = CATEGORY_PARTS if group in subjects else tuple(acts.get(group, ()))
        for part, words in parts.items() if isinstance(parts, dict) else [("", [])]:
            if part not in known:
                raise BadLexicon(
                    f"{path}: 不认识的一项 [{group}] {part}。可用的见 docs/operating.md。"
                )
            table[group].setdefault(part, []).extend(_plain(path, group, part, words))


def _given(path: Path) -> dict[str, object]:
    """What a county wrote, with or without the mark that Windows puts before a text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLexicon(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8。") from error
    except OSError as error:
        raise BadLexicon(f"{path}: 打不开，请看这是不是一个文件、有没有读它的权限。") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLexicon(f"{path}: {_wrong_line(text, str(error))}") from error


def _wrong_line(text: str, error: str) -> str:
    """Where a table cannot be read, and what most often is the matter."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if bare := UNQUOTED.match(line):
            return f'第 {number} 行：中文的名称要加英文引号，写成 "{bare[1].strip()}"。'
    place = re.search(r"line (\d+)", error)
    number = min(int(place[1]), len(lines)) if place else len(lines)
    line = lines[number - 1].strip() if lines else ""
    return f"第 {number} 行写得不对：{line}（引号、逗号、方括号要用英文的，一个也不能少）"


def _plain(path: Path, group: str, part: str, words: object) -> list[str]:
    """Words as messages are read: Simplified, half-width; ... and …… are one …."""
    if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
        raise BadLexicon(f'{path}: [{group}] {part} 要写成 ["词", "词"] 的样子。')
    plain = [re.sub(r"…+|\.{3,}", "…", normal(clean(one))) for one in words]
    if not all(bit.strip() for one in plain for bit in one.split("…")):
        raise BadLexicon(
            f"{path}: [{group}] {part} 里有空的词，或“…”前后没有字；要写成“墙…裂”的样子。"
        )
    return plain


def compiled(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many words, the longest first; it costs little where none begins."""
    heads: dict[str, list[str]] = {}
    for word in sorted(words):
        heads.setdefault(word[0], []).append(word[1:])
    parts = [re.escape(head) + _rest(rest) for head, rest in heads.items()]
    return re.compile("|".join(parts) if parts else r"(?!)")


def _rest(words: list[str]) -> str:
    """What may follow a first character: words with a gap come before the others."""
    parts = [
        GAP.join(re.escape(part) for part in one.split("…")) for one in words if "…" in one
    ]
    whole = {one for one in words if "…" not in one}
    if whole:
        parts.append(_trie(whole))
    return f"(?:{'|'.join(parts)})"


def _trie(words: set[str]) -> str:
    """Words with a common beginning share it: 学(?:习|了)."""
    heads: dict[str, set[str]] = {}
    for word in words:
        if word:
            heads.setdefault(word[0], set()).add(word[1:])
    parts = [
        re.escape(head) + (_trie(rest) if rest - {""} else "")
        for head, rest in sorted(heads.items())
    ]
    if not parts:
        return ""
    joined = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{joined})?" if "" in words else (joined if len(parts) > 1 else f"(?:{joined})")
