"""The issue ledger row by row, as it goes out into files: any number of issues, a page at a time.

One statement walks the scope; what belongs to a page (who has had each issue, its look-backs) is
fetched with three more. So the number of statements does not depend on what is in an issue.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ledger import campaigns
from ledger.clock import moment
from ledger.database import Session, queries
from ledger.people import Person, scope_of
from ledger.reading.hiding import without_secrets

sql = queries("issue_rows")
PAGE = 500
PEOPLES_WORDS = ("text", "measure", "requirement", "lasting", "effect", "note", "responsible")


# facts
class Order(StrEnum):
    """In what order the rows come; the number decides between equals."""

    NUMBER = "number"
    PLACE = "place"  # township, village, household
    UNIT = "unit"  # whoever has it, then the deadline
    DUE = "due"


@dataclass(frozen=True)
class Wanted:
    """Which issues of the scope; what is left empty is not asked for."""

    id: int = 0
    village: int = 0  # a team's id
    household: str = ""
    unit: str = ""  # leads it, helps with it or has it
    tag: str = ""
    catalogue: str = ""  # the table it has come from, by name
    campaign: str = ""  # found by a sweep, or tagged with a campaign's name
    from_day: str = ""  # of the deadline
    until_day: str = ""
    unfinished: int = 0
    late_on: str = ""  # not struck off, its deadline before that day


@dataclass(frozen=True)
class Held:
    """One stay in somebody's hands."""

    holder: str
    since_day: str
    until_day: str | None


@dataclass(frozen=True)
class LookedBack:
    """One look-back (回头看): how long after, due when, what came of it; '' not done yet."""

    after_days: int
    due: str
    result: str
    day: str | None


@dataclass(frozen=True)
class Row:
    """One issue with the names behind its numbers; days are ISO."""

    id: int
    township: str
    village: str
    household: str
    text: str
    tier: str
    category: str
    source: str
    catalogue: str
    aspect: str
    item_no: str
    measure: str
    requirement: str
    lasting: str
    lead_unit: str
    co_units: str
    responsible: str
    owner: str
    tags: str
    found_day: str
    due: str
    state: str
    effect: str
    submitted_at: int | None
    verifier: str
    household_word: str
    text_only: int
    closed_day: str | None
    reopens_id: int
    rebounds: int
    holder: str  # who has it now
    moved: int  # how often its deadline was moved
    note: str  # the last step
    files: int
    held: tuple[Held, ...] = ()
    look_backs: tuple[LookedBack, ...] = ()

    @property
    def place(self) -> str:
        """Its village, else its township; '' is the county's own."""
        return self.village or self.township

    @property
    def submitted_day(self) -> date | None:
        """When it was handed in for 销号."""
        return moment(self.submitted_at).date() if self.submitted_at else None

    def days_held(self, today: date) -> dict[str, int]:
        """Days per holder in the order they first had it; an open stay runs to today."""
        days: dict[str, int] = {}
        for one in self.held:
            end = date.fromisoformat(one.until_day) if one.until_day else today
            length = max((end - date.fromisoformat(one.since_day)).days, 0)
            days[one.holder] = days.get(one.holder, 0) + length
        return days

    def is_late(self, today: date) -> bool:
        """Not struck off although its last day has passed."""
        return self.closed_day is None and self.due < today.isoformat()


# records
async def pages(
    db: Session, asker: Person, wanted: Wanted, order: Order = Order.NUMBER
) -> AsyncIterator[list[Row]]:
    """The rows of the asker's scope, a page at a time; never more than a page is in memory.

    Only rows in the order of their numbers carry who has had them, their look-backs, and who has
    verified what a table brought in struck off.
    """
    asked = {"by": order.value, **asdict(wanted), **await _swept(db, asker, wanted.campaign)}
    async with db.connection.execute(sql.rows.sql, asked) as cursor:
        while page := [dict(row) for row in await cursor.fetchmany(PAGE)]:
            if order is Order.NUMBER:
                await _add_details(db, asker, page)
            yield [_row(facts) for facts in page]


async def _swept(db: Session, asker: Person, name: str) -> dict[str, Any]:
    """The scope, and of a sweep the days and the list that decide what was found by it.

    ledger/campaigns.sql counts the same issues.
    """
    scope = scope_of(asker)
    found = await campaigns.found_by_name(db, asker, name) if name else None
    if found is None or found.kind != campaigns.Kind.SWEEP:
        return {"sweep": 0, "first": "", "last": "", **vars(scope)}
    days = {"first": found.from_day.isoformat(), "last": found.last_day.isoformat()}
    return {"sweep": found.id, **days, **vars(found.within(scope))}


async def access_row(db: Session, asker: Person, id: int) -> Row | None:
    """One issue of the asker's scope; None: not there, or not his."""
    async for page in pages(db, asker, Wanted(id=id)):
        return page[0]
    return None


def _row(facts: dict[str, Any]) -> Row:
    del facts["township_id"], facts["team_id"]
    for name in PEOPLES_WORDS:
        facts[name] = plain_words(facts[name])
    return Row(**facts)


@lru_cache(maxsize=1 << 15)  # each text comes once in each order
def plain_words(text: str) -> str:
    """People's words for a file: numbers that must not leave the house are hidden."""
    return without_secrets(text)[1] if text else text


async def _add_details(db: Session, asker: Person, page: list[dict[str, Any]]) -> None:
    ends = {"first": page[0]["id"], "last": page[-1]["id"], **vars(scope_of(asker))}
    held: dict[int, list[Held]] = {}
    async for row in sql.spans(db.connection, **ends):
        stay = Held(row["holder"], row["since_day"], row["until_day"])
        held.setdefault(row["issue_id"], []).append(stay)
    looks: dict[int, list[LookedBack]] = {}
    async for row in sql.look_backs(db.connection, **ends):
        look = LookedBack(row["after_days"], row["due"], row["result"], row["day"])
        looks.setdefault(row["issue_id"], []).append(look)
    told = await _verifiers_told(db, ends)
    for one in page:
        one["held"] = tuple(held.get(one["id"], ()))
        one["look_backs"] = tuple(looks.get(one["id"], ()))
        one["verifier"] = one["verifier"] or told.get(one["id"], "")


async def _verifiers_told(db: Session, ends: dict[str, int]) -> dict[int, str]:
    """Who has verified what came in struck off, as the table says it."""
    found: dict[int, str] = {}
    async for row in sql.tables_words(db.connection, **ends):
        if said := str(json.loads(row["body"]).get("verifier") or ""):
            found[row["issue_id"]] = plain_words(said)
    return found
