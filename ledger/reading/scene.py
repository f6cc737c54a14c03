"""What surrounds a clause: its day, whether it is a plan, a question, an order, somebody else's."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ledger.durations import find_durations
from ledger.errors import Misunderstood
from ledger.mentions import Mention, Village
from ledger.reading.clauses import Clause, clauses_of
from ledger.reading.corrections import denied, take_back
from ledger.reading.lexicon import Lexicon
from ledger.reading.said import Who
from ledger.reading.turns import (
    by_others,
    fell_through,
    is_order,
    is_past,
    is_planned,
    is_supposed,
    negated,
)
from ledger.time_phrases import Looks, Span, TimePhrase, find_times

__all__ = ["Scene", "by_others", "is_future", "lay_out", "negated", "same", "who"]

FAR = 180  # days: nobody announces anything further ahead without its year
AT_WORK = re.compile(r"(?:[泥木瓦石工]匠|[电焊水瓦管]工|司机|师傅|兽医|会计|技术员)$")
HOMESTEAD = re.compile(r"[一-龥]家(?:院子|大院|老院|塆|垭|坳|坪|屯)")
DIARY = re.compile(r"日[记志]|补[记录登写]|工作记录|民情")
WEATHER = re.compile(
    r"^[\s，,]*(?:[（(]?(?:周|星期)[一二三四五六日天][)）]?)?\s*(?:天气)?[:：]?(?:晴|阴|多云|[小中大暴雷阵]*雨|雪|雾|风|霜)"
)
WEEKDAY = re.compile(r"(?:周|星期)[一二三四五六日天]\s*[)）]?$")
HEAD = 3  # clauses in which a diary's date stands
LEADING = re.compile(
    r"^(?:我们?|咱们?|本人|队里|工作队|补报|补[录登记写一下]*|漏报|还有|另外?|又|然后|接着|走访|学习|时间|日期|对象|打卡|销假|值班|嗯|哦|那个|就是|于|在|从|是|[昨前]天[跟和与、至到]|[:：·\s\d、.])*$"
)
ACTS = re.compile(
    r"^(?:我们?|咱|也|就|都|刚|已经?|又|跟.{1,4}|和.{1,4}|陪.{1,4})?(?:[去到来走看访进]|回访|入户|上门)"
)
FORWARD = re.compile(
    r"请|[要将得会想](?![了过紧求])|休|假|公差|出差|争取|必须|限|打算|准备|计划|前$|起"
)

ISSUE_NUMBER = re.compile(
    r"(?<![月\d])\d{1,2}号的?(?:那个)?问题|(?<![月\d])\d{1,2}号[!！]?(?:已经?|就|也|都|算|彻底|可以|还是?)*(?:整改|办结|销号|销了|办完|解决|完事|搞定|没完|了结)"
)
STUDIED = re.compile(
    r"(?:学习?|研读|读)[了完过]?[^，,。；\n]{0,8}?(?:小时|钟头?|[了完过的]|习)$"
)
OTHER_MATTER = re.compile(r"\s*(?:另外?|此外|除此之?外|对了|还有就是)")  # a promise ends there


@dataclass(eq=False)
class Scene:
    """One message laid out: its clauses with what stands in them and around them."""

    plain: str
    own: str
    base: date
    lexicon: Lexicon
    clauses: list[Clause]
    days: dict[Clause, date] = field(default_factory=dict)
    plans: set[Clause] = field(default_factory=set)
    ordered: bool = False
    headed: list[tuple[int, date]] = field(default_factory=list)
    beside: dict[int, date] = field(default_factory=dict)
    _spans: dict[tuple[int, Looks, date], Span | None] = field(default_factory=dict)
    _meant: dict[int, Span | None] = field(default_factory=dict)

    def place(self, clause: Clause) -> int:
        """Which of its clauses one is."""
        return bisect_left(self.clauses, clause.start, key=lambda one: one.start)

    def words(self, *parts: Clause) -> str:
        """The member's own words of these clauses."""
        return "，".join(self.own[one.start : one.end].strip() for one in parts)

    def span(self, phrase: TimePhrase, looks: Looks) -> Span | None:
        """The days of a phrase; None when it names none or a day that does not exist."""
        base = self.beside.get(phrase.start) if phrase.beside else self.base_at(phrase.start)
        if base is None:
            return None
        key = (phrase.start, looks, base)
        if key not in self._spans:
            self._spans[key] = _resolved(phrase, base, looks)
        return self._spans[key]

    def base_at(self, place: int) -> date:
        """The day from which words there count: today, or the day a diary entry is headed with."""
        days = [day for start, day in self.headed if start < place]
        return days[-1] if days else self.base

    def meant(self, clause: Clause, phrase: TimePhrase) -> Span | None:
        """The days of a phrase as the clause's tense has them: 周二去的 back, 周二请假 ahead."""
        if phrase.start not in self._meant:
            self._meant[phrase.start] = self._tensed(clause, phrase)
        return self._meant[phrase.start]

    def _tensed(self, clause: Clause, phrase: TimePhrase) -> Span | None:
        back, ahead = self.span(phrase, "back"), self.span(phrase, "ahead")
        if back is None or ahead is None or back.first == ahead.first:
            return ahead or back
        if is_past(clause):
            return back
        if (ahead.first - self.base).days > FAR:
            return back
        if FORWARD.search(clause.text) or clause.has("promise.words"):
            return ahead
        nearer = ahead.first - self.base < self.base - back.first
        return ahead if nearer and phrase.hit.form in {"day", "days"} else back


def _resolved(phrase: TimePhrase, base: date, looks: Looks) -> Span | None:
    try:
        return phrase.resolve(base, looks)
    except Misunderstood:
        return None


def _is_home(plain: str, one: Mention) -> bool:
    """Whether a household is meant: 电工老刘 is at work, 李家院子 is a place."""
    at_work = plain[one.start] == "老" and AT_WORK.search(plain[: one.start][-4:])
    surname = len((one.called or one.said).removesuffix("家")) == 1
    return not at_work and not (surname and HOMESTEAD.search(plain[one.start : one.end + 3]))


def lay_out(plain: str, own: str, *, base: date, village: Village, lexicon: Lexicon) -> Scene:
    """The clauses of a message with their times, lengths and names, and their turns."""
    plain = blanked(plain, denied(plain))
    clauses = clauses_of(plain, lexicon)
    times = [one for one in find_times(plain) if not one.at_once and not _is_paper(plain, one)]
    _share_out(clauses, times, "times")
    _share_out(clauses, find_durations(plain), "durations")
    _share_out(
        clauses, [one for one in village.mentions(plain) if _is_home(plain, one)], "mentions"
    )
    scene = Scene(plain, own, base, lexicon, clauses)
    take_back(clauses)
    _note_undone(clauses)
    _note_headings(scene)
    _note_beside(scene)
    _note_days(scene)
    _note_plans(scene)
    scene.ordered = is_order(clauses)
    return scene


def _is_paper(plain: str, phrase: TimePhrase) -> bool:
    """Whether 一号 is the document one has studied, or the number of an issue: no day of the month."""
    if ISSUE_NUMBER.match(plain, phrase.start):
        return True
    if phrase.text not in {"一号", "1号"}:
        return False
    return bool(STUDIED.search(plain[max(0, phrase.start - 12) : phrase.start]))


def blanked(plain: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with some places unreadable, every other character where it was."""
    for start, end in spans:
        plain = plain[:start] + "*" * (end - start) + plain[end:]
    return plain


def _share_out(clauses: list[Clause], found: list, name: str) -> None:  # type: ignore[type-arg]
    """Give each thing to the clause it begins in."""
    index = 0
    for one in found:
        while index < len(clauses) and clauses[index].end <= one.start:
            index += 1
        if index < len(clauses) and clauses[index].start <= one.start:
            getattr(clauses[index], name).append(one)


def _note_undone(clauses: list[Clause]) -> None:
    """A clause, and what leads to it, that 没走成 or 扑了空 takes back."""
    for index, clause in enumerate(clauses):
        if index and clause.before != "hard" and fell_through(clause):
            for one in clauses[max(0, index - 2) : index]:
                one.undone = one.undone or one.sentence == clause.sentence


# days
def _note_headings(scene: Scene) -> None:
    """Days that head a diary entry: 今天 in it is that day."""
    for index, clause in enumerate(scene.clauses):
        for phrase in clause.times:
            if phrase.hit.form in {"date", "md", "ymd"} and _heads(scene, index, phrase):
                day = scene.span(phrase, "back")
                if day and day.kind == "point" and (past := _past(day.first, scene.base)):
                    scene.headed.append((phrase.start, past))


def _heads(scene: Scene, index: int, phrase: TimePhrase) -> bool:
    clause = scene.clauses[index]
    if clause.before != "hard" and index >= HEAD:
        return False
    before = clause.text[: clause.at(phrase.start)]
    behind = scene.plain[phrase.end : phrase.end + 12]
    told = bool(DIARY.search(scene.plain[: phrase.start]))
    weekday = bool(WEEKDAY.search(phrase.text)) or bool(
        re.match(r"\s*[（(]?(?:周|星期)[一二三四五六日天]", behind)
    )
    return bool(LEADING.search(before) or DIARY.search(before)) and (
        told or weekday or bool(WEATHER.search(behind))
    )


def _note_beside(scene: Scene) -> None:
    """The day told of before, from which 次日 and 头天 count; 头天 alone is yesterday."""
    if not any(phrase.beside for clause in scene.clauses for phrase in clause.times):
        return
    told: date | None = None
    for clause in scene.clauses:
        for phrase in clause.times:
            if not phrase.names_day:
                continue
            if phrase.beside and (told or phrase.text.startswith(("头", "前"))):
                scene.beside[phrase.start] = told or scene.base
            span = scene.meant(clause, phrase)
            told = span.first if span and span.kind == "point" else told


def _past(day: date, base: date) -> date | None:
    """That day, or the same a year before, if it is not still to come."""
    if day <= base:
        return day
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def _note_days(scene: Scene) -> None:
    """The day each clause reports on: the last leading day named that is not still to come."""
    day = scene.base
    for clause in scene.clauses:
        here = day
        for phrase in clause.times:
            if named := _named(scene, clause, phrase):
                here = named
                day = named if _leads(clause, phrase) else day
        scene.days[clause] = here


def _named(scene: Scene, clause: Clause, phrase: TimePhrase) -> date | None:
    """The day a phrase gives its clause; 当晚 and 八点 give none."""
    if not phrase.names_day or (phrase.text.startswith("当") and scene.days):
        return None
    if phrase.hit.form == "counted" and clause.text.startswith("的", clause.at(phrase.end)):
        return None  # 半月前的申请 is no day of a report
    heading = [day for start, day in scene.headed if start == phrase.start]
    if heading:
        return heading[0]
    span = scene.meant(clause, phrase)
    return span.first if span and span.kind == "point" and span.first <= scene.base else None


def _leads(clause: Clause, phrase: TimePhrase) -> bool:
    """Whether a day rules what follows too; in 他说15号停的水 it does not."""
    before = clause.text[: clause.at(phrase.start)]
    behind = clause.text[clause.at(phrase.end) :]
    if not clause.mentions or clause.at(clause.mentions[0].start) >= clause.at(phrase.start):
        return bool(LEADING.search(before)) or bool(clause.has("visit.words", "study.words"))
    return bool(ACTS.search(behind))


# plans
def _note_plans(scene: Scene) -> None:
    """Clauses about what is still to come; a plan goes on until something past or a full stop."""
    running = pledged = False
    for clause in scene.clauses:
        if clause.before == "hard" or (pledged and is_another(clause)):
            running = False
        if is_future(scene, clause) or is_planned(clause) or is_supposed(clause):
            running = True
        elif is_past(clause) or _is_reported(scene, clause):
            running = False
        pledged = running and (pledged or clause.has("promise.words"))
        if running:
            scene.plans.add(clause)


def is_another(clause: Clause) -> bool:
    """Whether a pledge ends before a clause: 答应周五陪他去，晚上学习一小时 is study of today."""
    studied = clause.has("study.words") and any(one.minutes for one in clause.durations)
    return bool(OTHER_MATTER.match(clause.text)) or studied


def is_future(scene: Scene, clause: Clause) -> bool:
    """Whether a day still to come stands in it."""
    for one in clause.times:
        span = scene.meant(clause, one)
        if (
            span
            and span.kind in {"point", "range", "after"}
            and span.first > scene.base_at(one.start)
        ):
            return True
    return False


def _is_reported(scene: Scene, clause: Clause) -> bool:
    return any(_named(scene, clause, one) for one in clause.times)


def who(mention: Mention) -> Who:
    """A mention as a household of a report."""
    return Who(mention.called or mention.said, mention.fits)


def same(one: Who, other: Who) -> bool:
    """Whether two mentions mean one household."""
    if one.known and other.known:
        return one.known.id == other.known.id
    if one.known or other.known:
        sure, vague = (one, other) if one.known else (other, one)
        return sure.known in vague.fits
    return one.said == other.said
