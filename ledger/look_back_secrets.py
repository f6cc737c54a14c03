"""The secret of a week's look-backs: from the key of the month in which its Monday lies.

Look-backs must go on: where that month has no key (its seed is lost or shown, or nobody opened it), a
fresh secret is thrown, and the event of the draw says so.
"""

from dataclasses import dataclass
from datetime import date, datetime

from ledger import draw_periods
from ledger.chance import Lots
from ledger.database import Session
from ledger.days import week_of
from ledger.draw_periods import DrawPeriod, NoDraws, month_of, secret_of
from ledger.rules import Rules
from ledger.seed_vault import Vault


@dataclass(frozen=True)
class Secret:
    """What a week's draw is made from; fresh: of no month, so that no card proves it."""

    words: bytes
    period: int | None = None
    fresh: bool = False


# rules
def name_of(day: date, county: int) -> str:
    """Under which name the secret of that day's week is drawn: 2026-W48|look_back|1."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}|look_back|{county}"


# records
async def of_week(
    db: Session, county: int, vault: Vault, rules: Rules, *, now: datetime
) -> Secret | None:
    """The secret of this week; None: its month's beacon is still waited for."""
    try:
        period = await _month(db, county, vault, rules, now=now)
        if period is None or period.revealed_at:  # once shown, anyone could foresee it
            return Secret(vault.lots(), fresh=True)
        if _waits(period, now):
            return None
        lots = Lots(await draw_periods.key(db, period, vault, now=now))
    except NoDraws:
        return Secret(vault.lots(), fresh=True)
    return Secret(secret_of(lots, name_of(now.date(), county)), period.id)


def _waits(period: DrawPeriod, now: datetime) -> bool:
    """Whether its beacon may still come; a month that is over waits for none."""
    running = period.period == month_of(now.date())
    return running and not (period.beacon or period.lost_at)


async def _month(
    db: Session, county: int, vault: Vault, rules: Rules, *, now: datetime
) -> DrawPeriod | None:
    """The month in which this week's Monday lies; None: it is over and was never opened."""
    month = month_of(week_of(now.date())[0])
    if month == month_of(now.date()):
        return await draw_periods.current(db, county, vault, rules, now=now)
    return await draw_periods.of_month(db, county, month)
