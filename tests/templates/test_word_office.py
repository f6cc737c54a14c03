"""The Word paper as LibreOffice prints it, measured at 300 dpi against GB/T 9704-2012.

One conversion of one paper that holds everything; skipped where LibreOffice is not installed.
"""

from typing import Any

import pytest
from office import MM, SOFFICE, bands, dark, has_font, pages, red
from word_pages import NUMBERED, facts_of

from templates.word import write

pytestmark = [
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (scripts/office)"),
]
TOP, LEFT, RIGHT, BOTTOM = 37, 28, 184, 262  # edges of the type area, mm from the paper's
LINE = 28.95 / 72 * 25.4  # mm
FULL = "国" * 28 * 70  # three pages and more of full lines, no mark that could be squeezed


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    if not has_font():
        pytest.skip("no Chinese font to print with (scripts/office)")
    paper = write(facts_of(f"{NUMBERED}\n## 二、正文\n{FULL}\n"))
    return pages(paper, tmp_path_factory.mktemp("office"))


def typed(page: Any) -> Any:
    """The type area only, without the page number."""
    return page.crop((0, 0, page.width, round((BOTTOM + 1) * MM)))


def full_page(printed: list[Any]) -> Any:
    """The first page that is nothing but full lines."""
    found = (one for one in printed[1:] if len(bands(dark(typed(one)), across=False)) == 22)
    return typed(next(found))


def test_a_page_has_twenty_two_lines_of_the_standards_pitch(printed: list[Any]) -> None:
    lines = bands(dark(full_page(printed)), across=False)
    assert len(lines) == 22
    pitch = (lines[-1][0] - lines[0][0]) / 21 / 25.4 * 72
    assert abs(pitch - 28.95) <= 0.15
    assert lines[0][0] >= TOP
    assert lines[-1][1] <= BOTTOM


def test_a_line_has_twenty_eight_characters_from_edge_to_edge(printed: list[Any]) -> None:
    page = full_page(printed)
    top, bottom = bands(dark(page), across=False)[5]
    line = dark(page).crop((0, round(top * MM), page.width, round(bottom * MM)))
    marks = bands(line, across=True)
    assert len(marks) == 28
    assert abs(marks[0][0] - LEFT) < 1
    assert abs(marks[-1][1] - RIGHT) < 1


def test_the_red_rule_is_as_wide_as_the_type_area(printed: list[Any]) -> None:
    marks = red(printed[0])
    rows = bands(marks, across=False)
    top, bottom = rows[-1]
    assert bottom - top < 1  # 1.5 pt
    rule = marks.crop((0, round(top * MM), marks.width, round(bottom * MM)))
    (sides,) = bands(rule, across=True)
    assert abs(sides[0] - LEFT) <= 0.5
    assert abs(sides[1] - sides[0] - 156) <= 1


def test_the_red_head_stands_thirty_five_millimetres_down_in_one_line(
    printed: list[Any],
) -> None:
    head, *_rule = bands(red(printed[0]), across=False)
    assert abs(head[0] - TOP - 35) <= 2
    assert head[1] - head[0] < 16


def test_the_number_stands_two_lines_below_the_head_and_close_above_the_rule(
    printed: list[Any],
) -> None:
    (head, rule), lines = (
        bands(red(printed[0]), across=False),
        bands(dark(printed[0]), across=False),
    )
    number = next(one for one in lines if one[0] > head[1])
    assert number[0] - head[1] > 2 * LINE
    assert 4 <= rule[0] - number[1] <= 7.5  # 4 mm below the line the number stands in


def test_page_numbers_stand_seven_millimetres_below_odd_right_and_even_left(
    printed: list[Any],
) -> None:
    for place, page in enumerate(printed[:2]):
        foot = dark(page).crop((0, round((BOTTOM + 1) * MM), page.width, page.height))
        ((top, bottom),) = bands(foot, across=False)
        middle = BOTTOM + 1 + (top + bottom) / 2
        assert abs(middle - BOTTOM - 7) <= 1
        sides = bands(foot, across=True)
        inset = RIGHT - sides[-1][1] if place == 0 else sides[0][0] - LEFT
        assert abs(inset - 14 / 72 * 25.4) <= 1.5
        assert len(sides) >= 3  # — 1 —


def test_the_imprints_rules_are_as_wide_as_the_type_area(printed: list[Any]) -> None:
    marks = dark(typed(printed[-1]))
    rules = [
        one
        for one in bands(marks, across=False)
        if one[1] - one[0] < 0.7 and _wide(marks, one) > 150
    ]
    assert len(rules) == 4
    for one in rules:
        assert abs(_wide(marks, one) - 156) <= 1


def _wide(marks: Any, rows: tuple[float, float]) -> float:
    band = marks.crop((0, round(rows[0] * MM), marks.width, round(rows[1] * MM)))
    sides = bands(band, across=True)
    return sides[-1][1] - sides[0][0] if len(sides) == 1 else 0
