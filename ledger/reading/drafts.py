"""What is being gathered from a message: issues and steps, of the same people, clause by clause."""

from dataclasses import dataclass, field
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.faults import Strength
from ledger.reading.limits import at_once, deadline_in, only_limits
from ledger.reading.progress import Far
from ledger.reading.said import IssueSaid, ProgressSaid, Who
from ledger.reading.scene import Scene
from ledger.reading.subjects import category_of
from ledger.reading.visits import same

People = tuple[Who | None, ...]
ENOUGH = 2  # signs that make an issue where none of them alone is sure


@dataclass(eq=False)
class Draft:
    """An issue being gathered from clauses about the same people and one subject."""

    people: People
    strength: Strength
    clauses: list[Clause]
    deadline: date | None = None
    at_once: bool = False
    dropped: bool = False
    signs: set[str] = field(default_factory=set)  # kinds of evidence heard for it
    around: list[Clause] = field(default_factory=list)  # told of the same people before it

    @property
    def start(self) -> int:
        """Where it begins in the message."""
        return self.clauses[0].start

    @property
    def stands(self) -> bool:
        """Whether there is evidence enough: a sure fault, or two signs that bear each other out."""
        if self.dropped:
            return False
        due = self.deadline is not None or self.at_once
        return self.strength == "strong" or len(self.signs) + due >= ENOUGH

    def take(self, clause: Clause, strength: Strength) -> None:
        """Add a clause that tells of the same."""
        self.clauses.append(clause)
        self.strength = "strong" if "strong" in (self.strength, strength) else self.strength

    def limit(self, scene: Scene, clause: Clause, before: Clause | None) -> None:
        """Take the deadline and the at-once mark a clause sets."""
        self.at_once = self.at_once or at_once(clause)
        if self.deadline is None and not clause.has("promise.words"):
            self.deadline = deadline_in(scene, clause, before)

    def _told(self) -> list[Clause]:
        """Its clauses without those that only set a deadline, which is a field of its own."""
        told = [one for one in self.clauses[1:] if not only_limits(one)]
        return [self.clauses[0], *told]

    def said(self, scene: Scene) -> list[IssueSaid]:
        """One issue for each household."""
        category = category_of(
            scene.lexicon, self.clauses, self.around, public=self.people[0] is None
        )
        return [
            IssueSaid(
                start=self.start, text=scene.words(*self._told()), category=category,
                household=one, deadline=self.deadline, at_once=self.at_once,
            )
            for one in self.people
        ]  # fmt: skip


@dataclass(eq=False)
class Step:
    """How far something has come, in the clauses that tell it."""

    people: People
    far: Far
    clauses: list[Clause]
    undone: bool = False  # told to lack something

    @property
    def start(self) -> int:
        """Where it begins in the message."""
        return self.clauses[0].start

    def undo(self, clause: Clause) -> None:
        """Something is still missing: the effect is not there."""
        self.far, self.undone = "step", True
        self.clauses.append(clause)

    def said(self, scene: Scene) -> list[ProgressSaid]:
        """One report of progress for each household."""
        text, done = scene.words(*self.clauses), self.far == "done"
        return [
            ProgressSaid(start=self.start, text=text, household=one, done=done)
            for one in self.people
        ]


def alike(one: People, other: People) -> bool:
    """Whether the same people are meant."""
    if not one[0] or not other[0]:
        return one[0] is other[0]
    return any(same(a, b) for a in one for b in other if a and b)
