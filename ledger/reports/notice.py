"""村公示 (S003-11, S003-12): what a village's team has done and promised, for its people to read.

Everything anybody wrote goes through the mask; what is private is counted and not shown. Whether
a promise was kept nobody has recorded, so the paper leaves a box to tick.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.mentions import Known
from ledger.people import Person, scope_of
from ledger.reports import basis
from ledger.reports.basis import SOURCES, Source
from ledger.reports.facts import Level
from ledger.reports.masking import PRIVATE_KINDS, SOMEBODY, Mask, is_private, masked
from ledger.reports.opened import Opened, page

sql = queries("notice")
MOST = 40  # lines of one list
LONGEST = 60  # characters of one entry's words
VILLAGE, HOUSEHOLD, OTHER, MEMBER = range(4)  # the sorts of the first statement


# facts
@dataclass(frozen=True)
class Figures:
    """How many, shown or not; `private` are among solved, under_way and promised."""

    solved: int = 0
    under_way: int = 0
    promised: int = 0
    policy: int = 0  # solved ones about 医疗, 收入, 兜底: told as a number only
    private: int = 0


class Line(NamedTuple):
    """One thing as it may hang on a wall; `whose` is masked, '' is nobody's alone."""

    whose: str
    kind: str
    text: str
    measure: str
    effect: str
    day: str
    by: str


@dataclass(frozen=True)
class Notice:
    """One village and period; days are ISO. Holds nothing that the wall must not show."""

    kind: str
    place_id: int
    village: str
    township: str
    period: str  # 2026年11月, 2026年第4季度
    first: str
    last: str
    as_of: str
    figures: Figures
    solved: tuple[Line, ...]
    under_way: tuple[Line, ...]
    promised: tuple[Line, ...]

    level: Level = "team"
    made: str = ""  # the day it was made

    @property
    def place(self) -> str:
        """The village."""
        return self.village

    @property
    def shown(self) -> int:
        """How many lines it has."""
        return len(self.solved) + len(self.under_way) + len(self.promised)

    @property
    def more(self) -> int:
        """How many more there are that are no private matter."""
        found = self.figures
        return found.solved + found.under_way + found.promised - found.private - self.shown


class Span(NamedTuple):
    """A month or a quarter."""

    name: str
    first: date
    last: date


# rules
def line(row: Any, mask: Mask) -> Line:
    """One row as it may be shown."""
    promised = row["sort"] == "promised"
    words = (row["text"], row["measure"], "" if promised else row["effect"])
    text, measure, effect = (_short(mask(one)) if one else "" for one in words)
    by = row["effect"] if promised else ""
    return Line(
        _whose(row["household"]), row["category"], text, measure, effect, row["day"], by
    )


def _whose(household: str) -> str:
    if not household.strip():
        return ""
    name = masked(household.strip())
    return "一户" if name == SOMEBODY else f"{name}家"


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def figures(rows: Sequence[Any]) -> Figures:
    """The numbers of all rows, the private ones among them."""
    count = {
        sort: sum(row["sort"] == sort for row in rows)
        for sort in ("solved", "under_way", "promised")
    }
    private = [row for row in rows if _private(row)]
    policy = sum(_counts("policy", row) for row in private)
    return Figures(**count, policy=policy, private=len(private))


def _private(row: Any) -> bool:
    return is_private(row["category"], (row["text"], row["measure"], row["effect"]))


def make(names: dict[int, list[Any]], rows: Sequence[Any], span: Span, today: date) -> Notice:
    """The notice from the names of the first statement, by sort, and the rows of the second."""
    village, mask = names[VILLAGE][0], _mask(names, rows)
    lines: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        if not _private(row):
            lines[row["sort"]].append(line(row, mask))
    return Notice(
        "notice", village["id"], village["name"], village["more"], span.name,
        span.first.isoformat(), span.last.isoformat(), min(span.last, today).isoformat(),
        figures(rows), tuple(lines["solved"][:MOST]), tuple(lines["under_way"][:MOST]),
        tuple(lines["promised"][:MOST]), made=today.isoformat(),
    )  # fmt: skip


def _mask(names: dict[int, list[Any]], rows: Sequence[Any]) -> Mask:
    """The ledger's households, those named with an entry only, and everybody else's names."""
    team = {row["name"] for row in names[MEMBER]}
    known = [
        Known(
            row["id"], row["name"], aliases=tuple(one for one in row["more"].split("、") if one)
        )
        for row in names[HOUSEHOLD]
    ]
    written = {row["household"].strip() for row in rows} - {one.name for one in known} - {""}
    known += [Known(0, name) for name in sorted(written)]
    others = (row["name"] for row in names[OTHER] if row["name"] not in team)
    return Mask(tuple(known), tuple(others))


# records
async def access_notice(
    db: Session, asker: Person, team: int, span: Span, *, today: date
) -> Notice:
    """A village's notice of a month or quarter; no village and another's are refused alike."""
    scope = scope_of(asker)
    asked = {
        "team": team,
        "county": scope.county,
        "township": scope.township,
        "own": scope.team,
    }
    names: dict[int, list[Any]] = defaultdict(list)
    async for row in sql.names(db.connection, **asked):
        names[row["sort"]].append(row)
    if not names[VILLAGE]:
        raise Refused("papers.no_village")
    days = {"first": span.first.isoformat(), "last": min(span.last, today).isoformat()}
    rows = [row async for row in sql.entries(db.connection, team=team, **days)]
    return make(names, rows, span, today)


# the records behind the figures
KINDS = {"solved": "closed", "under_way": "standing", "promised": "promise"}  # words of 依据


def _behind(figure: str) -> Source:
    async def lines(
        connection: Any, *, team: int, first: str, day: str, skip: int, most: int, **_more: Any
    ) -> AsyncIterator[Opened]:
        rows = [row async for row in sql.entries(connection, team=team, first=first, last=day)]
        found = [_opened(row) for row in rows if _counts(figure, row)]
        async for one in page(found, skip, most):
            yield one

    return Source(lines, figure)


def _counts(figure: str, row: Any) -> bool:
    if figure == "private":
        return _private(row)
    if figure == "policy":
        return row["sort"] == "solved" and row["category"] in PRIVATE_KINDS
    return bool(row["sort"] == figure)


def _opened(row: Any) -> basis.Line:
    """For the village's own team only: with the household, unmasked."""
    return basis.Line(
        row["day"], "", "", KINDS[row["sort"]], row["number"], 0, "", row["household"],
        row["text"], 0, 0,
    )  # fmt: skip


SOURCES["notice"] = {name: _behind(name) for name in Figures.__dataclass_fields__}
