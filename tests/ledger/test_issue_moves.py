"""Every move in every state by every kind of asker, against a table written by hand.

What is expected here comes from the sources, not from the program's own table: whose work it is
(S000-66 责任清单), a deadline moved only with somebody else's word (S000-13), nothing struck off
by the one who worked on it (S000-15), looked back at by somebody else (S000-65).
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import issues, roster
from ledger.database import Database
from ledger.errors import Refused
from ledger.issue_moves import Move, State, refusal
from ledger.people import by_id
from ledger.roles import Role
from ledger.roster import Entry
from ledger.rules import Rules

# A letter a state; a story's table says in which of them somebody may.
LETTERS = dict(zip("odsvcrmw", State, strict=True))
WORKING = "od"


@dataclass(frozen=True)
class Somebody:
    """An asker."""

    id: int
    role: Role
    team_id: int = 1


@dataclass(frozen=True)
class Case:
    """An issue as the rules see it."""

    state: str
    team_id: int
    owner_id: int
    owner_role: str
    submitted_by: int | None = None
    submitter_role: str | None = None
    verified_by: int | None = None
    closed_by: int | None = None


PEOPLE = {
    "member": Somebody(1, Role.MEMBER),
    "mate": Somebody(2, Role.MEMBER),
    "third": Somebody(3, Role.MEMBER),
    "leader": Somebody(4, Role.LEADER),
    "leader2": Somebody(5, Role.LEADER),
    "township": Somebody(6, Role.TOWNSHIP, 0),
    "township2": Somebody(7, Role.TOWNSHIP, 0),
    "county": Somebody(8, Role.COUNTY, 0),
    "county2": Somebody(9, Role.COUNTY, 0),
}


@dataclass(frozen=True)
class Story:
    """Who has a hand in an issue as it goes its way; team 0: no village's."""

    team: int
    owner: str
    submitter: str
    verifier: str
    closer: str
    table: str

    def at(self, state: State) -> Case:
        """The issue in that state, with everybody who has signed by then."""
        owner, hand = PEOPLE[self.owner], PEOPLE[self.submitter]
        case = Case(state.value, self.team, owner.id, owner.role.value)
        if state in {State.OPEN, State.DOING, State.MERGED, State.WITHDRAWN}:
            return case
        case = replace(case, submitted_by=hand.id, submitter_role=hand.role.value)
        if state is State.SUBMITTED:
            return case
        case = replace(case, verified_by=PEOPLE[self.verifier].id)
        return case if state is State.VERIFIED else self.struck(case)

    def struck(self, case: Case) -> Case:
        """The same with who struck it off."""
        return replace(case, closed_by=PEOPLE[self.closer].id)

    @property
    def allowed(self) -> dict[tuple[str, Move], frozenset[State]]:
        """The table, read."""
        head, *lines = [line.split() for line in self.table.strip().splitlines()]
        found = {}
        for move, *cells in lines:
            for who, cell in zip(head, cells, strict=True):
                states = frozenset(LETTERS[one] for one in cell if one != "-")
                found[who, Move(move)] = states
        return found


STORIES = {
    # A member's issue, handed in by his mate, verified by the leader, struck off by the township.
    "a member's": Story(1, "member", "mate", "leader", "township", """
                 member mate third leader leader2 township township2 county
    note           od    od   od     od     od       -         -       -
    describe       od    od   od     od     od       od        od      od
    assign         od    -    -      od     od       od        od      od
    hand_over      od    od   od     od     od       od        od      od
    take_back      od    od   od     od     od       od        od      od
    ask_due        od    od   od     od     od       -         -       -
    decide_due     -     -    -      od     od       od        od      od
    submit         od    od   od     od     od       -         -       -
    recall         -     s    -      -      -        -         -       -
    verify         -     -    -      s      s        s         s       s
    strike_off     -     -    -      s      s        s         s       s
    close          -     -    -      -      -        v         v       v
    send_back      -     -    -      sv     sv       sv        sv      sv
    look_back      -     -    c      -      c        -         c       c
    rebound        c     c    c      c      c        c         c       c
    merge          od    od   od     od     od       od        od      od
    withdraw       od    od   od     od     od       -         -       -
    """),
    # The leader's own, handed in by a member: the other leader of the team is not above him.
    "a leader's": Story(1, "leader", "mate", "township", "township2", """
                 member mate leader leader2 township township2 county
    note           od    od    od     od       -         -       -
    describe       od    od    od     od       od        od      od
    assign         -     -     od     -        od        od      od
    hand_over      od    od    od     od       od        od      od
    take_back      od    od    od     od       od        od      od
    ask_due        od    od    od     od       -         -       -
    decide_due     -     -     -      -        od        od      od
    submit         od    od    od     od       -         -       -
    recall         -     s     -      -        -         -       -
    verify         -     -     -      -        s         s       s
    strike_off     -     -     -      -        s         s       s
    close          -     -     -      -        -         v       v
    send_back      -     -     -      -        sv        sv      sv
    look_back      c     -     -      c        -         -       c
    rebound        c     c     c      c        c         c       c
    merge          od    od    od     od       od        od      od
    withdraw       od    od    od     od       -         -       -
    """),
    # A member's that the leader has handed in himself: he does not verify it.
    "handed in by the leader": Story(1, "member", "leader", "township", "county", """
                 member mate leader leader2 township township2 county
    recall         -     -     s      -        -         -       -
    verify         -     -     -      -        s         s       s
    strike_off     -     -     -      -        s         s       s
    close          -     -     -      -        -         v       v
    send_back      -     -     -      -        sv        sv      sv
    look_back      -     c     -      c        -         c       -
    """),
    # The township's own, out of an inspection's table.
    "a township's": Story(0, "township", "township", "township2", "county", """
                 township township2 county county2
    note           od        -        -      -
    describe       od        od       od     od
    assign         od        od       od     od
    hand_over      od        od       od     od
    take_back      od        od       od     od
    ask_due        od        -        -      -
    decide_due     -         od       od     od
    submit         od        -        -      -
    recall         s         -        -      -
    verify         -         s        s      s
    strike_off     -         s        s      s
    close          -         -        v      v
    send_back      -         sv       sv     sv
    look_back      -         -        -      c
    rebound        c         c        c      c
    merge          od        od       od     od
    withdraw       od        -        -      -
    """),
    # The county's own: only the county signs it.
    "a county's": Story(0, "county", "county", "county2", "county2", """
                 township county county2
    note           -         od     -
    ask_due        -         od     -
    decide_due     -         -      od
    submit         -         od     -
    recall         -         s      -
    verify         -         -      s
    strike_off     -         -      s
    look_back      c         -      -
    withdraw       -         od     -
    """),
}  # fmt: skip
CASES = [
    pytest.param(story, who, move, state, id=f"{name}: {who} {move} {state}")
    for name, story in STORIES.items()
    for who, move in story.allowed
    for state in State
]


@pytest.mark.parametrize(("story", "who", "move", "state"), CASES)
def test_who_may_do_what_when(story: Story, who: str, move: Move, state: State) -> None:
    why = refusal(story.at(state), PEOPLE[who], move)
    assert (why is None) is (state in story.allowed[who, move]), why


def test_every_refusal_has_its_words() -> None:
    """Whatever anybody hears in any state stands in templates/chat."""
    said = {
        refusal(story.at(state), PEOPLE[who], move)
        for story in STORIES.values()
        for who, move in story.allowed
        for state in State
    }
    words = (Path(__file__).parents[2] / "templates/chat/issues.txt").read_text("utf-8")
    missing = {
        one for one in said if one and f"block {one.removeprefix('issues.')} " not in words
    }
    assert not missing


def test_the_tables_leave_no_move_out() -> None:
    assert {move for _, move in STORIES["a member's"].allowed} == set(Move)


@pytest.mark.parametrize("state", State)
async def test_a_stranger_finds_no_door(
    database: Database, county: County, state: State
) -> None:
    """Another team and another township do not even learn that the issue is there."""
    async with database.transaction() as db:
        made = issues.Found(MONDAY.date(), "屋顶漏雨", issues.Tier.AT_ONCE, MONDAY.date())
        by = county["李队员"]
        id = await issues.report(db, by, made, source="", now=MONDAY, rules=Rules())
        await issues.sql.set_state(db.connection, id=id, state=state.value)
        other = await roster.add_person(
            db, county.id, Entry("何总队长", Role.TOWNSHIP, "清水镇"), now=MONDAY
        )
        for name in ("钱队员", "孙队长", "郑队长", "冯总队长"):
            with pytest.raises(Refused) as caught:
                await issues.access_issue(db, county[name], id)
            assert caught.value.block == "issues.not_found"
        for near in (by, county["王队长"], await by_id(db, other), county["陈干事"]):
            assert (await issues.access_issue(db, near, id)).id == id
