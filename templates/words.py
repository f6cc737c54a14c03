"""All words we say: `say("study.saved", ...)` renders the block `saved` of chat/study.txt.

A county puts only the blocks it wants otherwise into its own chat/<noun>.txt.
Facts are escaped for the neutral markup (`**bold**`), so that a name with stars stays a name.
"""

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates.filters import FILTERS, WORDS

HERE = Path(__file__).parent


class Said(str):
    """Words already rendered: put into other words they are not escaped again."""

    __slots__ = ()


def escape(fact: object) -> object:
    """Make stars and backslashes of a fact plain text in the neutral markup."""
    if isinstance(fact, Said) or not isinstance(fact, str):
        return fact
    return fact.replace("\\", "\\\\").replace("*", "\\*")


def unmarked(words: str) -> str:
    """Words without what `escape` has added: for a button, which knows no markup."""
    return re.sub(r"\\(.)", r"\1", words)


class Words:
    """The words of one county: its own blocks first, ours behind."""

    def __init__(self, county: Path | None = None) -> None:
        self._county = county

    @cached_property
    def _ours(self) -> Environment:
        return _dress(Environment(loader=FileSystemLoader(HERE), **STRICT))

    @cached_property
    def _theirs(self) -> Environment | None:
        if self._county is None or not self._county.is_dir():
            return None
        loader = FileSystemLoader(self._county)
        return _dress(ImmutableSandboxedEnvironment(loader=loader, **STRICT))

    def say(self, name: str, /, **facts: Any) -> Said:
        """One thing the bot says. A missing block or fact is an error, never a blank."""
        noun, _, block = name.partition(".")
        template = self._template(f"chat/{noun}.txt", block)
        context = template.new_context(facts)
        return Said("".join(template.blocks[block](context)).strip())

    def bulletin(self, name: str, /, **facts: Any) -> Said:
        """A whole summary from bulletins/<name>.md."""
        template = self._template(f"bulletins/{name}.md", None)
        return Said(template.render(facts).strip())

    def _template(self, path: str, block: str | None) -> Template:
        own = self._theirs
        if own is not None and own.loader and path in own.loader.list_templates():
            template = own.get_template(path)
            if block is None or block in template.blocks:
                return template
        return self._ours.get_template(path)


STRICT: dict[str, Any] = {
    "undefined": StrictUndefined,
    "finalize": escape,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "autoescape": False,  # the channel's renderer escapes for itself, after cutting
}


def _dress(environment: Environment) -> Environment:
    environment.filters.update(FILTERS)
    environment.globals.update(WORDS)
    return environment
