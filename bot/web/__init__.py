"""The web side: the chat page, its API, login, health. `build_web` is all the rest may use."""

from importlib import import_module
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.app import App
from bot.settings import TelegramSettings
from bot.web import chat, demo, draws, login, reports
from bot.web.health import health
from bot.web.security import EXCEPTIONS, Guard
from bot.web.stream import listen

API = "/chat/api"
REPORT = "/reports/{kind}/{period}/{level}/{place}"
STATIC = Path(__file__).with_name("static")


def build_web(app: App) -> Starlette:
    """The ASGI application over one running copy."""
    web = Starlette(
        routes=[*_routes(), *_webhook(app)], exception_handlers=EXCEPTIONS,
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


def _webhook(app: App) -> list[BaseRoute]:
    """Telegram's door, when it pushes; by name, so that the demo never loads its library."""
    if "telegram" not in app.channels or TelegramSettings().mode != "webhook":
        return []
    webhook = import_module("bot.channels.telegram.webhook")
    return list(webhook.routes(app.channels["telegram"], app.inbox.keep))
