"""How alike two reports of an issue are: what they are about, and how their words agree.

A thing has many names (屋顶, 房顶, 瓦): things.toml gives each one. Two reports about different
things, or of different groups of a village (三组, 五组), are never the same matter; about the same
thing their words still have to agree a little, more where no household ties them together. Two
places of the village (村口, 村部后头) are two matters; what is there 又 ties reports of one place.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.fuzz import partial_ratio, ratio

from ledger.reading.dialect import plain_spoken
from ledger.reading.normal import normal

LONGEST = 200  # characters of a report that are compared
SHORTEST = 2  # a shorter rest has nothing to say
SAME_THING = 55  # of 100, for talking of the same thing only
FEWER = 0.9  # a report contained in a longer one is a little less than equal
GROUP = re.compile(r"([一二三四五六七八九十\d]{1,3})[组社队]")
SPOTS = (  # places of a village that are nobody's household, each with its other names
    ("村部", "村部|村委会?|党群服务中心|村办公楼"),
    ("学校", "(?:村?小|中)学|学校|幼儿园|教学点"),
    ("广场", "(?:文化)?广场|球场|戏台|健身场"),
    ("卫生室", "卫生[室所院]"),
    ("村口", "(?:村|寨)口"),
    ("村尾", "(?:村|寨)尾"),
    ("路口", "[路岔]口"),
    ("桥头", "桥[头边下]"),
    ("河边", "[河溪江沟]边|河[滩道]"),
    ("塘边", "[水鱼池]塘|塘[边口]"),
    ("晒场", "晒[谷坪场]+"),
    ("祠堂", "祠堂|宗祠"),
    ("市场", "集市|市场|圩场"),
    ("敬老院", "敬老院|养老院|幸福院"),
)
SPOT = re.compile("|".join(f"(?P<s{place}>{form})" for place, (_, form) in enumerate(SPOTS)))
SIDE = re.compile(
    r"(?:的)?(?:(?P<back>背?后[头面边]?|背后)|(?P<front>前[头面边]?|门口|门前)|(?P<left>左[手边面])|(?P<right>右[手边面]))"
)
AGAIN = re.compile("[又再]|还是|仍|反弹|上[回次]")
FILLER = re.compile(
    r"(?:又|再次|再度|再|还是|仍然|仍|依然|已经|现在|目前|最近|今天|昨天|一直|家里|屋里|家的|家|的|了|着"
    r"|有点|有些|老是|总是|没有|没|不|未|[，。、；：！？,.;:!?\s])"
)
UNNAMED = ("", "其他")


@dataclass(frozen=True)
class Told:
    """What is compared of a report: words, category, and whether it names a household."""

    text: str
    category: str = ""
    household: str = ""
    household_id: int | None = None


# rules
def alike(one: Told, other: Told) -> int:
    """0 to 100: how likely both speak of the same matter; compare with `enough`."""
    if not _same_place(one, other):
        return 0
    names = (one.household, other.household)
    first, second = _plain(one.text, names), _plain(other.text, names)
    shared = _shared(things_of(first), things_of(second))
    if shared == 0:
        return 0
    if not any(names):
        here, there = spots_of(first), spots_of(second)
        if here and there and not _meet(here, there):
            return 0
        if shared and here and there and _came_again(one, other) and _same_kind(one, other):
            shared = 1.0
    words = _agreement(first, second)
    if shared is None:
        return round(words if _same_kind(one, other) else words * FEWER)
    return round(SAME_THING * shared + words * (100 - SAME_THING) / 100)


def enough(one: Told) -> int:
    """From which figure on two reports are put before a person; a household is half the proof."""
    return 50 if one.household else 72


def things_of(text: str) -> frozenset[str]:
    """The things a plain text names, each by its one name."""
    return frozenset(name for name, form in _things() if form.search(text))


def spots_of(text: str) -> frozenset[tuple[str, str]]:
    """The places of the village a plain text names, each with its side; '' where none is said."""
    found = set()
    for spot in SPOT.finditer(text):
        name = SPOTS[int((spot.lastgroup or "s0")[1:])][0]
        side = SIDE.match(text, spot.end())
        found.add((name, (side.lastgroup or "") if side else ""))
    return frozenset(found)


def _meet(here: Iterable[tuple[str, str]], there: Iterable[tuple[str, str]]) -> bool:
    """Whether one spot may be the other: the same place, and no two different sides of it."""
    return any(
        name == other and (side == opposite or not (side and opposite))
        for name, side in here
        for other, opposite in there
    )


def _came_again(one: Told, other: Told) -> bool:
    return any(AGAIN.search(told.text[:LONGEST]) for told in (one, other))


def _same_place(one: Told, other: Told) -> bool:
    """The same household, or both without one and of no two different groups."""
    if one.household_id and other.household_id:
        return one.household_id == other.household_id
    if one.household or other.household:
        return one.household == other.household
    mine, theirs = set(GROUP.findall(one.text)), set(GROUP.findall(other.text))
    return not mine or not theirs or bool(mine & theirs)


def _same_kind(one: Told, other: Told) -> bool:
    return one.category == other.category not in UNNAMED


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float | None:
    """How many of the things are common to both; None: one of them names no thing we know."""
    if not mine or not theirs:
        return None
    return len(mine & theirs) / len(mine | theirs)


def _agreement(first: str, second: str) -> float:
    """How the bare words agree, from 0 to 100."""
    short, long = sorted((_bare(first), _bare(second)), key=len)
    if len(short) < SHORTEST:
        return 100.0 if short and short in long else 0.0
    return max(ratio(short, long), FEWER * partial_ratio(short, long))


def _plain(text: str, names: Iterable[str]) -> str:
    """In common words, without the household's name."""
    text = plain_spoken(normal(text[:LONGEST]))
    for name in names:
        text = text.replace(name, "") if name else text
    return text


def _bare(text: str) -> str:
    """Without filler, every thing under its one name."""
    for name, form in _things():
        text = form.sub(name, text)
    return FILLER.sub("", GROUP.sub("", text))


@cache
def _things() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The table of things, in its order: 路灯 stands before 路."""
    path = Path(__file__).with_name("things.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple((name, re.compile("|".join(words))) for name, words in table.items())
