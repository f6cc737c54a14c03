"""What must not be stored: ID, bank and phone numbers in a text, spoken digits too."""

import re

SPOKEN = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
ID_CARD = r"[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[ -]?\d{3}[\dXx]|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}"  # 18, or the old 15
BANK_CARD = r"[3-6]\d{3}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,4}){1,2}"
MOBILE = r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
LANDLINE = r"0\d{2,3}[ -]\d{7,8}(?:-\d{1,5})?|0[1-9]\d{9,10}"
SPOKEN_MOBILE = rf"[幺一壹][三四五六七八九叁肆伍陆柒捌玖](?:[ ,，、-]?[{SPOKEN}]){{9}}"
SPOKEN_LONG = rf"[{SPOKEN}](?:[ ,，、-]?[{SPOKEN}]){{14,18}}"
SECRET = re.compile(
    rf"(?<![\d.A-Za-z])(?:{ID_CARD}|{BANK_CARD}|{MOBILE}|{LANDLINE})(?![\dXx])"
    rf"|(?<![{SPOKEN}])(?:{SPOKEN_LONG}|{SPOKEN_MOBILE})(?![{SPOKEN}])"
)
HEAD, TAIL = 3, 4  # characters of a number that stay readable


def find_secrets(plain: str) -> list[tuple[int, int]]:
    """Where numbers stand that must not be stored, in a normalised text."""
    return [match.span() for match in SECRET.finditer(plain)]


def hide(text: str, secrets: list[tuple[int, int]]) -> str:
    """The text with the middle of each such number made unreadable, as long as before."""
    for start, end in secrets:
        shown = min(HEAD, (end - start) // 4), min(TAIL, (end - start) // 3)
        middle = "*" * (end - start - sum(shown))
        text = text[: start + shown[0]] + middle + text[end - shown[1] :]
    return text
