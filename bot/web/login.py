"""Who is asking. In normal mode a signed cookie from a one-time link; in the demo, as said."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.app import App
from bot.channels import web
from bot.channels.text import plain
from bot.web.security import Problem, app_of
from bot.web.uploads import number
from ledger import chat_lines, invites
from ledger.database import Session
from ledger.errors import Refused
from templates.pages import page

COOKIE = "zhucun"
LASTS = 30 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Visitor:
    """The person behind a request; `binding` is None in the demo.

    A `reader` was recognised by another channel and has not joined the web chat.
    """

    person: int
    binding: int | None = None
    reader: bool = False

    async def holds(self, db: Session, app: App) -> bool:
        """Whether he may still read: unbinding and leaving end it at once (security §5, 7)."""
        if self.binding is None:
            return True
        today = app.clock.now().date()
        return (
            await chat_lines.still_bound(db, self.binding, day=today, anywhere=self.reader)
            == self.person
        )


async def visitor(request: Request, named: object) -> Visitor:
    """The person of the session, or the one named in the demo; else a `Problem`."""
    app = app_of(request)
    if app.demo:
        return Visitor(await _named(app, named))
    who = await signed_in(request)
    if who is None or who.reader:
        raise Problem(403, "web.no_session")
    if named not in (None, "") and str(named) != str(who.person):
        raise Problem(403, "web.not_you")
    return who


async def signed_in(request: Request) -> Visitor | None:
    """The visitor of a valid cookie whose binding still holds."""
    app = app_of(request)
    try:
        facts = _signer(app).loads(request.cookies.get(COOKIE, ""), max_age=LASTS)
        reader = bool(facts.get("reader"))
        who = Visitor(int(facts["person"]), int(facts["binding"]), reader)
    except (BadSignature, KeyError, TypeError, ValueError):
        return None
    async with app.database.reading() as db:
        return who if await who.holds(db, app) else None


async def _named(app: App, named: object) -> int:
    """Demo only: an id, or a name only one person has."""
    if named in (None, ""):
        raise Problem(400, "web.no_person")
    async with app.database.reading() as db:
        if isinstance(named, str) and not named.isdecimal():
            found = await chat_lines.people_named(db, named.strip())
            if len(found) > 1:
                raise Problem(400, "web.name_not_unique")
        else:
            id = await chat_lines.person_with(db, number(named, "web.unknown_person"))
            found = [id] if id else []
    if not found:
        raise Problem(400, "web.unknown_person")
    return found[0]


async def show(request: Request) -> Response:
    """GET of a login link: asks for one press, so that a link preview does not use it up.

    A link that is no longer good is told so at once; looking never redeems.
    """
    app = app_of(request)
    _only_normal(app)
    async with app.database.reading() as db:
        good = await invites.still_good(db, request.path_params["token"], now=app.clock.now())
    if good:
        return HTMLResponse(door(app, join=True))
    return _refused(app, Refused("join.bad_invite"))


def _refused(app: App, why: Refused) -> Response:
    said = plain(app.words.say(why.block, **why.facts))
    return HTMLResponse(door(app, refused=said), 403)


async def join(request: Request) -> Response:
    """POST of a login link: binds the person's web address and signs him in."""
    app = app_of(request)
    _only_normal(app)
    now = app.clock.now()
    try:
        async with app.database.transaction() as db:
            person = await invites.redeem_link(
                db, request.path_params["token"], channel=web.NAME, account=web.ACCOUNT,
                user_key=None, now=now,
            )  # fmt: skip
            binding = await chat_lines.binding_of(db, person.id, web.ACCOUNT)
    except Refused as why:
        return _refused(app, why)
    await app.inbox.keep([web.raw(person.id, f"{person.id}.enter.{binding}", now, enter="")])
    response = RedirectResponse("/chat", 303)
    sign_in(app, response, Visitor(person.id, binding))
    return response


def sign_in(app: App, response: Response, who: Visitor) -> None:
    """Give the browser its cookie."""
    facts = {"person": who.person, "binding": who.binding}
    signed = _signer(app).dumps({**facts, "reader": True} if who.reader else facts)
    response.set_cookie(
        COOKIE, signed, max_age=LASTS, httponly=True, samesite="strict",
        secure=app.settings.public_url.startswith("https:"),
    )  # fmt: skip


def door(app: App, *, join: bool = False, refused: str = "") -> str:
    """The page for somebody who is not signed in."""
    wecom = "wecom" in app.channels and bool(app.settings.public_url)
    return page("login", join=join, refused=refused, wecom=wecom)


def _signer(app: App) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(app.key, salt="web-session")


def _only_normal(app: App) -> None:
    if app.demo:
        raise Problem(404, "web.not_found")
