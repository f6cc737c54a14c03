"""What may be done with an issue: one table of moves, by state and by who asks.

A row says from which states a move leads where, who may make it, and what has to be given with it.
`refusal` reads the table and names the block that says why not. The states are those of S000-12
and S000-65: 未启动, 整改中, 待核验, 已核验, 已销号, and 反弹 where it has come back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ledger.roles import ON_TEAM, STAFF, Role


# facts
class State(StrEnum):
    """Where an issue stands."""

    OPEN = "open"
    DOING = "doing"
    SUBMITTED = "submitted"
    VERIFIED = "verified"  # looked at on the spot; a second look strikes it off
    CLOSED = "closed"
    REBOUNDED = "rebounded"  # closed once, come back: goes on under a new number
    MERGED = "merged"  # the same as another one
    WITHDRAWN = "withdrawn"


WORKED_ON = frozenset({State.OPEN, State.DOING})
BEING_VERIFIED = frozenset({State.SUBMITTED, State.VERIFIED})
UNFINISHED = WORKED_ON | BEING_VERIFIED


class Move(StrEnum):
    """Something done with an issue."""

    NOTE = "note"
    DESCRIBE = "describe"  # 措施、要求、来源、长效措施、标签
    ASSIGN = "assign"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    ASK_DUE = "ask_due"
    DECIDE_DUE = "decide_due"
    SUBMIT = "submit"
    RECALL = "recall"
    VERIFY = "verify"
    STRIKE_OFF = "strike_off"  # verified and closed in one
    CLOSE = "close"
    SEND_BACK = "send_back"
    LOOK_BACK = "look_back"
    REBOUND = "rebound"
    MERGE = "merge"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What somebody is to an issue; one person may be several."""

    OWNER = "owner"  # 责任人
    TEAM = "team"  # on the issue's own team
    SUBMITTER = "submitter"
    ABOVE = "above"  # superior of who has it to answer for, with no hand in it himself
    STAFF = "staff"  # township or county, whose place it is
    SECOND = "second"  # staff that neither worked on it nor verified it
    OTHER = "other"  # neither worked on it nor signed it off


class Seen(Protocol):
    """What the rules look at of an issue."""

    @property
    def state(self) -> str:
        """Where it stands."""
        ...

    @property
    def team_id(self) -> int:
        """The team it belongs to; 0: none."""
        ...

    @property
    def owner_id(self) -> int:
        """Who is responsible."""
        ...

    @property
    def owner_role(self) -> str:
        """The role of who is responsible."""
        ...

    @property
    def submitted_by(self) -> int | None:
        """Who has handed it in."""
        ...

    @property
    def submitter_role(self) -> str | None:
        """The role of who has handed it in."""
        ...

    @property
    def verified_by(self) -> int | None:
        """Who has verified it."""
        ...

    @property
    def closed_by(self) -> int | None:
        """Who has struck it off."""
        ...


class Asker(Protocol):
    """What the rules look at of a person; that the issue is in his scope is settled before."""

    @property
    def id(self) -> int:
        """Who it is."""
        ...

    @property
    def role(self) -> Role:
        """The post held."""
        ...

    @property
    def team_id(self) -> int:
        """The team it belongs to; 0: none."""
        ...


@dataclass(frozen=True)
class Row:
    """One line of the table; `to` None: the state stays."""

    move: Move
    states: frozenset[State]
    to: State | None
    parts: frozenset[Part]
    needs: tuple[str, ...] = ()
    not_yours: str = "issues.not_by_you"


def _row(
    move: Move, states: frozenset[State] | State, to: State | None, *parts: Part,
    needs: tuple[str, ...] = (), not_yours: str = "issues.not_by_you",
) -> Row:  # fmt: skip
    froms = frozenset({states}) if isinstance(states, State) else states
    return Row(move, froms, to, frozenset(parts), needs, not_yours)


MINE = (Part.OWNER, Part.TEAM)
WORK = "issues.work_is_the_teams"
TABLE = (
    _row(Move.NOTE, WORKED_ON, State.DOING, *MINE, needs=("text",), not_yours=WORK),
    _row(Move.DESCRIBE, WORKED_ON, None, *MINE, Part.STAFF, needs=("value",)),
    _row(Move.ASSIGN, WORKED_ON, None, Part.OWNER, Part.ABOVE, Part.STAFF, needs=("owner",),
         not_yours="issues.not_yours_to_assign"),
    _row(Move.HAND_OVER, WORKED_ON, State.DOING, *MINE, Part.STAFF, needs=("holder", "reason")),
    _row(Move.TAKE_BACK, WORKED_ON, State.DOING, *MINE, Part.STAFF, needs=("text",)),
    _row(Move.ASK_DUE, WORKED_ON, None, *MINE, needs=("day", "reason"), not_yours=WORK),
    _row(Move.DECIDE_DUE, WORKED_ON, None, Part.ABOVE),
    _row(Move.SUBMIT, WORKED_ON, State.SUBMITTED, *MINE, needs=("effect", "measure"),
         not_yours=WORK),
    _row(Move.RECALL, State.SUBMITTED, State.DOING, Part.SUBMITTER,
         not_yours="issues.not_your_request"),
    _row(Move.VERIFY, State.SUBMITTED, State.VERIFIED, Part.ABOVE,
         needs=("evidence", "household_word")),
    _row(Move.STRIKE_OFF, State.SUBMITTED, State.CLOSED, Part.ABOVE,
         needs=("evidence", "household_word")),
    _row(Move.CLOSE, State.VERIFIED, State.CLOSED, Part.SECOND, not_yours="issues.second_look"),
    _row(Move.SEND_BACK, BEING_VERIFIED, State.DOING, Part.ABOVE, Part.SECOND,
         needs=("reason",)),
    _row(Move.LOOK_BACK, State.CLOSED, None, Part.OTHER, needs=("text",),
         not_yours="issues.look_back_by_another"),
    _row(Move.REBOUND, State.CLOSED, State.REBOUNDED, *MINE, Part.ABOVE, Part.STAFF, Part.OTHER,
         needs=("text",)),
    _row(Move.MERGE, WORKED_ON, State.MERGED, *MINE, Part.STAFF, needs=("other",)),
    _row(Move.WITHDRAW, WORKED_ON, State.WITHDRAWN, *MINE),
)  # fmt: skip
BY_MOVE = {row.move: row for row in TABLE}
assert len(BY_MOVE) == len(TABLE)

ENDED = {  # what a finished issue answers to everything
    State.CLOSED: "issues.already_closed",
    State.REBOUNDED: "issues.has_rebounded",
    State.MERGED: "issues.is_merged",
    State.WITHDRAWN: "issues.is_withdrawn",
}


RANK = {role: rank for rank, role in enumerate(Role)}  # members, leaders, townships, counties


# rules
def may_answer_for(role: Role, below: Role) -> bool:
    """Whether that role verifies what that other one did: the seats above, staff among themselves.

    The county may always: it is asked where the seats below it are empty.
    """
    if below in ON_TEAM:
        return RANK[role] > RANK[below]
    return role in STAFF and RANK[role] >= RANK[below]


def highest(roles: Iterable[Role]) -> Role:
    """The one that answers for the others; there is at least one."""
    return max(roles, key=RANK.__getitem__)


def parts_of(issue: Seen, asker: Asker) -> frozenset[Part]:
    """Everything the asker is to the issue."""
    worked = {issue.owner_id, issue.submitted_by}
    signed = {issue.verified_by, issue.closed_by}
    below = highest({Role(issue.submitter_role or issue.owner_role), Role(issue.owner_role)})
    found = {
        Part.OWNER: asker.id == issue.owner_id,
        Part.TEAM: asker.role in ON_TEAM and asker.team_id == issue.team_id != 0,
        Part.SUBMITTER: asker.id == issue.submitted_by,
        Part.ABOVE: asker.id not in worked and may_answer_for(asker.role, below),
        Part.STAFF: asker.role in STAFF,
        Part.SECOND: asker.role in STAFF and asker.id not in worked | {issue.verified_by},
        Part.OTHER: asker.id not in worked | signed,
    }
    return frozenset(part for part, is_so in found.items() if is_so)


def refusal(issue: Seen, asker: Asker, move: Move) -> str | None:
    """The block that says why this person may not do that now; None when he may."""
    row = BY_MOVE[move]
    if State(issue.state) not in row.states:
        return _wrong_state(State(issue.state), move)
    if parts_of(issue, asker) & row.parts:
        return None
    own = parts_of(issue, asker) & {Part.OWNER, Part.SUBMITTER}
    return "issues.not_by_owner" if own and Part.ABOVE in row.parts else row.not_yours


def shut(state: State) -> str | None:
    """Why its report and its notes stay as they are: being verified, or ended; None: they may change."""
    if state in WORKED_ON:
        return None
    return ENDED.get(state, "issues.being_verified")


def _wrong_state(state: State, move: Move) -> str:
    if state in ENDED:
        return ENDED[state]
    if state in BEING_VERIFIED:
        return "issues.already_submitted" if move is Move.SUBMIT else "issues.being_verified"
    if move in {Move.LOOK_BACK, Move.REBOUND}:
        return "issues.not_closed_yet"
    return "issues.not_submitted"
