"""Lengths of time as people write them: minutes of study, days of a state or a leave."""

import re
from dataclasses import dataclass

from ledger.numerals import WRITTEN as NUMERAL_CHARS
from ledger.numerals import read_number
from ledger.time_words import COUNT as PLAIN_COUNT
from ledger.time_words import JOIN, LONG_PARTS, S, clock_pattern, read_clock

COUNT = f"(?:{PLAIN_COUNT}|[廿卅][一二三四五六七八九]?)"

HALF_DAY = 240  # minutes, a guess that is shown: 半天
MORNING = 180  # 一上午, a guess that is shown
DAY = 24 * 60
LONGEST_NIGHT = 4 * 60  # minutes of a stretch that goes on over midnight
LONGEST_YEARS = 99  # more of them is a year: 2026年
MORNINGS = (
    "早上", "早晨", "清早", "清晨", "上午", "凌晨", "一大早", "大清早", "午前", "头晌", "前晌", "头午"
)  # fmt: skip
LONG_DAYS = {"天": 1.0, "周": 7.0, "期": 7.0, "拜": 7.0, "月": 30.0, "年": 365.0}
NOT_TIMES = rf"(?!{S}(?:之?内(?![容部])|以内|里头|之前|以前|前(?![往来面])|之后|以后|过后|后(?![来续面])))"
STARTED = (
    "整?(?:开考|开始|开课|开讲|开学|开会|开播|开头|起头|进去|进场|进来|入场|上课|上线|坐下来?|[打翻点]开"
    "|[学看读听讲]?起[学看读听讲]?(?=[，,、 0-9一二三四五六七八九十两上下晚]))"
    "(?:[了的]|[上学听看讲考][一-龥]{0,3})?[，,、 ]?"
)
ENDED = "(?=[才就来钟]{0,2}(?:交卷|结束|散|下的?课|下线|出来|完|收|毕|起身|合上|放下|撂|停|打住|为?止))"
# 8:30到10:00, 四点半看到五点一刻, 14:00开考15:20交卷
MINUTES_TO = "(?:一刻|[五十5]|10|15)(?:分钟?)?"  # 五点差十分, 差一刻一点


STRETCH = "一(?:[段截场趟回轮]|节(?!课))"  # 四点二十五一截: no 二十五一


def _clock(name: str) -> str:
    """A time of day with the minutes that are wanting, or an odd one: 八点零五, 一点差一刻."""
    return (
        rf"(?:差(?P<{name}early>{MINUTES_TO}))?{clock_pattern(name)}"
        rf"(?:(?<=点)[零〇](?P<{name}odd>[一二三四五六七八九])分?|差(?P<{name}late>{MINUTES_TO})"
        rf"|(?<=[点时])(?P<{name}tens>[二三四五]?十[一二三四五六七八九]?)(?={STRETCH}))?"
    )


GOES_ON = (  # between the two: 起来学了《…》一直[到], 开始学条例，学[到]
    "[一-龥]{0,12}(?:[，,][一-龥]{0,4}?|《[^《》，,。；]{1,30}》[一-龥]{0,6}?[，,]?[一-龥]{0,4}?|一?直|持续)"
)
CLOCKS = re.compile(
    rf"(?<![0-9.])(?<![0-9][:：])(?P<part>{LONG_PARTS}|早|晚)?{S}{_clock('a')}"
    rf"(?:(?:{JOIN}|[一-龥]{{1,5}}?[到至]|(?:开始|起|就){GOES_ON}[到至])|(?P<started>{STARTED}))"
    rf"(?P<part2>{LONG_PARTS})?{S}{_clock('b')}(?!钟)(?(started){ENDED})"
)
# 看到十一点，从九点半起; 学到十点半，九点一刻开始的
BACKWARDS = re.compile(
    rf"(?<=[到至])(?P<part2>{LONG_PARTS})?{S}{_clock('b')}[，,、 ]{{0,2}}[是也]?"
    rf"(?P<from>[从打自由])?(?P<part>{LONG_PARTS})?{S}{_clock('a')}"
    rf"(?=起(?:的|[，,。；;]|$)|(?:起的头|开始|开的头|开头|打开|翻开|坐下|开讲|开课|开播)(?:的|[，,。；;]|$)"
    rf"|(?(from)(?:起|开始|[学看读听])|(?!)))"
)
NEAR_NUMBERS = "零一两三四五六七八九"
SPOKEN = {"俩": 2.0, "仨": 3.0, "个把": 1.0, "个来": 1.0}
AND = "(?:挂?零|又|带|过|余)?"  # 一个钟头带一刻, 一个钟头挂零五分
WANTING = "[差欠少缺短]"  # 两小时差一刻, 三个钟头欠五分
MORE = (
    rf"(?P<tail>半)|{S}{AND}(?P<more>[0-9]{{1,3}}|[零廿卅一二三四五六七八九十]{{1,4}}){S}(?:分钟?|min|m(?![a-z0-9²³]))"
    rf"|{AND}(?P<quarter>[一三])刻钟?|(?P<bare>[1-5][05]|[二三四五]?十五?)(?=$|[，,。；;、 吧左的'′’])"
    rf"|[，,]?{WANTING}(?P<lack>{COUNT}){S}(?:分钟?|(?P<lack_quarter>刻钟?))"
)
OLD_HOURS = "(?P<double>时辰)"  # of two hours
# 学了两个半小时，一个半是自己看: hours that have been named before
SAME_HOURS = "(?P<same>(?<=[0-9一两二三四五六]个半)(?=[是用花自跟和与集在]))"
LONG_UNITS = (
    "整?天(?!然)|周(?![一二三四五六日天岁年])|(?:星期|礼拜)(?![一二三四五六日天])|"
    "年(?![0-9一二三四五六七八九十级龄度月底前后来代])"
)
# 半个点儿, 一个半点, 一个点零五分; 两个点 are two places
HOUR_POINT = (
    "(?:(?<=个半)|(?<=半个))点(?:儿|钟)?(?![位名评点半一二三四五六七八九十])"
    "|(?<=个)点(?:儿|钟|(?=零))|(?<=半)点钟"
)
LENGTH = re.compile(
    rf"(?<![0-9.第])(?:(?<![{NUMERAL_CHARS}])|(?<=[周期拜][一二三四五六](?=[0-9])))(?<![上下](?=半年))"
    r"(?:(?<=[周期拜])[一二三四五六日]{2,5}(?=[两三四]天))?"  # 礼拜四五两天
    rf"(?:差(?P<less>{COUNT})(?:分钟?|(?P<less_quarter>刻钟?))[就到满]?)?"
    rf"(?P<n>[0-9]\.[0-9]{{2}}(?=个?小时|h)|{COUNT}|(?<![你我他她咱们])[俩仨]|个[把来])(?:[来多]|(?<=半)(?:拉子?|把)|几(?=分))?{S}(?:"
    rf"个?(?P<half>半)?[多来把]?{S}(?:小时(?!候)|钟头|{OLD_HOURS}|(?<=[个半多])钟(?![头表楼声点鼓])|{HOUR_POINT}|{SAME_HOURS}|h(?![a-ln-z]))(?:{MORE})?"
    r"|(?P<minutes>分钟|m(?=$|[，,。；;、 ])|分(?![之类别管给开析散组头布配钱地之田])|min(?:ute)?s?)"
    r"|(?P<quarters>刻钟|刻(?=$|[，,。；;吧]))"
    r"|(?P<unit2>个(?P<half3>半)?[多来]?月(?!底))"
    rf"|个?(?P<half2>半)?[多来]?(?P<unit>{LONG_UNITS})(?P<tail2>半)?"
    rf"){NOT_TIMES}",
    re.IGNORECASE,
)
HALF = re.compile(
    rf"(?:(?P<half>(?<![一二两三四五六七八九十0-9上下前后头])半[天日晌](?![本制])|(?:一个|1个|大)半天)"
    rf"|(?:(?<![周期拜])一|整|1)个?(?:上午|下午|晚上)){NOT_TIMES}"
)
AS_FAR_AS = ("到", "至")
PARTS, PARTS_NEAR = "其中", 6
SENTENCE_END = re.compile("[。！!？?；;\\n]")
STUDIED = re.compile("(?:学|习|看|读|长|间|时|讲|[一每各][节堂集讲课次篇])[了：:， 约有]{0,2}$")
OF_STUDY = re.compile(
    "(?<![助同开入])学(?![校生费金籍])|[网党]课|讲座|座谈|讨论|[读背抄念]了|条例|办法|规定|准则|纲要|党章"
    "|法(?![子院庭官人医]|律援助)|手册|预案|政策|文件|讲话|文章"
)
MARKED = re.compile(
    "[考测答题卷积得评满扣]|强国|成绩"
)  # what is told in 分 that are no minutes
# 考了个小测试，二十分钟，八十七分: behind these 分 are marks, wherever they stand
TESTED = re.compile(
    "测[试验评]|小测|考(?:[了试完过卷]|$)|答(?:题|卷)|[闭开]卷|卷子|竞赛|[得打](?:了|到)?$"
)
TAKEN_UP = re.compile("(?:用|花|耗时?|历时)[了去掉]?(?:大概|大约|约)?$")  # 考试用了四十分
HOURS = re.compile("小时|钟头")
BUILT = re.compile("[修挖铺埋砌填渠沟管坎墙]|公路|路面|水管|电线")  # in metres
LEAST = 5  # of those at a message's end
FAR = 60  # characters back in which study is looked for
TRIGGER = re.compile(
    f"[0-9{NUMERAL_CHARS}卅{''.join(sorted({word[0] for word in LONG_PARTS.split('|')}))}大整俩仨差个早晚]"
)


@dataclass(frozen=True)
class Duration:
    """A length of time in a text: minutes, or days of a state or a leave; 半天 has both."""

    start: int
    end: int
    minutes: int | None
    days: float | None


def find_durations(text: str) -> list[Duration]:
    """Every length of time of a text, in order, never overlapping. 三天内 is none.

    The parts of a whole are none beside it: 2小时，其中自学1小时，集中学习1小时.
    """
    return _without_parts(text, _every(text))


def _without_parts(text: str, found: list[Duration]) -> list[Duration]:
    """Lengths that are not part of one before them, told with 其中."""
    if len(found) < 2 or PARTS not in text:
        return found
    kept: list[Duration] = []
    left = 0  # minutes of the whole that its parts have not used up
    for before, one in zip([None, *found], found, strict=False):
        gap = text[before.end : one.start] if before else ""
        if before and PARTS in gap[:PARTS_NEAR] and kept and kept[-1] is before:
            left = before.minutes or 0
        if one.minutes and one.minutes <= left and not SENTENCE_END.search(gap):
            left -= one.minutes
        else:
            left = 0
            kept.append(one)
    return kept


def _every(text: str) -> list[Duration]:
    found: list[Duration] = []
    done = 0
    for trigger in TRIGGER.finditer(text):
        start = trigger.start()
        one = _duration_at(text, start) if start >= done else None
        if one:
            found.append(one)
            done = one.end
    return found


def _duration_at(text: str, start: int) -> Duration | None:
    clocks = CLOCKS.match(text, start)
    if not clocks and text[max(0, start - 1) : start] in AS_FAR_AS:
        clocks = BACKWARDS.match(text, start)
    if clocks:
        minutes = _between(clocks)
        if minutes:
            return Duration(start, clocks.end(), minutes, None)
    if half := HALF.match(text, start):
        minutes, days = (HALF_DAY, 0.5) if half["half"] else (MORNING, 0.5)
        return Duration(start, half.end(), minutes, days)
    length = LENGTH.match(text, start)
    return _length(length) if length else None


def _length(match: re.Match[str]) -> Duration | None:
    count = SPOKEN.get(match["n"]) or _number(match["n"])
    if count is None and (match["unit"] or match["unit2"]):
        count = _at_most(match["n"])
    if count is None or (match["unit"] == "年" and count > LONGEST_YEARS):
        return None
    start, end = match.span()
    if unit := match["unit"] or match["unit2"]:
        half = 0.5 if match["half2"] or match["half3"] or match["tail2"] else 0
        return Duration(start, end, None, (count + half) * LONG_DAYS[unit[-1]])
    if match["same"] is not None and not HOURS.search(_sentence_before(match)):
        return None
    if match["minutes"]:
        if _is_other(match):
            return None
        return Duration(start, end, round(count), None)
    if match["quarters"]:
        if match["quarters"] == "刻" and not _quarters_of_study(match):
            return None
        return Duration(start, end, round(15 * count), None)
    return Duration(start, end, _hours(match, count), None)


def _is_other(match: re.Match[str]) -> bool:
    """Marks told in 分 and metres told in m are no minutes: 考了80分, 挖沟50m."""
    if match["minutes"].lower() == "m":
        before = match.string[max(0, match.start() - FAR) : match.start()]
        return bool(BUILT.search(before)) or not _of_study(match)
    return match["minutes"] == "分" and _no_length(match)


def _quarters_of_study(match: re.Match[str]) -> bool:
    """学习条例三刻 is a length; 九点三刻 is a clock, 此刻 and 差一刻 none."""
    before = match.string[max(0, match.start() - FAR) : match.start()]
    return before[-1:] not in tuple("点时差欠少") and bool(OF_STUDY.search(before))


def _at_most(said: str) -> float | None:
    """三五天, 一两个月: the larger of two, a guess that is shown."""
    small, large = (NEAR_NUMBERS.find(one) for one in said) if len(said) == 2 else (0, 0)
    return float(large) if small > 0 and 0 < large - small <= 2 else None


def _no_length(match: re.Match[str]) -> bool:
    """考了80分 is a mark, the 10分 of 2点10分 belongs to a clock."""
    if match.string[max(0, match.start() - 1) : match.start()] in ("点", "时"):
        return True
    if _is_mark(match):
        return True
    return match.end() == len(match.string) and not _of_study(match)


def _is_mark(match: re.Match[str]) -> bool:
    """测试，二十分钟，八十七分: a mark; 考试用了四十分, 考前学了30分 are lengths."""
    before = _sentence_before(match)
    taken = STUDIED.search(before[-6:]) or TAKEN_UP.search(before)
    return bool(TESTED.search(before)) and not taken


def _sentence_before(match: re.Match[str]) -> str:
    """What its sentence says before it, as far back as matters."""
    return SENTENCE_END.split(match.string[max(0, match.start() - FAR) : match.start()])[-1]


def _number(said: str) -> float | None:
    """The value of a numeral, 卅五 among them."""
    return read_number(said.replace("卅", "三十"))


def _of_study(match: re.Match[str]) -> bool:
    """学了30分, 党章学习，四十分 are lengths; 考了80分 is a mark, 没见到一分 is money."""
    start = match.start()
    if STUDIED.search(match.string, max(0, start - 6), start):
        return True
    before = match.string[max(0, start - FAR) : start]
    many = (read_number(match["n"]) or 0) >= LEAST
    return many and bool(OF_STUDY.search(before)) and not MARKED.search(before)


def _hours(match: re.Match[str], count: float) -> int:
    hour = 120 if match["double"] else 60
    half = 0.5 if match["half"] or match["tail"] else 0
    more = _number(match["more"] or match["bare"] or "")
    more = more or 15 * (read_number(match["quarter"] or "") or 0)
    return round(hour * (count + half) + more - _less(match))


def _less(match: re.Match[str]) -> float:
    """差五分一小时, 两小时差一刻: the minutes that are wanting."""
    said = match["less"] or match["lack"]
    quarters = match["less_quarter"] or match["lack_quarter"]
    return (_number(said or "") or 0) * (15 if quarters else 1)


def _between(match: re.Match[str]) -> int | None:
    """8:30到10:00; the second clock takes the first one's part of the day, or the next half."""
    parts = match.groupdict(default="")
    part = parts["part"] or (parts["part2"] if match.re is BACKWARDS else "")
    first = _minute_of_day(parts, "a", part)
    last = _minute_of_day(parts, "b", parts["part2"] or ("" if part in MORNINGS else part))
    if first is None or last is None:
        return None
    minutes = last - first
    if minutes < 0 and not parts["part2"]:
        minutes += DAY // 2
    if minutes < 0 and minutes + DAY <= LONGEST_NIGHT:  # over midnight
        minutes += DAY
    return minutes if minutes > 0 else None


def _minute_of_day(parts: dict[str, str], name: str, part: str) -> int | None:
    """Minutes since midnight; 晚上十二点半 is past the day's end."""
    clock = read_clock(parts, name, part)
    if clock is None:
        return None
    minute = clock[0].hour * 60 + clock[0].minute
    if minute == DAY - 1:
        minute = DAY + (30 if parts[f"{name}half"] else 0)
    early, late = parts[f"{name}early"], parts[f"{name}late"]
    odd = read_number(parts[f"{name}odd"] or parts[f"{name}tens"]) or 0
    return minute + int(odd) - _wanting(early or late)


def _wanting(said: str) -> int:
    """差一刻, 差十分, 差五分: how many minutes."""
    if "刻" in said:
        return 15
    return int(read_number(said.rstrip("分钟")) or 0) if said else 0
