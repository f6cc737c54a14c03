"""How a single change of the roster is said: 张三 换成 李四 县水利局 轮换; 张三 到 石桥村. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.people import Role
from ledger.roster_cells import role_of

LONGEST = 200  # characters of one change
NAME = re.compile(r"[一-鿿·A-Za-z]{2,20}")
SWAP = re.compile(r"(\S+?)\s*(?:换成|换为|改为|换)\s*(\S+)\s*")
TRANSFER = re.compile(r"(\S+?)\s*(?:调到|调往|到|去|至)\s*(\S+)\s*")
APPROVED = re.compile(r"(?:经|由|报)?([^\s，,。；;]{2,20}?)(?:批准|同意)")
NUMBER = re.compile(r"[\d*]{5}")  # a number, hidden or not
BETWEEN = re.compile(r"[\s，,。；;、]+")
REASONS = {  # the first that fits counts; the first word is the one we say
    "单位抽回": ("单位抽回", "抽回", "抽调回", "单位调回"),
    "召回": ("召回",),
    "任期满": ("任期满", "任期届满", "期满", "到期"),
    "轮换": ("轮换", "轮岗"),
    "工作调动": ("工作调动", "调离", "调走"),
    "退休": ("退休",),
    "辞职": ("辞职", "离职"),
    "身体原因": ("身体原因", "生病", "病休", "身体不好"),
}


@dataclass(frozen=True)
class Spoken:
    """What stands behind the names: reason, approver, role, and the words left over.

    A phone is none of them: the inbox has hidden it before anybody reads.
    """

    reason: str = ""
    approver: str = ""
    role: tuple[Role, str] | None = None
    rest: tuple[str, ...] = field(default=())


def read_swap(text: str) -> tuple[str, str, str] | None:
    """Who goes, who comes, and what else is said; None when it is not said so."""
    return _pair(SWAP, text)


def read_transfer(text: str) -> tuple[str, str, str] | None:
    """Who moves, to which village, and what else is said."""
    return _pair(TRANSFER, text)


def _pair(pattern: re.Pattern[str], text: str) -> tuple[str, str, str] | None:
    found = pattern.match(text[:LONGEST])
    return (found[1], found[2], text[found.end() : LONGEST]) if found else None


def is_name(text: str) -> bool:
    """Whether it can be somebody's name."""
    return bool(NAME.fullmatch(text))


def read_words(text: str) -> Spoken:
    """What the words behind the names say, in whatever order they come."""
    text = text[:LONGEST]
    approved = APPROVED.search(text)
    if approved:
        text = f"{text[: approved.start()]} {text[approved.end() :]}"
    words = [one for one in BETWEEN.split(text) if one]
    reason = next((found for one in words if (found := reason_of(one))), "")
    role = next((post for one in words if (post := role_of(one))), None)
    taken = {one for one in words if reason_of(one) or role_of(one) or NUMBER.search(one)}
    rest = tuple(one for one in words if one not in taken)
    return Spoken(reason, approved[1] if approved else "", role, rest)


def reason_of(word: str) -> str:
    """The reason a word names, in the form we say it; empty when it is none of ours."""
    return next((name for name, forms in REASONS.items() if word in forms), "")


def village_in(words: Sequence[str], villages: Sequence[str]) -> str:
    """The first word that is a village's name, as the ledger writes it."""
    for one in words:
        for village in villages:
            if one in {village, village.removesuffix("村")}:
                return village
    return ""
