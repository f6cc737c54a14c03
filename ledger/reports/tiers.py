"""Townships in three tiers by the share of their due issues struck off: while its switch is on.

The one comparison there can be (S000-53): never of persons, never by counts of records, and no
place in an order. A township stands above or below the county only where its interval of 95 per
cent lies wholly on one side of the county's share; few issues say nothing (domain §12).
"""

from collections import Counter
from enum import StrEnum

from ledger.back_checks import wilson
from ledger.reports.facts import Share
from ledger.reports.sheet import Sheet

FEWEST = 10  # due issues: with fewer there is no tier (ours)
LOWEST = 3  # S000-54: a person asks for these, never the timetable


class Tier(StrEnum):
    """Where a township stands beside the whole county."""

    ABOVE = "高于全县"
    LIKE = "与全县相当"
    BELOW = "低于全县"
    FEW = "件数少，不分档"


def tiered(counts: dict[str, tuple[int, int]]) -> tuple[Share, ...]:
    """Township to due and closed -> shares in the order given, each with its tier and interval."""
    due, closed = (sum(each[n] for each in counts.values()) for n in (0, 1))
    whole = closed / due if due else 0.0
    return tuple(_share(name, *each, whole) for name, each in counts.items())


def shares(sheet: Sheet) -> tuple[Share, ...]:
    """The townships of a county's sheet that had anything due, in the roster's order."""
    due: Counter[int] = Counter()
    closed: Counter[int] = Counter()
    for one in sheet.sorted_as("owed"):
        due[one.team_id] += one.number
        closed[one.team_id] += one.waiting
    counts: dict[str, tuple[int, int]] = {}
    for line in sheet.lines:
        old = counts.get(line.township, (0, 0))
        counts[line.township] = (old[0] + due[line.team_id], old[1] + closed[line.team_id])
    return tiered({name: each for name, each in counts.items() if each[0]})


def lowest(found: tuple[Share, ...]) -> tuple[Share, ...]:
    """The three lowest of those below the county, in the order given; ties stand together or not at all."""
    below = [one for one in found if one.tier == Tier.BELOW]
    ranked = sorted(one.closed / one.due for one in below)
    if len(ranked) <= LOWEST:
        return tuple(below)
    limit = ranked[LOWEST - 1]
    tied = ranked[LOWEST] == limit
    return tuple(one for one in below if one.closed / one.due < limit + (0 if tied else 1e-9))


def _share(name: str, due: int, closed: int, whole: float) -> Share:
    low, high = wilson(closed, due)
    tier = Tier.LIKE
    if due < FEWEST:
        tier = Tier.FEW
    elif low > whole:
        tier = Tier.ABOVE
    elif high < whole:
        tier = Tier.BELOW
    return Share(name, due, closed, tier.value, round(100 * low), round(100 * high))
