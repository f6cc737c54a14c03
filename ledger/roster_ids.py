"""Who the ledger has, and that a WeCom id on the roster is one person's alone. Pure: no database."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.roster_cells import LABELS, Problem
from ledger.roster_rows import Entry, PersonLine


@dataclass(frozen=True)
class Known:
    """Somebody the ledger has."""

    id: int
    county: str
    entry: Entry


Pair = tuple[
    PersonLine, Known | None
]  # a line of the file and whom it means; None: somebody new


def with_own_ids(
    pairs: Sequence[Pair], known: Sequence[Known], problems: list[Problem]
) -> list[Pair]:
    """The pairs without lines whose WeCom id stands twice, or is somebody else's."""
    holders = {one.entry.wecom: one.id for one in known}
    seen: dict[str, PersonLine] = {}
    kept = []
    for line, his in pairs:
        id = line.entry.wecom
        if id and id in seen:
            problems.append(_problem(line, "roster.userid_twice", row=seen[id].row))
        elif id and holders.get(id) not in {None, his and his.id}:
            problems.append(_problem(line, "roster.userid_taken"))
        else:
            kept.append((line, his))
        seen.setdefault(id, line)
    return kept


def _problem(line: PersonLine, reason: str, /, **facts: object) -> Problem:
    return Problem(line.sheet, line.row, LABELS["wecom"], reason, facts)
