"""Pages for one member and one purpose: send a place, send files; recognise who comes from WeCom."""

from importlib import import_module

from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.web.pages import posts


def routes(app: App) -> list[BaseRoute]:
    """The pages' addresses; WeCom's own only where its app is used."""
    pages: list[BaseRoute] = [
        Route("/pages/{token}", posts.show),
        Route("/pages/{token}", posts.take, methods=["POST"]),
    ]
    if "wecom" not in app.channels:
        return pages
    return [*import_module("bot.web.pages.wecom").routes(), *pages]
