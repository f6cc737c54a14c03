"""Closing (销号): handed in with its effect, verified by somebody else, struck off, or sent back.

Nothing is struck off on words alone (绝不能搞纸上整改, S000-15): there is something new to see, or
the verifier has rung up or gone there himself; by tier the household has its word.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from ledger import custody, deadlines, evidence, periods, verifying
from ledger import progress as notes
from ledger.clock import ms
from ledger.custody import Holder, Kind
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import Move, State
from ledger.issue_steps import step
from ledger.issues import Issue, check
from ledger.people import ON_TEAM, Person, Role
from ledger.rules import Rules
from ledger.tiers import Tier, among

sql = queries("closing")
EFFECT_AT_LEAST = 4  # characters: "一句成效" is more than 好了


# facts
class Word(StrEnum):
    """How the household has confirmed it, or the verifier has seen for himself."""

    CODE = "code"  # the household's own short code
    CALL = "call"
    VISIT = "visit"


# rules
def needs_measure(issue: Issue) -> bool:
    """Whether nobody has said yet what was done about it; what is solved at once needs no plan."""
    return issue.tier != Tier.AT_ONCE and not issue.measure


def needs_word(issue: Issue, rules: Rules) -> bool:
    """Whether the household still has to be asked (by tier, S000-15)."""
    asked = bool(issue.household) and among(issue.tier, rules.household_word)
    return asked and not issue.household_word


def needs_second_look(issue: Issue, verifier: Role, rules: Rules) -> bool:
    """Whether the township strikes off what the leader has verified."""
    return verifier is Role.LEADER and among(issue.tier, rules.second_look)


def next_move(issue: Issue, by: Person, rules: Rules) -> Move:
    """What agreeing means for this person now: verify, verify and strike off, or strike off."""
    if issue.state == State.VERIFIED:
        return Move.CLOSE
    return Move.VERIFY if needs_second_look(issue, by.role, rules) else Move.STRIKE_OFF


# records
async def submit(
    db: Session, by: Person, issue: Issue, effect: str, *, source: str, now: datetime
) -> int:
    """Hand it in for 销号 with a line on what the household can do now; 0: no record of a team."""
    check(issue, by, Move.SUBMIT)
    if len(effect.strip()) < EFFECT_AT_LEAST:
        raise Refused("issues.needs_effect", id=issue.id)
    if needs_measure(issue):
        raise Refused("issues.needs_measure", id=issue.id)
    await _once(sql.submit(db.connection, id=issue.id, by=by.id, effect=effect, now=ms(now)))
    await deadlines.drop(db, issue.id)
    await _into_hands(db, by, issue, await _verifiers_place(db, by, issue, now), now)
    return await _written(db, by, issue, effect, source=source, now=now)


async def _written(
    db: Session, by: Person, issue: Issue, effect: str, *, source: str, now: datetime
) -> int:
    if by.role not in ON_TEAM:
        await step(db, by, issue, "submitted", {"text": effect}, now=now)
        return 0
    record = await notes.write(db, by, issue.id, "submit", effect, source=source, now=now)
    if issue.team_id:
        await periods.add(db, issue.team_id, now.date(), submitted=1)
    return record


async def recall(db: Session, by: Person, issue: Issue, *, now: datetime) -> None:
    """The submitter takes his own request back."""
    check(issue, by, Move.RECALL)
    await _once(sql.send_back(db.connection, id=issue.id))
    await _into_hands(db, by, issue, issue.home, now)
    await step(db, by, issue, "recalled", {"text": ""}, now=now)


async def confirm(
    db: Session, by: Person, issue: Issue, word: Word, text: str, *, now: datetime
) -> None:
    """The household's word, or what the verifier has seen himself, is kept with the issue."""
    await sql.confirm(db.connection, id=issue.id, word=word.value)
    await step(db, by, issue, "confirmed", {"by": word.value, "text": text}, now=now)


async def agree(
    db: Session, by: Person, issue: Issue, rules: Rules, *, word: Word | None = None,
    text: str = "", now: datetime,
) -> State:  # fmt: skip
    """Verify it, and strike it off when no second look is wanted; or say what is missing.

    word: how this verifier has asked the household or looked for himself. Returns the new state.
    """
    move = next_move(issue, by, rules)
    check(issue, by, move)
    if move is not Move.CLOSE:
        await _prove(db, by, issue, rules, word, text, now)
    if move is Move.VERIFY:
        await _once(sql.verify(db.connection, id=issue.id, by=by.id, now=ms(now)))
        await step(db, by, issue, "verified", {"text": text}, now=now)
        await _into_hands(db, by, issue, await _second_place(db, issue, by, now), now)
        return State.VERIFIED
    await _strike_off(db, by, issue, {"text": text, "move": move.value}, now=now)
    return State.CLOSED


async def _prove(
    db: Session, by: Person, issue: Issue, rules: Rules, word: Word | None, text: str, now: datetime
) -> None:  # fmt: skip
    """There must be something new, and the household's word where its tier asks for it."""
    if needs_word(issue, rules) and word is None:
        raise Refused("issues.needs_household_word", id=issue.id)
    shown = await evidence.is_new(db, issue)
    if not (shown or word or issue.household_word):
        raise Refused("issues.needs_evidence", id=issue.id)
    if word:
        await confirm(db, by, issue, word, text, now=now)
    await sql.note_text_only(db.connection, id=issue.id, text_only=int(not shown))


async def _strike_off(
    db: Session, by: Person, issue: Issue, body: dict[str, str], *, now: datetime
) -> None:
    day = await custody.end(db, issue.id, day=now.date(), now=now)
    await _once(
        sql.close(db.connection, id=issue.id, by=by.id, day=day.isoformat(), now=ms(now))
    )
    await step(db, by, issue, "closed", body, now=now)
    if issue.team_id:
        await periods.add(db, issue.team_id, day, closed=1)


async def send_back(
    db: Session, by: Person, issue: Issue, reason: str, *, now: datetime
) -> None:
    """Send it back to work with a reason."""
    check(issue, by, Move.SEND_BACK)
    await _once(sql.send_back(db.connection, id=issue.id))
    await _into_hands(db, by, issue, issue.home, now)
    await step(db, by, issue, "sent_back", {"text": reason}, now=now)


async def seat(db: Session, by: Person, issue: Issue, *, now: datetime) -> None:
    """Somebody else answers for what has been handed in: it waits for who may verify it now."""
    above = await verifying.verifiers(db, issue, now.date())
    place = _place_of(issue, above[0].role if above else Role.COUNTY)
    await _into_hands(db, by, issue, place, now)


async def _into_hands(
    db: Session, by: Person, issue: Issue, holder: Holder, now: datetime
) -> None:
    """Time is charged to whoever has to act next."""
    if (issue.holder_kind, issue.holder_id) != (holder.kind, holder.id):
        await custody.pass_on(db, issue.id, holder, by=by.id, now=now)


async def _verifiers_place(db: Session, by: Person, issue: Issue, now: datetime) -> Holder:
    """Where it waits for its verification: the leader's team, the township, the county."""
    above = await verifying.verifiers(db, issue, now.date(), submitter=by.id)
    return _place_of(issue, above[0].role if above else Role.COUNTY)


async def _second_place(db: Session, issue: Issue, by: Person, now: datetime) -> Holder:
    """Where a verified issue waits for its second look."""
    seen = replace(issue, state=State.VERIFIED.value, verified_by=by.id)
    above = await verifying.verifiers(db, seen, now.date())
    return _place_of(issue, above[0].role if above else Role.COUNTY)


def _place_of(issue: Issue, role: Role) -> Holder:
    if role is Role.LEADER:
        return issue.home
    return _township_of(issue) if role is Role.TOWNSHIP else _county_of(issue)


def _township_of(issue: Issue) -> Holder:
    if not issue.township_id:
        return _county_of(issue)
    return Holder(Kind.TOWNSHIP, issue.township_id, issue.township)


def _county_of(issue: Issue) -> Holder:
    return Holder(Kind.COUNTY, issue.county_id, "县里")


async def _once(done: object) -> None:
    """The statement changes one row, or somebody was faster."""
    if await done is None:  # type: ignore[misc]
        raise Refused("issues.changed_meanwhile")
