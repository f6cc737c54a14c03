"""What a company tells of its own members: who came, who went. It proposes, the roster decides."""

from handlers.talk import Room
from ledger import channel_members
from ledger.messages import Incoming, LifecycleIn

CHANGED = "member_changed"


async def note(room: Room, incoming: Incoming, event: LifecycleIn) -> None:
    """Keep which ids can be reached now; nobody is bound, unbound or told."""
    where = incoming.address.channel, incoming.address.account
    for id in event.went:
        await channel_members.gone(room.db, *where, id, now=room.now)
    for id in event.came:
        await channel_members.came(room.db, *where, id, now=room.now)
