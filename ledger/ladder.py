"""The leave ladder (批假权限): how many days need whose word, as a county's own data.

Each rung is [days at most, role, role, …]; the roles are asked in that order, and 0 days on the
last rung means however long. Zepu: [[3, "乡镇"], [0, "县"]]; Ledu: [[5, "乡镇"], [0, "乡镇", "县"]].
"""

from collections.abc import Sequence
from typing import Any

from ledger.roles import Role

Rung = tuple[int | str, ...]
Ladder = tuple[Rung, ...]

ROLES = {"队长": Role.LEADER, "乡镇": Role.TOWNSHIP, "县": Role.COUNTY}
UPWARDS = (Role.MEMBER, Role.LEADER, Role.TOWNSHIP, Role.COUNTY)
LONGEST = 366  # days: a rung above that is a slip of the finger
DEFAULT: Ladder = ((1, "队长"), (3, "队长", "乡镇"), (0, "队长", "乡镇", "县"))


class BadLadder(ValueError):
    """A ladder that cannot be followed; says which rung, and why."""


def rank(role: Role) -> int:
    """How far up: 0 a member, 3 the county."""
    return UPWARDS.index(role)


def steps_for(days: int, owner: Role, ladder: Ladder = DEFAULT) -> tuple[Role, ...]:
    """Whose word a leave of that many days needs, in order; nobody decides on his own level."""
    rung = next(one for one in ladder if one[0] == 0 or days <= int(one[0]))
    named = [ROLES[str(name)] for name in rung[1:]]
    above = tuple(role for role in named if rank(role) > rank(owner))
    return above or (next_above(owner) or Role.COUNTY,)


def next_above(role: Role) -> Role | None:
    """The next role up; None above the county."""
    return UPWARDS[rank(role) + 1] if role is not Role.COUNTY else None


def read_ladder(value: object) -> Ladder:
    """A county's ladder from its file; `BadLadder` names what is wrong with it."""
    if not isinstance(value, list | tuple) or not value:
        raise BadLadder('要写成 [[1, "队长"], [0, "队长", "乡镇"]] 这样的几级。')
    ladder = tuple(_rung(number, one) for number, one in enumerate(value, 1))
    _check_order([int(one[0]) for one in ladder])
    return ladder


def _rung(number: int, value: Any) -> Rung:
    if not isinstance(value, list | tuple) or len(value) < 2:
        raise BadLadder(f'第 {number} 级要写成 [天数, "谁批"]，例如 [3, "队长", "乡镇"]。')
    days, *names = value
    if type(days) is not int or not 0 <= days <= LONGEST:
        raise BadLadder(
            f"第 {number} 级的天数要写 0 到 {LONGEST} 之间的整数，0 是更长的都归它。"
        )
    _check_names(number, names)
    return (days, *names)


def _check_names(number: int, names: Sequence[Any]) -> None:
    """Known roles, each once, from below upwards."""
    if unknown := [str(one) for one in names if one not in ROLES]:
        raise BadLadder(
            f"第 {number} 级不认识“{'、'.join(unknown)}”，只能写{'、'.join(ROLES)}。"
        )
    ranks = [rank(ROLES[one]) for one in names]
    if ranks != sorted(set(ranks)):
        raise BadLadder(f"第 {number} 级的批假人要从下往上写，每级一次：{'、'.join(ROLES)}。")


def _check_order(days: list[int]) -> None:
    """Rising days, and a last rung for all that is longer."""
    if days[-1] != 0:
        raise BadLadder('最后一级的天数要写 0，更长的假才有人批，例如 [0, "县"]。')
    rising = days[:-1]
    if 0 in rising or rising != sorted(set(rising)):
        raise BadLadder("各级的天数要从小到大，只有最后一级写 0。")
