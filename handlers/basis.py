"""依据: the figures of a report by their numbers, and the records behind one of them.

Whoever shows a report calls `show`; 「依据」 alone (basis_asked) is about the report shown last.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from handlers.talk import Talk
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.reports.basis import PAGE, Basis, access_basis, source_of
from templates.bulletin import Bulletin, Run
from templates.figure_names import figure_name

BUTTONS = 6  # figures that have one; the others are asked for by their number


@dataclass
class Turned(Talk):
    """A talk in which somebody reads on: the pages before this one he has seen."""

    page: int = 1


async def show(
    talk: Talk, report: Any, bulletin: Bulletin, number: int | None, again: str
) -> Reply:
    """The numbered figures of a report, or the records behind one of them.

    `again` is the command that brings the report: 「日报 2026-11-20」.
    """
    found = bulletin.figures
    if number is None:
        return _list(talk, report, bulletin, found, again)
    if not 1 <= number <= len(found):
        raise Refused("basis.no_number", number=number, total=len(found))
    return await _records(talk, report, bulletin, number, again)


def _list(
    talk: Talk, report: Any, bulletin: Bulletin, found: tuple[Run, ...], again: str
) -> Reply:
    if not found:
        return talk.reply("basis.no_figures")
    named = [(number, figure_name(one.figure), one.text) for number, one in enumerate(found, 1)]
    first = [one for one in named if _opens(report, found[one[0] - 1])][:BUTTONS]
    buttons = [
        Option(f"{number} {name}", f"{again} 依据 {number}") for number, name, _ in first
    ]
    example = first[0][0] if first else 1
    return talk.reply(
        "basis.figures", buttons, title=_title(bulletin), figures=named, example=example
    )


def _opens(report: Any, one: Run) -> bool:
    """Whether a button is worth its place: there is something behind the figure."""
    return one.text != "0" and source_of(report.kind, one.figure) is not None


async def _records(
    talk: Talk, report: Any, bulletin: Bulletin, number: int, again: str
) -> Reply:
    one = bulletin.figures[number - 1]
    page = talk.page if isinstance(talk, Turned) else 1
    found = await access_basis(
        talk.db, talk.asker, report, one.figure, said=int(one.text), rules=talk.rules,
        skip=(page - 1) * PAGE,
    )  # fmt: skip
    more = Option("更多", f"依据 {number} 第{page + 1}页 {again}")
    buttons = [more] if found.more else []
    return talk.reply(
        "basis.records", [*buttons, Option("全部数字", f"{again} 依据")],
        name=figure_name(one.figure), title=_title(bulletin), basis=found,
        lines=_lines(talk, found, above=report.level != "team", county=report.level == "county"),
    )  # fmt: skip


def _lines(talk: Talk, found: Basis, *, above: bool, county: bool) -> list[str]:
    """The records in words; people whom nobody names are told together, village by village."""
    said = [
        talk.say(
            "basis.line", line=one, above=above, after=found.late(one),
            place=f"{one.township}{one.village}" if county else one.village,
        )
        for one in found.lines
    ]  # fmt: skip
    alike = [(line, len([*same])) for line, same in groupby(said)]
    return [
        line if count == 1 else talk.say("basis.alike", line=line, count=count)
        for line, count in alike
    ]


def _title(bulletin: Bulletin) -> str:
    return f"{bulletin.title} {bulletin.under}".strip()
