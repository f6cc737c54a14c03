"""Supplements (补充): what a signed paper said, and what the figures are now; nothing else."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ledger.reports import store
from ledger.reports.facts import Change, Level, Report
from ledger.reports.inspection import Inspection, Problem

Facts = Report | Inspection


@dataclass(frozen=True)
class Supplement:
    """The changed figures of a paper, with all its facts as they are now."""

    of: int  # the paper's row
    kind: str
    period: str
    first: str
    last: str
    level: Level
    place_id: int
    place: str
    changes: tuple[Change, ...]
    gone: tuple[Problem, ...] = ()  # set aside since
    come: tuple[Problem, ...] = ()
    facts: str = ""  # as text
    until: str = ""


def between(of: int, before: Facts, now: Facts, text: str) -> Supplement:
    """What has changed since the paper, or the supplement before, was signed."""
    old, new = (_problems(one) for one in (before, now))
    kept = {one.number for one in old} & {one.number for one in new}
    return Supplement(
        of, now.kind, now.period, now.first, now.last, now.level, now.place_id, now.place,
        changes(before, now), _without(old, kept), _without(new, kept), text,
    )  # fmt: skip


def changes(before: Facts, now: Facts) -> tuple[Change, ...]:
    """Which figures are no longer what was signed."""
    if isinstance(before, Report) and isinstance(now, Report):
        return store.changes(before, now)
    old, new = asdict(before.figures), asdict(now.figures)
    return tuple(Change(name, old[name], new[name]) for name in new if old[name] != new[name])


def differs(one: Supplement) -> bool:
    """Whether there is anything to say."""
    return bool(one.changes or one.gone or one.come)


def _problems(facts: Facts) -> tuple[Problem, ...]:
    return facts.problems if isinstance(facts, Inspection) else ()


def _without(problems: Iterable[Problem], kept: set[int]) -> tuple[Problem, ...]:
    return tuple(one for one in problems if one.number not in kept)
