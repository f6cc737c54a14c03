"""半年数据 (S004-25): the frozen roster of a half-year in figures, what has changed, who has signed.

Two statements beside the cut itself. Villages are those of the roster now, for a village without
anybody has no line in a cut.
"""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger import data_cuts
from ledger.clock import moment
from ledger.data_cuts import Cut, Difference, Frozen
from ledger.database import Session, queries
from ledger.people import Person, Role, scope_of
from ledger.reports.basis import SOURCES, Line, Source
from ledger.reports.facts import Level
from ledger.reports.opened import Opened, page
from ledger.roster_villages import MUST_HAVE_TEAM, kinds_of
from ledger.strength import SECRETARY

sql = queries("half_year")
ON_A_CARD = 12  # differences a chat message shows
ON_PAPER = 300


# facts
@dataclass(frozen=True)
class Figures:
    """The numbers of a cut; those of change are 0 where there is no cut before."""

    teams: int = 0
    people: int = 0
    secretaries: int = 0
    lacking: int = 0  # villages that must have a team and have nobody
    come: int = 0
    gone: int = 0
    moved: int = 0
    corrected: int = 0
    signed: int = 0
    errata: int = 0


@dataclass(frozen=True)
class Part:
    """One township of the county's paper."""

    name: str
    figures: Figures
    signed: bool


@dataclass(frozen=True)
class Wrong:
    """What was found wrong after the cut; `person` '': of no one person."""

    person: str
    text: str
    by: str


@dataclass(frozen=True)
class HalfYear:
    """One cut as a township or the county reads it; days are ISO, `before` '': the first cut."""

    kind: str
    level: Level
    place_id: int
    place: str
    day: str
    before: str  # the day of the cut it is compared with
    short: str
    sound: bool  # whether the lines still give the sum they had
    figures: Figures
    parts: tuple[Part, ...]
    lacking: tuple[str, ...]
    changes: tuple[Difference, ...]
    waiting: tuple[str, ...]  # townships that have not signed
    errata: tuple[Wrong, ...]
    signer: str = ""
    signed_day: str = ""
    made: str = ""  # the day the roster was frozen

    @property
    def first(self) -> str:
        """A cut is of one day."""
        return self.day

    @property
    def last(self) -> str:
        """The same day."""
        return self.day

    @property
    def as_of(self) -> str:
        """The same day."""
        return self.day

    @property
    def changed(self) -> int:
        """How many differences there are, shown or not."""
        found = self.figures
        return found.come + found.gone + found.moved + found.corrected

    @property
    def more(self) -> int:
        """How many differences are not shown."""
        return self.changed - len(self.changes)


@dataclass(frozen=True)
class _Read:
    """What the two statements have given."""

    old: tuple[Frozen, ...]
    new: tuple[Frozen, ...]
    before: str
    villages: tuple[Any, ...]
    signs: tuple[Any, ...]
    wrong: tuple[Any, ...]


# rules
def figures(read: _Read, township: int = 0) -> Figures:
    """The numbers of one township, or of all."""
    lines = _within(read.new, township)
    changes = data_cuts.differences(read.old, read.new, township) if read.before else []
    kinds = Counter(one.kind for one in changes)
    return Figures(
        teams=len({_village(one) for one in lines}), people=len(lines),
        secretaries=sum(SECRETARY in one.line["title"] for one in lines),
        lacking=len(_lacking(read, township)), come=kinds["come"], gone=kinds["gone"],
        moved=kinds["moved"], corrected=kinds["corrected"],
        signed=sum(township in {0, one["township_id"]} for one in read.signs),
        errata=len(_wrong(read, township)),
    )  # fmt: skip


def _within(lines: Iterable[Frozen], township: int) -> list[Frozen]:
    return [one for one in lines if township in {0, one.township_id}]


def _village(one: Frozen) -> tuple[int, str]:
    return one.township_id, one.line["village"]


def _lacking(read: _Read, township: int) -> tuple[str, ...]:
    """Villages that must have a team (S004-08) and had nobody on it."""
    manned = {_village(one) for one in read.new}
    return tuple(
        one["place"] if township else f"{one['township']}{one['place']}"
        for one in read.villages
        if township in {0, one["township_id"]} and kinds_of(one["text"]) & MUST_HAVE_TEAM
        and (one["township_id"], one["place"]) not in manned
    )  # fmt: skip


def _wrong(read: _Read, township: int) -> tuple[Wrong, ...]:
    """A township sees its own and what is of its people."""
    own = {one.person for one in _within(read.new, township)}
    names = {one.person: one.line["name"] for one in read.new}
    return tuple(
        Wrong(names.get(one["person_id"], ""), one["text"], one["person"])
        for one in read.wrong
        if township in {0, one["township_id"]} or one["person_id"] in own
    )


# records
async def access_half_year(
    db: Session, asker: Person, number: int | None = None, *, most: int = ON_A_CARD
) -> tuple[Cut, HalfYear]:
    """A cut of the asker's county as a paper, the newest unless named; only staff may see one."""
    cut = await data_cuts.access_cut(db, asker, number)
    read = await _read(db.connection, cut, scope_of(asker).township)
    return cut, _made(asker, cut, read, most)


def _made(asker: Person, cut: Cut, read: _Read, most: int) -> HalfYear:
    township = scope_of(asker).township
    changes = data_cuts.differences(read.old, read.new, township) if read.before else []
    own = next((one for one in read.signs if one["township_id"] == township), None)
    return HalfYear(
        "half_year", "township" if township else "county", township or asker.county_id,
        asker.place, cut.day, read.before, cut.short, _is_sound(cut, read.new),
        figures(read, township), () if township else _parts(read), _lacking(read, township),
        tuple(changes[:most]), _waiting(asker, read), _wrong(read, township),
        own["person"] if own else "", moment(own["at"]).date().isoformat() if own else "",
        moment(cut.made_at).date().isoformat(),
    )  # fmt: skip


def _is_sound(cut: Cut, lines: Sequence[Frozen]) -> bool:
    words = data_cuts.canonical(cut.county_id, date.fromisoformat(cut.day), lines)
    return hashlib.sha256(words.encode()).hexdigest() == cut.sha256


def _parts(read: _Read) -> tuple[Part, ...]:
    signed = {one["township_id"] for one in read.signs}
    names = {one["township_id"]: one["township"] for one in read.villages}
    return tuple(
        Part(name, figures(read, township), township in signed)
        for township, name in names.items()
    )


def _waiting(asker: Person, read: _Read) -> tuple[str, ...]:
    """The townships with lines that have not signed, for the county."""
    if asker.role is not Role.COUNTY:
        return ()
    there = {one.township_id for one in read.new} - {one["township_id"] for one in read.signs}
    names = {one["township_id"]: one["township"] for one in read.villages}
    return tuple(name for id, name in names.items() if id in there)


async def _read(connection: Any, cut: Cut, township: int) -> _Read:
    rows = [row async for row in sql.lines(connection, county=cut.county_id, day=cut.day)]
    days = sorted({row["day"] for row in rows} - {cut.day})
    beside: dict[str, list[Any]] = {"village": [], "signed": [], "wrong": []}
    ids = {"cut": cut.id, "county": cut.county_id, "township": township}
    async for row in sql.beside(connection, **ids):
        beside[row["sort"]].append(row)
    return _Read(
        tuple(_frozen(row) for row in rows if row["day"] != cut.day),
        tuple(_frozen(row) for row in rows if row["day"] == cut.day),
        days[0] if days else "",
        tuple(beside["village"]), tuple(beside["signed"]), tuple(beside["wrong"]),
    )  # fmt: skip


def _frozen(row: Any) -> Frozen:
    return Frozen(row["person_id"], row["township_id"], json.loads(row["line"]))


# the records behind the figures
def _behind(figure: str) -> Source:
    async def lines(
        connection: Any, *, day: str, at: str, county: int, township: int, skip: int, most: int,
        **_more: Any,
    ) -> AsyncIterator[Opened]:  # fmt: skip
        cut = await data_cuts.of_day(connection, county, day)
        read = await _read(connection, cut, township)
        found = [one for one in _lines(figure, read, township, day) if at in {"", one.township}]
        async for one in page(found, skip, most):
            yield one

    return Source(lines, figure)


def _lines(figure: str, read: _Read, township: int, day: str) -> Iterator[Line]:
    """What one figure counts, a person, a village or a word on the cut each."""
    if figure in {"people", "secretaries", "teams"}:
        yield from _standing(figure, _within(read.new, township), day)
    elif figure == "lacking":
        for name in _lacking(read, township):
            yield _line(day, {"village": name}, "team", 0)
    elif figure == "signed":
        for one in read.signs:
            if township in {0, one["township_id"]}:
                yield _line(day, {"township": one["township"]}, "signed", one["township_id"])
    elif figure == "errata":
        for number, wrong in enumerate(_wrong(read, township), 1):
            yield _line(day, {"name": wrong.person}, "erratum", number, wrong.text)
    else:
        for change in (
            data_cuts.differences(read.old, read.new, township) if read.before else ()
        ):
            if change.kind == figure:
                line = change.after or change.before
                yield _line(day, line, "post", 0, line["role"])


def _standing(figure: str, lines: Iterable[Frozen], day: str) -> Iterator[Line]:
    seen: set[tuple[int, str]] = set()
    for one in lines:
        if figure == "secretaries" and SECRETARY not in one.line["title"]:
            continue
        if figure == "teams" and _village(one) in seen:
            continue
        seen.add(_village(one))
        if figure == "teams":
            yield _line(day, {**one.line, "name": ""}, "team", 0)
        else:
            yield _line(day, one.line, "post", one.person, one.line["role"])


def _line(day: str, facts: data_cuts.Line, kind: str, number: int, text: str = "") -> Line:
    place = (facts.get("township", ""), facts.get("village", ""))
    return Line(day, *place, kind, number, 0, facts.get("name", ""), "", text, 0, 0)


SOURCES["half_year"] = {name: _behind(name) for name in Figures.__dataclass_fields__}
