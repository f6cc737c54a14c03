"""What must not be stored: ID, bank and phone numbers in a text, spoken digits too."""

import re

from ledger.heads import led

GAP = r"[ .\n-]?"
ID_CARD = (
    rf"[1-9]\d{{5}}{GAP}(?:19|20)\d{{2}}{GAP}(?:0[1-9]|1[0-2]){GAP}(?:[0-2]\d|3[01]){GAP}\d{{3}}[\dXx]"
    r"|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}"  # the old one of 15 digits
)
BANK_CARD = (
    rf"[3-6]\d{{3}}(?:{GAP}\d{{4}}){{2}}(?:{GAP}\d{{1,4}}){{1,2}}"
    r"|62\d{4}[ -]\d{10,13}"  # its bank apart from the rest: 621799 3300012345678
)
MOBILE = (
    rf"(?:(?:\+|00)?86{GAP})?1[3-9]\d"
    rf"(?:{GAP}\d{{4}}{GAP}\d{{4}}|{GAP}\d{{3}}{GAP}\d{{5}}|{GAP}\d{{4}}{GAP}\d{{2}}{GAP}\d{{2}})"
)
LANDLINE = (
    r"[(（]?0\d{2,3}[)）]?[ -]\d{7,8}(?:-\d{1,5})?|[(（]0\d{2,3}[)）]\d{7,8}|0[1-9]\d{9,10}"
)
LONG = r"(?<!单号)(?<!编号)(?<![单编]号[:： ])\d{15,22}"  # as long as a card's, no order's

# shorter numbers that only their label tells
LABEL = (
    "电话|座机|手机号?|号码|联系方式|打|拨|卡号|[账帐]号|户头|存折|一卡通"
    "|身份证号?|证件号|尾号|微信号?|QQ号?"
)
NO_COUNT = r"(?![\d.年月日元块亩斤户人Xx*])"
LABELLED = re.compile(
    rf"(?:{LABEL})(?:[是为:： ]){{0,3}}(?P<said>\d{{7,14}}[Xx]?|\d{{3,4}}[ -]\d{{4,8}}){NO_COUNT}"
)

# digits as one says them, with pauses, or mixed with written ones
SPOKEN = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
PAUSE = "[ ,，、.。-]?"
SPOKEN_MOBILE = (  # with a digit said twice by a slip
    rf"[幺一壹][三四五六七八九叁肆伍陆柒捌玖](?:{PAUSE}[{SPOKEN}]){{9,12}}"
)
SPOKEN_LONG = rf"[{SPOKEN}](?:{PAUSE}[{SPOKEN}]){{14,18}}(?:{PAUSE}[Xx叉])?"
MIXED = (
    rf"(?=[0-9]{{0,10}}[{SPOKEN}])[幺一壹1][三四五六七八九叁肆伍陆柒捌玖3-9][{SPOKEN}0-9]{{9}}"
)

SECRET = led(
    rf"(?<![\d*])(?:{ID_CARD}|{BANK_CARD}|{MOBILE}|{LANDLINE}|{LONG})(?![\dXx*])"
    rf"|(?<![{SPOKEN}*])(?:{SPOKEN_LONG}|{SPOKEN_MOBILE})(?![{SPOKEN}*])"
    rf"|(?<![{SPOKEN}0-9*]){MIXED}(?![{SPOKEN}0-9*])"
)
HEAD, TAIL = 3, 4  # characters of a number that stay readable
PASSES = 4  # over a text whose numbers touch one another


def find_secrets(plain: str) -> list[tuple[int, int]]:
    """Where numbers stand that must not be stored, in a normalised text, in order.

    What stays readable of one may stand beside digits that look like a number of their own;
    such neighbours are one secret.
    """
    found = _numbers(plain)
    for _ in range(PASSES if found else 0):
        more = _numbers(hide(plain, found))
        if not more:
            break
        found = _united([*found, *more])
    return found


def _numbers(plain: str) -> list[tuple[int, int]]:
    found = [match.span() for match in SECRET.finditer(plain)]
    return _united(found + [match.span("said") for match in LABELLED.finditer(plain)])


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that overlap as one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        else:
            kept.append((start, end))
    return kept


def hide(text: str, secrets: list[tuple[int, int]]) -> str:
    """The text with the middle of each such number made unreadable, as long as before."""
    for start, end in secrets:
        shown = min(HEAD, (end - start) // 4), min(TAIL, (end - start) // 3)
        middle = "*" * (end - start - sum(shown))
        text = text[: start + shown[0]] + middle + text[end - shown[1] :]
    return text
