"""What a chat gets in a minute and an hour, one text to many in one call, the hour's sharp edges.

On platforms that drop the excess without an error nothing but our own count keeps it from being lost.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from county import MONDAY

from bot.channels.base import Caps, SendError, Trouble
from bot.channels.memory import Memory
from bot.sender import BATCH, Sender
from ledger import outbox
from ledger.clock import SetClock
from ledger.database import Database
from ledger.messages import Handle, Option, Outgoing, Paper, Reply
from ledger.outbox import ANSWER, BULK, LEASE, Cause, Timing
from ledger.people import Address

MINUTE, HOUR = (25, 60), (900, 3600)
QUIET = MONDAY + timedelta(minutes=10)
SECOND = timedelta(seconds=1)
LIMITED = Caps(edits=False, text_limit=2000, windows=(MINUTE, HOUR))
GROUPED = Caps(edits=False, text_limit=2000, windows=(MINUTE, HOUR), together=1000)
EASED = Caps(edits=False, text_limit=2000, together=1000, eases=True)


class Killed(BaseException):
    """The program is gone."""


class Post(Memory):
    """Notes calls; `fates` says what becomes of a user's message, `falls` of the whole call."""

    def __init__(self, caps: Caps, clock: SetClock) -> None:
        super().__init__()
        self.caps, self.clock = caps, clock
        self.calls: list[list[str]] = []
        self.at: list[tuple[datetime, str]] = []
        self.fates: dict[str, SendError] = {}
        self.falls: BaseException | None = None
        self.lost = False
        self._more = asyncio.Event()

    async def reached(self, many: int) -> None:
        while len(self.at) < many:
            self._more.clear()
            await self._more.wait()

    async def deliver(self, out: Outgoing) -> Handle:
        self.calls.append([out.address.user_key])
        return self._one(out)

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        self.calls.append([out.address.user_key for out in outs])
        if self.falls:
            raise self.falls
        if self.lost:
            return {}
        return {out.id: self.fates.get(out.address.user_key) or self._one(out) for out in outs}

    def _one(self, out: Outgoing) -> Handle:
        self.at.append((self.clock.now(), out.address.user_key))
        self.sent.append(out)
        self._more.set()
        return Handle(str(out.id))

    def to(self, user: str) -> list[datetime]:
        return [at for at, who in self.at if who == user]


class Office:
    """An outbox, a channel and senders that may die and come back."""

    def __init__(self, database: Database, caps: Caps, now: datetime = QUIET) -> None:
        self.database, self.clock = database, SetClock(now)
        self.channel = Post(caps, self.clock)
        self.start()

    def start(self) -> None:
        self.sender = Sender(self.database, {"memory": self.channel}, b"k" * 32, self.clock)

    async def post(
        self, user: str, text: str = "明天交周报。", *, times: int = 1, lane: int = BULK,
        reply: Reply | None = None, **timing: Any,
    ) -> None:  # fmt: skip
        async with self.database.transaction() as db:
            for number in range(times):
                await outbox.post(
                    db, Address("memory", "local", user), None, reply or Reply(text),
                    dedupe=f"{user}{text}{number}{self.clock.now()}{len(self.channel.calls)}",
                    now=self.clock.now(), timing=Timing(lane, **timing),
                )  # fmt: skip

    async def drain(self, after: timedelta = timedelta()) -> int:
        """How many went out at that time."""
        self.clock.set(self.clock.now() + after)
        before = len(self.channel.at)
        await self.sender.drain()
        return len(self.channel.at) - before

    async def rows(self, what: str) -> list[Any]:
        async with self.database.reading() as db:
            found = await db.connection.execute_fetchall(
                f"SELECT {what} FROM outbox ORDER BY id"
            )
        return [tuple(one) if len(tuple(one)) > 1 else one[0] for one in found]


@pytest.fixture
async def limited(database: Database) -> Office:
    return Office(database, LIMITED)


@pytest.fixture
async def grouped(database: Database) -> Office:
    return Office(database, GROUPED)


@pytest.fixture
async def eased(database: Database) -> Office:
    return Office(database, EASED, MONDAY)


def most(times: list[datetime], seconds: int) -> int:
    """The most in any window of that length."""
    return max(
        sum(one <= other < one + timedelta(seconds=seconds) for other in times) for one in times
    )


# windows
async def test_of_35_in_a_minute_25_go_and_the_rest_follows(limited: Office) -> None:
    await limited.post("li", times=35, lane=ANSWER)
    assert await limited.drain() == 25
    assert await limited.drain(59 * SECOND) == 0
    assert await limited.drain(2 * SECOND) == 10
    assert most(limited.channel.to("li"), 60) == 25
    assert set(await limited.rows("state")) == {"sent"}


async def test_whoever_is_over_the_limit_delays_nobody_and_counts_no_try(
    limited: Office,
) -> None:
    await limited.post("li", times=60)
    await limited.post("zhao")
    assert await limited.drain() == 26
    assert len(limited.channel.to("zhao")) == 1
    waiting = [row for row in await limited.rows("state, attempts, last_error")
               if row[0] == "ready"]  # fmt: skip
    assert len(waiting) == 35
    assert {attempts for _, attempts, _ in waiting} == {0}
    assert {why for *_, why in waiting} <= {"full", "behind"}


async def test_a_restart_forgets_nothing(limited: Office) -> None:
    await limited.post("li", times=30)
    assert await limited.drain() == 25
    limited.start()
    assert await limited.drain(30 * SECOND) == 0
    limited.start()
    assert await limited.drain(31 * SECOND) == 5


async def test_the_hour_counts_over_restarts_and_minutes(limited: Office) -> None:
    limited.channel.caps = Caps(edits=False, text_limit=2000, windows=((5, 60), (12, 3600)))
    await limited.post("li", times=40)
    for _ in range(125):
        limited.start()
        await limited.drain(60 * SECOND)
    times = limited.channel.to("li")
    assert most(times, 60) == 5
    assert most(times, 3600) == 12
    assert len(times) >= 24


async def test_long_words_and_files_count_as_the_messages_they_become(limited: Office) -> None:
    paper = Paper("0" * 64, "台账.docx", "application/msword")
    three = Reply("字" * 1000, files=(paper,))  # 3,000 bytes are two messages
    await limited.post("li", times=10, reply=three)
    assert await limited.drain() == 8
    limited.start()
    assert await limited.drain(30 * SECOND) == 0
    assert await limited.drain(31 * SECOND) == 2


async def test_one_account_is_not_counted_against_another(limited: Office) -> None:
    await limited.post("li", times=25)
    await limited.drain()
    async with limited.database.transaction() as db:
        await outbox.post(
            db, Address("memory", "other", "li"), None, Reply("x"), dedupe="o",
            now=limited.clock.now(),
        )  # fmt: skip
    assert await limited.drain() == 1


# together
async def test_900_equal_texts_are_one_call(grouped: Office) -> None:
    for number in range(900):
        await grouped.post(f"p{number}")
    assert await grouped.drain() == 900
    assert [len(call) for call in grouped.channel.calls] == [900]
    assert set(await grouped.rows("state, attempts")) == {("sent", 1)}
    assert set(await grouped.rows("external_id = CAST(id AS TEXT)")) == {1}


async def test_a_call_takes_no_more_than_the_channel_allows(grouped: Office) -> None:
    grouped.channel.caps = Caps(edits=False, text_limit=2000, together=50)
    for number in range(120):
        await grouped.post(f"p{number}")
    assert await grouped.drain() == 120
    assert max(len(call) for call in grouped.channel.calls) == 50
    assert len(grouped.channel.calls) == 3


async def test_what_differs_or_is_asked_for_or_has_more_goes_on_its_own(
    grouped: Office,
) -> None:
    paper = Reply("明天交周报。", files=(Paper("0" * 64, "a.docx", "application/msword"),))
    await grouped.post("other", "今天交周报。")
    await grouped.post("asked", lane=ANSWER)
    await grouped.post("paper", reply=paper)
    await grouped.post("paper2", reply=paper)
    await grouped.post("pressed", reply=Reply("明天交周报。", (Option("好", "好"),)))
    await grouped.post("a")
    await grouped.post("b")
    assert await grouped.drain() == 7
    assert sorted(call for call in grouped.channel.calls if len(call) > 1) == [["a", "b"]]


async def test_a_chat_keeps_its_order(grouped: Office) -> None:
    for number in range(BATCH):
        await grouped.post(f"p{number}")
    await grouped.post("li", "先说这个。")
    await grouped.post("li")
    assert await grouped.drain() == BATCH + 2
    assert [o.text for o in grouped.channel.sent if o.address.user_key == "li"] == [
        "先说这个。", "明天交周报。",
    ]  # fmt: skip


async def test_each_row_has_its_own_outcome(grouped: Office) -> None:
    grouped.channel.fates = {
        "gone": SendError(Trouble.UNREACHABLE, "81013"),
        "busy": SendError(Trouble.DOWN, "-1"),
    }
    for user in ("a", "gone", "busy", "b"):
        await grouped.post(user)
    assert await grouped.drain() == 2
    assert await grouped.rows("state") == ["sent", "dead", "ready", "sent"]
    grouped.channel.fates = {}
    assert await grouped.drain(2 * SECOND) == 1
    assert grouped.channel.calls[-1] == ["busy"]


async def test_a_refused_call_is_everybodys_and_an_answer_without_a_name_is_unclear(
    grouped: Office,
) -> None:
    await grouped.post("a")
    await grouped.post("b")
    grouped.channel.falls = SendError(Trouble.DOWN, "no connection")
    assert await grouped.drain() == 0
    assert await grouped.rows("state, uncertain") == [("ready", 0)] * 2
    grouped.channel.falls, grouped.channel.lost = None, True
    await grouped.drain(2 * SECOND)
    assert await grouped.rows("state, uncertain") == [("ready", 1)] * 2


async def test_a_throttled_call_does_not_halve_the_pace_for_each_receiver(
    grouped: Office,
) -> None:
    grouped.channel.caps = Caps(edits=False, text_limit=2000, rate=32, together=1000)
    for number in range(40):
        await grouped.post(f"p{number}")
    grouped.channel.falls = SendError(
        Trouble.THROTTLED, "45009", retry_after=60, everybody=True
    )
    await grouped.drain()
    pacer = grouped.sender._pacers["memory"]
    assert pacer._pace == 16
    assert set(await grouped.rows("state")) == {"ready"}


async def test_the_limit_counts_for_each_member_of_a_call(grouped: Office) -> None:
    await grouped.post("full", "之前的。", times=25, lane=ANSWER)
    await grouped.drain()
    for user in ("a", "full", "b"):
        await grouped.post(user)
    assert await grouped.drain() == 2
    assert grouped.channel.calls[-1] == ["a", "b"]
    assert await grouped.drain(61 * SECOND) == 1
    assert most(grouped.channel.to("full"), 60) == 25


async def test_killed_between_call_and_marking_the_same_call_is_made_again(
    grouped: Office,
) -> None:
    for number in range(60):
        await grouped.post(f"p{number}")
    grouped.channel.falls = Killed()
    with pytest.raises(Killed):
        await grouped.sender.drain()
    grouped.channel.falls = None
    grouped.start()
    await grouped.post("new")  # said in the meantime: not into the call that is repeated
    assert await grouped.drain(LEASE + SECOND) == 61
    first, *later = grouped.channel.calls
    assert first in later
    assert sorted(len(call) for call in grouped.channel.calls) == [1, 60, 60]
    again = {out.address.user_key for out in grouped.channel.sent if out.again}
    assert again == set(first)


async def test_lanes_send_a_group_while_it_answers_somebody_else(grouped: Office) -> None:
    for number in range(300):
        await grouped.post(f"p{number}")
    await grouped.post("asks", lane=ANSWER)
    running = asyncio.create_task(grouped.sender.run())
    async with asyncio.timeout(5):
        await grouped.channel.reached(301)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert sorted(len(call) for call in grouped.channel.calls) == [1, 300]


# the sharp hours
async def test_the_bulk_keeps_clear_of_the_full_and_the_half_hour(eased: Office) -> None:
    texts = [f"提醒{number}" for number in range(40)]
    for number, text in enumerate(texts):
        await eased.post(f"p{number}", text)
    assert await eased.drain() == 0  # 09:00:00
    assert await eased.drain(59 * SECOND) == 0
    gone = [await eased.drain(10 * SECOND) for _ in range(26)]
    assert sum(gone) == 40
    assert max(gone) < 12  # spread over four minutes, not all at 09:01
    assert set(await eased.rows("attempts")) == {1}


@pytest.mark.parametrize(
    ("minute", "second", "goes"),
    [(29, 29, True), (29, 30, False), (30, 59, False), (31, 0, True), (59, 29, True),
     (59, 30, False), (1, 0, True), (0, 59, False)],
)  # fmt: skip
async def test_the_edges(database: Database, minute: int, second: int, goes: bool) -> None:
    office = Office(database, EASED, MONDAY.replace(minute=minute, second=second))
    await office.post("li")
    assert await office.drain() == int(goes)


async def test_who_asked_and_what_is_urgent_or_ends_soon_does_not_wait(eased: Office) -> None:
    await eased.post("asked", lane=ANSWER)
    await eased.post("urgent", cause=Cause("spotcheck", urgent=True))
    await eased.post("ends", expires_at=MONDAY + timedelta(minutes=2))
    await eased.post("waits", expires_at=MONDAY + timedelta(hours=2))
    assert await eased.drain() == 3
    assert eased.channel.to("waits") == []


async def test_the_same_words_still_go_out_in_one_call(eased: Office) -> None:
    for number in range(200):
        await eased.post(f"p{number}")
    assert await eased.drain() == 0
    await eased.drain(timedelta(minutes=5, seconds=1))
    assert [len(call) for call in eased.channel.calls] == [200]
