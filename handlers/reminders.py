"""不提醒, 恢复提醒: everybody decides himself whether he is reminded of his study."""

from handlers.talk import Talk, Topic
from ledger import settings
from ledger.messages import Reply
from ledger.people import ON_TEAM


async def mute(talk: Talk) -> Reply:
    """No study reminder any more."""
    await settings.write(talk.db, f"mute:{talk.asker.id}", "study")
    return talk.reply("reminders.muted")


async def unmute(talk: Talk) -> Reply:
    """The study reminder again, on working days without a record."""
    await settings.forget(talk.db, f"mute:{talk.asker.id}")
    return talk.reply("reminders.unmuted")


MUTE = Topic("mute", ("不提醒",), mute, ON_TEAM, "bare", aside=True)
UNMUTE = Topic("unmute", ("恢复提醒",), unmute, ON_TEAM, "bare", aside=True)
