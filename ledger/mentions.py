"""Which households a text names: the ledger first, then what sounds alike, then a new name.

Nothing is guessed: a mention that fits two households carries both, one that fits none carries
none. Rules and examples: shared/domain/understand.md and language.md §6 and §8. Pure, and linear
in the length of the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger import cues, naming
from ledger.alike import Alike, Index, Known
from ledger.cues import Reading
from ledger.surnames import COMPOUND, SINGLE, surname_of

__all__ = ["Known", "Mention", "Village"]

HEADS = SINGLE | {one[0] for one in COMPOUND}  # characters a surname begins with
SURNAMES = SINGLE | COMPOUND
MOST_LATER = 4  # mentions behind one that may say who was meant
LONGEST_NAME = 20  # characters; what is longer is not a name


@dataclass(frozen=True)
class Mention:
    """A place in the text that names a household.

    start, end: characters, with 3组 before the name and 家, 他爸, 家儿媳妇 behind it. said: the name
    alone. fits: one, it is that household; several, ask which; none, it is not on the ledger.
    how: name, alias, given, old (老张, 张大爷, 张家), kin, pinyin, sound or unknown. called: the name
    as one asks for it, 张家 where only a surname is said.
    """

    start: int
    end: int
    said: str
    fits: tuple[Known, ...]
    how: str
    called: str = ""


@dataclass(frozen=True)
class _Hit:
    """Words from start to end that fit these households, before group and kin are read."""

    start: int
    end: int
    fits: tuple[Known, ...]
    how: str


class Village:
    """The households of one ledger, indexed once."""

    def __init__(self, households: Iterable[Known]) -> None:
        self._all = tuple(households)
        self._alike = Alike(self._all)
        self._names, self._aliases, self._given = Index(), Index(), Index()
        self._surnames = Index()
        for one in self._all:
            self._put(one)
        sizes = {3, *(len(one.name) for one in self._all)}
        self._slips = [
            size for size in (4, 3, 2) if size in sizes
        ]  # a slip is as long as the name
        lengths: dict[str, set[int]] = {}
        for word in (*self._names, *self._aliases, *self._given):
            lengths.setdefault(word[0], set()).add(len(word))
        self._heads = HEADS | self._surnames.keys() | {"老"}  # what a form can begin with
        self._lengths = {one: sorted(got, reverse=True) for one, got in lengths.items()}
        self._begins = self._heads | self._lengths.keys()

    def _put(self, one: Known) -> None:
        for alias in one.aliases:
            if 1 < len(alias) <= LONGEST_NAME:
                self._aliases.put(alias, one)
        surname = surname_of(one.name)
        given = one.name[len(surname) :]
        if surname:
            self._surnames.put(surname, one)
        if given and len(one.name) <= LONGEST_NAME:
            self._names.put(one.name, one)
        if len(given) > 1 and given not in naming.BARE_TITLES:
            self._given.put(given, one)

    def mentions(self, text: str) -> list[Mention]:
        """All households the text names, in order, none inside another."""
        read, found = Reading.of(text), list[Mention]()
        latin = self._alike.spelled(text)
        at = 0
        while at < len(text):
            if text[at] not in self._begins and at not in latin and not read.may_slip(at):
                at += 1
                continue
            hit = _Hit(at, *latin[at], "pinyin") if at in latin else self._at(read, at)
            if hit and hit.how != "official":
                found.append(self._whole(read, hit))
                read.done = found[-1].end
            at = max(hit.end, read.done) if hit else at + 1
        return _meant(text, found)

    def _at(self, read: Reading, at: int) -> _Hit | None:
        """What begins at this character; the ledger's own words first, the longer one wins."""
        one = read.words[at]
        exact = self._exact(read, at) if one in self._lengths else None
        form = self._form(read, at) if one in self._heads else None
        if exact and exact.how != "given":
            return form if form and form.end > exact.end else exact
        slip = self._slip(read, at) if not form and read.may_slip(at) else None
        slip = None if slip and self._named_within(read, at, slip.end) else slip
        return form or slip or exact or (self._unknown(read, at) if one in HEADS else None)

    def _named_within(self, read: Reading, at: int, end: int) -> bool:
        """Whether a sure mention begins within what only sounds like one: 把杜大爷, 跟老韩."""
        if read.words[at + 1] == "老" and read.asks_before(at + 1):
            old = self._old(read, at + 1)
            if old and old.fits and old.end >= end:
                return True
        found = self._exact(read, at + 1) if read.words[at + 1] in self._lengths else None
        return found is not None and found.how != "given" and found.end > end

    # the ledger's own words
    def _exact(self, read: Reading, at: int) -> _Hit | None:
        kinds = ((self._names, "name"), (self._aliases, "alias"), (self._given, "given"))
        for length in self._lengths[read.words[at]]:
            word = read.words[at : at + length]
            for index, how in kinds:
                if word in index and cues.stands(read, at, at + length, how):
                    return _Hit(at, at + length, index[word], how)
        return None

    # a surname and what goes with it
    def _form(self, read: Reading, at: int) -> _Hit | None:
        if read.words[at] == "老":
            return self._old(read, at)
        surname = self._surname(read.words, at)
        if not surname or read.last(at) in ("小", "老") or read.sticky(at):
            return None
        end = at + len(surname)
        title = naming.TITLE.match(read.words, end)
        if title and read.comrade(at, title.end()):
            return _Hit(at, title.end(), (), "official")
        if title:
            stands = cues.titled_stands(read, at, title.end(), surname)
            return self._by_surname(at, title.end(), surname) if stands else None
        if cues.sure_surname(surname) and cues.one_of_several(read, at):
            return self._by_surname(at, end, surname)
        official = naming.OFFICIAL.match(read.words, end)
        if official:
            return _Hit(at, official.end(), (), "official")
        if not naming.HOME_TAIL.match(read.words, end):
            return None
        stands = cues.home_stands(read, at, surname, surname in self._surnames)
        return self._by_surname(at, end, surname) if stands else None

    def _surname(self, text: str, at: int) -> str:
        one = cues.surname_at(text, at)
        return one or (text[at] if text[at] in self._surnames else "")

    def _old(self, read: Reading, at: int) -> _Hit | None:
        """老张, 老欧阳, 老唐头; a colleague with a title is none."""
        surname = cues.surname_at(read.words, at + 1)
        if not surname:
            return None
        end = at + 1 + len(surname)
        if naming.OFFICIAL.match(read.words, end) or read.colleague(at):
            return _Hit(at, end, (), "official")
        if not cues.old_stands(read, at, end, surname, surname in self._surnames):
            return None
        more = naming.TITLE.match(read.words, end) or naming.HEAD.match(read.words, end)
        return self._by_surname(at, more.end() if more else end, surname)

    def _by_surname(self, at: int, end: int, surname: str) -> _Hit:
        fits = self._surnames.get(surname, ())
        return _Hit(at, end, fits, "old" if fits else "unknown")

    # what sounds like the ledger
    def _slip(self, read: Reading, at: int) -> _Hit | None:
        """张大三 for 张大山; only where the text asks for a name."""
        before, behind = read.asks_before(at), read.behind
        if before < naming.VERB and not (
            at + 2 in behind or at + 3 in behind or at + 4 in behind
        ):
            return None  # the cheap part of what follows
        for length in self._slips:
            end = at + length
            if not cues.alike_asked(before, read.asks_behind(end), length):
                continue
            word = read.words[at:end]
            if len(word) < length or not cues.may_be_slip(word):
                continue
            fits = self._alike.sounding(word)
            if not fits and cues.bare_given_asked(read, at, end):
                fits = self._alike.near_surname(word)
            if fits:
                return _Hit(at, end, fits, "sound")
        return None

    # not on the ledger
    def _unknown(self, read: Reading, at: int) -> _Hit | None:
        surname = cues.surname_at(read.words, at)
        if (
            not surname
            or read.sticky(at)
            or read.last(at) in ("小", "老")
            or read.colleague(at)
        ):
            return None
        end = at + len(surname)
        masked = naming.MASKED.match(read.words, end)
        if masked and (read.asks_before(at) or read.asks_behind(masked.end())):
            return _Hit(at, masked.end(), (), "unknown")
        for given in (end + 2, end + 1):
            known = read.words[end:given] in self._given
            if cues.new_stands(read, at, given, surname, known):
                return _Hit(at, given, (), "unknown")
        return None

    # what belongs to it
    def _whole(self, read: Reading, hit: _Hit) -> Mention:
        """The hit with 家 or kin behind it, and its group and kind before or behind."""
        end, how, group = hit.end, hit.how, ""
        title = naming.TITLE.match(read.words, end) if how in ("name", "given") else None
        end = title.end() if title else end
        behind = naming.GROUP_BEHIND.match(read.words, end)
        if behind:
            group, end = behind["number"] or behind["after"], behind.end()
        tail = naming.TAIL.match(read.words, end)
        if tail:
            end = tail.end()
            how = "kin" if tail["kin"] and hit.fits else how
        start, fits = _narrowed(read, hit, group)
        how = how if fits else "unknown"
        said = read.words[hit.start : hit.end]
        home = said in SURNAMES and read.words[hit.end : hit.end + 1] == "家"
        return Mention(start, end, said, fits, how, said + "家" if home else said)


def _narrowed(read: Reading, hit: _Hit, group: str) -> tuple[int, tuple[Known, ...]]:
    """Where the mention begins with its group, and the households of that group and kind."""
    lead = read.words[max(read.done, hit.start - naming.LONGEST_GROUP) : hit.start]
    start, fits = hit.start, hit.fits
    named = naming.GROUP_BEFORE.search(lead)
    if named:
        group = group or named["number"]
        start = start if named["far"] else hit.start - len(lead) + named.start()
    elif not group:
        group = next((one.group for one in fits if one.group and _ends(lead, one.group)), "")
        start -= len(group) + lead.endswith("的") if group else 0
    if group:
        fits = _of_group(hit, naming.group_key(group))
    kind = naming.KIND_BEFORE.search(lead)
    if kind and len(fits) > 1:
        fits = _of_kind(fits, kind[0])
    return start, fits


def _meant(text: str, found: list[Mention]) -> list[Mention]:
    """老李 where 是李友富家 follows is settled, and 王秀英 where 二组的王秀英哈 does."""
    if all(len(one.fits) < 2 for one in found):
        return found
    return [
        replace(one, fits=fits)
        if len(one.fits) > 1 and (fits := _said_later(text, one, found[at + 1 :]))
        else one
        for at, one in enumerate(found)
    ]


def _said_later(text: str, one: Mention, later: list[Mention]) -> tuple[Known, ...]:
    """The one household that the words behind say was meant."""
    told = {
        other.fits
        for other in later[:MOST_LATER]
        if len(other.fits) == 1
        and other.fits[0] in one.fits
        and (
            other.said == one.said
            or naming.MEANT.search(text[max(one.end, other.start - 12) : other.start])
        )
    }
    return told.pop() if len(told) == 1 else ()


def _ends(lead: str, group: str) -> bool:
    """A group with a name (平坝组) stands directly before."""
    return lead.removesuffix("的").endswith(group)


def _of_group(hit: _Hit, key: str) -> tuple[Known, ...]:
    """Those of the group said. A whole name stays the household even where the group is wrong."""
    of = tuple(one for one in hit.fits if naming.group_key(one.group) == key)
    if of or hit.how in ("given", "old", "unknown"):
        return of
    return hit.fits


def _of_kind(fits: tuple[Known, ...], kind: str) -> tuple[Known, ...]:
    also = naming.SAME_KIND.get(kind, kind)
    return tuple(one for one in fits if one.kind in (kind, also)) or fits
