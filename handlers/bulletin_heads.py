"""What stands around the words of a signed paper: red head, number, to whom, who signs, copies.

A county's own are in its paper.toml ([office]) and its rules; without them we say plainly whose
paper it is, and invent no 机关代字.
"""

from dataclasses import dataclass

from handlers.talk import Talk
from ledger.bulletins import Bulletin
from ledger.reports.inspection import KIND as INSPECTION
from templates.bulletin import read
from templates.layout import BadPaper, Office, load

OFFICIAL = frozenset({"tenday", "monthly"})  # 督查通报 brings its own head
EMPTY = "＿"  # where a draft has no number yet
FILE = "文件"  # the end of a red head


@dataclass(frozen=True)
class Head:
    """Of one paper; '' leaves a part out."""

    sign: str
    number: str = ""
    office: str = ""
    to: str = ""
    copies: tuple[str, ...] = ()


def head_of(talk: Talk, bulletin: Bulletin, year: int) -> Head:
    """Of a draft or of what is being signed."""
    office, sign = _office(talk), _organ(talk, bulletin)
    number = _numbered(office, bulletin, year) if _has_number(bulletin) else ""
    if bulletin.kind not in OFFICIAL:
        return Head(sign, number)
    to = office.to or talk.say("bulletins.to")
    if bulletin.version:
        return Head(sign, to=to)
    copies = office.copies or (talk.say("bulletins.copies"),)
    return Head(sign, number, office.name or sign + FILE, to, copies)


def number_of(talk: Talk, bulletin: Bulletin) -> str:
    """Its number as it was printed; '' where it has none."""
    if not bulletin.number:
        return ""
    found = read(bulletin.words).number
    return found or _numbered(_office(talk), bulletin, bulletin.year or talk.now.year)


def number_of_paper(talk: Talk, bulletin: Bulletin, year: int, number: int) -> str:
    """The number of the paper that a supplement is about; '' where it has none."""
    return _form(_office(talk), bulletin, year, str(number)) if number else ""


def _has_number(bulletin: Bulletin) -> bool:
    return bulletin.rule.numbered and not bulletin.version


def _numbered(office: Office, bulletin: Bulletin, year: int) -> str:
    return _form(office, bulletin, year, str(bulletin.number or EMPTY))


def _form(office: Office, bulletin: Bulletin, year: int, number: str) -> str:
    """安驻办发〔2026〕1号; without a 机关代字 2026年第1号; 督查通报 2026年第1期."""
    if bulletin.kind == INSPECTION:
        return f"{year}年第{number}期"
    if not office.code:
        return f"{year}年第{number}号"
    return office.number_form.format(code=office.code, year=year, number=number)


def _organ(talk: Talk, bulletin: Bulletin) -> str:
    """Who signs at the foot: an organ, never a county's bare name."""
    place = bulletin.content.place
    if bulletin.level == "township":
        return talk.say("bulletins.organ_of_township", place=place)
    named = talk.rules.bulletin_office or _office(talk).name.removesuffix(FILE)
    return named or talk.say("bulletins.organ_of_county", place=place)


def _office(talk: Talk) -> Office:
    """The county's own; ours where its paper.toml cannot be followed (doctor tells)."""
    try:
        return load(talk.room.words.county).office
    except BadPaper:
        return load().office
