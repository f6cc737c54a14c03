"""The forms a bulletin or a chart is written in: a file's bytes from plain data, nothing else.

`make` is slow enough to belong into a thread; the libraries are loaded with the first file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Looks:
    """What a county has of its own, and where kept files lie: both may be missing."""

    county: Path | None = None  # its paper.toml, its fonts/
    files: Path | None = None  # photos and its Word page, under their hashes


@dataclass(frozen=True)
class Made:
    """A file's bytes, what they are, and the ending of its name."""

    data: bytes
    mime: str
    ending: str


def make(form: str, facts: Facts, looks: Looks | None = None) -> Made:
    """The file of that form; an unknown form is a KeyError."""
    return FORMS[form](facts, looks or Looks())


def _picture(name: str) -> Callable[[Facts, Looks], Made]:
    def drawn(facts: Facts, looks: Looks) -> Made:
        from templates.drawn import draw

        return Made(draw(name, facts, "png", looks), "image/png", ".png")

    return drawn


def _pdf(facts: Facts, looks: Looks) -> Made:
    from templates.drawn import draw

    return Made(draw("paper", facts, "pdf", looks), "application/pdf", ".pdf")


def _word(facts: Facts, looks: Looks) -> Made:
    from templates.word import write

    return Made(write(facts, looks), DOCX, ".docx")


CHARTS = ("attendance", "coverage", "burn_down", "holders")
FORMS: dict[str, Callable[[Facts, Looks], Made]] = {
    "card": _picture("card"),
    "pdf": _pdf,
    "word": _word,
    **{name: _picture(name) for name in CHARTS},
}
