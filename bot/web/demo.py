"""What only the demo has: everybody to choose from, and a clock that can be moved."""

from datetime import datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.app import App
from bot.web.security import Problem, app_of
from bot.web.uploads import read_json
from ledger import people
from ledger.clock import SHANGHAI
from ledger.days import at, workday_after
from ledger.people import Person
from templates.filters import ROLES

LONGEST_JUMP = timedelta(days=366)


async def list_people(request: Request) -> Response:
    """GET /chat/api/people: everybody on the roster, in order of place and role."""
    app = _demo(request)
    async with app.database.reading() as db:
        return JSONResponse([_view(one) for one in await people.roster(db)])


def _view(one: Person) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "role_name": ROLES[one.role],
        "title": one.title,
        "place": one.place,
        "township": one.township,
        "village": one.village,
    }


async def get_clock(request: Request) -> Response:
    """GET /chat/api/clock: the demo's time and where one may want to jump."""
    app = _demo(request)
    return JSONResponse(_clock(app, app.clock.now()))


async def set_clock(request: Request) -> Response:
    """POST /chat/api/clock: forward to that moment; all that falls due on the way is done."""
    app = _demo(request)
    wanted = _moment((await read_json(request)).get("now"))
    if wanted - app.clock.now() > LONGEST_JUMP:
        raise Problem(400, "web.clock_too_far", days=LONGEST_JUMP.days)
    try:
        now = await app.move_clock(wanted)
    except ValueError:
        raise Problem(400, "web.clock_back") from None
    return JSONResponse(_clock(app, now))


def _clock(app: App, now: datetime) -> dict[str, str | None]:
    tonight = at(now.date(), time(19, 0))
    workday = at(workday_after(now.date(), app.rules), time(9, 0))
    return {
        "now": now.isoformat(timespec="seconds"),
        "tonight": tonight.isoformat() if tonight > now else None,
        "workday": workday.isoformat(),
    }


def _moment(value: object) -> datetime:
    """An ISO moment; one without a zone is Asia/Shanghai, as a form field gives it."""
    try:
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        zoned = found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
        return zoned.astimezone(SHANGHAI)
    except (TypeError, ValueError, OverflowError):
        raise Problem(400, "web.bad_moment") from None


def _demo(request: Request) -> App:
    """The running copy, if it is a demo; else these addresses do not exist."""
    app = app_of(request)
    if not app.demo:
        raise Problem(404, "web.not_found")
    return app
