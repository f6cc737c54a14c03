"""Reports as pages: to read, to print, and to open any figure into the records behind it.

The same facts, words and scope as in the chat. What is not there and what is not the visitor's
get the same answer. In the demo `?person=` says who is reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from bot.app import App
from bot.channels.text import plain
from bot.web.login import door, signed_in, visitor
from bot.web.security import Problem, app_of
from bot.web.uploads import number
from ledger import people, word_templates
from ledger.database import Session
from ledger.days import DAY
from ledger.errors import Refused
from ledger.files import path_of
from ledger.messages import Drawing
from ledger.people import Person, Role
from ledger.reports import store, windows
from ledger.reports.basis import PAGE, Basis, access_basis, source_of
from ledger.reports.facts import WORDS, Look, Place, Window, place_of
from templates.bulletin import Bulletin, Run, as_facts, plainly
from templates.figure_names import figure_name
from templates.pages import page

log = structlog.get_logger()
NUMBER = re.compile(r"[0-9]{1,4}")
FORMS = {"card": "图片", "word": "Word", "pdf": "PDF"}
OFFERED = {"daily": 7, "weekly": 4, "tenday": 3, "monthly": 3}  # how many of each are listed


@dataclass(frozen=True)
class Opened:
    """One report before its reader."""

    asker: Person
    place: Place
    window: Window
    look: Look
    bulletin: Bulletin
    asked: str  # the query every link of the page keeps

    @property
    def path(self) -> str:
        """Its address."""
        level, id = self.place.level, self.place.id
        return f"/reports/{self.window.kind}/{self.window.period}/{level}/{id}"

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each figure that can be opened, by its key."""
        keys = enumerate((one.figure for one in self.bulletin.figures), 1)
        return {key: n for n, key in keys if source_of(self.window.kind, key)}


async def show_list(request: Request) -> Response:
    """GET /reports: what the visitor may read; the county also of each of its townships."""
    app = app_of(request)
    asker = await _asker(request)
    if asker is None:
        return HTMLResponse(door(app))
    async with app.database.reading() as db:
        places = await _places(db, asker)
    wanted = request.query_params.get("place", "")
    place = next((one for one in places[1:] if str(one.id) == wanted), places[0])
    offered = {
        WORDS[kind]: [*_recent(app, kind, app.clock.now(), many)]
        for kind, many in OFFERED.items()
    }
    facts = {"asker": asker, "asked": _asked(app, asker), "offered": offered}
    return HTMLResponse(page("report_list", place=place, places=places, **facts))


async def show(request: Request) -> Response:
    """GET /reports/<kind>/<period>/<level>/<place>: one report."""
    app = app_of(request)
    asker = await _asker(request)
    if asker is None:
        return HTMLResponse(door(app))
    opened = await _open(request, asker)
    said = _corrected(app, opened)
    forms = FORMS if app.sender.press else {}
    facts = {"opened": opened, "numbers": opened.numbers, "forms": forms}
    return HTMLResponse(page("report", corrected=plain(said), **facts))


def _corrected(app: App, opened: Opened) -> str:
    """What is no longer what went out; in the same words as in the chat."""
    changes, weekly = opened.look.changes, opened.window.kind == "weekly"
    if not changes:
        return ""
    return app.words.say("reports.corrected", changes=changes, weekly=weekly)


async def show_basis(request: Request) -> Response:
    """GET …/<number>: the records behind one figure, a page of them from `?skip=`."""
    app = app_of(request)
    asker = await _asker(request)
    if asker is None:
        return HTMLResponse(door(app))
    opened = await _open(request, asker)
    wanted = request.path_params["number"]
    figure = _figure(opened, int(wanted) if NUMBER.fullmatch(wanted) else 0)
    skip = number(request.query_params.get("skip", "0"), "web.no_such_report")
    try:
        async with app.database.reading() as db:
            basis = await access_basis(
                db, asker, opened.look.report, figure.figure, said=int(figure.text),
                rules=app.rules, skip=skip,
            )  # fmt: skip
    except Refused:
        raise Problem(404, "web.no_such_report") from None
    said = {
        "line": _line_of(opened.bulletin, figure.figure),
        "lines": _lines(app, opened, basis),
    }
    facts = {"basis": basis, "name": figure_name(figure.figure), "size": PAGE, **said}
    return HTMLResponse(page("basis", opened=opened, number=wanted, **facts))


def _lines(app: App, opened: Opened, basis: Basis) -> list[str]:
    """The records in the words of the chat, each on a line of its own."""
    level = opened.place.level
    return [
        plain(
            app.words.say(
                "basis.line", line=one, above=level != "team", after=basis.late(one),
                place=f"{one.township}{one.village}" if level == "county" else one.village,
            )
        )
        for one in basis.lines
    ]  # fmt: skip


async def get_file(request: Request) -> Response:
    """GET …/files/<form>: the report as a picture, Word or PDF, made now or known."""
    app, form = app_of(request), request.path_params["form"]
    asker = await _asker(request)
    if asker is None:
        raise Problem(403, "web.no_session")
    if form not in FORMS or app.sender.press is None:
        raise Problem(404, "web.no_such_report")
    opened = await _open(request, asker)
    report, facts = opened.look.report, as_facts(opened.bulletin)
    if form == "word":
        async with app.database.reading() as db:
            kind = opened.window.kind
            facts["template"] = await word_templates.page_for(db, asker.county_id, kind)
    name = f"{report.place}{report.word} {report.period}"
    try:
        kept = await app.sender.press.one(Drawing(form, name, facts))
    except Exception:
        log.exception("not_drawn", path=request.url.path)
        raise Problem(503, "web.not_made") from None
    path = path_of(app.settings.files, kept.sha256)
    return FileResponse(path, media_type=kept.mime, filename=kept.name)


# who reads what
async def _asker(request: Request) -> Person | None:
    """The visitor; None: nobody is signed in."""
    app = app_of(request)
    if app.demo:
        who = await visitor(request, request.query_params.get("person"))
    elif (found := await signed_in(request)) is None:
        return None
    else:
        who = found
    async with app.database.reading() as db:
        return await people.by_id(db, who.person)


async def _places(db: Session, asker: Person) -> list[Place]:
    """The visitor's own place; behind the county its townships."""
    townships = await people.townships(db, asker.county_id) if asker.role is Role.COUNTY else {}
    return [place_of(asker), *[await store.place_for(db, asker, one) for one in townships]]


async def _open(request: Request, asker: Person) -> Opened:
    """The report of the address in the visitor's scope, else a `Problem`."""
    app, asked = app_of(request), request.path_params
    now = app.clock.now()
    window = windows.named(asked["kind"], asked["period"], today=now.date(), rules=app.rules)
    async with app.database.reading() as db:
        places = await _places(db, asker)
        of = (asked["level"], asked["place"])
        place = next((one for one in places if (one.level, str(one.id)) == of), None)
        if window is None or place is None:
            raise Problem(404, "web.no_such_report")
        look = await store.look(db, asker, place, window, now=now)
    bulletin = app.words.bulletin(look.report.paper, report=look.report)
    return Opened(asker, place, window, look, bulletin, _asked(app, asker))


def _asked(app: App, asker: Person) -> str:
    return f"?{urlencode({'person': asker.id})}" if app.demo else ""


def _recent(app: App, kind: str, now: datetime, many: int) -> Iterator[Window]:
    """The newest periods of that kind, the running one first."""
    day = now.date()
    for _ in range(many):
        window = windows.of_day(kind, day, today=now.date(), rules=app.rules)
        yield window
        day = window.span.first - DAY


# figures
def _figure(opened: Opened, wanted: int) -> Run:
    """The figure of that number, if it can be opened."""
    figures = opened.bulletin.figures
    if not 1 <= wanted <= len(figures) or figures[wanted - 1].figure not in opened.numbers:
        raise Problem(404, "web.no_such_report")
    return figures[wanted - 1]


def _line_of(bulletin: Bulletin, key: str) -> str:
    """The words in which a figure stands first."""
    for block in bulletin.blocks:
        for runs in (block.runs, *(cell for row in block.rows for cell in row)):
            if any(one.figure == key for one in runs):
                return plainly(runs)
    return ""
