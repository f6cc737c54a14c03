"""What WeCom lets a page do: its JS-SDK's signatures, and recognising a member (wecom.md §6)."""

import hmac
from typing import cast
from urllib.parse import quote, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.channels.base import SendError
from bot.channels.wecom import WeCom
from bot.channels.wecom.js_sdk import signature
from bot.web.login import Visitor, sign_in
from bot.web.pages.posts import pass_of
from bot.web.security import Problem, app_of, refusal
from ledger import chat_lines, people
from ledger.chance import fresh_seed
from ledger.people import Address
from templates.pages import page

log = structlog.get_logger()
TICKETS = {  # which ticket signs what: the path that gives it, its name with us, what is asked
    "config": ("/cgi-bin/get_jsapi_ticket", "jsapi", {}),
    "agent": ("/cgi-bin/ticket/get", "agent_config", {"type": "agent_config"}),
}
COOKIE = "zhucun_enter"
LASTS = 600  # seconds from leaving for WeCom to coming back
BACK = "/pages/enter/back"


def routes() -> list[Route]:
    """The addresses; they stand before /pages/<token>."""
    return [
        Route("/pages/enter", enter),
        Route(BACK, come_back),
        Route("/pages/{token}/signature", sign),
    ]


# the JS-SDK
async def sign(request: Request) -> Response:
    """GET /pages/<token>/signature?kind=config|agent&url=…: for this page's own address only."""
    app = app_of(request)
    await pass_of(request)
    url, kind = request.query_params.get("url", ""), request.query_params.get("kind", "")
    if kind not in TICKETS or not _own(app, url, request.path_params["token"]):
        raise Problem(400, "pages.no_signature")
    path, name, asked = TICKETS[kind]
    try:
        ticket = await _app(app).client.ticket(path, name, asked)
    except SendError as trouble:
        log.warning("no_ticket", kind=trouble.kind)
        raise Problem(503, "pages.no_signature") from None
    nonce, at = fresh_seed().hex()[:16], int(app.clock.now().timestamp())
    signed = signature(ticket, nonce, at, url)
    return JSONResponse({"nonceStr": nonce, "timestamp": at, "signature": signed})


def _own(app: App, url: str, token: str) -> bool:
    """Whether it is this very page; a client may have added a query to it."""
    own = f"{app.settings.public_url.rstrip('/')}/pages/{token}"
    return bool(app.settings.public_url) and url.partition("#")[0].partition("?")[0] == own


def _app(app: App) -> WeCom:
    """The channel; these pages are there only with it."""
    return cast(WeCom, app.channels["wecom"])


# recognising a member
async def enter(request: Request) -> Response:
    """GET /pages/enter: to WeCom, which sends the member back with a code for who he is."""
    app = app_of(request)
    settings = _app(app).settings
    if not app.settings.public_url:
        raise Problem(404, "web.not_found")
    state = fresh_seed().hex()  # letters and digits only, at most 128
    query = {
        "appid": settings.corp_id,
        "redirect_uri": app.settings.public_url.rstrip("/") + BACK,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
        "agentid": settings.agent_id,
    }
    url = f"{settings.oauth_base.rstrip('/')}/connect/oauth2/authorize?"
    response = RedirectResponse(
        f"{url}{urlencode(query, quote_via=quote)}#wechat_redirect", 302
    )
    # lax: he comes back from another site
    response.set_cookie(
        COOKIE, state, max_age=LASTS, httponly=True, samesite="lax", path=BACK,
        secure=app.settings.public_url.startswith("https:"),
    )  # fmt: skip
    return response


async def come_back(request: Request) -> Response:
    """GET /pages/enter/back?code=…&state=…: signs in whom the roster knows, binds nobody."""
    try:
        response = await _let_in(request)
    except Problem as why:
        response = refusal(request, why)
    response.delete_cookie(COOKIE, path=BACK)  # each departure is good for one return
    return response


async def _let_in(request: Request) -> Response:
    app = app_of(request)
    _check_state(request)
    userid = await _userid(app, request.query_params.get("code", ""))
    who = await _recognised(app, userid)
    # a page of ours that moves on: the strict cookie is not sent along from another site
    response = HTMLResponse(page("entered"))
    sign_in(app, response, who)
    return response


def _check_state(request: Request) -> None:
    """The answer must belong to a departure of this browser."""
    state, kept = request.query_params.get("state", ""), request.cookies.get(COOKIE, "")
    if not kept or not hmac.compare_digest(state.encode(), kept.encode()):
        raise Problem(403, "pages.enter_again")


async def _userid(app: App, code: str) -> str:
    if not code:
        raise Problem(403, "pages.enter_again")
    try:
        answer = await _app(app).client.call(
            "/cgi-bin/auth/getuserinfo", params={"code": code}, method="GET"
        )
    except SendError as trouble:
        log.warning("not_recognised", kind=trouble.kind)
        raise Problem(503, "pages.enter_failed") from None
    return str(answer.get("userid") or answer.get("UserId") or "")


async def _recognised(app: App, userid: str) -> Visitor:
    """The person bound to this id; in the web chat too, if he has joined it."""
    channel = _app(app)
    address = Address(channel.name, channel.account, userid.casefold())
    async with app.database.transaction() as db:
        try:
            person = await people.identify(db, address, now=app.clock.now())
        except people.Unknown:
            raise Problem(403, "pages.not_bound") from None
        if binding := await chat_lines.binding_of(db, person.id, "local"):
            return Visitor(person.id, binding)
        return Visitor(person.id, await people.binding_of(db, address), reader=True)
