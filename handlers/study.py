"""学习登记: 「学习 60 中央一号文件」 in one line, or asked one question at a time."""

from dataclasses import dataclass, replace
from datetime import date

from handlers.talk import Talk, Topic, one_of, plain
from ledger import records, study
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM
from ledger.records import Record
from ledger.study import Study
from ledger.times import find_day, find_minutes, read_minutes, sensible

OFFERED_WAYS = ("自学", "集中或交流")
WAYS = {"自学": False, "集中或交流": True, "集中学习": True, "交流学习": True}
EXCHANGE_WORDS = ("交流学习", "集中学习", "交流", "集中", "一起学")
NO_MINUTES = "不记时长"


@dataclass(frozen=True)
class Line:
    """What one line says about a study."""

    day: date
    minutes: int | None
    topic: str
    exchange: bool


def read_line(text: str, *, today: date) -> Line:
    """「60 中央一号文件」「昨天 一个半小时 交流 防返贫监测」: any order, parts may be missing."""
    found_day = find_day(text, today=today, looks="back")
    day, text = (found_day.day, found_day.rest) if found_day else (today, text)
    found = find_minutes(text)
    minutes, text = (
        (sensible(found[0], f"{found[0]} 分钟"), found[1]) if found else (None, text)
    )
    exchange = any(word in text for word in EXCHANGE_WORDS)
    for word in EXCHANGE_WORDS:
        text = _without(word, text)
    topic = text.strip(" ，,。")
    return Line(day, minutes, topic if any(one.isalpha() for one in topic) else "", exchange)


def _without(word: str, text: str) -> str:
    """The line without a word it begins or ends with."""
    if text.startswith(word):
        text = text.removeprefix(word).lstrip(" ，,")
    return text.removesuffix(word).rstrip(" ，,") if text.endswith(word) else text


async def record_study(talk: Talk) -> Reply:
    """Record a study; asks only for what the line has not said."""
    line = read_line(talk.rest, today=talk.today)
    if not line.topic:
        line = await _ask_missing(talk, line)
    made = Study(line.day, line.topic, line.minutes, line.exchange)
    if talk.rest and not talk.state.step and (before := await _said_before(talk, made)):
        words = talk.say(
            "drafts.said_before", lines=[talk.say("study.line", made=made)], more=0
        )
        return Reply(words, after_saving(before.id), kind="card")
    id = await study.record(
        talk.db, talk.asker, made, source=talk.source, now=talk.now, rules=talk.rules
    )
    return talk.reply("study.saved", after_saving(id), made=made, today=talk.today)


async def _said_before(talk: Talk, made: Study) -> Record | None:
    """The same study told in another message: the line was sent twice."""
    for one in await records.of_day(talk.db, talk.asker, made.day):
        if one.kind != study.KIND or one.source == talk.source:
            continue
        if await study.read(talk.db, one) == made:
            return one
    return None


async def _ask_missing(talk: Talk, line: Line) -> Line:
    topic = await talk.ask("study.ask_topic", plain)
    minutes = line.minutes
    if minutes is None:
        choices = ("30 分钟", "60 分钟", "90 分钟", NO_MINUTES)
        minutes = await talk.ask("study.ask_minutes", read_minutes_or_none, choices)
    exchange = await talk.ask("study.ask_way", one_of(WAYS), OFFERED_WAYS)
    return replace(line, topic=topic, minutes=minutes, exchange=exchange)


def read_minutes_or_none(text: str) -> int | None:
    """A length of time, or the wish to leave it out."""
    return None if text in {NO_MINUTES, "不记", "跳过"} else read_minutes(text)


def amended(old: Study, text: str, *, today: date) -> Study:
    """The facts of an edited message; the day stays unless the text names one."""
    line = read_line(text, today=today)
    if not line.topic:
        raise Refused("corrections.incomplete")
    day = line.day if find_day(text, today=today, looks="back") else old.day
    return Study(day, line.topic, line.minutes, line.exchange)


def after_saving(id: int) -> tuple[Option, ...]:
    """What may come next: correct it, take it back."""
    return (Option("改", f"改 {id}"), Option("撤销", f"撤销 {id}"))


def changed(old: Study, field: str, value: str, *, today: date) -> Study:
    """One field corrected (改)."""
    if field == "时长":
        return replace(old, minutes=read_minutes_or_none(value))
    if field == "方式":
        return replace(old, exchange=one_of(WAYS)(value))
    if field == "日期":
        return replace(old, day=past_day(value, today))
    return replace(old, topic=plain(value))


def past_day(value: str, today: date) -> date:
    """A day that is reported on and nothing else."""
    found = find_day(value, today=today, looks="back")
    if found is None or found.rest:
        raise Misunderstood("days.not_a_day", said=value)
    return found.day


STUDY = Topic(
    "study",
    ("学习打卡", "学习登记", "学习", "study"),
    record_study,
    ON_TEAM,
    "loose",
)
