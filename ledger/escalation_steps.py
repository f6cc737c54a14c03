"""The escalation (催办) as a county's own data: how long before or after the deadline, how far up.

Each step is [working days after the deadline (before it: negative), levels up from the holder].
"""

from itertools import pairwise

Step = tuple[int, int]
Steps = tuple[Step, ...]

DEFAULT: Steps = ((-1, 1), (1, 1), (5, 2), (15, 3))
FURTHEST = 3  # levels: member, leader, township, county
LONGEST = 250  # working days: a year's


class BadSteps(ValueError):
    """Steps that cannot be followed; says which, and why."""


def read_steps(value: object) -> Steps:
    """A county's steps from its file; [] is no escalation at all. `BadSteps` names what is wrong."""
    if not isinstance(value, list | tuple):
        raise BadSteps("要写成 [[-1, 1], [1, 1], [5, 2]] 这样的几步。")
    steps = tuple(_step(number, one) for number, one in enumerate(value, 1))
    if any(later[0] <= earlier[0] for earlier, later in pairwise(steps)):
        raise BadSteps("各步的天数要从小到大。")
    return steps


def _step(number: int, value: object) -> Step:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadSteps(
            f"第 {number} 步要写成 [几个工作日, 往上几级]，例如 [1, 1]；到期前写负数。"
        )
    days, levels = value
    if type(days) is not int or not -LONGEST <= days <= LONGEST:
        raise BadSteps(f"第 {number} 步的天数要写 -{LONGEST} 到 {LONGEST} 之间的整数。")
    if type(levels) is not int or not 1 <= levels <= FURTHEST:
        raise BadSteps(f"第 {number} 步往上的级数要写 1 到 {FURTHEST}。")
    return days, levels
