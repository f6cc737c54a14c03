"""Supplements (补充): what a signed paper said, and what the figures are now; nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from ledger.reports.facts import Change, Level, Report
from ledger.reports.inspection import Inspection, Problem

Facts = Report | Inspection
EVERY = (
    "visits", "households", "promised", "opened", "submitted", "closed", "progressed", "standing",
    "overdue", "roster",
)  # fmt: skip
TENDAY = (*EVERY, "checked", "answered", "unanswered", "rebounded")
PRINTED = {  # the figures that a signed paper has; a supplement is about these
    "weekly": (*EVERY, "posted", "on_leave", "trips", "studied"),
    "tenday": TENDAY,
    "monthly": (*TENDAY, "at_once", "general", "complex", "look_due", "look_done"),
}
IN_PARTS = (
    "visits",
    "opened",
    "closed",
    "standing",
    "overdue",
)  # columns of its table of places


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
    year: int = 0  # of the paper's number
    number: int = 0  # the paper's own; 0: it has none


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
        sums = _changed(before.figures, now.figures, PRINTED[now.kind])
        return (*sums, *_in_parts(before, now))
    return _changed(before.figures, now.figures, asdict(now.figures))


def _changed(
    before: object, now: object, names: Iterable[str], place: str = ""
) -> tuple[Change, ...]:
    found = ((one, getattr(before, one), getattr(now, one)) for one in names)
    return tuple(Change(f"{one}{place}", old, new) for one, old, new in found if old != new)


def _in_parts(before: Report, now: Report) -> Iterator[Change]:
    """Of each place below: what has only moved from one to the other is in no sum."""
    old = {one.name: one.figures for one in before.parts}
    for part in now.parts:
        if part.name in old:
            yield from _changed(old[part.name], part.figures, IN_PARTS, f"@{part.name}")


def differs(one: Supplement) -> bool:
    """Whether there is anything to say."""
    return bool(one.changes or one.gone or one.come)


def _problems(facts: Facts) -> tuple[Problem, ...]:
    return facts.problems if isinstance(facts, Inspection) else ()


def _without(problems: Iterable[Problem], kept: set[int]) -> tuple[Problem, ...]:
    return tuple(one for one in problems if one.number not in kept)
