"""The words of time: how people write months, weekdays, parts of a day and clocks, as patterns.

Every quantifier is bounded, so that looking at one place of a text costs a fixed amount.
"""

from collections.abc import Mapping
from datetime import time

from ledger.numerals import read_number

Parts = Mapping[str, str]  # what the named groups of a pattern caught

S = "[ \u3000]?"
WEEKDAYS = "一二三四五六日"
HAN = "零〇一二三四五六七八九十廿卅"
NUMBER = rf"(?:[0-9]{{1,2}}(?![0-9])|[{HAN}]{{1,3}}+)"  # up to 99
COUNT = "(?:[0-9]{1,9}+(?:\\.[0-9])?|[零〇一二两三四五六七八九十百半]{1,6}+(?:点[一二三四五六七八九])?)"
JOIN = rf"{S}(?:到|至|~|～|—{{1,2}}|–|－|-){S}"

UNITS = (
    "小时|钟头|分钟|个|元|块|万|千|百|亿|米|亩|公里|里|公斤|斤|吨|克|厘|毫|升|度|℃|%|％|倍|"
    "户|人|岁|名|口|头|只|群|棵|株|组|社|栋|楼|层|平|方|折|次|回(?![去来村家镇县到访])|趟|天|年|分|点|寸|尺|条|项|件|成|以上|以下"
)
# 三号线, 12号问题, 5号井: what a number with 号 belongs to when it is no day
NAMED = (
    "线|楼|井|机井|文件|户(?!外)|问题|单(?![位独日号])|组(?![织长])|院|房|门|桥|路(?![过上])|厅|库|病[房床区人]|桌|"
    "车(?![子间])|地块|地里|地有|地的|大?棚|池|泵|塘|渠|坝|村(?![里上委干民组两支])|社(?![保会区])|店|仓|圈|单元|电站|"
    "站|公告|令|函|批(?![下准复了])|台|变压|杆|灯|厂|矿|洞|沟|坡|梁|柜|箱|牌|码|公路|国道|"
    "那(?:[个条桩件档]|笔)(?!天|晚|会)|这[条桩档]|家(?![访里长属人庭电具])|宅|屋(?![顶里])|水[塔池井表]|选手|首长|员工|段|闸|窑|宿舍|字|票"
)

BEFORE_WORK_ENDS = "(?:下班|天黑|收工|放学|天亮)(?:之|以)?前"
SUFFIX = (
    rf"(?P<by>{S}(?:之前|以前|之内|以内|里头(?=[^，,。]|$)|{BEFORE_WORK_ENDS})"
    r"|前夕|前(?![往去来面天年后进期台夫妻两几些方景阵段提边头儿门院])"
    r"|内(?![容部外科服心务衣地存蒙江行当涝径])"
    r"|[ \u3000][前内](?=$|[\s，,。；;]))"
    rf"|(?P<after>{S}(?:之后|以后|过后)"
    r"|后(?![来天续面勤备期院山边头代果悔儿背门年半两几晌]))"
    r"|(?P<start>起(?![来床码火伏身初草点义因诉效重])|开始|之日起)"
)

LONG_PARTS = (
    "凌晨|大清早|清早|清晨|早晨|一大早|大早上|早上|上午|午前|中午|正午|午后|下午|傍晚|黄昏|"
    "晚上|晚间|夜里|夜间|半夜|深夜|夜晚|后半夜|前半夜|"
    "后半晌|后晌|前晌|头晌|晌午|头午|擦黑|黑夜|黑里|夜黑"
)
SHORT_PARTS = "一早|早(?![就已日先些点晚])|晨|午(?!饭)|晚(?![于了点些期婚辈])|夜(?!宵)"
AFTERNOON = (
    "午后", "下午", "傍晚", "黄昏", "晚", "夜", "前半夜", "后半晌", "后晌", "擦黑", "黑"
)  # fmt: skip
NIGHT = ("夜里", "半夜", "深夜", "夜间", "夜晚", "夜", "后半夜")


TENS = "(?:[二三四五]?十[一二三四五六七八九]?)(?![一二三四五六七八九十多几来])"  # 八点二十


def clock_pattern(name: str) -> str:
    """One time of day, its groups named with that letter: 8:30, 三点半, 20时15分."""
    hour = rf"(?:{NUMBER}|两)"
    return (
        rf"(?P<{name}h>{hour}){S}(?:[:：](?P<{name}c>[0-5][0-9])(?![0-9])"
        rf"|(?:点钟?|时(?![候间期段常而代光]))(?:(?P<{name}half>半)|(?P<{name}q>[一二三1-3])刻"
        rf"|{S}(?P<{name}m>{NUMBER})分(?!钟)|(?P<{name}n>[0-5][0-9]|{TENS})(?![0-9分]|{UNITS})"
        r"|整)?)"
    )


def read_clock(parts: Parts, name: str, part: str) -> tuple[time, bool] | None:
    """The time of day, and whether its half of the day was said; None for 25点."""
    hour = number(parts[f"{name}h"])
    minute = _minute(parts, name)
    if hour is None or not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    hour, sure = _in_the_day(hour, part, written=bool(parts[f"{name}c"]))
    return (time(23, 59) if hour == 24 else time(hour, minute)), sure


def _minute(parts: Parts, name: str) -> int:
    if parts[f"{name}half"]:
        return 30
    if quarter := parts[f"{name}q"]:
        return 15 * (number(quarter) or 0)
    return number(parts[f"{name}c"] or parts[f"{name}m"] or parts[f"{name}n"] or "0") or 0


def _in_the_day(hour: int, part: str, *, written: bool) -> tuple[int, bool]:
    """下午三点 is 15; 三点 alone is most likely the afternoon's; 今晚12点 is the day's end."""
    if part in NIGHT and hour <= 5:
        return hour, True
    if part.startswith(AFTERNOON):
        noon = part in {"午后", "下午"} and hour == 12
        return (hour + 12 if 0 < hour <= 12 and not noon else hour), True
    if part in {"中午", "正午", "午", "晌午"}:
        return (hour + 12 if hour < 5 else hour), True
    if part:
        return (0 if hour == 12 and part == "凌晨" else hour), True
    if written:
        return hour, True
    return (hour + 12, False) if 1 <= hour <= 5 else (hour, hour > 6)


def count_of(text: str) -> tuple[float, bool]:
    """How many, and whether exactly: 两三 and 三五 are at most 3 and 5."""
    value = read_number(text)
    if value is None:
        value = read_number(text[-1:]) or 0
        return value, False
    return value, True


def number(text: str) -> int | None:
    """A small whole number: 28, 二十八, 廿八."""
    value = read_number(text.replace("卅", "三十"))
    return None if value is None else int(value)
