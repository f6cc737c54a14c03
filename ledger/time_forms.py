"""The forms a time phrase can begin with, first match wins (language.md §4.1, rule 10)."""

import re
from dataclasses import dataclass

from ledger.time_words import (
    BEFORE_WORK_ENDS,
    COUNT,
    HAN,
    JOIN,
    LONG_PARTS,
    NAMED,
    NUMBER,
    SUFFIX,
    UNITS,
    Parts,
    S,
    number,
)

YEAR = rf"(?P<y>(?:19|20)[0-9]{{2}}|[0-9]{{2}}|[零〇一二三四五六七八九]{{4}}|[今去明本当前后])年{S}(?:的{S})?"
RELATIVE_MONTH = r"(?P<mr>上上|下下|大上|大下|上|下|本|这|当)个?月份?(?!嫂|台)"
MONTH = rf"(?:(?:{YEAR})?(?P<m>{NUMBER}){S}月份?|{RELATIVE_MONTH})"
WEEKDAY_BEHIND = (
    r"(?:[ \u3000]?[（(]?(?:周|星期)[一二三四五六日天](?![一-龥]{0,1}[次回趟])[)）]?)?"
)
NOT_NAMED = rf"(?!{NAMED})"
NOT_UNIT = rf"(?![0-9.]|{S}(?:{UNITS}))"
DAY_SIGN = rf"(?:{S}(?P<sign>[日号])|{NOT_UNIT})"
DIGITS_AFTER = (
    rf"(?![0-9]|[./:：][0-9]|-[0-9]+-|-[0-9]*(?:号楼|栋|室)|{S}(?:{UNITS})|号?(?:{NAMED})|的)"
)
PARTS_OF_MONTH = (
    "[头第]一天|的?最后一天|上中旬|中下旬|上旬|中旬|下旬|初|底|末"
    "|中(?![国央共心学医间午秋期标断级])"
)
WEEK = "(?:周|星期|礼拜)"
WHICH_WEEK = "(?P<which>上上上?|下下下?|大上|大下|上|下|本|这)个?"
PEOPLE = "妹娃嫂哥姐爷婆叔伯婶娘凡顺福贵英兰花"  # 周三妹 is a person
HOLIDAY = "元旦|春节|过年|清明|五一(?:国际)?劳动节|五一|劳动节|端午|中秋|国庆|十一(?=国庆)|十一"


@dataclass(frozen=True)
class Form:
    """One form: its name, the characters it can begin with, its pattern."""

    name: str
    begins: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Hit:
    """A form found in a text, up to `end`."""

    form: str
    end: int
    parts: Parts


NUMERALS = f"0123456789{HAN}"
COUNTED = NUMERALS + "两百半"
FIRST_YEAR = "今去明本当前后"
FIRST_WEEK = "上下本这大"

NOT_A_NAME = rf"[{PEOPLE}]"
NO_NUMBER_BEFORE = (
    "(?:(?<![一二两三四五六七八九十几每整0-9个期各])|(?<=[周期拜][一二三四五六]))"  # 周三周四
)
AT_LEAST = "(?:[0-9]{1,3}(?:-|~|～|到|至))?"  # 3-5天内 ends with the 5
END_OF_YEAR = "底|末|终"
LISTED = rf"(?P<d>{NUMBER})(?:、{NUMBER}){{0,3}}、(?P<d2>{NUMBER})"
SEVERAL_WEEKDAYS = (
    r"(?P<wd>[一二三四五六])(?:、?[二三四五六]){0,4}?、?(?P<wd2>[二三四五六日])"
    rf"(?!{UNITS}|[时号日保级班队位家十一二三四五六七八九]|常|程|报|志|记)"
)
# 周六一早 and 周三四点 are days, 周一三五 is none
NO_MORE = (
    "[一二三四五六七八九十](?!早|大早|整?天|[上下]午|晚|直|去|到|定|起|块|同|并|律|大|"
    "[二三四五六七八九十]?[点时](?![候间]))"
)
LAST_NIGHT = (
    "(?<![半今昨每当深日一两几三四五整连前后星黑午彻通入])夜(?:儿个?|个儿?"
    r"|来(?=后晌|晌午|[早晚黑去到走跟我俺，,。\s]|[上下]午))"
)

_FORMS = (
    # the day beside the one told of before
    ("beside", "次翌隔转头前第", r"(?P<rel>(?<![每几多首两这上下一二三四五六七八九十0-9])[次翌][日晨](?!常)"
     r"|(?<![一-龥])(?:隔天|转天)(?![^，]{0,4}再)"
     r"|(?<![老年月户人初开算是])头一?天(?![天黑冷热亮气])|前一[天日](?!天)|(?<![一-龥])第二[天日](?!天))"),
    # every Monday is no day, nor is 第3号; their characters are passed over
    ("skip", "每逢第", r"(?:每个?(?:周|月|年|天|日|星期|礼拜|季度?|晚|早)|逢|第(?![一二三四1-4]季度))"
     rf"(?:末|底|初|中|[0-9]{{1,4}}|[{HAN}]{{1,4}})?(?:[日号天周月年]|季度(?![末底初内]))?"
     rf"(?:{JOIN}{WEEK}?(?:[0-9]{{1,2}}|[{HAN}天]{{1,3}})[日号]?)?"),
    # the lunar calendar is not ours
    ("none", "农阴旧古", rf"(?:农历|阴历|旧历|古历){S}(?:[{HAN}正腊冬0-9]{{1,3}}月)?"
     rf"(?:初|廿)?[{HAN}0-9]{{0,3}}[日号]?"),
    ("none", "正腊冬", rf"(?:正月|腊月|冬月)(?:初|廿)?[{HAN}0-9]{{0,3}}[日号]?"),
    ("none", NUMERALS, rf"{NUMBER}月(?:初[一二三四五六七八九十]|廿[{HAN}]?+(?![日号]))"),
    # days listed: 21、22号, 11月17、18两天
    ("days", NUMERALS + FIRST_YEAR + FIRST_WEEK,
     rf"(?<![.、])(?:{MONTH}{S})?{LISTED}{S}(?:日|号{NOT_NAMED}|{S}(?=[两三四][天日]))"),
    ("day", NUMERALS, rf"(?<![{NUMERALS}第、])(?P<d>[1-3][0-9])(?=[、和跟与及]{NUMBER}(?:日|号{NOT_NAMED}))"),
    # days with their month
    ("ymd", "0123456789", r"(?P<y>(?:19|20)[0-9]{2})(?P<sep>[./-])(?P<m>[0-9]{1,2})(?P=sep)"
     rf"(?P<d>[0-9]{{1,2}})(?![0-9])(?P<sign>[日号])?{WEEKDAY_BEHIND}"),
    ("date", NUMERALS + FIRST_YEAR + FIRST_WEEK,
     rf"{MONTH}{S}(?P<d>{NUMBER}){DAY_SIGN}(?!月){WEEKDAY_BEHIND}"),
    ("md", "0123456789", r"(?P<m>1[0-2]|0?[1-9])(?P<sep>[./-])(?P<d>3[01]|[12][0-9]|0?[1-9])"
     rf"(?!(?P=sep)[0-9]){DIGITS_AFTER}(?P<sign>[日号])?{WEEKDAY_BEHIND}"),
    # months and their parts, quarters, years
    ("month", NUMERALS + FIRST_YEAR + FIRST_WEEK,
     rf"{MONTH}(?:{S}(?P<mpart>{PARTS_OF_MONTH})"
     rf"|(?![0-9亮饼季经租薪供费收均息度刊卡票]|[一两二][次回趟]|{S}[0-9]))"),
    ("month", "上中下", r"(?<![今明早晚手])(?P<mpart>上中旬|中下旬|上旬|中旬|下旬)"),
    ("month", "月", r"(?<![一二两三四五六七八九十0-9个每整满足岁])月"
     r"(?P<mpart>底(?![12二][0-9十]|三十)|末|初|中(?![国央共心学医间午秋])|(?=内))"),
    ("quarter", NUMERALS + FIRST_YEAR + FIRST_WEEK + "第",
     rf"(?:{YEAR})?(?:第?(?P<q>[一二三四1-4])|(?P<qr>[本这上下])个?)季度(?P<qpart>末|底|初)?"),
    ("quarter", "季", r"(?<![每一二三四0-9])季度?(?P<qpart>末|底)"),
    ("half", NUMERALS + FIRST_YEAR + FIRST_WEEK,
     rf"(?:{YEAR})?(?P<hy>[上下])半年(?P<qpart>末|底)?"),
    ("year", NUMERALS + FIRST_YEAR,
     rf"{YEAR}年?(?:(?P<ypart>{END_OF_YEAR}|初(?![中级一二三]))|(?=之?以?内(?![容部])))"),
    ("year", "年", rf"(?<![今去明前后每往近当几数百千青少成老童中幼晚新过多半整{HAN}两0-9])年"
     rf"(?:(?P<ypart>{END_OF_YEAR})|(?=内(?![容部])))"),
    ("newyear", "年", rf"(?<![今去明每往近当几数百千青少成老童中幼晚新多半{HAN}两0-9])年"
     r"(?=[前后](?![后天往来几面]))"),
    # so many days
    ("workdays", COUNTED, rf"{AT_LEAST}(?P<n>{COUNT}){S}个?{S}工作日(?={S}(?:之?内|以内|之?后|以后))"),
    ("counted", COUNTED, rf"{AT_LEAST}(?P<n>{COUNT}){S}个?(?P<half>半)?{S}"
     rf"(?P<unit>天|周|星期|礼拜|月|小时|钟头|分钟|h)(?={S}(?:之?[内前后]|以[内前后]|过后|里头))"),
    ("counted", COUNTED, rf"{AT_LEAST}(?P<n>{COUNT}){S}(?P<unit>日|年)(?={S}(?:之?内|以内))"),
    ("counted", f"{HAN}两", rf"(?P<n>[{HAN}两]{{1,3}})(?P<unit>日)(?=之?后)"),
    ("none", COUNTED, rf"{COUNT}{S}年(?:之前|以前|前|之后|以后|后)"),
    ("compact", "01", r"(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9])"
     r"(?=[早晚夜归返销抵回到在值走入住请休][^0-9]|[上下]午|中午)"),  # 1119归队
    ("day", "123", r"(?<![0-9.:：/-])(?P<d>[12][0-9]|3[01])"  # 25早上走
     r"(?=早上|上午|下午|晚上|中午|黑[了早]|[早晚][走回去到]|天黑)"),
    # days of the month
    ("days", NUMERALS, rf"(?<!\.)(?P<d>{NUMBER}){JOIN}(?P<d2>{NUMBER}){S}(?:日(?!龄)|号{NOT_NAMED})"),
    ("day", NUMERALS, r"(?<![第路街道巷组社村栋幢弄楼室题单件编央〕\]】#])(?<![)）](?=[0-9]{1,3}号))"
     rf"(?P<d>[0-2]?[0-9](?![0-9])|3[01]|[{HAN}]{{1,3}}+){S}"
     rf"(?:日(?![三餐游龄历均])|号{NOT_NAMED}(?![脉称召])){WEEKDAY_BEHIND}"),
    # weeks and weekdays; 周一二 and 下周四、五 are days in a row
    ("week", FIRST_WEEK, rf"(?<![早晚手马]){WHICH_WEEK}{WEEK}的?{WEEK}(?P<wd>[一二三四五六日天])"
     rf"(?!{NO_MORE}|{NOT_A_NAME})"),  # 这周周一
    ("week", FIRST_WEEK, rf"(?<![早晚手马]){WHICH_WEEK}{WEEK}{SEVERAL_WEEKDAYS}"),
    ("week", "周星礼", rf"{NO_NUMBER_BEFORE}{WEEK}{SEVERAL_WEEKDAYS}"),
    ("week", FIRST_WEEK, rf"(?<![早晚手马]){WHICH_WEEK}{WEEK}"
     rf"(?:(?P<wd>[一二三四五六日天末1-7])(?![次趟个天年月岁]|回[都全]|{NOT_A_NAME})"
     r"|(?![一二三四五六日天末0-9岁年边围转期]))"),
    ("week", "周星礼", rf"{NO_NUMBER_BEFORE}{WEEK}(?P<wd>[一二三四五六日天末])"
     rf"(?![次趟个]|{NO_MORE}|{NOT_A_NAME})"),
    ("week", "周星礼", rf"{NO_NUMBER_BEFORE}{WEEK}(?P<wd>[1-7])(?![0-9次趟个天年月岁])"),
    # the 今天 family
    ("none", "赶", "赶明(?:儿|个)(?!个)"),
    ("relative", "大上向前昨今明后夜", r"(?P<rel>大[前后](?:天|儿个?|个儿?)"
     r"|(?<![早晚马一手身])[上向]前[天日](?!气)"
     r"|(?<![以之目面跟眼提当])前[天日儿](?![气天](?!气))个?"
     r"|(?<![今以之最随午雨然会])后[天日儿](?![气性])个?|[昨今明](?:[天日儿]个?|个儿?)"
     r"|(?<![如现当至迄古])今朝|明朝(?![代皇的时末初中后政廷])"
     r"|昨(?=[去走入访看跑进转到学])|(?<![如现当至迄古])今(?=[走访]|去(?![年世])|入户|到[0-9一二三四五六七八九十])"
     rf"|[昨今明](?=早|晚|晨|夜|下[晚黑]|后半夜|半夜|傍黑|擦黑|上午|下午|中午|午(?!饭)|起|黑|后晌|晌午|头晌|前晌)|前(?=晚(?!辈)|夜)|{LAST_NIGHT})"),
    ("relative", "当", r"(?P<rel>当)(?=[晚夜])"),
    ("today", "当", r"(?<![应相正充])当[天日](?!气)"),
    ("relative", "刚方", r"(?P<rel>刚刚|刚才|方才)"),
    ("pair", "今明昨前这",
     r"(?P<pair>[今昨]明|昨今|明后|前昨)两?[天日]|(?P<pair2>这两|(?<![节假会秋庆])前两)[天日]"),
    ("last", "最近这过未头前", rf"(?P<when>最近|近|这|过去|未来|头(?!一天)|(?<![节假会秋庆])前)(?P<n>{COUNT})"
     r"(?P<unit>天|日|周|个星期|个礼拜|个月)"),
    ("none", "过前这改近", r"过(?:几天|几日|些天|两天|阵子|段时间|些日子)|改[天日]|近[期日]|近几天"
     r"|前(?:几天|几日|些天|些日子|阵子|段时间)|这(?:几天|几日|些天|阵子|段时间)"),
    # holidays and at once
    ("none", "节", r"(?<![元春清劳端中国环细关季小章音])节日?[前后](?!天)"),
    ("holiday", "元春过清五劳端中国十今去明",
     rf"(?<![{HAN}李王张刘陈杨赵黄周吴建])(?:(?P<y>今|去|明)年{S})?(?P<holiday>{HOLIDAY})"
     r"(?:节|小长假)?(?P<off>放?假期?|期间|当天|那天)?"),
    ("once", "立马当即", r"立行立改|立[即刻马]|(?<!没)马上|当场|即刻"),
    ("work", "下天收放", rf"(?={BEFORE_WORK_ENDS})"),
)  # fmt: skip

FORMS = tuple(Form(name, begins, re.compile(pattern)) for name, begins, pattern in _FORMS)
BY_FIRST: dict[str, tuple[Form, ...]] = {
    one: tuple(form for form in FORMS if one in form.begins)
    for one in {char for form in FORMS for char in form.begins}
}
BARE_HOLIDAYS = re.compile(
    "(?:元旦|春节|国庆节|清明节|中秋节|端午节|劳动节|五一节)(?![村镇路])"
)
SUFFIXED = re.compile(f"(?:{SUFFIX})")
STARTS_MD = re.compile(r"(?:^|[\n到至于在从限止迟晚（(]|(?:时间|日期)[：:])\s*$")
MD_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
MD_LAST = rf"{JOIN}(?:1[0-2]|0?[1-9])[./-]{MD_DAY}(?![0-9.%％]|{S}(?:{UNITS}))"
# what makes 11.17 a day: a part of the day, another day, or an act behind it
MD_BEHIND = re.compile(
    rf"{S}(?:{LONG_PARTS}|早|晚(?!会)|回[去来村家镇县])|(?P<last>{MD_LAST}|、[01]?[0-9][./][0-9]{{2}})"
    rf"|{S}(?P<act>走访|入户|自学|学习|学|集中|请假|休|销假|返|值班|去|来|到|在)"
)
MEASURED = re.compile("[糖压温氧脂酸价约米高宽长重厚深达为是有共值分率版第]\\s?$")
MARKED = re.compile(r"(?:^|[，,。；;：:\s、])$")
TICKED = re.compile(r"[】\]|｜→>]\s?$")  # 【销假】11/19, 返村|11-19
JOINED_DAY = re.compile(rf"(?P<d>3[01]|[12][0-9])(?![0-9./:：%％]|{S}(?:{UNITS})|{NAMED})")
DIGIT = frozenset("0123456789")
PART_FIRST = "".join(sorted({word[0] for word in LONG_PARTS.split("|")} | {"早", "晚"}))


def form_at(text: str, start: int, *, joined: bool = False) -> Hit | None:
    """The first form that fits at that place; joined: behind 到 or - of a range."""
    if start >= len(text) or (not joined and _inside_number(text, start)):
        return None
    for form in BY_FIRST.get(text[start], ()):
        match = form.pattern.match(text, start)
        if match and (joined or _fits(form.name, match, text)):
            parts = {name: value for name, value in match.groupdict().items() if value}
            return Hit(
                "none" if _of_an_event(form.name, text, start) else form.name,
                match.end(),
                parts,
            )
    return None


def _of_an_event(name: str, text: str, start: int) -> bool:
    """验收后三天内 counts from the event, not from today."""
    return name in {"counted", "workdays"} and start > 0 and text[start - 1] in "后起"


def _inside_number(text: str, start: int) -> bool:
    """Digits behind digits, and behind 138- or 3. , belong to the number before them."""
    if start == 0:
        return False
    one, before = text[start], text[start - 1]
    if one in HAN or one in "两百半":
        return before in HAN or before in "两百千万第几"
    if one not in DIGIT:
        return False
    joined = (
        before in ".-/:：#"
        and start > 1
        and (text[start - 2] in DIGIT or text[start - 2].isascii())
    )
    return before in DIGIT or joined or (before.isascii() and before.isalpha())


def _fits(name: str, match: re.Match[str], text: str) -> bool:
    """What a pattern alone cannot say."""
    if name == "md":
        return _is_day(match, text)
    if name == "counted":  # 断了三天后: how long it lasted
        lasted = match.start() > 0 and text[match.start() - 1] in "了快满近"
        return not (lasted and text.startswith(("后", "之后", "以后"), match.end()))
    if name == "holiday":
        named = bool(match["off"] or match["y"] or SUFFIXED.match(text, match.end()))
        return named or BARE_HOLIDAYS.fullmatch(match[0]) is not None
    if name == "day":
        return _is_day_number(match["d"]) and not (
            text.startswith("月", match.end()) or _is_count(match, text)
        )
    if name == "days":
        return _in_a_row(match, text)
    if name == "week" and "wd2" in match.re.groupindex:
        return _weekdays_in_a_row(match)
    if name == "date" and match["mr"]:  # 这个月五保金 names no day
        marked = match["sign"] or SUFFIXED.match(text, match.end())
        return bool(marked) or match["d"][0] not in HAN
    return True


def _is_day(match: re.Match[str], text: str) -> bool:
    """4.15 is a day at the beginning or with 前, 日, 周三, 下午 behind it; 血糖5.6 is none."""
    start, end = match.span()
    if match[0][-1] in "日号天一二三四五六）)" or SUFFIXED.match(text, end):
        return True
    if STARTS_MD.search(text, max(0, start - 5), start):
        return True
    return not MEASURED.search(text, max(0, start - 2), start) and _md_told(match, text)


def _md_told(match: re.Match[str], text: str) -> bool:
    """Whether what stands around 11.17 or 11/17 makes a day of it."""
    written = len(match["m"]) + len(match["d"])
    marked = MARKED.search(text, max(0, match.start() - 1), match.start()) is not None
    if match["sep"] == "/" and marked and written > 2:
        return True
    if written > 2 and TICKED.search(text, max(0, match.start() - 2), match.start()):
        return True
    behind = MD_BEHIND.match(text, match.end())
    if behind is None:
        return False
    return written > 2 if behind["last"] else not behind["act"] or len(match["d"]) == 2


def _is_count(match: re.Match[str], text: str) -> bool:
    """请假一日, 休息三日: so many days, no day of a month."""
    said, before = match["d"], text[max(0, match.start() - 1) : match.start()]
    if len(said) > 1 or said not in HAN or not match[0].startswith(said + "日"):
        return False
    return said == "一" or before in set("请休歇假期续共计约住满为了这头近差")


def _in_a_row(match: re.Match[str], text: str) -> bool:
    """21、22号 are two days; 2、3号走访 at a line's beginning is the second point of a list."""
    first, last = number(match["d"]) or 0, number(match["d2"]) or 0
    if "、" not in match[0]:
        return True
    alone = match.start() == match.start("d")
    if alone and first < 10 and (match.start() == 0 or text[match.start() - 1] == "\n"):
        return False
    return 0 < last - first == match[0].count("、") and last <= 31


def _weekdays_in_a_row(match: re.Match[str]) -> bool:
    """周一二三 is three days; 周一三五 is none."""
    said = match[0][match.start("wd") - match.start() :].replace("、", "")
    places = ["一二三四五六日".index("日" if one == "天" else one) for one in said]
    return places == list(range(places[0], places[-1] + 1))


def joined_day(text: str, start: int) -> Hit | None:
    """The bare last day of 11.23-27."""
    match = JOINED_DAY.match(text, start)
    return Hit("day", match.end(), {"d": match["d"]}) if match else None


def _is_day_number(text: str) -> bool:
    """Up to 31, so that 45号 stays a house."""
    value = number(text)
    return value is not None and value <= 31
