"""The leave ladder as data: who decides at each length, and what a county may not write."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ladder import DEFAULT, BadLadder, Ladder, rank, read_ladder, steps_for
from ledger.people import Role
from ledger.rules import BadRules, load_rules

L, T, C = Role.LEADER, Role.TOWNSHIP, Role.COUNTY
ZEPU = read_ladder([[3, "乡镇"], [0, "县"]])
LEDU = read_ladder([[5, "乡镇"], [0, "乡镇", "县"]])


@pytest.mark.parametrize(
    ("ladder", "days", "owner", "roles"),
    [
        (DEFAULT, 1, Role.MEMBER, (L,)),
        (DEFAULT, 2, Role.MEMBER, (L, T)),
        (DEFAULT, 3, Role.MEMBER, (L, T)),
        (DEFAULT, 4, Role.MEMBER, (L, T, C)),
        (DEFAULT, 60, Role.MEMBER, (L, T, C)),
        (DEFAULT, 1, L, (T,)),
        (DEFAULT, 3, L, (T,)),
        (DEFAULT, 4, L, (T, C)),
        (ZEPU, 1, Role.MEMBER, (T,)),
        (ZEPU, 3, Role.MEMBER, (T,)),
        (ZEPU, 4, Role.MEMBER, (C,)),
        (ZEPU, 3, L, (T,)),
        (LEDU, 5, Role.MEMBER, (T,)),
        (LEDU, 6, Role.MEMBER, (T, C)),
        (LEDU, 6, L, (T, C)),
        (DEFAULT, 1, T, (C,)),
        (DEFAULT, 9, C, (C,)),
    ],
)
def test_each_length_has_its_posts(
    ladder: Ladder, days: int, owner: Role, roles: tuple[Role, ...]
) -> None:
    assert steps_for(days, owner, ladder) == roles


@given(
    days=st.lists(st.integers(1, 90), unique=True, max_size=4).map(sorted),
    names=st.lists(st.sets(st.sampled_from(("队长", "乡镇", "县")), min_size=1), min_size=5),
    asked=st.integers(1, 120),
    owner=st.sampled_from((Role.MEMBER, L)),
)
def test_the_steps_go_upwards_and_begin_above_the_asker(
    days: list[int], names: list[set[str]], asked: int, owner: Role
) -> None:
    order = ("队长", "乡镇", "县")
    rungs = [
        [most, *sorted(who, key=order.index)]
        for most, who in zip([*days, 0], names, strict=False)
    ]
    steps = [rank(one) for one in steps_for(asked, owner, read_ladder(rungs))]

    assert steps
    assert steps == sorted(set(steps))
    assert steps[0] > rank(owner)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "要写成"),
        (3, "要写成"),
        ([[3]], "第 1 级要写成"),
        ([[3, "乡镇"]], "最后一级的天数要写 0"),
        ([[3, "村长"], [0, "县"]], "不认识“村长”"),
        ([[3, "县", "乡镇"], [0, "县"]], "从下往上"),
        ([[3, "乡镇", "乡镇"], [0, "县"]], "从下往上"),
        ([[5, "乡镇"], [3, "县"], [0, "县"]], "从小到大"),
        ([[3, "乡镇"], [3, "县"], [0, "县"]], "从小到大"),
        ([[0, "乡镇"], [0, "县"]], "从小到大"),
        ([["3", "乡镇"], [0, "县"]], "整数"),
        ([[True, "乡镇"], [0, "县"]], "整数"),
        ([[400, "乡镇"], [0, "县"]], "整数"),
        ([[-1, "乡镇"], [0, "县"]], "整数"),
    ],
)
def test_a_ladder_that_cannot_be_followed_is_refused_in_plain_words(
    value: object, says: str
) -> None:
    with pytest.raises(BadLadder, match=says):
        read_ladder(value)


def test_a_county_writes_its_ladder_into_its_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('leave_ladder = [[3, "乡镇"], [0, "县"]]\nmin_on_post = 2\n', "utf-8")

    assert load_rules(path).leave_ladder == ZEPU

    path.write_text('leave_ladder = [[3, "乡镇"]]\n', "utf-8")
    with pytest.raises(BadRules, match="leave_ladder"):
        load_rules(path)
