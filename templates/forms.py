"""The forms a bulletin or a chart is written in: a file's bytes from plain data, nothing else.

`make` is slow enough to belong into a thread; the libraries are loaded with the first file.
"""

from collections.abc import Callable

from templates.looks import DOCX, Facts, Looks, Made


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


def _word_page(_facts: Facts, looks: Looks) -> Made:
    """Our own page as a county may take it to start from."""
    from templates.word import blank

    return Made(blank(looks), DOCX, ".docx")


def write_word(facts: Facts, looks: Looks) -> Made:
    """A Word paper on our own page."""
    from templates.word import write

    return Made(write(facts, looks), DOCX, ".docx")


CHARTS = ("attendance", "coverage", "burn_down", "holders")
FORMS: dict[str, Callable[[Facts, Looks], Made]] = {
    "card": _picture("card"),
    "pdf": _pdf,
    "word": write_word,
    "word_template": _word_page,
    **{name: _picture(name) for name in CHARTS},
}
