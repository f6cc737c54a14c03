"""Villages on a roster: which kind each is (S004-01), and rows of villages that have no team."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from ledger.roster_cells import BETWEEN_ROLES, LABELS, Cells, Problem

Place = tuple[str, str, str]  # county, township, village
KIND_WORDS = {
    "脱贫村": "脱贫村",
    "软弱涣散村": "软弱涣散村",
    "党组织软弱涣散村": "软弱涣散村",
    "易地搬迁安置村": "易地搬迁安置村",
    "易地扶贫搬迁安置村": "易地搬迁安置村",
    "搬迁安置村": "易地搬迁安置村",
    "重点村": "重点村",
    "乡村振兴重点村": "重点村",
    "乡村振兴任务重的村": "重点村",
    "任务重的村": "重点村",
    "重点帮扶村": "重点村",
    "一般村": "一般村",
    "普通村": "一般村",
    "其他": "一般村",
}
KINDS = tuple(dict.fromkeys(KIND_WORDS.values()))
MUST_HAVE_TEAM = frozenset(KINDS) - {"一般村"}  # S004-01, S004-08
MUST_HAVE_SECRETARY = frozenset({"软弱涣散村", "重点村"})  # S004-11


@dataclass(frozen=True)
class VillageLine:
    """What a row says of a village; with nobody in the row, it is all the row says."""

    sheet: str
    row: int
    county: str
    township: str
    village: str
    kind: str

    @property
    def place(self) -> Place:
        """County, township, village."""
        return (self.county, self.township, self.village)


@dataclass(frozen=True)
class VillageChange:
    """A village as it is and as it would be."""

    line: VillageLine
    before: str


def kind_of(text: str) -> str | None:
    """One form of a village's kind, several joined by 、; None when a word is none of ours."""
    words = [one for one in BETWEEN_ROLES.split(text) if one]
    found = [KIND_WORDS.get(one.replace("类", "")) for one in words]
    if not found or None in found:
        return None
    return "、".join(kind for kind in KINDS if kind in found)


def kinds_of(text: str) -> frozenset[str]:
    """The kinds a village has; what was written before the words were fixed is read as well."""
    return frozenset((kind_of(text) or text).split("、")) - {""}


def read_kind(cells: Cells) -> str:
    """The village's kind in a row; a problem when it is none of ours."""
    text = cells.text("village_kind")
    found = kind_of(text) if text else ""
    if found is None:
        cells.bad("village_kind", "roster.no_kind", text=text, allowed=KINDS)
    return found or ""


def with_towns(
    lines: Iterable[VillageLine],
    towns: Mapping[tuple[str, str], set[str]],
    problems: list[Problem],
) -> list[VillageLine]:
    """A village's name is enough when only one township has it."""
    kept = []
    for line in lines:
        near = (
            {line.township} if line.township else towns.get((line.county, line.village), set())
        )
        if len(near) == 1:
            kept.append(replace(line, township=next(iter(near))))
        else:
            problems.append(_problem(line, "township", "roster.left_empty"))
    return kept


def without_repeats(
    lines: Iterable[VillageLine], problems: list[Problem]
) -> dict[Place, VillageLine]:
    """The first row of each village; one that says another kind later is a problem."""
    first: dict[Place, VillageLine] = {}
    for line in lines:
        before = first.setdefault(line.place, line)
        if before.kind != line.kind:
            problems.append(_problem(line, "village_kind", "roster.kind_twice", row=before.row))
    return first


def sort(
    lines: Iterable[VillageLine],
    places: Set[Place],
    kinds: Mapping[Place, str],
) -> tuple[list[VillageLine], list[VillageChange]]:
    """Villages the ledger does not have, and those it has as another kind."""
    new, changed = [], []
    for place, line in without_repeats(lines, []).items():
        before = kinds.get(place, "")
        if place not in places:
            new.append(line)
        elif before != line.kind:
            changed.append(VillageChange(line, before))
    return new, changed


def _problem(line: VillageLine, name: str, reason: str, /, **facts: object) -> Problem:
    return Problem(line.sheet, line.row, LABELS[name], reason, facts)
