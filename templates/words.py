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

from templates.bulletin import Bulletin, Marked, figure, marks, read, tame
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

    @property
    def county(self) -> Path | None:
        """The county's own folder."""
        return self._county

    @cached_property
    def _ours(self) -> Environment:
        return _dress(Environment(loader=FileSystemLoader(HERE), **STRICT))

    @cached_property
    def _theirs(self) -> Environment | None:
        if self._county is None or not self._county.is_dir():
            return None
        loader = FileSystemLoader(self._county)
        return _dress(ImmutableSandboxedEnvironment(loader=loader, **STRICT))

    @cached_property
    def _papers(self) -> Environment:
        return _dress(Environment(loader=FileSystemLoader(HERE), **MARKED))

    @cached_property
    def _theirs_of_papers(self) -> Environment | None:
        if self._county is None or not self._county.is_dir():
            return None
        loader = FileSystemLoader(self._county)
        return _dress(ImmutableSandboxedEnvironment(loader=loader, **MARKED))

    def say(self, name: str, /, **facts: Any) -> Said:
        """One thing the bot says. A missing block or fact is an error, never a blank."""
        noun, _, block = name.partition(".")
        template = self._template(f"chat/{noun}.txt", block)
        context = template.new_context(facts)
        return Said("".join(template.blocks[block](context)).strip())

    def bulletin(self, name: str, /, **facts: Any) -> Bulletin:
        """A whole report from bulletins/<name>.md, for every form it is written in.

        `f` are the figures of `report`, each knowing where its records are.
        """
        template = self._template(f"bulletins/{name}.md", None, papers=True)
        if hasattr(facts.get("report"), "figures"):
            facts.setdefault("f", Marked(facts["report"].figures))
        return read(template.render(facts))

    def _template(self, path: str, block: str | None, *, papers: bool = False) -> Template:
        own = self._theirs_of_papers if papers else self._theirs
        if own is not None and own.loader and path in own.loader.list_templates():
            template = own.get_template(path)
            if block is None or block in template.blocks:
                return template
        return (self._papers if papers else self._ours).get_template(path)


STRICT: dict[str, Any] = {
    "undefined": StrictUndefined,
    "finalize": escape,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "autoescape": False,  # the channel's renderer escapes for itself, after cutting
}


def _put(fact: object) -> object:
    """How a fact is put into a report."""
    if isinstance(fact, Said) or not isinstance(fact, str):
        return marks(fact)
    return tame(fact)


def _plainly(number: float) -> Said:
    """A number that is no figure: of an issue, a week, days."""
    return Said(number)


MARKED: dict[str, Any] = {**STRICT, "finalize": _put}


def _dress(environment: Environment) -> Environment:
    environment.filters.update(FILTERS, figure=figure, plain=_plainly)
    environment.globals.update(WORDS, marked=Marked)
    return environment
