"""What an issue table would change: its lines against what the ledger has. Pure.

An issue is known again by its catalogue, its number (without one, its words) and its place. A cell
left blank says nothing. What people have written here since the last import stays as they wrote it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ledger import units
from ledger.catalogue_cells import LABELS
from ledger.catalogue_places import Known, Place, Trouble, places_of
from ledger.catalogue_rows import Line, Reading
from ledger.issue_moves import UNFINISHED, State
from ledger.issues import due_of, tier_of
from ledger.rules import Rules
from ledger.standards import standard_of, standards
from ledger.table_cells import Problem
from ledger.tiers import Tier

COMPARED = (
    "text", "aspect", "category", "tier", "due", "measure", "requirement", "lead_unit", "co_units",
    "responsible",
)  # fmt: skip
Key = tuple[str, int, int, str]


@dataclass(frozen=True)
class Entry:
    """One issue of one place, as the table says it."""

    line: Line
    place: Place
    household_id: int | None
    facts: Mapping[str, str]  # of COMPARED what is written, nothing left blank

    @property
    def key(self) -> Key:
        """By what it is known again."""
        one = self.place
        return (
            self.line.item_no or self.line.text,
            one.township_id,
            one.team_id,
            one.household,
        )


@dataclass(frozen=True)
class Entered:
    """An issue the catalogue has brought before, as it stands now; `said`: what the table said."""

    id: int
    key: Key
    state: str
    now: Mapping[str, str]
    said: Mapping[str, str]
    holder_kind: str
    holder: str


@dataclass(frozen=True)
class Change:
    """An issue that the table says otherwise than before: field by field, before and after."""

    id: int
    entry: Entry
    differing: Mapping[str, tuple[str, str]]
    said: Mapping[str, str]  # what the table said before
    leaves: bool  # in the hands of the unit that led it: goes on to the new one


@dataclass(frozen=True)
class Counted:
    """One thing the sheet counts itself: what it says, and how many were read."""

    what: str
    told: int
    read: int


@dataclass(frozen=True)
class Twin:
    """Another table that holds issues of the same words and place, and how many."""

    name: str
    count: int


@dataclass(frozen=True)
class Preview:
    """What a table would change; the same ledger and the same table give an equal one."""

    name: str
    source: str
    county_id: int
    sha256: str
    new: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()
    same: int = 0
    ended: int = 0  # struck off or withdrawn here: left alone
    ours: int = 0  # changed here since: our words stay
    absent: int = 0  # in the ledger, not in the table: left alone
    problems: tuple[Problem, ...] = ()
    aspects: int = 0
    items: int = 0
    units: int = 0
    miscounts: tuple[Counted, ...] = ()
    undated: int = 0
    claimed: int = 0
    examples: int = 0
    without_due: int = 0
    twins: tuple[Twin, ...] = ()  # other tables that hold the same issues

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not self.new and not self.changed

    @property
    def problem_rows(self) -> int:
        """How many rows are left out."""
        return len({(one.sheet, one.row) for one in self.problems})

    @property
    def fingerprint(self) -> str:
        """The same for equal previews, whenever and wherever they are made."""
        same = replace(self, source="")  # it may be said with the word to enter it
        return hashlib.sha256(repr(same).encode()).hexdigest()

    @property
    def closed(self) -> int:
        """How many come in struck off already."""
        return sum(one.line.state is State.CLOSED for one in self.new)


@dataclass
class _Found:
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


# entries
def placed(
    reading: Reading, known: Known, known_units: Sequence[units.Unit],
    households: Mapping[int, Sequence[tuple[int, str, str]]],
) -> tuple[list[Entry], list[Problem]]:  # fmt: skip
    """The lines by place, each once; a place nobody knows is a problem of the row."""
    found, rows = _Found(), dict[Key, int]()
    found.problems += _places_of_faulty(reading, known)
    for line in reading.lines:
        places = places_of(line.places, known)
        if isinstance(places, Trouble):
            found.problems.append(
                _problem(line, places.column, places.reason, text=places.text)
            )
            continue
        every = [_entry(line, one, known_units, households) for one in places]
        before = next((rows[one.key] for one in every if one.key in rows), None)
        if before is not None:
            found.problems.append(_problem(line, "", "catalogues.same_issue", row=before))
            continue
        rows |= {one.key: line.row for one in every}
        found.entries += every
    return found.entries, found.problems


def _places_of_faulty(reading: Reading, known: Known) -> Iterable[Problem]:
    """All that is wrong with a row is said at once; not the words of one with a card's number."""
    hidden = {one.row for one in reading.problems if not one.column}
    for line in reading.faulty:
        places = places_of(line.places, known)
        if isinstance(places, Trouble) and line.row not in hidden:
            yield _problem(line, places.column, places.reason, text=places.text)


def _problem(line: Line, column: str, reason: str, /, **facts: Any) -> Problem:
    return Problem(line.sheet, line.row, LABELS.get(column, ""), reason, facts)


def _entry(
    line: Line, place: Place, known: Sequence[units.Unit],
    households: Mapping[int, Sequence[tuple[int, str, str]]],
) -> Entry:  # fmt: skip
    of_team = households.get(place.team_id, ())
    ids = [
        id
        for id, name, group in of_team
        if name == place.household and place.group in {"", group}
    ]
    facts = {
        "text": line.text,
        "aspect": line.aspect,
        "category": category_in(line.category),
        "tier": line.tier.value if line.tier else "",
        "due": line.due.isoformat() if line.due else "",
        "measure": line.measure,
        "requirement": line.requirement,
        "lead_unit": _unit(line.lead_unit, known),
        "co_units": "、".join(_unit(one, known) for one in line.co_units),
        "responsible": line.responsible,
    }
    written = {name: text for name, text in facts.items() if text}
    return Entry(line, place, ids[0] if len(ids) == 1 else None, written)


def _unit(name: str, known: Sequence[units.Unit]) -> str:
    """The name it goes by in the ledger."""
    found = units.match(name, list(known)) if name else None
    return found.name if found else name


def category_in(text: str) -> str:
    """One of the ten categories a cell names; '' where it names none of them."""
    return next((one for one in standards() if one in text), "") if text else ""


def with_defaults(entry: Entry, today: date, rules: Rules, category: str) -> dict[str, Any]:
    """All columns of a new issue; `category` is the one its words tell.

    Without a day of its own it was found today, or on its deadline or closing where that has passed.
    """
    line, said = entry.line, entry.facts
    found = line.found or min(one for one in (today, line.due, line.closed) if one)
    due = line.due or due_of(line.tier or Tier.GENERAL, found, rules)
    about = said.get("category", category)
    return dict.fromkeys(COMPARED, "") | {"requirement": standard_of(about)} | dict(said) | {
        "category": about,
        "tier": (line.tier or tier_of(due, found, rules)).value,
        "due": due.isoformat(),
        "found_day": found.isoformat(),
    }  # fmt: skip


# against the ledger
def compare(
    entries: Iterable[Entry], entered: Sequence[Entered]
) -> tuple[list[Entry], list[Change], dict[str, int]]:
    """What is new, what differs, and the counts of what is left alone."""
    known = {one.key: one for one in entered}
    new: list[Entry] = []
    changed: list[Change] = []
    counts = {"same": 0, "ended": 0, "ours": 0, "absent": 0}
    for entry in entries:
        before = known.pop(entry.key, None)
        if before is None:
            new.append(entry)
        elif before.state not in UNFINISHED:
            counts["ended"] += 1
        else:
            differing, ours = _differing(entry, before)
            counts["ours"] += ours
            if differing:
                changed.append(_change(entry, before, differing))
            else:
                counts["same"] += 1
    counts["absent"] = sum(one.state in UNFINISHED for one in known.values())
    return new, changed, counts


def _change(entry: Entry, before: Entered, differing: dict[str, tuple[str, str]]) -> Change:
    led = before.now["lead_unit"]
    leaves = "lead_unit" in differing and bool(led)
    with_it = before.holder_kind == "unit" and before.holder == led
    return Change(before.id, entry, differing, before.said, leaves and with_it)


def _differing(entry: Entry, before: Entered) -> tuple[dict[str, tuple[str, str]], bool]:
    """The fields that the table says otherwise than last time, unless somebody changed them here."""
    found: dict[str, tuple[str, str]] = {}
    ours = False
    for name, text in entry.facts.items():
        now, said = before.now[name], before.said.get(name, "")
        if text in {now, said} or _same_day(name, text, said, entry):
            ours |= text == said != now
        elif now in {said, ""}:
            found[name] = (now, text)
        else:
            ours = True
    return found, ours


def _same_day(name: str, text: str, said: str, entry: Entry) -> bool:
    """4月30日 read half a year later is no other day."""
    return name == "due" and entry.line.no_year and text[5:] == said[5:]
