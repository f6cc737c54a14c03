"""No number in a summary without its records: each figure stands in a mark whose key has a source.

Every figure is a number that stands nowhere else (700001 …), so it is seen wherever it is put.
"""

import re
from dataclasses import fields
from itertools import count
from pathlib import Path

import pytest

from ledger.reports import daily, sections, weekly
from ledger.reports.basis import SOURCES, source_of
from ledger.reports.facts import Figures, Item, Part, Report, Section, Share, Spot
from templates.bulletin import MARK, UNSOURCED
from templates.figure_names import FIGURE_NAMES, figure_name
from templates.words import Words

WORDS = Words()
UNMISTAKABLE = re.compile(r"7\d{5}")
ITEM = Item("issue", 1, "永安村", 31, 9, "李队员", "张大山", "屋顶漏雨", "2026-11-18", 0, 2)
KINDS = ("daily", "weekly", "tenday", "monthly")
LEVELS = ("team", "township", "county")


def full(kind: str, level: str, *, until: str = "2026-11-20T18:40+08:00") -> Report:
    """A report that has everything a report of its kind can have."""
    numbers = count(700_001)
    above, own = level != "team", figures(numbers)
    sorts = daily.EXCEPTIONS if kind == "daily" else sections.EXCEPTIONS
    alarms = [*sorts, "silent"] if above and kind != "daily" else sorts
    whole = weekly.WHOLE if kind == "weekly" and not above else ()
    shares = tuple(
        Share(name, next(numbers), next(numbers), tier, 30, 60)
        for name, tier in (("清水镇", "高于全县"), ("云山乡", "低于全县"), ("柳河镇", "件数少，不分档"))
        if kind != "daily" and level == "county"
    )  # fmt: skip
    return Report(
        kind=kind, period="2026-11-20", first="2026-11-20", last="2026-11-20",  # type: ignore[arg-type]
        as_of="2026-11-20", soon="2026-11-23", until=until, level=level, place_id=1,  # type: ignore[arg-type]
        place="清水镇", figures=own, before=fewer(own), seal="20261120-0123456789ab",
        alarms=tuple(section(one, numbers, above) for one in alarms),
        lists=tuple(section(one, numbers, above) for one in weekly.LISTS if whole),
        whole=tuple(section(one, numbers, above) for one in whole),
        topics=("中央一号文件",), shares=shares, bottom=shares[1:2], days_open=12,
        parts=tuple(Part(f"第{n}村", figures(numbers)) for n in (1, 2)) if above else (),
    )  # fmt: skip


def fewer(than: Figures) -> Figures:
    """Of the period before: no difference to them looks like a figure."""
    return Figures(**{one.name: getattr(than, one.name) - 500_000 for one in fields(Figures)})


def figures(numbers: "count[int]") -> Figures:
    return Figures(**{one.name: next(numbers) for one in fields(Figures)})


def section(sort: str, numbers: "count[int]", above: bool) -> Section:
    total = next(numbers)
    spots = (Spot("永安村", next(numbers), "2026-11-18"),) if above else ()
    return Section(sort, total, 9, () if above else (ITEM,), spots)


def marked(name: str, report: Report, words: Words = WORDS) -> str:
    return words.bulletin(name, report=report).marked


def bare(text: str) -> list[str]:
    """Figures that stand outside of every mark."""
    return UNMISTAKABLE.findall(MARK.sub("", text))


def lost(kind: str, text: str) -> set[str]:
    """Keys under which nobody finds records, or which nobody has named."""
    keys = {key for key, _ in MARK.findall(text)}
    return {
        key
        for key in keys
        if key == UNSOURCED or source_of(kind, key) is None or figure_name(key) == key
    }


def papers(report: Report) -> set[str]:
    return {report.kind, report.paper}


@pytest.mark.parametrize("until", ["", "2026-11-20T18:40+08:00"], ids=["over", "running"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_summary_knows_its_records(kind: str, level: str, until: str) -> None:
    report = full(kind, level, until=until)
    for name in papers(report):
        text = marked(name, report)
        assert not bare(text), name
        assert not lost(kind, text), name
        assert len(MARK.findall(text)) > 5


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_a_figure_is_that_of_its_number(kind: str, level: str) -> None:
    """Under `visits` stands the number of visits, under `visits@第1村` that of the village."""
    report = full(kind, level)
    listed = [*report.alarms, *report.lists, *report.whole]
    known: dict[str, set[int]] = {}

    def put(key: str, value: int) -> None:
        known.setdefault(key, set()).add(value)

    for at, each in [
        ("", report.figures),
        *((f"@{one.name}", one.figures) for one in report.parts),
    ]:
        for name in [one.name for one in fields(Figures)] + ["posted", "on_leave"]:
            put(f"{name}{at}", getattr(each, name))
    for one in listed:
        put(one.sort, one.total)
        for spot in one.spots:
            put(f"{one.sort}@{spot.place}", spot.things)
    for share in report.shares:
        put(f"due@{share.township}", share.due)
        put(f"due_closed@{share.township}", share.closed)
    put("due", sum(one.due for one in report.shares))
    put("due_closed", sum(one.closed for one in report.shares))

    for name in papers(report):
        for key, value in MARK.findall(marked(name, report)):
            assert int(value) in known[key], key


PLANTED = {
    "{{ f.visits }} {{ report.figures.visits }} 户次": "a figure without its key",
    "{{ f.visits }} {{ report.figures.visits ~ ' 户次' }}": "a figure joined into words",
    "{{ f.visits }} {{ report.figures.visits | plain }} 户次": "a figure said to be none",
    "{{ f.visits }} {{ 700001 | figure('minutes') }} 分钟": "a key without a source",
    "{{ f.visits }} {{ 700001 | figure('told') }} 条": "a key of another kind of report",
}


@pytest.mark.parametrize("line", PLANTED, ids=PLANTED.values())
def test_a_template_with_a_figure_without_source_is_found(line: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    folder.mkdir()
    (folder / "daily.md").write_text(line, encoding="utf-8")

    text = marked("daily", full("daily", "team"), Words(tmp_path))

    assert bare(text) or lost("daily", text)


def test_a_template_with_sources_alone_is_left_in_peace(tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    folder.mkdir()
    line = "{{ f.visits }} 户次，{{ 3 | plain }} 天"
    (folder / "daily.md").write_text(line, encoding="utf-8")

    text = marked("daily", full("daily", "team"), Words(tmp_path))

    assert not bare(text)
    assert not lost("daily", text)


def test_every_source_has_a_name() -> None:
    keys = {key for kind in KINDS for key in SOURCES[kind]}

    assert keys <= set(FIGURE_NAMES)


def test_every_field_of_the_figures_has_a_source() -> None:
    """In the monthly report each, but who owes a study record, which is said of a day only."""
    names = {one.name for one in fields(Figures)} | {"posted", "on_leave"}

    assert names - set(SOURCES["monthly"]) == {"owing"}
    assert "owing" in SOURCES["daily"]
