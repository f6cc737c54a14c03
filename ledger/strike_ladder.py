"""The ladder of steps (处理) as a county's own data: what is proposed first, second, and so on.

Each rung is [step, days until it expires]: [["通报批评", 365], ["问责", 365]] (S000-50). The
program proposes; which step is taken, and whether any, a person of the county decides (S004-21).
"""

from collections.abc import Sequence
from typing import Any

Rung = tuple[str, int]
StrikeLadder = tuple[Rung, ...]

LONGEST_STEP = 20  # characters of a step's name
LONGEST = 3650  # days: a step that never expires is none that one can amend
DEFAULT: StrikeLadder = (("通报批评", 365), ("问责", 365))


class BadStrikeLadder(ValueError):
    """A ladder that cannot be followed; says which rung, and why."""


def propose(standing: int, ladder: StrikeLadder = DEFAULT) -> Rung:
    """The rung after so many steps that stand and have not expired; the last one for more."""
    return ladder[min(standing, len(ladder) - 1)]


def days_of(step: str, ladder: StrikeLadder = DEFAULT) -> int:
    """Until when a step of that name lasts, in days; KeyError: no such step."""
    return dict(ladder)[step]


def read_strike_ladder(value: object) -> StrikeLadder:
    """A county's ladder from its file; `BadStrikeLadder` names what is wrong with it."""
    if not isinstance(value, list | tuple) or not value:
        raise BadStrikeLadder('要写成 [["通报批评", 365], ["问责", 365]] 这样的几级。')
    ladder = tuple(_rung(number, one) for number, one in enumerate(value, 1))
    _check_names([name for name, _ in ladder])
    return ladder


def _rung(number: int, value: Any) -> Rung:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadStrikeLadder(f'第 {number} 级要写成 ["处理", 天数]，例如 ["通报批评", 365]。')
    name, days = value
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_STEP:
        raise BadStrikeLadder(f"第 {number} 级的处理要写 1 到 {LONGEST_STEP} 个字。")
    if type(days) is not int or not 1 <= days <= LONGEST:
        raise BadStrikeLadder(
            f"第 {number} 级的天数要写 1 到 {LONGEST} 之间的整数，到期不再计算。"
        )
    return name.strip(), days


def _check_names(names: Sequence[str]) -> None:
    """Each step once: by its name one knows what it is."""
    if len(set(names)) != len(names):
        raise BadStrikeLadder("每一级的处理名称不能相同。")
