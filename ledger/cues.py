"""Whether words in a message stand where a name stands. Patterns are in ledger/naming.py."""

import re
from dataclasses import dataclass

from ledger import naming
from ledger.naming import DOING, EDGE, LIKELY, PLACE, START, SURE, VERB
from ledger.surnames import COMPOUND, FAMILIES, HOMES, SINGLE, STICKY, STRONG, WORDS

JOINERS = "、和跟与及同"
WITH = frozenset("和跟与同")
_FAMILY = "".join(sorted(STRONG | FAMILIES))
LISTED = re.compile(  # 吕德昌 of 吕德昌、柳成荫: what looks like names on both sides
    rf"(?<=、)[{_FAMILY}][一-龥]{{2}}(?=[两三四五六七八九十]家)|[{_FAMILY}][一-龥]{{1,2}}(?<!家)(?=、[{_FAMILY}][一-龥]{{1,2}}(?:[、，,。；;！!家户等和跟与及\s]|[两三四五六七八九十\d]{{1,2}}[家户]|$))"
)
_NO_JOINERS = str.maketrans("", "", JOINERS)


@dataclass
class Reading:
    """A text with its cues, and how far it has been read."""

    words: str
    before: dict[int, int]
    behind: dict[int, float]
    done: int = 0  # end of the last mention
    asked: frozenset[int] = frozenset()  # places where a slip of a name may begin

    @classmethod
    def of(cls, text: str) -> "Reading":
        """The text, its cues found in one pass."""
        before, behind = naming.cues_before(text), naming.cues_behind(text)
        for one in LISTED.finditer(text) if "、" in text else ():
            weight = EDGE if text[one.start() - 1 : one.start()] == "、" else LIKELY
            behind[one.end()] = max(behind.get(one.end(), 0), weight)
        sure = [end for end, weight in behind.items() if weight == SURE]
        asked = {*before, *(end - 3 for end in sure), *(end - 4 for end in sure)}
        return cls(text, before, behind, asked=frozenset(asked))

    def may_slip(self, at: int) -> bool:
        """Whether anything here asks for a name: the cheap part of `alike_asked`."""
        return at in self.asked or (self.done > 0 and self.done == at - 1)

    def asks_before(self, at: int) -> int:
        """How surely a name begins here; a list after a household goes on with households."""
        if self.done and self.done == at - 1 and self.words[self.done] in JOINERS:
            return VERB
        told = self.before.get(at, 0)
        run_on = 0 < self.done == at  # 周家高家, 张大海金凤
        return max(told, START) if run_on else told

    def asks_behind(self, at: int) -> float:
        """How surely a name ends here."""
        return self.behind.get(at, 0)

    def listed(self, at: int) -> bool:
        """A household and 、 stand before: what follows is one too."""
        return self.done > 0 and self.done == at - 1 and self.words[self.done] == "、"

    def last(self, at: int) -> str:
        """The character before this place."""
        return self.words[at - 1] if at else ""

    def sticky(self, at: int) -> bool:
        """The character here ends an ordinary word: 工程, 下周."""
        return at > 0 and self.words[at - 1 : at + 1] in STICKY

    def colleague(self, at: int) -> bool:
        """A title stands before: 组长老黄, 村干部王国强."""
        return bool(naming.COLLEAGUE.search(self.words[max(0, at - 5) : at]))

    def comrade(self, at: int, end: int) -> bool:
        """Somebody we go with: 跟范哥去; 跟范大娘去 is a villager."""
        named = self.words[end - 1] in "哥姐" and end - at < 3
        return named and self.last(at) in WITH and bool(naming.COMRADE.match(self.words, end))

    def stranger(self, at: int) -> bool:
        """A surname stands directly before: 王满仓 is not 何满仓."""
        return self.last(at) in STRONG and not self.asks_before(at)


def sure_surname(surname: str) -> bool:
    """Seldom part of another word."""
    return surname in STRONG or surname in COMPOUND


def surname_at(text: str, at: int) -> str:
    """The surname that begins here; empty when there is none."""
    if text[at : at + 2] in COMPOUND:
        return text[at : at + 2]
    one = text[at : at + 1]
    return one if one in SINGLE else ""


def is_han(word: str) -> bool:
    """Only Chinese characters."""
    return all("\u3400" <= one <= "\u9fff" for one in word)


def stands(read: Reading, at: int, end: int, how: str) -> bool:
    """Whether these words of the ledger are a name here and not an ordinary word or an official."""
    text, word = read.words, read.words[at:end]
    if naming.OFFICIAL.match(text, end) or naming.PLACE_TAIL.match(text, end):
        return False
    if naming.LAND_INSIDE.match(text, end - 1):
        return False
    if text[at : end + 1] in WORDS or (how == "given" and read.colleague(at)):
        return False
    if word in WORDS:
        return _stands_word(read, at, end, how)
    if how == "name" and len(word) > 2:
        return True
    if read.stranger(at):
        return False
    before, behind = read.asks_before(at), read.asks_behind(end)
    if how == "given":
        return before >= PLACE or behind >= LIKELY or (before >= START and behind > 0)
    return how == "alias" or (not read.sticky(at) and (before >= START or behind >= EDGE))


def _stands_word(read: Reading, at: int, end: int, how: str) -> bool:
    """An ordinary word (大山, 解放军) is a name only between a verb and 家, 说 or an end."""
    before, behind = read.asks_before(at), read.asks_behind(end)
    if read.words[end - 1] == "军" and naming.ARMY.match(read.words, end):
        return False
    if behind == SURE:
        return before >= START
    if how == "given":
        asked = before == VERB or read.words[max(0, at - 2) : at] == "看了"
        return asked and behind >= EDGE and read.words[end : end + 1] != "的"
    if read.listed(at) and behind >= EDGE:
        return True  # 何满仓、解放军、林小凤
    verb = naming.VISITED.search(read.words[max(0, at - 4) : at])
    return bool(verb) and behind >= EDGE


def old_stands(read: Reading, at: int, end: int, surname: str, known: bool) -> bool:
    """老张: a name where somebody speaks or is spoken to; 老路 is none."""
    if naming.NOT_OLD.match(read.words, at):
        return False
    before = read.asks_before(at)
    if before >= PLACE or read.asks_behind(end) >= LIKELY:
        return True
    return known and (sure_surname(surname) or (surname in FAMILIES and before >= START))


def titled_stands(read: Reading, at: int, end: int, surname: str) -> bool:
    """魏大爷, 王婶; 和大娘 is no family."""
    before, behind = read.asks_before(at), read.asks_behind(end)
    if sure_surname(surname):
        return end - at - len(surname) > 1 or before >= START or behind >= EDGE
    if before >= PLACE and (before == VERB or surname not in JOINERS):
        return True
    if surname in FAMILIES and end - at > 2:
        return before >= START and behind > 0
    return before >= START and behind >= LIKELY and surname + "家" not in HOMES


def home_stands(read: Reading, at: int, surname: str, known: bool) -> bool:
    """侯家; 成家 and 国家 are no family."""
    before = read.asks_before(at)
    if surname + "家" in HOMES:
        return before == VERB and surname not in JOINERS and surname not in naming.HOME_ENDS
    if sure_surname(surname):
        return known or before >= START
    return before >= (START if known or surname in FAMILIES else PLACE)


def one_of_several(read: Reading, at: int) -> bool:
    """A surname in 张李两家 or 赵、钱、孙三家: the first by what follows, the others by the first."""
    if naming.COUNTED.match(read.words, at + 1):
        joined = read.done > 0 and read.words[read.done : at] in JOINERS
        return joined and is_family(read.words[read.done - 1])
    several = naming.SEVERAL.match(read.words, at + 1)
    if not several or read.asks_before(at) < START:
        return False
    return all(is_family(one) for one in several[0][:-2].translate(_NO_JOINERS))


def is_family(one: str) -> bool:
    """A character that is a surname more often than a word."""
    return one in STRONG or one in FAMILIES


def alike_asked(before: int, behind: float, length: int) -> bool:
    """Whether the text asks for a name of this length, so that a slip may be one."""
    if length == 2:
        return before >= START and behind == SURE
    return (before >= START and behind > 0) or behind == SURE or before == VERB


def may_be_slip(word: str) -> bool:
    """Chinese characters that are no ordinary word and hold no word like 的 or 您."""
    return is_han(word) and word not in WORDS and naming.NEVER_A_SLIP.isdisjoint(word)


def bare_given_asked(read: Reading, at: int, end: int) -> bool:
    """Whether a wrong surname may stand here before a given name: 走访遮有根, 遮有根他娘."""
    before = read.asks_before(at)
    sure = before >= PLACE or (before >= START and read.asks_behind(end) == SURE)
    return sure and at + 1 not in read.before


def new_stands(read: Reading, at: int, end: int, surname: str, given_known: bool) -> bool:
    """Whether a name that nobody wrote down before stands here: 走访钱有富家."""
    word = read.words[at:end]
    given = word[len(surname) :]
    if _is_complement(read, at, end):
        return False
    if given[:1] == "家" and given[1:] in naming.SETTLED and read.asks_behind(end) < SURE:
        return False  # 沈家堡那条渠
    if surname == "周" and given in naming.WEEKDAYS:
        return False  # 周一师傅来装
    if at + len(word) < end or word in WORDS or word[1:] in naming.BARE_TITLES:
        return False
    before, behind = read.asks_before(at), read.asks_behind(end)
    sure = (before >= PLACE and behind >= LIKELY) or (before == VERB and behind >= EDGE)
    if not _may_be_given(given, sure=sure):
        return False
    if naming.OFFICIAL.match(read.words, end) or naming.PLACE_TAIL.match(read.words, end):
        return False
    if naming.LAND_INSIDE.match(read.words, end - 1):
        return False
    if given.endswith("家") and behind < SURE:
        return False  # 诸葛明家
    home = behind == SURE and read.words[end] == "家"
    if (
        home
        and given[-1] in naming.HOME_ENDS
        and not (len(given) > 1 and sure_surname(surname))
    ):
        return before == VERB and given[-1] in "三四"  # 走访李四家
    if word[-1] in naming.PLACE_ENDS and behind < SURE:
        return False
    if word[:2] in WORDS and not (home and before >= PLACE and surname in STRONG):
        return False
    if given_known and surname in STRONG:
        return before >= START or behind >= EDGE
    if read.listed(at) and surname in FAMILIES and len(given) == 2:
        return behind >= EDGE
    return _asks_for_new(before, behind, surname, len(given))


def _is_complement(read: Reading, at: int, end: int) -> bool:
    """没去成龚奶奶家: 成 belongs to the verb, the family's name stands behind it."""
    verb = read.last(at) in naming.COMPLETED and read.words[at] in naming.COMPLEMENTS
    return verb and surname_at(read.words, at + 1) != "" and end == at + 2


def _may_be_given(given: str, *, sure: bool) -> bool:
    """Whether these can be a given name; `sure`: the place asks for one, 来 and 田 may be in it."""
    barred = [one for one in given if one in naming.NOT_IN_NAMES]
    if barred and (not sure or len(given) < 2 or not naming.SOME_IN_NAMES.issuperset(barred)):
        return False
    return is_han(given) and len(barred) < 2 and given[0] != "头"


def _asks_for_new(before: int, behind: float, surname: str, given: int) -> bool:
    if not sure_surname(surname):
        return behind == SURE and before >= PLACE
    if before == VERB:
        return behind >= (DOING if given == 2 else EDGE)
    if before == PLACE:
        return behind >= (LIKELY if given == 2 else SURE)
    return behind == SURE and (before == START or given == 2)
