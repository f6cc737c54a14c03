"""Whether a report that the rules have heard is told, and one that they have not heard is.

For each kind two sums of a few facts: how the whole message reads by its words (weights.py), how
long it is, what else it tells, how plainly. Above 0 it is rather told than not. The factors are
learned by scripts/judge_reports.py from messages that no rule was written after.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from ledger.reading.clauses import Clause
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
)
from ledger.reading.scene import Scene
from ledger.reading.weights import ANYTHING, REPORTS, weights

SAID: Mapping[str, type[Report]] = {
    "study": StudySaid,
    "visit": VisitSaid,
    "issue": IssueSaid,
    "progress": ProgressSaid,
    "leave": LeaveSaid,
    "return": ReturnSaid,
    "presence": PresenceSaid,
    "promise": PromiseSaid,
}
KIND = {said: kind for kind, said in SAID.items()}
JUDGED = Path(__file__).with_name("weights_of") / "judged.tsv"
STORY, LONG = 12, 100  # clauses and characters beyond which a message is simply long
PLAIN: Mapping[str, Callable[[Report], bool]] = {  # told with what belongs to it
    "minutes": lambda one: isinstance(one, StudySaid) and one.minutes is not None,
    "named": lambda one: bool(getattr(one, "household", None)),
    "several_households": lambda one: len(getattr(one, "households", ())) > 1,
    "a_household": lambda one: len(getattr(one, "households", ())) == 1,
    "number": lambda one: isinstance(one, ProgressSaid) and one.issue_no is not None,
    "done": lambda one: isinstance(one, ProgressSaid) and one.done,
    "due": lambda one: bool(getattr(one, "deadline", None) or getattr(one, "by", None)),
}
FEW = 20  # characters of a message
HARDLY = -2.5  # log odds below which a kind that no rule hears is never told
Facts = dict[str, float]


@dataclass
class Told:
    """One message: what the rules have heard in it, and how likely its words tell each kind."""

    scene: Scene
    found: list[Report]
    odds: Mapping[str, float]

    @cached_property
    def kinds(self) -> list[str]:
        """The kind of each report that has been heard."""
        return [kind_of(one) for one in self.found]

    @cached_property
    def length(self) -> Facts:
        """How long the message is."""
        return {
            "": 1,
            "clauses": min(len(self.scene.clauses), STORY) / STORY,
            "characters": min(len(self.scene.plain), LONG) / LONG,
        }

    def missed(self, kind: str) -> Facts:
        """What speaks for and against a kind of which nothing has been heard."""
        others = {one for one in self.kinds if one != kind}
        by_words = {
            "odds": self.odds[kind],
            "below": min(self.odds[kind], 0),
            "anything": self.odds[ANYTHING],
            "nothing": min(self.odds[ANYTHING], 0),
            "others": max(self.odds[name] for name in SAID if name != kind),
            "kinds": len(others),
        }
        return self.length | by_words | {f"beside {name}": name in others for name in SAID}

    def heard(self, one: Report) -> Facts:
        """What speaks for and against one report that has been heard."""
        kind = kind_of(one)
        plain = {name: told(one) for name, told in PLAIN.items()}
        return self.missed(kind) | plain | self._beside(one)

    def _beside(self, one: Report) -> Facts:
        """What tells one of several of its kind from the others: its sentence, its people."""
        kind, people = kind_of(one), getattr(one, "household", None)
        others = [other for other in self.found if other is not one and kind_of(other) == kind]
        if not others:
            return {"several": 0, "own": 0, "apart": 0}
        near = {clause.sentence for clause in self.scene.clauses if _within(clause, one)}
        own = tuple(clause for clause in self.scene.clauses if clause.sentence in near)
        apart = people and all(getattr(other, "household", None) != people for other in others)
        odds = weights(REPORTS).odds(own or self.scene.clauses)[kind]
        return {"several": 1, "own": odds, "apart": bool(apart)}

    def stands(self, one: Report) -> bool:
        """Whether a report that has been heard is told.

        So few words weigh next to nothing: a plain fault in them stands (走访张大山，猪圈倒了),
        and so does its end, if they do not speak against it (路灯修好了).
        """
        if len(self.scene.plain) <= FEW:
            if isinstance(one, IssueSaid):
                return True
            if isinstance(one, ProgressSaid) and one.done and self.odds["progress"] > HARDLY:
                return True
        return judges()[kind_of(one), "heard"](self.heard(one)) > 0

    def lacks(self, kind: str) -> bool:
        """Whether a kind is told of which nothing has been heard."""
        if kind in self.kinds or self.odds[kind] < HARDLY:
            return False
        return judges()[kind, "missed"](self.missed(kind)) > 0


def _within(clause: Clause, one: Report) -> bool:
    """Whether a report was read from a clause."""
    return clause.start < one.start + max(1, len(one.text)) and one.start < clause.end


def kind_of(one: Report) -> str:
    """The kind of a report, as labels name it."""
    return KIND[type(one)]


@dataclass(frozen=True)
class Judge:
    """The factors of one kind, heard or missed."""

    factors: Mapping[str, float]

    def __call__(self, facts: Facts) -> float:
        """How much rather it is told than not: log odds."""
        return sum(self.factors[name] * fact for name, fact in facts.items())


@cache
def judges(path: Path = JUDGED) -> Mapping[tuple[str, str], Judge]:
    """By kind and by `heard` or `missed`."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {(row["kind"], row["case"]): Judge(_factors(row)) for row in rows}


def _factors(row: Mapping[str, str]) -> dict[str, float]:
    return {
        name: float(told) for name, told in row.items() if name not in {"kind", "case"} and told
    }
