"""The households around a place in a message: listed together, named before or behind it."""

import functools
import re

from ledger.mentions import Mention
from ledger.reading import visit_verbs as verbs
from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause

NEAR = 5  # clauses back in which the household of 去看了 is looked for
FAR = 12  # clauses of bare names that one verb can gather
LEADING = 5  # characters before the name that heads an item of a list of visits
OTHER_SIDE = re.compile(r"(?:被|让|叫|把|跟|与|嫌|骂|怪|告|欠)(?:隔壁|邻居|对门)?的?$")
ABSENT = re.compile(
    r"(?:人|都|还|又|今天)?(?:不在|没在家?|没人(?=$)|没开门|没见[着到]|没碰[着上到]|锁[着了]?门|门锁|睡了没叫|没去成)"
)
MET_OTHERS = re.compile(
    r"[跟和找问]|媳妇|老伴|老婆|儿子|女儿|孙|娃|爸|妈|爹|娘|邻居|后来|又去|[他她]家"
)


def groups(clause: Clause) -> list[list[Mention]]:
    """The mentions of a clause, those joined by 、 or 和 together."""
    found: list[list[Mention]] = []
    for one in clause.mentions:
        before = found[-1][-1] if found else None
        if before and words.JOIN.fullmatch(
            clause.text[clause.at(before.end) : clause.at(one.start)]
        ):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def is_names(clause: Clause) -> bool:
    """A clause of nothing but names."""
    if not clause.mentions:
        return False
    covered = sum(one.end - one.start for one in clause.mentions)
    rest = re.sub(
        r"[家户、和跟与及等都√✓✔\s]|[一二两三四五六七八九十\d]{1,2}[家户]|还有|接着|然后|最后|随后|后来|再就?是?",
        "",
        clause.text,
    )
    own = "".join(
        clause.text[clause.at(one.start) : clause.at(one.end)] for one in clause.mentions
    )
    return len(rest) <= len(re.sub(r"[家户]", "", own)) + 1 and covered > 0


def only_day(clause: Clause) -> bool:
    """A day, perhaps with how many households it had: 18号2户."""
    covered = sum(one.end - one.start for one in clause.times)
    said = words.HOW_MANY.sub("", clause.text.strip())
    return covered > 0 and covered >= len(said)


def is_days_names(clause: Clause) -> bool:
    """A clause of a day and households: 16日2组王秀英、刘玉梅; 2号是马德全."""
    if not clause.mentions:
        return False
    text = undated(clause)
    if "·" not in text:
        return False
    first = clause.at(clause.mentions[0].start)
    if "·" in text[first:] or not re.fullmatch(r"[·是那天去到走了的的、\s]*", text[:first]):
        return False
    for one in clause.mentions:
        start, end = clause.at(one.start), clause.at(one.end)
        text = text[:start] + "·" * (end - start) + text[end:]
    return bool(re.fullmatch(r"[·家户、和跟与及，\s]*(?:[两二三四五\d]户)?", text[first:]))


def listed_before(
    clauses: list[Clause], index: int, clause: Clause, group: list[Mention]
) -> list[Mention]:
    """The households of a group, and those of the clauses before it that are but names."""
    found = list(group)
    if group[0] is not clause.mentions[0] or clause.at(group[0].start) > 2:
        return found
    place, how = index - 1, clause.before
    while (
        place >= max(0, index - FAR) and how in {"space", "soft"} and is_names(clauses[place])
    ):
        found = [*clauses[place].mentions, *found]
        how = clauses[place].before
        place -= 1
    return found


def names_after(clauses: list[Clause], index: int) -> list[Mention]:
    """Households of the clauses behind that are but names."""
    found: list[Mention] = []
    for later in clauses[index + 1 : index + 12]:
        if later.before == "hard" or not is_names(later):
            break
        found += later.mentions
    return found


def names_before(clauses: list[Clause], index: int) -> list[Mention]:
    """Households of the clause before, if it is but names."""
    before = clauses[index - 1] if index and clauses[index].before != "hard" else None
    if before is None or not is_names(before):
        return []
    return listed_before(clauses, index - 1, before, list(before.mentions))


def topic(clauses: list[Clause], index: int, clause: Clause) -> list[Mention]:
    """The households spoken of just before."""
    for back, earlier in enumerate(reversed(clauses[max(0, index - NEAR) : index])):
        if not earlier.mentions or is_neighbour(earlier):
            continue
        if is_names(earlier) and back == 0 and clause.before != "hard":
            return listed_before(clauses, index - 1, earlier, list(earlier.mentions))
        return list(_spoken_of(earlier))
    return []


def _spoken_of(clause: Clause) -> list[Mention]:
    """龚奶奶 of 龚奶奶讲路被梁家堵了: the last household that is not only the other side."""
    *before, last = groups(clause)
    other = before and OTHER_SIDE.search(clause.text[: clause.at(last[0].start)])
    led = before and OTHER_SIDE.search(clause.text[: clause.at(before[-1][0].start)])
    return before[-1] if other and not led else last


def is_neighbour(clause: Clause) -> bool:
    """Whether it only tells of a neighbour who came about it: 隔壁唐有才来告状."""
    first = clause.mentions[0]
    led = words.BESIDES.search(clause.text[: clause.at(first.start)])
    return bool(led and words.CAME.match(clause.text, clause.at(first.end)))


def of_actor(clauses: list[Clause], index: int, clause: Clause, end: int) -> bool:
    """Whether the name that a day was cut from is who did it: 张大山 | 昨天回来看她."""
    before = clauses[index - 1] if index and clause.before == "cue" else None
    if before is None or not before.mentions or before.mentions[-1].end < before.end - 1:
        return False
    fronted = verbs.HOUSE.search(before.text) or len(groups(before)[-1]) > 1
    return not fronted and not re.search("[看去]过|访", clause.text[:end])


def leads(head: str) -> bool:
    """Whether a clause begins with its name: 赵家…, 一是冯水生户…, 住窑洞的赵有根, 只见着陈阿婆."""
    return len(head) <= 2 or (
        len(head) <= LEADING
        and (
            head.endswith(("的", "是", "组", "社"))
            or bool(words.SEEN.search(head) or words.NTH.search(head))
        )
    )


def is_absent(clauses: list[Clause], index: int) -> bool:
    """Whether the household that heads a clause was away, and nobody of it was met."""
    clause = clauses[index]
    first = clause.mentions[0]
    tail = clause.text[clause.at(first.end) :].lstrip("家户屋里").strip()
    head = clause.text[: clause.at(first.start)]
    if clause.before == "hard" or not leads(head) or not ABSENT.match(tail):
        return False
    return not any(MET_OTHERS.search(one.text) for one in clauses[index + 1 : index + 2])


@functools.lru_cache(maxsize=8)
def timeless(clause: Clause) -> str:
    """The words of a clause with its days blanked, each character where it was."""
    text = clause.text
    for one in clause.times:
        start, end = max(0, clause.at(one.start)), clause.at(one.end)
        text = text[:start] + "·" * (min(end, len(clause.text)) - start) + text[end:]
    return text


def undated(clause: Clause) -> str:
    """The words of a clause with its days and the parts of a day blanked: 前半晌, 后晌."""
    return words.PART_OF_DAY.sub(lambda one: "·" * len(one[0]), timeless(clause))
