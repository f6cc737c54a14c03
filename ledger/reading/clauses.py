"""A message in its clauses: at marks and line breaks, and before words that begin a new act."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ledger.durations import Duration
from ledger.heads import led
from ledger.mentions import Mention
from ledger.reading.lexicon import Lexicon
from ledger.time_phrases import TimePhrase

Break = Literal["hard", "soft", "space", "cue"]

MARK = re.compile(
    r"(?P<hard>[。！!？?；;\n…]+|(?:^|(?<=[\n。；;:：]))\s*[(（](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|(?:^|(?<=[\s。；;:：，,]))\d{1,2}\.(?=[一-龥]))"
    r"|(?P<soft>[，,]+|[|｜]|(?<![\d+])\+(?![\d+])|(?<!\d)[:：]|[:：](?!\d)|\.(?![\dA-Za-z])|[(（)）【】\[\]]|——+|[\U0001F300-\U0001FAFF]+)"
    r"|(?P<space>[ \t\u3000]+)"
)
NUMBERING = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十]{1,2}[)）、]|[①②③④⑤⑥⑦⑧⑨⑩]|\d{1,2}[)）]|\d、|\d\d、(?!\d{1,2}(?:[号日、两]|$))|\d{1,2}\.(?=\D)|[一二三四五](?:是|(?=[要缺盼愁怕][^，]{1,8}(?:[，。；]|$))))\s*"
)
TURN = (
    r"另外|然后|还有就是|还有个|接着|随后|顺便|顺带|后来|再就是|同时|完了(?:就|又|后)|回来(?:又|后|还|路上)"
    r"|[今昨前明后]天|[今昨]晚|[今明]早|上午|下午|晚上|中午|傍晚|早上"
)
ACT = "集中学习|自学|走访|入户(?!道|路|水|电|线|管|门)|请假|销假|反映(?!过?的)|已联系"
CUE = led(f"(?:{TURN}|(?P<act>{ACT}))")
GLUE = frozenset(
    "到从至在于等改约定说应诺证好准许能让前请假是把及和跟与了给的要想去没未不还也都先再就被天晚早日号周上下次、又来回共计累已经集体忘《“一"
)
LEAST = 3  # characters before a cue word that make a clause of their own
LONGEST = 120  # characters of a clause; nobody says more in one breath
SUBJECT = 9  # characters a subject has at most: 梁永红两口子今天没在村 is one clause
TELLS = re.compile(
    "[了过着在去到看说有没是要学完好漏断坏停通修走访问报开来住做办填交帮送拿给想断塌堵缺差欠病死生岗村班]|自学|学习|小时|分钟|钟头"
)
LEAD = re.compile(  # a time or a subject says nothing by itself: 15号到17号分别 | 走访
    r"[\d一二三四五六七八九十:：\-—~～至到号日月点时半分周星期]|[今昨前]天|[上下中]午|早上|晚上|分别|本人|我们?|参加|组织|开展"
)
LEAST_ACT = 5  # before the word of an act: what is shorter is its subject or its time


@dataclass(eq=False)
class Clause:
    """One clause: its words in plain form, what stands in it, and how it is set off."""

    text: str
    start: int
    end: int
    before: Break
    sentence: int
    lexicon: Lexicon = field(repr=False)
    question: bool = False
    times: list[TimePhrase] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    taken: bool = False
    undone: bool = False
    past: bool | None = None  # once it has been asked for
    aside: bool | None = None  # the same
    general: bool | None = None  # the same
    calm: list[tuple[int, int]] | None = None  # where nothing is wrong; the same
    fault: Literal["strong", "weak", "need", ""] | None = None  # the same
    lists: tuple[str, ...] | None = None  # of what lists it has words; the same
    _begin: dict[str, list[int]] | None = field(default=None, repr=False)
    _hits: dict[str, list[tuple[int, int]]] = field(default_factory=dict, repr=False)

    def hits(self, tag: str) -> list[tuple[int, int]]:
        """Where words of a tag stand in this clause."""
        begin = self._begin
        if begin is None:
            begin = self._begin = self.lexicon.places(self.text)
        if tag not in begin:
            return []
        if tag not in self._hits:
            self._hits[tag] = self.lexicon.found(tag, self.text, begin[tag])
        return self._hits[tag]

    def tags(self) -> Iterable[str]:
        """The tags of which a word may stand in it."""
        if self._begin is None:
            self._begin = self.lexicon.places(self.text)
        return self._begin

    def has(self, *tags: str) -> bool:
        """Whether a word of one of these tags stands in it."""
        begin = self._begin
        if begin is None:
            begin = self._begin = self.lexicon.places(self.text)
        return not begin.keys().isdisjoint(tags) and any(map(self.hits, tags))

    def at(self, offset: int) -> int:
        """A place of the message as a place in this clause."""
        return offset - self.start


def clauses_of(plain: str, lexicon: Lexicon) -> list[Clause]:
    """The clauses of a normalised message, in order; marks belong to none of them."""
    found: list[Clause] = []
    sentence = 0
    for start, end, before, mark in _pieces(plain):
        sentence += before == "hard"
        for first, last, how in _cut(plain, start, end, before):
            if plain[first:last].strip():
                found.append(
                    Clause(
                        plain[first:last],
                        first,
                        last,
                        how,
                        sentence,
                        lexicon,
                        "?" in mark or "？" in mark,
                    )
                )
    return found


def _pieces(plain: str) -> Iterator[tuple[int, int, Break, str]]:
    """Stretches between marks: start, end, what stands before, the mark behind."""
    start, before = 0, "hard"
    for match in MARK.finditer(plain):
        if _belongs(plain, match):
            continue
        if match.start() > start:
            yield start, match.start(), before, match[0]  # type: ignore[misc]
            before = match.lastgroup or "soft"
        elif match.lastgroup == "hard":
            before = "hard"
        start = match.end()
    if start < len(plain):
        yield start, len(plain), before, ""  # type: ignore[misc]


def _belongs(plain: str, match: re.Match[str]) -> bool:
    """A comma or a space between digits belongs to the number."""
    around = plain[match.start() - 1 : match.start()] + plain[match.end() : match.end() + 1]
    return match[0] in {",", " "} and len(around) == 2 and around.isdigit() and match[0] == ","


def _cut(plain: str, start: int, end: int, before: Break) -> Iterator[tuple[int, int, Break]]:
    """One stretch, without its numbering, in parts that begin with a cue word."""
    if number := NUMBERING.match(plain[start:end]):
        start, before = start + number.end(), "hard"
    for match in CUE.finditer(plain, start, end):
        here = match.start()
        if here - start < (LEAST_ACT if match["act"] else LEAST) or plain[here - 1] in GLUE:
            continue
        if match["act"] and len(LEAD.sub("", plain[start:here])) < LEAST_ACT:
            continue
        if here - start <= SUBJECT and not TELLS.search(plain, start, here):
            continue
        yield from _short(start, here, before)
        start, before = here, "cue"
    yield from _short(start, end, before)


def _short(start: int, end: int, before: Break) -> Iterator[tuple[int, int, Break]]:
    """A clause in pieces of bounded length, so that a long one costs no more than many."""
    while end - start > LONGEST:
        yield start, start + LONGEST, before
        start, before = start + LONGEST, "cue"
    yield start, end, before
