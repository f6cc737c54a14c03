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

GAP = "[^，。；！？,;!?\n]{0,6}?"
CATEGORY_PARTS = ("strong", "words")
Table = dict[str, dict[str, list[str]]]


class BadLexicon(ForOperator):
    """A county's table of words says something we cannot follow."""


@dataclass(frozen=True)
class Lexicon:
    """Compiled: what to look for, by tag (`visit.words`) and by category."""

    tags: Mapping[str, re.Pattern[str]]
    categories: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]


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
    return Lexicon(tags, categories)


def _shipped(name: str) -> Table:
    text = files("ledger.reading").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _add(path: Path, acts: Table, subjects: Table) -> None:
    """Put the county's words to ours."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLexicon(f"{path}: 不是合格的 TOML：{error}") from error
    for group, parts in given.items():
        table = subjects if group in subjects else acts
        for part, words in parts.items() if isinstance(parts, dict) else [("", [])]:
            _check(path, group, part, words, table)
            table[group].setdefault(part, []).extend(words)


def _check(path: Path, group: str, part: str, words: object, table: Table) -> None:
    known = CATEGORY_PARTS if part in CATEGORY_PARTS and group in table else table.get(group, ())
    if part not in known:
        raise BadLexicon(f"{path}: 不认识的一项 [{group}] {part}。可用的见 docs/operating.md。")
    sound = isinstance(words, list) and all(isinstance(one, str) and one for one in words)
    if not sound:
        raise BadLexicon(f'{path}: [{group}] {part} 要写成 ["词", "词"] 的样子。')


def compiled(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many words, the longest first; it costs little where none begins."""
    whole = {word for word in words if "…" not in word}
    gapped = [word for word in words if "…" in word]
    parts = [GAP.join(re.escape(part) for part in word.split("…")) for word in sorted(gapped)]
    if whole:
        parts.append(_trie(whole))
    return re.compile("|".join(parts) if parts else r"(?!)")


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
