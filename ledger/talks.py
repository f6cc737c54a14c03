"""Open talks: which topic somebody is in and what he has answered so far. One per person."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.rules import Rules

sql = queries("talks")


@dataclass(frozen=True)
class Said:
    """What somebody sent at one step: words, files already kept, a place; when, in epoch ms."""

    text: str
    source: str
    files: tuple[int, ...] = ()
    place: str = ""
    at: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer with the question it belongs to."""

    question: str
    said: Said


@dataclass
class State:
    """A talk as stored between two messages."""

    topic: str
    opening: Said
    answers: list[Answer] = field(default_factory=list)
    pending: str = ""
    step: int = 0

    def step_name(self, person: int) -> str:
        """What ties a question's buttons to this very question."""
        return f"{person}:{self.topic}:{self.opening.source}:{self.step}"


async def load(db: Session, person: int, *, now: datetime) -> State | None:
    """The open talk, unless it has been left alone too long."""
    row = await sql.load(db.connection, person=person)
    if row is None or row["expires_at"] <= ms(now):
        return None
    answers = [
        Answer(one["question"], _said(one["said"])) for one in json.loads(row["answers"])
    ]
    opening = _said(json.loads(row["opening"]))
    return State(row["topic"], opening, answers, row["pending"], row["step"])


async def save(db: Session, person: int, state: State, *, now: datetime, rules: Rules) -> None:
    """Keep the talk as it stands; it survives a restart between any two messages."""
    await sql.save(
        db.connection, person=person, topic=state.topic, opening=_json(asdict(state.opening)),
        answers=_json([asdict(one) for one in state.answers]), pending=state.pending,
        step=state.step, now=ms(now), expires=ms(now + timedelta(hours=rules.talk_hours)),
    )  # fmt: skip


async def drop(db: Session, person: int) -> None:
    """The talk is over."""
    await sql.drop_talk(db.connection, person=person)


def _said(stored: dict[str, Any]) -> Said:
    return Said(**{**stored, "files": tuple(stored["files"])})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
