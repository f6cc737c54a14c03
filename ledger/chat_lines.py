"""The transcript of the local web chat: what the page shows, line by line.

It is a view for people's eyes. The records stand elsewhere; a line lost here loses nothing.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from ledger.database import Session, queries
from ledger.messages import Paper

sql = queries("chat_lines")

PERSON, BOT = "person", "bot"
EDITABLE = ("text", "edited")  # kinds of one's own lines that were typed
LONGEST = 500  # lines given at once


# facts
@dataclass(frozen=True)
class Line:
    """One bubble. A person's text is as typed, the bot's is neutral markup.

    `ref` names what the line came from and makes adding it twice harmless; `at` is epoch
    milliseconds; `labels` are the buttons of card `card_id`.
    """

    person_id: int
    speaker: str
    text: str
    kind: str
    ref: str
    at: int
    labels: tuple[str, ...] = ()
    files: tuple[Paper, ...] = ()
    card_id: int | None = None
    id: int = 0


# records
async def add(db: Session, line: Line) -> int:
    """Append a line and return its id; one with the same `ref` stands there already."""
    facts = _columns(line)
    await sql.add(db.connection, **facts)
    return int(await sql.id_of(db.connection, ref=line.ref))


async def rewrite(db: Session, line: Line, text: str) -> None:
    """The person has edited his own words; the files stay (chat-ux §5)."""
    await sql.rewrite(db.connection, id=line.id, text=text)


async def close(db: Session, id: int, *, person: int, text: str) -> bool:
    """The bot's last word on an earlier line, without buttons; False when it is not there."""
    return await sql.close(db.connection, id=id, person=person, text=text) is not None


async def by_id(db: Session, id: int, *, person: int) -> Line | None:
    """One of that person's lines."""
    row = await sql.by_id(db.connection, id=id, person=person)
    return _line(row) if row else None


async def after(db: Session, person: int, last: int) -> list[Line]:
    """That person's lines after the one with id `last`, oldest first, at most LONGEST."""
    rows = sql.after(db.connection, person=person, last=last, limit=LONGEST)
    return [_line(row) async for row in rows]


async def latest(db: Session, person: int, limit: int) -> list[Line]:
    """The newest lines, oldest first."""
    rows = sql.latest(db.connection, person=person, limit=limit)
    return [_line(row) async for row in rows][::-1]


async def label_of(db: Session, person: int, card: int, option: int) -> str | None:
    """What is written on a button that this person was shown and that is still there."""
    labels = await sql.labels_of(db.connection, person=person, card=card)
    named = json.loads(labels) if labels else []
    return named[option] if 0 <= option < len(named) else None


async def file_for(db: Session, person: int, sha256: str) -> Paper | None:
    """A file this person has sent or was sent; None for anybody else's."""
    rows = sql.lines_with(db.connection, person=person, like=f'%"{sha256}"%')
    for line in [_line(row) async for row in rows]:
        return next(one for one in line.files if one.sha256 == sha256)
    row = await sql.attached(db.connection, person=person, sha256=sha256)
    return Paper(**dict(row)) if row else None


async def person_with(db: Session, id: int) -> int | None:
    """The id, if somebody on the roster has it."""
    found: int | None = await sql.person_with(db.connection, id=id)
    return found


async def people_named(db: Session, name: str) -> list[int]:
    """Everybody with exactly that name; the demo's page and scripts choose people so."""
    return [row["id"] async for row in sql.people_named(db.connection, name=name)]


async def binding_of(db: Session, person: int, account: str) -> int | None:
    """The id of that person's present binding to the web chat; a session hangs on it."""
    found: int | None = await sql.binding_of(
        db.connection, account=account, user_key=str(person)
    )
    return found


async def still_bound(
    db: Session, binding: int, *, day: date, anywhere: bool = False
) -> int | None:
    """Whose binding it is, while it holds and he has not left; to the web chat, or `anywhere`."""
    found: int | None = await sql.still_bound(
        db.connection, id=binding, day=day.isoformat(), anywhere=int(anywhere)
    )
    return found


def _columns(line: Line) -> dict[str, Any]:
    facts = {**vars(line), "labels": json.dumps(line.labels, ensure_ascii=False)}
    facts["files"] = json.dumps([asdict(one) for one in line.files], ensure_ascii=False)
    del facts["id"]
    return facts


def _line(row: Any) -> Line:
    facts = dict(row)
    files = tuple(Paper(**one) for one in json.loads(facts.pop("files")))
    labels = tuple(json.loads(facts.pop("labels")))
    return replace(Line(**facts), labels=labels, files=files)
