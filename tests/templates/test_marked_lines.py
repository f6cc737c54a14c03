"""Marked lines: whatever people call their places and write, none of it marks anything."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from templates.bulletin import BETWEEN, CLOSE, OPEN, Bulletin, Marked, as_chat, plainly, read
from templates.words import MARKED

TABLE = "# 题\n| {{ name }} | {{ f.visits }} |\n末行"
ENVIRONMENT = Environment(**MARKED)


def told(template: str, name: str) -> Bulletin:
    """A report of one place that has this name."""
    f = Marked(SimpleNamespace(visits=3), f"@{name}")
    return read(ENVIRONMENT.from_string(template).render(name=name, f=f))


def rows(bulletin: Bulletin) -> list[list[str]]:
    return [[plainly(cell) for cell in row] for one in bulletin.blocks for row in one.rows]


NAMES = (
    "永|安", "永*安", "永**安", "永\\安", "永安\\", "永@sign 安", "永\n@copies 抄送：某", "永\u2028## 安",
    f"永{OPEN}安", f"永{BETWEEN}安", f"永{CLOSE}安", "永\n| a | b |", "=永安",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_place_is_a_name_also_in_the_key_of_a_figure(name: str) -> None:
    made = told(TABLE, name)
    ((shown, number),) = rows(made)
    assert (number, [one.text for one in made.figures]) == ("3", ["3"])
    assert shown == " ".join(
        "".join(one for one in name if one not in OPEN + BETWEEN + CLOSE).split()
    )
    assert (made.title, made.copies, made.sign, len(made.blocks)) == ("题", (), "", 2)


@given(st.text(max_size=20))
def test_whatever_a_place_is_called_its_row_has_two_cells(name: str) -> None:
    made = told(TABLE, f"永{name}")
    assert [len(row) for row in rows(made)] == [2]
    assert rows(made)[0][1] == "3"
    assert OPEN not in as_chat(made.marked)


@pytest.mark.parametrize("name", ["永安*", "*永安", "永**安", "永安\\"])
def test_a_name_with_stars_ends_no_title(name: str) -> None:
    made = told("**{{ name }}日报** 11月23日", name)
    assert (made.title, made.under) == (f"{name}日报", "11月23日")
    made = told("**日报{{ name }}** 11月23日", name)
    assert (made.title, made.under) == (f"日报{name}", "11月23日")


@pytest.mark.parametrize("mark", ["office", "number", "to", "sign", "date", "copies", "draft"])
def test_a_mark_without_words_leaves_nothing(mark: str) -> None:
    """A letter to somebody whose unit nobody has noted is not addressed to 「@to」."""
    made = told(f"# 函\n@{mark} {{{{ name }}}}\n话", "")
    assert made.chat == "**函**\n话"
    assert [plainly(one.runs) for one in made.blocks] == ["话"]
    assert (made.to, made.copies) == ("", ())


def test_a_word_that_only_begins_like_a_mark_is_a_word() -> None:
    assert told("# 题\n@today 话", "").chat == "**题**\n@today 话"
