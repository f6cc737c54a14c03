"""A bulletin: one report in words, before it is a chat message, a picture, a page or a paper.

`bulletins/<kind>.md` says it in marked lines; `read` turns them into blocks, which every form is
written from: chat text (`as_chat`), and as plain data (`as_facts`) card, page, Word and PDF.

The marks of a line: `# title` · `## 一、heading` · `### （一）heading` · `**heading** rest` ·
`· item` · `| cell | cell |` (the first row is the header) · `@office`, `@number`, `@to`, `@sign`,
`@date`, `@copies`, `@draft`, `@seal`, `@foot` followed by words · `@picture <sha256> caption` ·
`**bold**` anywhere.
Numbers that are figures carry the key under which the records behind them are found.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

OPEN, BETWEEN, CLOSE = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"{OPEN}([^{BETWEEN}]*){BETWEEN}([^{CLOSE}]*){CLOSE}")
PIECE = re.compile(rf"(?s)\\(.)|(\*\*)|{MARK.pattern}|([^\\*{OPEN}]+|\*)")
PRIVATE = re.compile(f"[{OPEN}{BETWEEN}{CLOSE}]")
DIRECTIVE = re.compile(r"@(office|number|to|sign|date|copies|draft|seal|foot)(?:\s+(.*)|$)")
IN_CHAT = frozenset(("number", "sign", "date", "draft", "seal"))
PICTURE = re.compile(r"@picture ([0-9a-f]{64})\s*(.*)")
BOLD_FIRST = re.compile(r"\*\*((?:\\.|[^*\\]|\*(?!\*))+)\*\*(.*)")
BAR = re.compile(rf"(?<!\\)\|(?![^{OPEN}{BETWEEN}]*{BETWEEN})")  # between cells, in no key
UNSOURCED = "?"  # the key of a number that nobody has named


class Figure(int):
    """A number of a report that knows by what key its records are found."""

    key: str

    def __new__(cls, value: int, key: str) -> "Figure":
        """A number and its key."""
        made = super().__new__(cls, value)
        made.key = key
        return made


@dataclass(frozen=True)
class Marked:
    """The figures of one place, each with its key; `at` names a place below the report's own."""

    figures: Any
    at: str = ""

    def __getattr__(self, name: str) -> Figure:
        """A figure by its name."""
        return Figure(getattr(self.figures, name), f"{name}{self.at}")

    def __getitem__(self, name: str) -> Figure:
        """The same, where the name is a fact."""
        return self.__getattr__(name)


def figure(value: int, key: str) -> Figure:
    """A number from elsewhere with its key: `{{ section.total | figure(section.sort) }}`."""
    return Figure(value, key)


@dataclass(frozen=True)
class Run:
    """Words of one look; `figure`: the key of the number they are."""

    text: str
    bold: bool = False
    figure: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """heading, subheading, label (a bold line of a summary), text, item, table, picture, gap."""

    kind: str
    runs: Runs = ()
    rows: tuple[tuple[Runs, ...], ...] = ()
    source: str = ""  # of a picture: the hash it is kept under; its runs are the caption


@dataclass(frozen=True)
class Bulletin:
    """A report in words. The first bold line is the title where no `#` gives one."""

    marked: str = field(repr=False)
    title: str = ""
    under: str = ""  # beside the title: days, as of when
    blocks: tuple[Block, ...] = ()
    office: str = ""
    number: str = ""
    to: str = ""
    sign: str = ""
    date: str = ""
    copies: tuple[str, ...] = ()
    draft: str = ""
    seal: str = ""
    foot: str = ""

    @property
    def figures(self) -> tuple[Run, ...]:
        """Each figure once, in the order of the words; these are the numbers of 依据."""
        found: dict[str, Run] = {}
        for key, words in MARK.findall(self.marked):
            found.setdefault(key, Run(words, figure=key))
        return tuple(found.values())

    @property
    def chat(self) -> str:
        """The report as one chat message in the neutral markup."""
        return as_chat(self.marked)


def read(marked: str) -> Bulletin:
    """The blocks of marked lines."""
    made = Bulletin(marked.strip())
    blocks: list[Block] = []
    for line in made.marked.splitlines():
        line = line.strip()
        if told := DIRECTIVE.match(line):
            made = _directed(made, told[1], told[2] or "")
        elif not made.title and (titled := _title(line)):
            made = replace(made, title=titled[0], under=titled[1])
        else:
            blocks.append(_block(line))
    return replace(made, blocks=tuple(_joined(blocks)))


def as_chat(marked: str) -> str:
    """The neutral markup of marked lines: what is only for paper is left out."""
    lines = [_chat_line(line) for line in MARK.sub(r"\2", marked).splitlines()]
    kept = "\n".join(line for line in lines if line is not None)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def as_facts(bulletin: Bulletin) -> dict[str, Any]:
    """The bulletin as plain data (JSON), for card, page, Word and PDF."""
    found = asdict(bulletin)
    del found["marked"]
    return found


def plainly(runs: Iterable[Run]) -> str:
    """The words of runs."""
    return "".join(one.text for one in runs)


# marking
def marks(fact: object) -> object:
    """How a fact is put into marked lines: figures with their keys, somebody's words escaped."""
    if isinstance(fact, Figure):
        return f"{OPEN}{_one_line(fact.key)}{BETWEEN}{int(fact)}{CLOSE}"
    if isinstance(fact, int | float) and not isinstance(fact, bool):
        return f"{OPEN}{UNSOURCED}{BETWEEN}{fact}{CLOSE}"
    return fact


def tame(words: str) -> str:
    """Somebody's words on one line, so that no character of theirs marks anything."""
    return re.sub(r"([\\*|@#])", r"\\\1", _one_line(words))


def _one_line(words: str) -> str:
    """Without signs of ours; a key also holds somebody's words, the names of places."""
    return " ".join(PRIVATE.sub("", words).split())


# reading
def _runs(words: str) -> Iterator[Run]:
    bold = False
    for escaped, stars, key, number, text in PIECE.findall(words):
        if stars:
            bold = not bold
        elif key or number:
            yield Run(number, bold, key)
        elif escaped or text:
            yield Run(escaped or text, bold)


def _merged(words: str) -> Runs:
    """Neighbours of the same look as one."""
    found: list[Run] = []
    for one in _runs(words):
        last = found[-1] if found else None
        if last and not one.figure and not last.figure and last.bold == one.bold:
            found[-1] = replace(last, text=last.text + one.text)
        else:
            found.append(one)
    return tuple(found)


def _plain(words: str) -> str:
    return plainly(_runs(words)).strip()


def _title(line: str) -> tuple[str, str] | None:
    if line.startswith("# "):
        return _plain(line[2:]), ""
    told = BOLD_FIRST.match(line)
    return (_plain(told[1]), _plain(told[2])) if told else None


def _directed(made: Bulletin, name: str, words: str) -> Bulletin:
    said = _plain(words)
    if not said:  # nobody is named: the paper leaves it out
        return made
    told: dict[str, Any] = {name: (*made.copies, said) if name == "copies" else said}
    return replace(made, **told)


def _block(line: str) -> Block:
    if not line:
        return Block("gap")
    for start, kind in (("### ", "subheading"), ("## ", "heading"), ("· ", "item")):
        if line.startswith(start):
            return Block(kind, _merged(line.removeprefix(start)))
    if line.startswith("|"):
        return Block("table", rows=(_cells(line),))
    if pictured := PICTURE.match(line):
        return Block("picture", _merged(pictured[2]), source=pictured[1])
    return Block("label" if line.startswith("**") else "text", _merged(line))


def _cells(line: str) -> tuple[Runs, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(_merged(cell.strip()) for cell in BAR.split(inner))


def _joined(blocks: list[Block]) -> Iterator[Block]:
    """Rows that follow each other are one table; gaps at the ends and doubled ones go."""
    last: Block | None = None
    for block in blocks:
        if last and last.kind == block.kind == "table":
            last = replace(last, rows=last.rows + block.rows)
            continue
        if last and not (last.kind == block.kind == "gap"):
            yield last
        last = block if last or block.kind != "gap" else None
    if last and last.kind != "gap":
        yield last


def _chat_line(line: str) -> str | None:
    """One line in chat; None: only paper has it."""
    line = line.strip()
    if PICTURE.match(line):
        return None
    if told := DIRECTIVE.match(line):
        return _untamed(told[2]) if told[2] and told[1] in IN_CHAT else None
    if headed := re.match(r"#{1,3} (.*)", line):
        return f"**{_untamed(headed[1])}**"
    if line.startswith("|"):
        return "· " + "　".join(
            _untamed(one.strip()) for one in re.split(r"(?<!\\)\|", line[1:-1])
        )
    return _untamed(line)


def _untamed(words: str) -> str:
    """The neutral markup escapes stars and backslashes only."""
    return re.sub(r"\\([|@#])", r"\1", words)
