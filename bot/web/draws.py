"""The page where anybody logged in checks a month's draws; the checking happens in his browser."""

import asyncio
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from bot.app import App
from bot.web.login import Visitor, signed_in
from bot.web.security import Problem, app_of
from ledger import draw_periods, people
from ledger.database import Session
from ledger.draw_periods import DrawPeriod
from templates.pages import page

MONTHS = 24  # so many are offered
PERIOD = re.compile(r"\d{4}-\d{2}")
HERE = Path(__file__)
SCRIPTS = (  # as installed, and in a checkout
    HERE.with_name("static") / "check_draws.py",
    HERE.parents[2] / "scripts" / "check_draws.py",
)


async def show(request: Request) -> Response:
    """GET /draws: the months that have been shown, and a place for a file from elsewhere."""
    app = app_of(request)
    who = await signed_in(request)
    if who is None and not app.demo:
        return HTMLResponse(page("login", join=False, refused=""))
    async with app.database.reading() as db:
        county = await _county(db, who)
        months = await draw_periods.recent(db, county, limit=MONTHS)
    shown = [one for one in months if one.revealed_at]
    return HTMLResponse(page("draws", months=shown, running=_running(months)))


def _running(months: list[DrawPeriod]) -> DrawPeriod | None:
    """The month that has been promised last and is not shown."""
    return next((one for one in months if not (one.revealed_at or one.lost_at)), None)


async def _county(db: Session, who: Visitor | None) -> int:
    """The visitor's; in the demo there is only one."""
    if who is not None:
        return (await people.by_id(db, who.person)).county_id
    found = await people.roster(db)
    return found[0].county_id if found else 0


async def get_card(request: Request) -> Response:
    """GET /draws/cards/<2026-12>: the card of a month of one's own county, byte for byte."""
    app, name = app_of(request), request.path_params["period"]
    who = await signed_in(request)
    if who is None and not app.demo:
        raise Problem(403, "web.no_session")
    if not PERIOD.fullmatch(name):  # it becomes part of a path
        raise Problem(404, "web.no_such_file")
    async with app.database.reading() as db:
        period = await draw_periods.of_month(db, await _county(db, who), name)
    path = card_file(app, period) if period and period.revealed_at else None
    if path is None or not await asyncio.to_thread(path.is_file):
        raise Problem(404, "web.no_such_file")
    return FileResponse(path, media_type="application/json", filename=path.name)


def card_file(app: App, period: DrawPeriod) -> Path:
    """Where a month's card lies."""
    return app.settings.data / "draws" / f"{period.vault_name}.json"


async def get_script(request: Request) -> Response:
    """GET /draws/check_draws.py: the checker for those who trust no page; nothing secret in it."""
    for path in SCRIPTS:
        if await asyncio.to_thread(path.is_file):
            return FileResponse(path, media_type="text/x-python", filename=path.name)
    raise Problem(404, "web.no_such_file")
