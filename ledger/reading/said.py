"""What a message says, before anything is filed: one class for each kind of report.

Every report keeps the characters it was read from, so that the draft card can follow the
member's own order and the rest of the message is never lost.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ledger.mentions import Known


@dataclass(frozen=True)
class Who:
    """A household as named: the words, and the households of the ledger they can mean."""

    said: str
    fits: tuple[Known, ...] = ()

    @property
    def known(self) -> Known | None:
        """The one household meant; None when it is unknown or ambiguous."""
        return self.fits[0] if len(self.fits) == 1 else None

    @property
    def name(self) -> str:
        """The ledger's name, or the words as said."""
        return self.known.name if self.known else self.said


@dataclass(frozen=True, kw_only=True)
class Report:
    """One thing to file: where it begins in the message and the words it was read from."""

    start: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class StudySaid(Report):
    """The sender's own study; `minutes` None when no length is said."""

    day: date
    minutes: int | None = None
    topic: str | None = None
    exchange: bool = False


@dataclass(frozen=True, kw_only=True)
class VisitSaid(Report):
    """Somebody was there. No households: a count or a hamlet. `until`: a span is reported."""

    day: date
    households: tuple[Who, ...] = ()
    until: date | None = None
    told: tuple[str, ...] = ()  # what was told of each household, in their order


@dataclass(frozen=True, kw_only=True)
class IssueSaid(Report):
    """An unmet need or fault; `deadline` is the last day that still counts, if one is said."""

    category: str
    household: Who | None = None
    deadline: date | None = None
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class ProgressSaid(Report):
    """A step on something known; done only where the effect is there."""

    issue_no: int | None = None
    household: Who | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class LeaveSaid(Report):
    """Asking for, announcing or extending an absence; both days count."""

    first: date
    last: date
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnSaid(Report):
    """Back in the village (销假)."""

    day: date


@dataclass(frozen=True, kw_only=True)
class PresenceSaid(Report):
    """On post, said of oneself; `until`: a span is reported."""

    day: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class PromiseSaid(Report):
    """Our word given to a household, with its day if one is said."""

    household: Who | None = None
    by: date | None = None


@dataclass(frozen=True)
class Ask:
    """One short question about a doubtful part."""

    about: str
    said: str
    choices: tuple[str, ...] = ()


Quiet = Literal["", "question", "plan", "not_done"]  # why there is nothing to file


@dataclass(frozen=True)
class Reading:
    """All that one message says. `rest` is what no report has taken, in the member's words."""

    reports: tuple[Report, ...] = ()
    mask: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    corrects: bool = False
    rest: tuple[str, ...] = field(default=())
    quiet: Quiet = ""
