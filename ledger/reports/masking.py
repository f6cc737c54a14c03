"""What of somebody's words may hang on a village's wall (S003-11, S003-12, security §4).

Names become a surname with 某, numbers of telephones, cards and money go. What is about health,
income or another private matter is not shown at all: `is_private` says so, the notice counts it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ledger.mentions import Known, Mention, Village
from ledger.reading.hiding import without_secrets
from ledger.surnames import COMPOUND, SINGLE, surname_of

SOMEBODY = "某"
PRIVATE_KINDS = frozenset({"医疗", "收入", "兜底"})
PRIVATE = re.compile(
    r"病|医|残疾|瘫|癌|瘤|透析|化疗|手术|住院|药|精神|孕|产妇|流产|体检|疼|痛|中风|血压|血糖|尿毒"
    r"|低保|五保|特困|孤儿|留守儿童|未成年|辍学|退学|休学|上学|收入|欠债|欠款|债|贷款|工资|存款|补助金"
    r"|服刑|坐牢|吸毒|社区矫正|离婚|家暴|分居|改嫁|寡妇|智力|自杀|去世|身亡|信教|艾滋"
)
DIGITS = re.compile(r"\d(?:[ .·-]?\d){6,}[Xx]?|(?<=尾号)\D{0,3}\d{2,}")
HIDDEN = re.compile(
    r"(?=[\d .-]*\*\*)[\d*](?:[ .-]?[\d*Xx])*"
)  # what is left of one hidden before
SPOKEN = re.compile(r"[〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]{7,}")
AMOUNT = "[\\d.,〇零一二两三四五六七八九十百千万亿几多]+"
MONEY = re.compile(rf"{AMOUNT}\s*(?:余|来|多)?\s*(?:块钱|元|圆|角钱)")
CALLED = re.compile(  # somebody on no list, told by what stands before him
    r"(户主|村民|群众|老人|贫困户|监测户|脱贫户|低保户|农户|组长|支书|主任|同志)"
    rf"({'|'.join(COMPOUND)}|[{''.join(sorted(SINGLE))}])([一-龥]{{2}})(?=[，。；、：家户的说反]|$)"
)
MARKS = frozenset("，。：；（）！？《》、…～“”‘’")
GAP = r"[\s·．.]*"


@dataclass(frozen=True)
class Mask:
    """The names of one village that must not be read: of households, of others on the roster."""

    households: tuple[Known, ...] = ()
    others: tuple[str, ...] = ()

    def __call__(self, words: str) -> str:
        """Somebody's words without a name, a number or a sum of money."""
        text = _plain(without_secrets(words)[1])
        for one in reversed(self._village.mentions(text)):
            text = f"{text[: one.start]}{_mentioned(one)}{text[one.end :]}"
        text = self._names.sub(self._masked, text)
        text = CALLED.sub(lambda found: f"{found[1]}{found[2]}{SOMEBODY}", text)
        text = MONEY.sub("若干元", text)
        return _numberless(text)

    def _masked(self, found: re.Match[str]) -> str:
        """A whole name keeps its surname, what else people call somebody nothing."""
        name = re.sub(GAP, "", found[0])
        return masked(name) if name in self._whole else SOMEBODY

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset({*self.others, *(one.name for one in self.households)})

    @cached_property
    def _village(self) -> Village:
        return Village(self.households)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """Every name whole, the longest first; of households also what people call them."""
        names = {*self.others, *(one.name for one in self.households)}
        names |= {alias for one in self.households for alias in one.aliases}
        names |= {_given(one.name) for one in self.households}
        kept = sorted(
            (_plain(one) for one in names if len(one) > 1), key=lambda one: (-len(one), one)
        )
        spaced = (
            GAP.join(re.escape(letter) for letter in one if letter.strip()) for one in kept
        )
        return re.compile("|".join(spaced) or r"(?!)")


def masked(name: str) -> str:
    """张某 of 张大山; 某 where no surname can be told."""
    surname = surname_of(name)
    return (
        f"{surname}{SOMEBODY}" if surname in SINGLE | COMPOUND and name != surname else SOMEBODY
    )


def is_private(kind: str, words: Iterable[str]) -> bool:
    """Whether a matter is nothing for a wall: health, income, children, family."""
    return kind in PRIVATE_KINDS or any(PRIVATE.search(_plain(one)) for one in words)


def _mentioned(one: Mention) -> str:
    """张某家, whatever the household was called by; several that fit may differ in their surnames."""
    shown = {masked(each.name) for each in one.fits} or {masked(one.said)}
    return f"{shown.pop() if len(shown) == 1 else SOMEBODY}家"


def _given(name: str) -> str:
    given = name[len(surname_of(name)) :]
    return given if len(given) > 1 else ""


def _plain(text: str) -> str:
    """Half-width letters and digits, one line, without what nobody sees."""
    shaped = "".join(
        one if one in MARKS else unicodedata.normalize("NFKC", one) for one in text
    )
    seen = (
        one for one in shaped if unicodedata.category(one) not in {"Cf", "Cc"} or one.isspace()
    )
    return " ".join("".join(seen).split())


def _numberless(text: str) -> str:
    for pattern in (HIDDEN, DIGITS, SPOKEN):
        text = pattern.sub("（略）", text)
    return text
