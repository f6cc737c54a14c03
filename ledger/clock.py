"""The only place that reads the clock. Everything below it is told what time it is."""

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that knows the time: the wall, or one set by hand."""

    def now(self) -> datetime:
        """The present moment, in Asia/Shanghai."""


class WallClock:
    """Real time."""

    def now(self) -> datetime:
        """The present moment, in Asia/Shanghai."""
        return datetime.now(SHANGHAI)


class SetClock:
    """A clock that stands where it was put, for tests and rehearsals. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = aware(start)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move it forward; going back would break the order of events."""
        if aware(moment) < self._now:
            raise ValueError(f"the clock stands at {self._now}, it cannot go back to {moment}")
        self._now = aware(moment)


class ShiftedClock:
    """Real time moved by an offset: the demo county lives at its own pace."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """Real time plus the offset."""
        return datetime.now(SHANGHAI) + self.offset

    def set(self, moment: datetime) -> None:
        """Jump forward to that moment and go on ticking; going back is refused."""
        ahead = aware(moment) - self.now()
        if ahead < timedelta(0):
            raise ValueError(f"the clock stands at {self.now()}, it cannot go back to {moment}")
        self.offset += ahead


def aware(moment: datetime) -> datetime:
    """The same moment in Asia/Shanghai; one without a zone is refused, it means nothing."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(SHANGHAI)


def ms(moment: datetime) -> int:
    """Epoch milliseconds, the only form in which a moment is stored."""
    return int(aware(moment).timestamp() * 1000)


def moment(stored: int) -> datetime:
    """The moment of stored epoch milliseconds."""
    return datetime.fromtimestamp(stored / 1000, SHANGHAI)
