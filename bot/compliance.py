"""The compliance sheet (合规单): what is switched on, the nine warning signs, opinions, data kept.

It states facts and leaves judgement to the operator: the question whether the rules apply at all
stays blank (domain §12).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.channels.text import plain
from bot.settings import Settings
from ledger import backup, burden, kept, opinions, roster, switches
from ledger.clock import WallClock, moment
from ledger.database import Database, Session, open_database
from ledger.days import DAY
from ledger.opinions import Counts
from ledger.rules import Rules, load_rules
from ledger.switches import FEATURES, Feature, Switch, Turn
from templates.words import Words

NONE, CHECK = "没有", "请运营单位自查"
OF_APPRAISAL = (
    Switch.MORE_CHECKS, Switch.PUBLISHED, Switch.TOWNSHIP_RANKING, Switch.STUDY_NAMES,
)  # fmt: skip
MONTHS = 6  # of burden figures on the sheet
FIRST = date(2000, 1, 1)  # before anything of ours


@dataclass(frozen=True)
class TurnLine:
    """One time a switch was on."""

    from_day: str
    until_day: str
    place: str
    end: str
    used: int
    reason: str
    scene: str
    basis: str
    approver: str
    by: str


@dataclass(frozen=True)
class SwitchLine:
    """One switch with its state and everything that was ever done with it."""

    name: str
    key: str
    state: str
    does: str
    rule: str
    turns: tuple[TurnLine, ...]


@dataclass(frozen=True)
class Sign:
    """One of the nine warning signs: its state, and how we know."""

    sign: str
    state: str
    how: str


@dataclass(frozen=True)
class Keeping:
    """One kind of data and how long it is kept; how many there are, where they are counted."""

    what: str
    count: int | None


@dataclass(frozen=True)
class Sheet:
    """The whole sheet; words are put to it in templates/bulletins/compliance.md."""

    day: date
    county: str
    operator: str
    filing: str
    switches: tuple[SwitchLine, ...]
    signs: tuple[Sign, ...]
    opinions: Counts
    month: str
    burden: tuple[str, ...]
    kept: tuple[Keeping, ...]

    @property
    def running(self) -> int:
        """How many switches are on."""
        return sum(one.state.startswith("开") for one in self.switches)

    def data(self) -> dict[str, Any]:
        """As plain data for --json; the question of Art. 2 is not ours to answer."""
        facts = asdict(self)
        return {**facts, "day": self.day.isoformat(), "scope_question": None}


async def sheet_of(settings: Settings) -> Sheet:
    """The sheet as of now, from a copy: the running program is not disturbed."""
    now = WallClock().now()
    async with _copy(settings) as database, database.reading() as db:
        return await make_sheet(db, settings, now)


async def make_sheet(db: Session, settings: Settings, now: datetime) -> Sheet:
    """Everything on the sheet, as of that moment."""
    day = now.date()
    county = await roster.any_county(db) or 0
    words = Words(settings.county_dir)
    rules = load_rules(settings.county_dir / "rules.toml" if settings.county_dir else None)
    turns = await switches.history(db, county)
    month = day.strftime("%Y-%m")
    said = await opinions.counts(db, county, FIRST, day)
    counted = await kept.counts(db, now=now)
    return Sheet(
        day, await roster.county_name(db) or "", settings.operator, settings.filing,
        tuple([await _switch_line(db, words, one, turns, day) for one in FEATURES]),
        _signs(words, [one for one in turns if _is_on(one, day)], said, counted),
        said, month, await burden_lines(db, words, rules, county, day), _keeping(words, counted),
    )  # fmt: skip


def text_of(sheet: Sheet, settings: Settings) -> str:
    """The sheet in words."""
    return plain(Words(settings.county_dir).bulletin("compliance", sheet=sheet).chat)


async def burden_lines(
    db: Session, words: Words, rules: Rules, county: int, today: date
) -> tuple[str, ...]:
    """The burden of this month and the last ones, a line each: totals, nobody named."""
    lines, day = [], today
    for _ in range(MONTHS):
        found = await burden.of_county(db, county, day, rules=rules)
        if found.lines:
            lines.append(plain(words.say("burden.sheet", found=found)))
        day = day.replace(day=1) - DAY
    return tuple(lines)


# switches
def _is_on(turn: Turn, day: date) -> bool:
    return turn.off_at is None and turn.from_day <= day.isoformat() <= turn.until_day


async def _switch_line(
    db: Session, words: Words, feature: Feature, turns: list[Turn], day: date
) -> SwitchLine:
    own = [one for one in turns if one.feature is feature]
    lines = tuple([await _turn_line(db, one, day) for one in own])
    state = "开" if any(_is_on(one, day) for one in own) else "关"
    return SwitchLine(
        feature.name, feature.switch.value, state if feature.available else "没有，也开不了",
        words.say(feature.does), words.say(feature.rule), lines,
    )  # fmt: skip


async def _turn_line(db: Session, turn: Turn, day: date) -> TurnLine:
    used = await switches.days_used(db, turn)
    return TurnLine(
        turn.from_day, turn.until_day, turn.township or "全县", _end_of(turn, day), used,
        turn.reason, turn.scene, turn.basis, turn.approver, turn.by,
    )  # fmt: skip


def _end_of(turn: Turn, day: date) -> str:
    if _is_on(turn, day):
        return "开着"
    if turn.off_at is None or turn.off_by is None:
        return "到期自己关"
    return f"{moment(turn.off_at).date().isoformat()} 关掉"


# the nine warning signs
SIGNS = (
    ("compliance.empty", "compliance.how_empty"),
    ("compliance.double", "compliance.how_double"),
    ("compliance.check_in", "compliance.how_check_in"),
    ("compliance.install", "compliance.how_install"),
    ("compliance.at_once", "compliance.how_at_once"),
    ("compliance.appraisal", "compliance.how_appraisal"),
    ("compliance.likes", "compliance.how_likes"),
    ("compliance.forms", "compliance.how_forms"),
    ("compliance.other", "compliance.how_other"),
)


def _signs(
    words: Words, running: list[Turn], said: Counts, counted: dict[str, int]
) -> tuple[Sign, ...]:
    """Each with its state and how we know; what a program cannot know is left to people."""
    recent, waiting = counted["recent"], said.received - said.answered
    states = (
        NONE if recent else CHECK,
        CHECK,
        _state(running, Switch.ROLL_CALL),
        NONE,
        _state(running, Switch.LOCATION, Switch.PHOTO),
        _state(running, *OF_APPRAISAL),
        NONE,
        CHECK,
        CHECK if waiting else NONE,
    )
    return tuple(
        Sign(words.say(sign), state, words.say(how, recent=recent, waiting=waiting))
        for (sign, how), state in zip(SIGNS, states, strict=True)
    )


def _state(running: list[Turn], *watched: Switch) -> str:
    """None, or which switches that are on touch it."""
    names = sorted({one.feature.name for one in running if one.feature.switch in watched})
    return f"有例外：{'、'.join(names)}开着" if names else NONE


# data kept
KEPT = (
    ("compliance.records", "records"),
    ("compliance.messages", "messages"),
    ("compliance.files", "files"),
    ("compliance.people", "people"),
    ("compliance.events", "events"),
    ("compliance.backups", ""),
)


def _keeping(words: Words, counted: dict[str, int]) -> tuple[Keeping, ...]:
    facts = {"hourly": backup.KEEP_HOURLY, "daily": backup.KEEP_DAILY}
    return tuple(
        Keeping(words.say(block, **facts), counted[name] if name else None)
        for block, name in KEPT
    )


@asynccontextmanager
async def _copy(settings: Settings) -> AsyncIterator[Database]:
    """A copy of the ledger to look into, gone afterwards."""
    with TemporaryDirectory() as folder:
        now = WallClock().now()
        made = await backup.copy_of(settings.database, Path(folder), now=now)
        async with open_database(made.path, durable=False) as database:
            yield database
