"""The outbox: what is to be said, committed together with its cause, sent later from here."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ledger import cards, people
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.messages import Drawing, Outgoing, Paper, Reply
from ledger.people import Address

sql = queries("outbox")

ANSWER = 0  # lane of what somebody has asked for
BULK = 5  # lane of what nobody has asked for
REQUEST = "request"  # why: a colleague wants something of him; no routine message
LEASE = timedelta(seconds=60)
STALE = timedelta(days=7)
WORDS_ALONE = '"labels": [], "files": []}'  # how a body ends that has neither, nor drawings


@dataclass(frozen=True)
class Cause:
    """Why somebody is written to unasked: a key of WHYS, who asked for it; '' is an answer.

    Urgent: bound to a time (a spot check's window) or to safety; outside the day's budget.
    """

    why: str = ""
    requester: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Timing:
    """When a message may go out, and until when it makes sense."""

    lane: int = ANSWER
    not_before: datetime | None = None
    expires_at: datetime | None = None
    cause: Cause = Cause()


@dataclass(frozen=True)
class Past:
    """A message that went out: when, how long its words were, how many files came with it."""

    at: datetime
    bytes: int
    files: int


@dataclass(frozen=True)
class Shown:
    """What is remembered of a message sent: what each button says, the step it belongs to."""

    says: tuple[str, ...]
    step: str


async def post(
    db: Session, to: Address, person: int | None, reply: Reply, *, dedupe: str, now: datetime,
    timing: Timing | None = None,
) -> int | None:  # fmt: skip
    """Put one message into the outbox; the same `dedupe` twice is one message.

    A step is remembered without buttons, too: it tells what a reply to the message is about.
    Returns the outbox id, or None when it stood there already.
    """
    when = timing or Timing()
    card = None
    if (reply.options or reply.step) and person:
        card = await cards.deal(db, person, reply.options, step=reply.step, now=now)
    id = await sql.post(
        db.connection, dedupe=dedupe, **vars(to), person=person, kind=reply.kind,
        body=_body(reply), card=card, closes=None, lane=when.lane,
        not_before=ms(when.not_before or now),
        expires_at=ms(when.expires_at) if when.expires_at else None,
        why=when.cause.why, requester=when.cause.requester,
        urgent=int(when.cause.urgent), now=ms(now),
    )  # fmt: skip
    return int(id) if id else None


async def post_to(
    db: Session,
    person: int,
    reply: Reply,
    *,
    dedupe: str,
    now: datetime,
    timing: Timing | None = None,
) -> int | None:
    """Post to wherever that person was last heard; None when nobody is bound or it stood there."""
    address = await people.address_of(db, person)
    if address is None:
        return None
    bulk = timing or Timing(lane=BULK)
    return await post(db, address, person, reply, dedupe=dedupe, now=now, timing=bulk)


async def close(db: Session, opened: int, text: str, *, now: datetime) -> None:
    """Turn a message sent before into its last word, without buttons, where the channel can."""
    before = await sql.by_id(db.connection, id=opened)
    if before is None:
        return
    await sql.post(
        db.connection, dedupe=f"close:{opened}", channel=before["channel"],
        account=before["account"], user_key=before["target"], person=before["person_id"],
        kind="close", body=_body(Reply(text)), card=None, closes=opened, lane=BULK,
        not_before=ms(now), expires_at=None, why="", requester="", urgent=0,
        now=ms(now),
    )  # fmt: skip


async def claim(
    db: Session, channels: list[str], *, owner: str, limit: int, now: datetime,
    lanes: tuple[int, int] = (ANSWER, BULK),
) -> list[Outgoing]:  # fmt: skip
    """Take messages that may go out now, answers first; a lease that ran out counts as free."""
    await sql.expire(db.connection, now=ms(now))
    day = now.date().isoformat()
    await sql.expire_away(db.connection, now=ms(now), day=day, lane=BULK)
    rows = [
        row
        async for row in sql.claim(
            db.connection, channels=json.dumps(channels), owner=owner, limit=limit,
            now=ms(now), lease=ms(now + LEASE), first=lanes[0], last=lanes[1],
        )
    ]  # fmt: skip
    return await _in_order(db, rows)


async def claim_alike(
    db: Session, channels: list[str], *, owner: str, limit: int, now: datetime
) -> list[Outgoing]:
    """Take what says just the same as something claimed at this moment: unasked words alone."""
    rows = [
        row
        async for row in sql.claim_alike(
            db.connection, channels=json.dumps(channels), owner=owner, limit=limit,
            now=ms(now), lease=ms(now + LEASE), after=ANSWER, words_alone=f"%{WORDS_ALONE}",
        )
    ]  # fmt: skip
    return await _in_order(db, rows)


async def _in_order(db: Session, rows: list[Any]) -> list[Outgoing]:
    return [
        await _outgoing(db, row)
        for row in sorted(rows, key=lambda row: (row["lane"], row["id"]))
    ]


async def any_ready(db: Session, *, now: datetime, lanes: tuple[int, int]) -> bool:
    """Whether a look for work would find some; spares the writer an empty transaction."""
    found = await sql.any_ready(db.connection, now=ms(now), first=lanes[0], last=lanes[1])
    return bool(found)


async def sent(db: Session, id: int, *, owner: str, ref: str, now: datetime) -> None:
    """It is out; `ref` is the channel's own name for it."""
    await sql.sent(db.connection, id=id, owner=owner, ref=ref, now=ms(now))


async def drawn(db: Session, out: Outgoing, *, owner: str, now: datetime) -> bool:
    """Its drawings are files now: these stay with the row, the facts they came from go.

    However often its lease ran out in a long queue of drawings, nothing was sent meanwhile: that
    counts neither as a try nor as an unclear one.

    False: the row is nobody's any more (its time is over, it was taken back): nothing to send.
    """
    body = json.dumps(
        {"text": out.text, "labels": out.labels, "files": [asdict(one) for one in out.files]},
        ensure_ascii=False,
    )
    found = await sql.drawn(
        db.connection, id=out.id, owner=owner, body=body, lease=ms(now + LEASE),
        attempts=out.attempts, again=int(out.again),
    )  # fmt: skip
    return found is not None


async def aside(
    db: Session, out: Outgoing, text: str, *, owner: str, now: datetime
) -> Outgoing | None:
    """A word to the same chat before a message that takes its time; None: said before.

    It is its owner's from the start, and worth nothing once the message itself is there.
    """
    timing = Timing(out.lane, expires_at=now + LEASE)
    id = await post(
        db, out.address, out.person_id, Reply(text), dedupe=f"aside:{out.id}", now=now,
        timing=timing,
    )  # fmt: skip
    if id is None:
        return None
    await sql.hold(db.connection, id=id, owner=owner, lease=ms(now + LEASE))
    return Outgoing(
        id, out.person_id, out.address, "text", text, made_at=ms(now), lane=out.lane
    )


async def shown(db: Session, person: int, address: Address, ref: str) -> Shown | None:
    """What stands behind the message this channel calls `ref`; None: nothing, or not his."""
    row = await sql.card_shown(db.connection, person=person, **vars(address), ref=ref)
    return Shown(tuple(json.loads(row["options"])), row["step"]) if row else None


async def words_of(db: Session, card: int, to: Address) -> str:
    """The words of the message with that card; '' when none was sent to this address."""
    body = await sql.shown(db.connection, card=card, **vars(to))
    return str(json.loads(body)["text"]) if body else ""


async def label_of(db: Session, card: int, option: int) -> str:
    """What stands on a button; '' when there is no such one."""
    body = await sql.labels_of(db.connection, card=card)
    labels = json.loads(body)["labels"] if body else []
    return str(labels[option]) if 0 <= option < len(labels) else ""


async def later(
    db: Session, id: int, *, owner: str, until: datetime, error: str, uncertain: bool,
    tried: bool = True,
) -> None:  # fmt: skip
    """Not out, or perhaps not: try again then. What was not `tried` does not count as a try."""
    await sql.later(
        db.connection, id=id, owner=owner, until=ms(until), error=error[:300],
        uncertain=int(uncertain), tried=int(tried),
    )  # fmt: skip


async def sent_to(db: Session, out: Outgoing, *, since: datetime) -> list[Past]:
    """What this row's chat was sent since then, the oldest first.

    What was made more than `STALE` before is left out: nothing waits so long.
    """
    rows = sql.sent_to(
        db.connection, **vars(out.address), person=out.person_id, since=ms(since),
        made_since=ms(since - STALE),
    )  # fmt: skip
    return [_past(row) async for row in rows]


def _past(row: Any) -> Past:
    body = json.loads(row["body"])
    return Past(moment(row["sent_at"]), len(body["text"].encode()), len(body["files"]))


async def dead(db: Session, id: int, *, owner: str, error: str) -> None:
    """It will never go out; the reason stays for the operator."""
    await sql.dead(db.connection, id=id, owner=owner, error=error[:300])


async def retarget(db: Session, old: Address, new_key: str) -> None:
    """A chat moved (a group became a supergroup): everything waiting goes there."""
    await sql.retarget(db.connection, **vars(old), new_key=new_key)


async def drop_waiting(db: Session, person: int, *, channel: str = "") -> None:
    """Nothing unasked that waits for this person goes out any more (leave, unbinding).

    `channel`: only there, what waits for his other chats goes out.
    """
    await sql.drop_waiting(db.connection, person=person, channel=channel, lane=BULK)


async def routine_on(db: Session, person: int, day: date) -> int:
    """How many routine messages this person was or will be sent that day, nobody having asked."""
    first = at(day, time())
    return await routine_between(db, person, first, first + DAY)


async def routine_between(db: Session, person: int, since: datetime, until: datetime) -> int:
    """The same between two moments, the second not included."""
    found = await sql.routine(db.connection, person=person, since=ms(since), until=ms(until))
    return int(found)


async def cause_of(db: Session, person: int, address: Address, ref: str) -> Cause | None:
    """Why the message this channel calls `ref` was sent; without `ref`: the last unasked one."""
    if ref:
        row = await sql.cause_shown(db.connection, person=person, **vars(address), ref=ref)
    else:
        row = await sql.last_cause(db.connection, person=person)
    return Cause(row["why"], row["requester"], bool(row["urgent"])) if row else None


async def is_wiped(db: Session, id: int) -> bool:
    """Whether this message is not to be led back to anybody any more."""
    return bool(await sql.wiped(db.connection, id=id))


async def counts(db: Session) -> dict[str, int]:
    """How many messages stand in which state."""
    return {row["state"]: row["n"] async for row in sql.counts(db.connection)}


def _body(reply: Reply) -> str:
    return json.dumps(
        {
            "text": reply.text,
            "labels": [one.label for one in reply.options],
            "files": [asdict(one) for one in reply.files],
            **({"drawings": [asdict(one) for one in reply.drawings]} if reply.drawings else {}),
        },
        ensure_ascii=False,
    )


async def _outgoing(db: Session, row: Any) -> Outgoing:
    body = json.loads(row["body"])
    closes = ""
    if row["closes"]:
        closes = await sql.external_of(db.connection, id=row["closes"]) or ""
    return Outgoing(
        id=row["id"],
        person_id=row["person_id"],
        address=Address(row["channel"], row["account"], row["target"]),
        kind=row["kind"],
        text=body["text"],
        labels=tuple(body["labels"]),
        files=tuple(Paper(**one) for one in body["files"]),
        card_id=row["card_id"],
        closes=closes,
        again=row["uncertain"] > 0,
        made_at=row["made_at"],
        lane=row["lane"],
        attempts=row["attempts"],
        drawings=tuple(Drawing(**one) for one in body.get("drawings", ())),
        plain=bool(row["plain"]),
        urgent=bool(row["urgent"]),
        expires_at=moment(row["expires_at"]) if row["expires_at"] else None,
    )
