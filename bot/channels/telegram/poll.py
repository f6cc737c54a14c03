"""Long polling into the durable inbox: a batch is committed before Telegram hears of it.

python-telegram-bot's own updater moves the offset first and lost 162-173 of 200 messages at a
kill -9; here the offset is a row, written in the batch's own transaction (telegram.md §3).
"""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog

from bot.channels.base import Cursor, Keep, SendError, Trouble
from bot.channels.telegram.hear import WANTED, raw_of
from bot.channels.telegram.troubles import Pause, asked
from ledger import inbox
from ledger.clock import moment

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

log = structlog.get_logger()
SECONDS = 50  # the server's own longest wait
SLACK = 5  # seconds the answer may take beyond that
BATCH = 100
STALE = timedelta(days=6)  # after a quiet week Telegram's numbers start anywhere


async def listen(channel: "Telegram", keep: Keep) -> None:
    """Fetch and keep until cancelled; a wrong token or a second poller ends it."""
    pause = Pause()
    while True:
        try:
            await take(channel, keep)
            pause = Pause()
        except SendError as trouble:
            if trouble.kind is Trouble.MISCONFIGURED:
                raise
            await pause.rest(trouble)
        except (
            Exception
        ) as trouble:  # full disk, defect: nothing is confirmed, Telegram keeps it
            await pause.rest(trouble)


async def take(channel: "Telegram", keep: Keep) -> int:
    """One request, at most one batch; returns how many updates were kept."""
    updates = await _fetch(channel, await _offset(channel))
    if not updates:
        return 0
    raws = [raw for update in updates if (raw := raw_of(update, channel.account))]
    if not raws:
        raise SendError(Trouble.UNCERTAIN, f"{len(updates)} updates without a number")
    last = int(raws[-1].ext_id)  # by arrival, not the highest: numbers may start anew
    await keep(raws, Cursor(channel.name, channel.account, last))
    channel.kept([raw.payload for raw in raws])
    return len(raws)


async def _offset(channel: "Telegram") -> int | None:
    """Where to go on; None asks for whatever the server still has."""
    async with channel.database.reading() as db:
        found = await inbox.cursor(db, channel.name, channel.account)
    if found is None or moment(found[1]) < channel.clock.now() - STALE:
        return None
    return found[0] + 1


async def _fetch(channel: "Telegram", offset: int | None) -> list[Any]:
    """getUpdates as raw JSON: one update that cannot be parsed must not spoil the batch."""
    wanted = {"timeout": SECONDS, "limit": BATCH, "allowed_updates": json.dumps(WANTED)}
    if offset is not None:
        wanted["offset"] = offset
    url = f"{channel.bot.base_url}/getUpdates?{urlencode(wanted)}"
    found = await asked(channel.updates.post(url, read_timeout=SECONDS + SLACK))
    if not isinstance(found, list):
        raise SendError(Trouble.UNCERTAIN, "getUpdates did not answer with a list")
    return found
