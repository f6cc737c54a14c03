"""The web pages: templates/web/*.html, every fact escaped for HTML."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "web"), undefined=StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def page(name: str, /, **facts: Any) -> str:
    """The page web/<name>.html. A missing fact is an error, never a blank."""
    return _environment().get_template(f"{name}.html").render(facts)
