"""What superiors are shown of a leave: one card with all that is needed to decide by one tap."""

from typing import Any

from handlers.talk import Room, tell
from ledger import leave_facts, leave_steps
from ledger.leave import Leave
from ledger.messages import Option, Reply
from ledger.people import Person


async def show(
    room: Room, asked: Leave, owner: Person, before: Leave | None = None
) -> list[Person]:
    """The card to everybody whose word it waits for; returns those it went to.

    before: the request that this one takes the place of.
    """
    step = await leave_steps.current(room.db, asked.id)
    if step is None:
        return []
    told, today = [], room.now.date()
    for one in await leave_steps.asked(room.db, asked.id, owner, day=today):
        facts = await leave_facts.for_superior(
            room.db, asked, owner, room.rules, viewer=one, today=today
        )
        text = room.words.say("leave.card", before=before, **facts)
        card = Reply(text, decision_options(asked.id), kind="card")
        name = f"leave:{asked.id}:{step.step}:{one.id}"
        if await tell(room, one.id, card, dedupe=name, by=owner):
            told.append(one)
    return told


def decision_options(id: int) -> tuple[Option, ...]:
    """The superior's two buttons."""
    return (Option("同意", f"批假{id} 同意"), Option("不同意", f"批假{id} 不同意"))


async def way(room: Room, asked: Leave) -> dict[str, Any]:
    """For the asker: which posts were passed over, and which will be asked later."""
    steps = await leave_steps.of(room.db, asked.id)
    return {
        "passed": [one for one in steps if one.state == "passed"],
        "later": [one.role for one in steps if one.state == "waiting"],
    }


async def agreed(room: Room, asked: Leave) -> list[str]:
    """Who has said yes to a leave, each once, in order."""
    return leave_facts.agreed(await leave_steps.of(room.db, asked.id))
