"""The facts of a paper that somebody signs, counted from the ledger as it is now."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from ledger.clock import ms
from ledger.database import Session
from ledger.days import DAY, at
from ledger.periods import Period, span
from ledger.reports import inspection, monthly, store, tenday, weekly
from ledger.reports.facts import Figures, Place, Report, Window
from ledger.reports.inspection import Inspection
from ledger.reports.sheet import Sheet, gather, sql
from ledger.rules import Rules

WINDOWS = {"weekly": weekly.window, "tenday": tenday.window, "monthly": monthly.window}
SPANS = {
    "weekly": Period.WEEK,
    "tenday": Period.TENDAY,
    "monthly": Period.MONTH,
    "inspection": Period.TENDAY,
}
TENTH = timedelta(days=10)


# rules
def period_of(kind: str, day: date) -> str:
    """The period of that kind a day lies in: 2026-W47, 2026-11-T2, 2026-11."""
    if kind == inspection.KIND:
        return inspection.period_of(day)
    return WINDOWS[kind](day, day).period


def first_of(kind: str, period: str) -> date:
    """The first day of a period; `ValueError` when it is none."""
    if kind == "weekly":
        year, week = period.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    month, _, third = period.partition("-T")
    return date.fromisoformat(f"{month}-01") + TENTH * (int(third or 1) - 1)


def ended_before(kind: str, day: date) -> str:
    """The last period of that kind that was over on that day."""
    first = span(SPANS[kind], day).first
    return period_of(kind, first - timedelta(days=1))


def parts_of(kind: str, period: str) -> dict[str, int]:
    """What a period is called by: its year, week or month, and which ten days (0: none)."""
    first = first_of(kind, period)
    week = first.isocalendar()
    if kind == "weekly":
        return {"year": week.year, "week": week.week, "month": 0, "third": 0}
    third = int(period.partition("-T")[2] or 0)
    return {"year": first.year, "week": 0, "month": first.month, "third": third}


# records
async def before_the_ledger(db: Session, facts: Report | Inspection) -> bool:
    """Whether nobody could record anything in those days, and nothing of them was told later."""
    end = ms(at(date.fromisoformat(facts.last) + DAY, time.min))
    if isinstance(facts, Inspection) or await _begun(db) < end:
        return False
    of_roster = Figures(facts.figures.teams, facts.figures.roster, facts.figures.away)
    return replace(facts.figures, owing=0, trips=0) == of_roster


async def _begun(db: Session) -> int:
    """When the ledger began (epoch ms)."""
    return int(await sql.begun(db.connection) or 0)


async def count(
    db: Session, place: Place, kind: str, period: str, *, now: datetime, rules: Rules,
    bottom: bool = False, as_of: date | None = None,
) -> Report | Inspection:  # fmt: skip
    """The facts of one place and period; `bottom`: a person wants the lowest named (S000-54).

    `as_of`: things stand as on that day, where a week was signed before it was over.
    """
    day = first_of(kind, period)
    if kind == inspection.KIND:
        return await inspection.make(db, place, day, rules)
    window = WINDOWS[kind](day, now.date())
    window = replace(window, as_of=min(window.as_of, as_of or window.as_of))
    place = await _allowed(db, place, window.as_of, now.date())
    sheet = await gather(db, place.scope, window, depth=place.depth)
    return of_sheet(sheet, window, place, now=now, bottom=bottom)


async def _allowed(db: Session, place: Place, day: date, today: date) -> Place:
    """As its switches have it; what is yet to be signed compares only while the switch is on."""
    then = await store.switched(db, place, day)
    if not then.tiers or today <= day:
        return then
    return replace(then, tiers=(await store.switched(db, place, today)).tiers)


def of_sheet(
    sheet: Sheet, window: Window, place: Place, *, now: datetime, bottom: bool = False
) -> Report:
    """The facts of one place, from a sheet that holds it."""
    if window.kind == "monthly":
        return monthly.make(sheet, place, now=now, bottom=bottom)
    return store.MAKERS[window.kind](sheet, place, now=now)
