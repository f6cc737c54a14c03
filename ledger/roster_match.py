"""What a read roster would change: each line beside what the ledger knows. Pure: no database.

The same person is the same name with the same phone, else the same name in the same place.
An empty cell changes nothing; who is not in the file stays as he is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from ledger.people import ON_TEAM, Role
from ledger.roster_cells import LABELS, Problem
from ledger.roster_ids import Known as Known
from ledger.roster_ids import with_own_ids
from ledger.roster_rows import KEPT, Entry, HouseholdLine, PersonLine, Reading
from ledger.roster_villages import (
    VillageChange,
    VillageLine,
    sort,
    with_towns,
    without_repeats,
)

Place = tuple[str, str, str]  # county, township, village; empty where there is none


@dataclass(frozen=True)
class KnownHousehold:
    """A household the ledger has."""

    id: int
    place: Place
    name: str
    group: str
    kind: str


@dataclass(frozen=True)
class Ledger:
    """What the ledger knows before the import."""

    people: Sequence[Known]
    households: Sequence[KnownHousehold]
    places: frozenset[Place]
    kinds: Mapping[Place, str] = field(default_factory=dict)
    today: str = ""


@dataclass(frozen=True)
class Change:
    """One person as he is and as he would be."""

    line: PersonLine
    id: int
    before: Entry
    after: Entry

    @property
    def differing(self) -> dict[str, tuple[str, str]]:
        """What changes: the field's name to its old and new text."""
        names = [one.name for one in fields(Entry)]
        pairs = {
            name: (getattr(self.before, name), getattr(self.after, name)) for name in names
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True)
class HouseholdChange:
    """One household as it is and as it would be."""

    line: HouseholdLine
    before: KnownHousehold
    group: str
    kind: str


@dataclass(frozen=True)
class Preview:
    """What an import would do. Rows with a problem are left out, the rest can be applied."""

    sha256: str
    new: list[PersonLine] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    new_households: list[HouseholdLine] = field(default_factory=list)
    changed_households: list[HouseholdChange] = field(default_factory=list)
    same_households: int = 0
    new_villages: list[VillageLine] = field(default_factory=list)
    changed_villages: list[VillageChange] = field(default_factory=list)
    same_villages: int = 0
    new_places: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    examples: int = 0
    wecom: str = ""

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to apply."""
        households = self.new_households or self.changed_households
        return not (
            self.new or self.changed or households or self.new_villages or self.changed_villages
        )

    @property
    def problem_rows(self) -> int:
        """How many rows are left out; one row may have several problems."""
        return len({(one.sheet, one.row) for one in self.problems})


def compare(reading: Reading, ledger: Ledger, *, sha256: str, wecom: str = "") -> Preview:
    """Lay the file beside the ledger."""
    found = Preview(
        sha256, problems=list(reading.problems), examples=reading.examples, wecom=wecom
    )
    spoken = {_place(line) for line in reading.people if line.entry.village} | ledger.places
    towns = _townships(spoken | {one.place for one in reading.villages})
    villages = with_towns(reading.villages, towns, found.problems)
    people = _with_township([*reading.people], towns, found.problems)
    people = _sensible(people, villages, found.problems, ledger.today)
    pairs = _settled(_without_repeats(people, found.problems), ledger.people, found.problems)
    pairs = with_own_ids(pairs, ledger.people, found.problems)
    same = 0
    for line, known in pairs:
        after = merged(known.entry, line.entry) if known else line.entry
        if after.backwards:
            found.problems.append(_problem(line, "term_to", "roster.term_backwards"))
        elif known is None:
            found.new.append(line)
        elif after != known.entry:
            found.changed.append(Change(line, known.id, known.entry, after))
        else:
            same += 1
    bad = {(one.sheet, one.row) for one in found.problems}
    said = [one for one in (*villages, *_said_of(people)) if (one.sheet, one.row) not in bad]
    found.new_villages[:], found.changed_villages[:] = sort(said, ledger.places, ledger.kinds)
    same_villages = len(said) - len(found.new_villages) - len(found.changed_villages)
    places = {_place(line) for line, _ in pairs} | {one.place for one in villages}
    places |= ledger.places
    same_households = _households(reading.households, ledger, places, found)
    found.problems.sort(key=lambda one: (one.sheet != "人员", one.sheet, one.row))
    return replace(
        found,
        same=same,
        same_households=same_households,
        same_villages=same_villages,
        new_places=_new_places(found, ledger),
    )


# people
def merged(before: Entry, line: Entry) -> Entry:
    """The person after the import: what the file leaves empty stays, places follow the role."""
    kept_title = before.title if line.role is before.role else ""
    return replace(
        line,
        title=line.title or kept_title,
        **{name: getattr(line, name) or getattr(before, name) for name in KEPT},
    )


def _place(line: PersonLine) -> Place:
    return (line.county, line.entry.township, line.entry.village)


def _place_of(known: Known) -> Place:
    """Where somebody is looked for: staff are known by what they answer for."""
    township = "" if known.entry.role is Role.COUNTY else known.entry.township
    return (known.county, township, known.entry.village if known.entry.role in ON_TEAM else "")


def _townships(places: set[Place]) -> dict[tuple[str, str], set[str]]:
    """The townships in which a village of that name lies."""
    found = defaultdict(set)
    for county, township, village in places:
        if township and village:
            found[county, village].add(township)
    return found


def _with_township(
    lines: Sequence[PersonLine],
    towns: dict[tuple[str, str], set[str]],
    problems: list[Problem],
) -> list[PersonLine]:
    """A village alone is enough when only one township has it."""
    kept = []
    for line in lines:
        entry = line.entry
        if entry.village and not entry.township:
            known = sorted(towns.get((line.county, entry.village), ()))
            if len(known) != 1:
                problems.append(_problem(line, "township", "roster.left_empty"))
                continue
            line = replace(line, entry=replace(entry, township=known[0]))
        kept.append(line)
    return kept


def _sensible(
    lines: Sequence[PersonLine], villages: Sequence[VillageLine], problems: list[Problem],
    today: str,
) -> list[PersonLine]:  # fmt: skip
    """Rows whose days can be, and whose village is of one kind throughout the file."""
    before = len(problems)
    without_repeats([*villages, *_said_of(lines)], problems)
    for line in lines:
        if today and line.entry.checkup_day > today:
            problems.append(_problem(line, "checkup_day", "roster.day_ahead_of"))
    bad = {(one.sheet, one.row) for one in problems[before:]}
    return [line for line in lines if (line.sheet, line.row) not in bad]


def _said_of(lines: Sequence[PersonLine]) -> list[VillageLine]:
    """What the rows about people say of their villages."""
    return [
        VillageLine(line.sheet, line.row, *_place(line), line.village_kind)
        for line in lines
        if line.village_kind
    ]


def _without_repeats(lines: Sequence[PersonLine], problems: list[Problem]) -> list[PersonLine]:
    """The first of rows that say the same person or the same phone twice."""
    phones: dict[str, PersonLine] = {}
    seen: dict[tuple[Place, str], PersonLine] = {}
    kept = []
    for line in lines:
        entry, who = line.entry, (_place(line), line.entry.name)
        first, twin = phones.get(entry.phone), seen.get(who)
        if twin and (first is twin or not entry.phone or not twin.entry.phone):
            problems.append(_problem(line, "name", "roster.same_person", row=twin.row))
        elif first:
            facts = {"row": first.row, "name": first.entry.name}
            problems.append(_problem(line, "phone", "roster.phone_twice", **facts))
        else:
            kept.append(line)
            seen.setdefault(who, line)
            if entry.phone:
                phones[entry.phone] = line
    return kept


def _settled(
    lines: list[PersonLine], known: Sequence[Known], problems: list[Problem]
) -> list[tuple[PersonLine, Known | None]]:
    """Each line with the person it means. Taking one out can free or block a phone: again."""
    while True:
        claims, unclear = _claims(lines, known)
        wrong = unclear or _phones_taken(lines, claims, known)
        if not wrong:
            return [(line, claims.get(line.row)) for line in lines]
        problems += wrong
        out = {one.row for one in wrong}
        lines = [line for line in lines if line.row not in out]


def _claims(
    lines: Sequence[PersonLine], known: Sequence[Known]
) -> tuple[dict[int, Known], list[Problem]]:
    """Row number to the person it means; rows that could mean several are problems."""
    by_phone = {
        (one.county, one.entry.phone, one.entry.name): one for one in known if one.entry.phone
    }
    claims: dict[int, Known] = {}
    rest: dict[tuple[Place, str], list[PersonLine]] = defaultdict(list)
    for line in lines:
        found = by_phone.get((line.county, line.entry.phone, line.entry.name))
        if found:
            claims[line.row] = found
        else:
            rest[_place(line), line.entry.name].append(line)
    taken = {one.id for one in claims.values()}
    free: dict[tuple[Place, str], list[Known]] = defaultdict(list)
    for one in known:
        if one.id not in taken:
            free[_place_of(one), one.entry.name].append(one)
    unclear = []
    for who, same in rest.items():
        if len(same) == len(free[who]) == 1:
            claims[same[0].row] = free[who][0]
        elif free[who]:
            unclear += [_problem(line, "name", "roster.namesakes") for line in same]
    return claims, unclear


def _phones_taken(
    lines: Sequence[PersonLine], claims: dict[int, Known], known: Sequence[Known]
) -> list[Problem]:
    """Lines whose phone somebody else would still have after the import."""
    leaving = {claims[line.row].id for line in lines if line.row in claims and line.entry.phone}
    holders = {one.entry.phone: one for one in known if one.id not in leaving}
    found = []
    for line in lines:
        holder = holders.get(line.entry.phone) if line.entry.phone else None
        if holder and holder.county == line.county:
            facts = {"name": holder.entry.name, "place": holder.entry.village}
            found.append(_problem(line, "phone", "roster.phone_taken", **facts))
        elif holder:  # another county's people are not named (security §5 #4)
            found.append(_problem(line, "phone", "roster.phone_elsewhere"))
    return found


def _problem(
    line: PersonLine | HouseholdLine, name: str, reason: str, /, **facts: object
) -> Problem:
    return Problem(line.sheet, line.row, LABELS[name], reason, facts)


# households
def _households(
    lines: Sequence[HouseholdLine], ledger: Ledger, places: set[Place], found: Preview
) -> int:
    """Sort the households into the preview; returns how many stay as they are."""
    towns = _townships(places)
    known: dict[tuple[Place, str], list[KnownHousehold]] = defaultdict(list)
    for one in ledger.households:
        known[one.place, one.name].append(one)
    seen: dict[tuple[Place, str, str], int] = {}
    settled = [_settled_household(line, towns, places, seen) for line in lines]
    found.problems.extend(one for one in settled if isinstance(one, Problem))
    claimed: set[int] = set()
    same = 0
    for line, near in _exact_first(settled, known):
        same += _sort_household(line, near, claimed, found)
    return same


def _exact_first(
    settled: Sequence[HouseholdLine | Problem],
    known: dict[tuple[Place, str], list[KnownHousehold]],
) -> list[tuple[HouseholdLine, list[KnownHousehold]]]:
    """The lines with the households of their name; whose group is there too goes first."""
    pairs = [
        (line, known.get(((line.county, line.township, line.village), line.name), []))
        for line in settled
        if isinstance(line, HouseholdLine)
    ]
    return sorted(pairs, key=lambda pair: pair[0].group not in {one.group for one in pair[1]})


def _settled_household(
    line: HouseholdLine,
    towns: dict[tuple[str, str], set[str]],
    places: set[Place],
    seen: dict[tuple[Place, str, str], int],
) -> HouseholdLine | Problem:
    """The line with its township, or why it cannot stand."""
    if not line.township:
        near = sorted(towns.get((line.county, line.village), ()))
        if len(near) > 1:
            return _problem(line, "township", "roster.left_empty")
        line = replace(line, township=near[0] if near else "")
    place = (line.county, line.township, line.village)
    if place not in places:
        return _problem(line, "village", "roster.no_team", village=line.village)
    first = seen.setdefault((place, line.name, line.group), line.row)
    if first != line.row:
        return _problem(line, "household", "roster.same_household", row=first)
    return line


def _sort_household(
    line: HouseholdLine, near: Sequence[KnownHousehold], claimed: set[int], found: Preview
) -> bool:
    """New, changed, or the same (True). A group is filled in, never taken away."""
    free = [one for one in near if one.id not in claimed]
    exact = [one for one in free if one.group == line.group]
    fits = exact or [one for one in free if not line.group or not one.group]
    if len(fits) > 1:
        found.problems.append(_problem(line, "group", "roster.twin_households"))
        return False
    if not fits:
        found.new_households.append(line)
        return False
    before = fits[0]
    claimed.add(before.id)
    after = (line.group or before.group, line.kind or before.kind)
    if after == (before.group, before.kind):
        return True
    found.changed_households.append(HouseholdChange(line, before, *after))
    return False


# places
def _new_places(found: Preview, ledger: Ledger) -> list[str]:
    """Names of counties, townships and villages that would be entered, in the file's order."""
    known = {place[:depth] for place in ledger.places for depth in (1, 2, 3)}
    lines = [_place(one) for one in (*found.new, *(one.line for one in found.changed))]
    names: dict[tuple[str, ...], str] = {}
    for place in (*lines, *(one.place for one in found.new_villages)):
        for depth in (1, 2, 3):
            if place[depth - 1] and place[:depth] not in known:
                names.setdefault(place[:depth], place[depth - 1])
    return list(names.values())
