"""督查通报 (S000-55): what ten days of checks have shown, confirmed findings only (domain §9).

A finding stands in the bulletin of the days in which somebody has confirmed it, after the reply
or its time; open and lifted ones stand in none. Places and kinds (S000-91), no person and no
household: their names are taken out of what the checker has written.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.findings import CATEGORIES, UNANSWERED
from ledger.people import Scope
from ledger.periods import Period, span
from ledger.reports.basis import SOURCES, Source
from ledger.reports.facts import Level, Place
from ledger.rules import Rules

sql = queries("inspection")
KIND = "inspection"
BEFORE = timedelta(days=62)  # a visit is done within two months of its draw
WORDS = 60  # characters of what was found, in one line
PERSON, HOUSEHOLD = "有关人员", "有关农户"
OTHER = "其他"
KNEW, UNSURE = "knew", "unsure"  # ledger.phone_checks.Given
GOOD = 10  # good points told


# facts
class Problem(NamedTuple):
    """One confirmed finding: where, which day, what; who it was stays out."""

    number: int
    township: str
    village: str
    kind: str
    source: str
    day: str
    words: str
    replied: bool


class Part(NamedTuple):
    """How many in one township, or of one kind."""

    name: str
    problems: int
    villages: int


class Good(NamedTuple):
    """A village that knew every question of its phone checks."""

    township: str
    village: str


@dataclass(frozen=True)
class Figures:
    """The numbers of the bulletin; the county's totals."""

    chat_drawn: int = 0
    chat_answered: int = 0
    phone_drawn: int = 0
    phone_done: int = 0
    visits_made: int = 0
    back_checked: int = 0
    townships: int = 0  # in which something was checked
    villages: int = 0
    problems: int = 0
    problem_villages: int = 0
    replied: int = 0  # of the problems: with the person's own words
    all_known: int = 0  # villages that knew every question of a phone check


@dataclass(frozen=True)
class Inspection:
    """One bulletin, complete: what it says follows from this alone."""

    period: str  # 2026-11-T2
    first: str
    last: str
    place_id: int
    place: str
    figures: Figures
    townships: tuple[Part, ...] = ()
    kinds: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()
    good: tuple[Good, ...] = ()
    correct_days: int = 20
    to: str = ""
    copies: str = ""
    kind: str = KIND
    level: Level = "county"
    until: str = ""  # its days are over, always

    @property
    def as_of(self) -> str:
        """Findings count as they are now; the checks are those of its days."""
        return self.last


# rules
def period_of(day: date) -> str:
    """The ten days of that day: 2026-11-T2."""
    return f"{day:%Y-%m}-T{span(Period.TENDAY, day).key % 10}"


def without_names(words: str, people: Iterable[str], households: Iterable[str]) -> str:
    """What a checker has written, on one line, with nobody's name in it."""
    named = [(one, PERSON) for one in people] + [(one, HOUSEHOLD) for one in households]
    for name, instead in sorted(named, key=lambda one: -len(one[0])):
        words = words.replace(name, instead) if len(name) > 1 else words
    line = " ".join(words.split())
    return line if len(line) <= WORDS else line[: WORDS - 1] + "…"


# records
async def make(db: Session, place: Place, day: date, rules: Rules) -> Inspection:
    """The bulletin of the ten days of that day, for a county, in two statements."""
    days = span(Period.TENDAY, day)
    checks = await _checks(db, place.scope, days.first, days.last)
    problems = await _problems(db, place.scope, days.first, days.last)
    good = _good(checks)
    return Inspection(
        period_of(day), days.first.isoformat(), days.last.isoformat(), place.id, place.name,
        _figures(checks, problems, good), _by_township(problems), _by_kind(problems),
        tuple(problems), tuple(good[:GOOD]), rules.correct_days, rules.inspection_to,
        rules.inspection_copies,
    )  # fmt: skip


async def _checks(db: Session, scope: Scope, first: date, last: date) -> list[Any]:
    rows = sql.checks(
        db.connection, county=scope.county, since=(first - BEFORE).isoformat(),
        first=first.isoformat(), last=last.isoformat(), **_moments(first, last),
    )  # fmt: skip
    return [row async for row in rows]


async def _problems(db: Session, scope: Scope, first: date, last: date) -> list[Problem]:
    rows = sql.found(
        db.connection, county=scope.county, unanswered=UNANSWERED, **_moments(first, last)
    )
    found = [row async for row in rows]
    names = {
        sort: sorted({row["words"] for row in found if row["sort"] == sort})
        for sort in ("person", "household")
    }
    return [
        _problem(row, without_names(row["words"], names["person"], names["household"]))
        for row in found
        if row["sort"] == "finding"
    ]


def _problem(row: Any, words: str) -> Problem:
    kind = row["category"] if row["category"] in CATEGORIES else OTHER
    return Problem(
        row["id"], row["township"], row["village"], kind, row["source"], row["day"], words,
        bool(row["replied"]),
    )  # fmt: skip


def _moments(first: date, last: date) -> dict[str, int]:
    return {"begins": ms(at(first, time.min)), "ends": ms(at(last + DAY, time.min))}


# sums
def _figures(checks: list[Any], problems: list[Problem], good: list[Good]) -> Figures:
    drawn, done = Counter[str](), Counter[str]()
    for row in checks:
        drawn[row["method"]] += row["drawn"]
        done[row["method"]] += row["done"]
    return Figures(
        chat_drawn=drawn["chat"], chat_answered=done["chat"], phone_drawn=drawn["phone"],
        phone_done=done["phone"], visits_made=done["visit"], back_checked=done["back_check"],
        townships=len({row["township_id"] for row in checks}),
        villages=len({row["team_id"] for row in checks}), problems=len(problems),
        problem_villages=len(_villages(problems)), replied=sum(one.replied for one in problems),
        all_known=len(good),
    )  # fmt: skip


def _villages(problems: Iterable[Problem]) -> set[tuple[str, str]]:
    return {(one.township, one.village) for one in problems}


def _by_township(problems: Sequence[Problem]) -> tuple[Part, ...]:
    names = dict.fromkeys(one.township for one in problems)
    return tuple(
        _part(name, [one for one in problems if one.township == name]) for name in names
    )


def _by_kind(problems: Sequence[Problem]) -> tuple[Part, ...]:
    """In the order of S000-91, what is of no kind last."""
    parts = (
        _part(kind, [one for one in problems if one.kind == kind])
        for kind in (*CATEGORIES, OTHER)
    )
    return tuple(one for one in parts if one.problems)


def _part(name: str, problems: Sequence[Problem]) -> Part:
    return Part(name, len(problems), len(_villages(problems)))


def _good(checks: list[Any]) -> list[Good]:
    """Villages that knew every question asked of them; facts only, and no one's name."""
    given: dict[Good, set[str]] = {}
    for row in checks:
        if row["method"] == "phone" and row["found"]:
            answers = {one.get("given", "") for one in json.loads(row["found"])}
            given.setdefault(Good(row["township"], row["village"]), set()).update(answers)
    return [place for place, said in given.items() if KNEW in said and UNSURE not in said]


PROBLEMS = (
    "problems",
    "problem_villages",
    "replied",
    "kinds",
    "kind_villages",
)
CHECKS = (
    "chat_drawn", "chat_answered", "phone_drawn", "phone_done", "visits_made", "back_checked",
    "townships", "villages", "all_known",
)  # fmt: skip
SOURCES[KIND] = {
    **{name: Source(sql.basis_problems, name) for name in PROBLEMS},
    **{name: Source(sql.basis_checks, name) for name in CHECKS},
}
