"""GET /health: whether this copy works, for the machine it runs on only."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.security import LOOPBACK, Problem, app_of
from ledger import inbox, outbox


async def health(request: Request) -> Response:
    """Counts of both queues and the channels that stopped; 404 for anybody from outside."""
    app = app_of(request)
    if request.client is None or request.client.host not in LOOPBACK:
        raise Problem(404, "web.not_found")
    async with app.database.reading() as db:
        waiting, going = await inbox.counts(db), await outbox.counts(db)
    stopped = sorted(app.sender.stopped)
    return JSONResponse(
        {"ok": True, "demo": app.demo, "now": app.clock.now().isoformat(timespec="seconds"),
         "inbox": waiting, "outbox": going, "stopped": stopped}
    )  # fmt: skip
