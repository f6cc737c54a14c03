"""The web side: the chat page, its API, login, health. `build_web` is all the rest may use."""

from importlib import import_module
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.app import App
from bot.channels import CALLED_BACK, CHANNELS
from bot.web import chat, demo, draws, login, pages, reports
from bot.web.health import health
from bot.web.security import EXCEPTIONS, Guard
from bot.web.stream import listen

API = "/chat/api"
REPORT = "/reports/{kind}/{period}/{level}/{place}"
STATIC = Path(__file__).with_name("static")


def build_web(app: App) -> Starlette:
    """The ASGI application over one running copy."""
    web = Starlette(
        routes=[*_routes(), *pages.routes(app), *_called_back(app)], exception_handlers=EXCEPTIONS,
        middleware=[Middleware(Guard, zhucun=app)],
    )  # fmt: skip
    web.state.zhucun = app
    return web


def _routes() -> list[BaseRoute]:
    return [
        Route("/", chat.show),
        Route("/chat", chat.show),
        Route("/chat/join/{token}", login.show),
        Route("/chat/join/{token}", login.join, methods=["POST"]),
        Route(f"{API}/messages", chat.list_messages),
        Route(f"{API}/messages", chat.post_message, methods=["POST"]),
        Route(f"{API}/actions", chat.post_action, methods=["POST"]),
        Route(f"{API}/enter", chat.post_enter, methods=["POST"]),
        Route(f"{API}/stream", listen),
        Route(f"{API}/files/{{sha256}}", chat.get_file),
        Route(f"{API}/people", demo.list_people),
        Route(f"{API}/clock", demo.get_clock),
        Route(f"{API}/clock", demo.set_clock, methods=["POST"]),
        Route("/draws", draws.show),
        Route("/draws/cards/{period}", draws.get_card),
        Route("/draws/check_draws.py", draws.get_script),
        Route("/reports", reports.show_list),
        Route(REPORT, reports.show),
        Route(f"{REPORT}/files/{{form}}", reports.get_file),
        Route(f"{REPORT}/{{number}}", reports.show_basis),
        Route("/health", health),
        Mount("/chat/static", StaticFiles(directory=STATIC)),
    ]


def _called_back(app: App) -> list[BaseRoute]:
    """The doors of channels that push; by name, so that the demo never loads their libraries."""
    doors: list[BaseRoute] = []
    for name in CALLED_BACK:
        if channel := app.channels.get(name):
            doors += import_module(CHANNELS[name]).routes(channel, app.inbox)
    return doors
