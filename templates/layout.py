"""The layout of official papers (GB/T 9704-2012, documents §2): paper.toml as frozen facts.

A county's own paper.toml overrides key by key. Anything doubtful in it is told in plain Chinese,
and nothing of a file with an error counts.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

OURS = Path(__file__).with_name("paper.toml")
NAME = "paper.toml"  # in the county's folder
LONGEST = 120  # characters of one text
MOST_COPIES = 12
COLOR = re.compile(r"[0-9A-Fa-f]{6}")
HARMLESS = re.compile(r"[^\x00-\x1f<>&{}\"]*")
FORMS = {"number_form": {"code", "year", "number"}, "item_form": {"n"}}


class BadPaper(Exception):
    """A county's paper.toml says something we cannot follow; its text is plain Chinese."""


def _from(low: float, high: float) -> Any:
    """A number between these."""
    return field(metadata={"low": low, "high": high})


@dataclass(frozen=True)
class Paper:
    """The sheet and its margins."""

    width_mm: float = _from(100, 420)
    height_mm: float = _from(140, 420)
    top_mm: float = _from(10, 80)
    bottom_mm: float = _from(10, 80)
    left_mm: float = _from(10, 60)
    right_mm: float = _from(10, 60)
    header_mm: float = _from(5, 40)

    @property
    def type_mm(self) -> float:
        """How wide the type area (版心) is."""
        return self.width_mm - self.left_mm - self.right_mm


@dataclass(frozen=True)
class Fonts:
    """Names of fonts; none is ever shipped."""

    mark: str
    title: str
    body: str
    heading: str
    subheading: str
    page_number: str


@dataclass(frozen=True)
class Body:
    """Running text."""

    size_pt: float = _from(9, 24)
    line_pt: float = _from(12, 60)
    tighter_pt: float = _from(0, 2)
    indent_characters: float = _from(0, 4)
    item_form: str = ""


@dataclass(frozen=True)
class Mark:
    """The red head (发文机关标志)."""

    top_mm: float = _from(0, 120)
    size_pt: float = _from(20, 72)
    narrowest_percent: float = _from(50, 100)
    smallest_pt: float = _from(16, 72)
    color: str = ""


@dataclass(frozen=True)
class Number:
    """The paper's number (发文字号)."""

    above_lines: float = _from(0, 5)


@dataclass(frozen=True)
class Rule:
    """The red rule below the number."""

    gap_mm: float = _from(0, 10)
    width_pt: float = _from(0.25, 6)
    color: str = ""


@dataclass(frozen=True)
class Title:
    """The title."""

    size_pt: float = _from(12, 40)
    line_pt: float = _from(12, 80)
    above_lines: float = _from(0, 5)
    below_lines: float = _from(0, 5)


@dataclass(frozen=True)
class Signature:
    """Who signs, and when."""

    above_lines: float = _from(0, 6)
    right_characters: float = _from(0, 10)
    sealed_characters: float = _from(0, 10)


@dataclass(frozen=True)
class Imprint:
    """版记: copies and who prints, between rules at the foot of the last page."""

    size_pt: float = _from(9, 20)
    line_pt: float = _from(12, 40)
    inset_characters: float = _from(0, 4)
    thick_pt: float = _from(0.25, 6)
    thin_pt: float = _from(0.25, 6)


@dataclass(frozen=True)
class PageNumber:
    """The page number; `below_mm` is from the type area to its dashes."""

    size_pt: float = _from(8, 20)
    below_mm: float = _from(0, 20)
    inset_characters: float = _from(0, 4)


@dataclass(frozen=True)
class Table:
    """Tables."""

    size_pt: float = _from(7, 16)
    line_pt: float = _from(9, 40)


@dataclass(frozen=True)
class Picture:
    """Photos, at most so large."""

    width_mm: float = _from(20, 300)
    height_mm: float = _from(20, 300)
    caption_pt: float = _from(7, 16)


@dataclass(frozen=True)
class Office:
    """The county's own words on its papers; empty ones leave the choice to the report."""

    name: str
    code: str
    number_form: str
    to: str
    copies: tuple[str, ...] = ()

    def numbered(self, year: int, number: int) -> str:
        """清驻办发〔2026〕12号; empty where the county has no code of its own."""
        told = self.number_form.format(code=self.code, year=year, number=number)
        return told if self.code else ""


@dataclass(frozen=True)
class Layout:
    """Everything of paper.toml."""

    paper: Paper
    fonts: Fonts
    body: Body
    mark: Mark
    number: Number
    rule: Rule
    title: Title
    signature: Signature
    imprint: Imprint
    page_number: PageNumber
    table: Table
    picture: Picture
    office: Office


PARTS: dict[str, Any] = {one.name: one.type for one in fields(Layout)}
Values = dict[str, dict[str, Any]]


def load(county: Path | None = None) -> Layout:
    """Our layout with what the county's folder says otherwise; `BadPaper` names what is wrong."""
    path = county / NAME if county else None
    if path is None or not path.is_file():
        return _made("")
    return _made(_text(path))


def check(path: Path) -> list[str]:
    """What is wrong with a county's paper.toml, one plain line each; nothing: it can be used."""
    try:
        given = _tables(_text(path))
    except BadPaper as why:
        return [str(why)]
    return list(_faults(given)) or list(_misfits(_joined(given)))


@cache
def _made(text: str) -> Layout:
    given = _tables(text)
    faults = list(_faults(given)) or list(_misfits(_joined(given)))
    if faults:
        raise BadPaper("\n".join(faults))
    values = _joined(given)
    return Layout(**{name: part(**values[name]) for name, part in PARTS.items()})


# reading
def _text(path: Path) -> str:
    """The file, with or without the mark that Windows puts before a text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadPaper(f"{NAME}：不是 UTF-8 编码，请另存为 UTF-8。") from None
    except OSError:
        raise BadPaper(f"{NAME}：打不开，请看这是不是一个文件、有没有读它的权限。") from None


def _tables(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also a number of five thousand digits
        place = re.search(r"line (\d+)", str(error))
        where = f"第 {place[1]} 行" if place else "末尾"
        raise BadPaper(f"{NAME}：{where}写得不对（引号、方括号要用英文的）。") from None


def _joined(given: Mapping[str, Any]) -> Values:
    """Ours, and over it what is given; lists become tuples."""
    ours = tomllib.loads(OURS.read_text(encoding="utf-8"))
    return {
        name: {
            key: _settled(value) for key, value in {**ours[name], **given.get(name, {})}.items()
        }
        for name in PARTS
    }


def _settled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# faults
def _faults(given: Mapping[str, Any]) -> Iterator[str]:
    for name, table in given.items():
        if name not in PARTS:
            yield f"{NAME}：不认识的一节 [{name}]，可用的有 {'、'.join(PARTS)}。"
        elif not isinstance(table, dict):
            yield f"{NAME}：{name} 要写成 [{name}] 一节，下面一行一项。"
        else:
            yield from _faults_of(name, table)


def _faults_of(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    known = {one.name: one for one in fields(PARTS[name])}
    for key, value in table.items():
        where = f"{NAME}：[{name}] {key}"
        if key not in known:
            yield f"{where} 不认识，可用的有 {'、'.join(known)}。"
        elif fault := _fault(key, value, known[key].metadata):
            yield f"{where} {fault}"


def _fault(key: str, value: Any, bounds: Mapping[str, float]) -> str:
    """What is wrong with one value; '' when nothing is."""
    if bounds:
        return _no_number(value, bounds)
    if key == "copies":
        sound = isinstance(value, list) and all(not _no_text(key, one) for one in value)
        right = sound and len(value) <= MOST_COPIES
        return "" if right else f'要写成 ["抄送：…"] 的样子，最多 {MOST_COPIES} 行。'
    return _no_text(key, value)


def _no_number(value: Any, bounds: Mapping[str, float]) -> str:
    low, high = bounds["low"], bounds["high"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and low <= value <= high:
        return ""
    return f"要写 {low:g} 到 {high:g} 之间的数，不加引号。"


def _no_text(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        return f"要写文字，加英文引号，最多 {LONGEST} 个字。"
    if key == "color":
        return "" if COLOR.fullmatch(value) else "要写六位颜色，如 FF0000。"
    if key in FORMS:
        return _no_form(value, FORMS[key])
    return "" if HARMLESS.fullmatch(value) else "里面不能有换行和 < > & { } 这些符号。"


def _no_form(value: str, known: set[str]) -> str:
    """Only the plain names in braces, each known, and at least the last of them."""
    names = re.findall(r"\{(\w+)\}", value)
    bare = re.sub(r"\{\w+\}", "", value)
    if set(names) <= known and names and HARMLESS.fullmatch(bare):
        return ""
    return f"里面可以用 {'、'.join('{' + one + '}' for one in sorted(known))}，至少一个。"


def _misfits(values: Values) -> Iterator[str]:
    """Numbers that are each right and do not go together."""
    paper, body, mark = values["paper"], values["body"], values["mark"]
    wide = paper["width_mm"] - paper["left_mm"] - paper["right_mm"]
    high = paper["height_mm"] - paper["top_mm"] - paper["bottom_mm"]
    if wide < 80 or high < 100:
        yield f"{NAME}：[paper] 页边太大，版心只剩 {wide:g} × {high:g} 毫米。"
    if body["line_pt"] < body["size_pt"]:
        yield f"{NAME}：[body] line_pt 比 size_pt 小，字会叠在一起。"
    if mark["smallest_pt"] > mark["size_pt"]:
        yield f"{NAME}：[mark] smallest_pt 不能比 size_pt 大。"
    if values["picture"]["width_mm"] > wide:
        yield f"{NAME}：[picture] width_mm 比版心宽（{wide:g} 毫米）。"
