"""The smart bot's connection: every row of wecom.md §7's table of states, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from aibot_line import QUICK, aibot
from fake_aibot import BOT, SECRET, FakeAibot, fake_aibot

from bot.channels.base import Cursor, SendError, Trouble
from bot.channels.wecom_bot import WeComBot
from bot.channels.wecom_bot.socket import Waits
from bot.settings import Settings, WeComSettings
from ledger.clock import WallClock
from ledger.database import Database, StoreTrouble
from ledger.inbox import Raw
from ledger.messages import Outgoing
from ledger.people import Address

TO = {"chatid": "lidy", "chat_type": 1, "msgtype": "markdown", "markdown": {"content": "好"}}
SEND = "aibot_send_msg"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAibot]:
    with fake_aibot() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeAibot) -> FakeAibot:
    server.forget()
    server.wrote.add("lidy")
    return server


class Kept(list[Raw]):
    """What was committed; `full`: how often the ledger has no room first."""

    full = 0

    async def __call__(self, raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        if self.full:
            self.full -= 1
            raise StoreTrouble("no room")
        self.extend(raws)


@asynccontextmanager
async def running(
    fake: FakeAibot, database: Database, folder: Path, kept: Kept | None = None,
    waits: Waits = QUICK,
) -> AsyncIterator[WeComBot]:  # fmt: skip
    """The channel, connected."""
    channel = aibot(fake, database, folder, WallClock(), waits)
    task = asyncio.create_task(channel.run(kept if kept is not None else Kept()))
    try:
        yield channel
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()


async def until(true: Callable[[], bool], seconds: float = 3) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def out(text: str = "好", *, id: int = 1, user: str = "lidy") -> Outgoing:
    return Outgoing(id, None, Address("wecom_bot", BOT, user), "text", text)


async def refused(channel: WeComBot, one: Outgoing) -> SendError:
    with pytest.raises(SendError) as trouble:
        await channel.deliver(one)
    return trouble.value


@pytest.mark.parametrize("way", ["clean", "unclean", "abort", "mid_frame"])
async def test_it_comes_back_however_the_connection_ends(
    fake: FakeAibot, database: Database, tmp_path: Path, way: str
) -> None:
    async with running(fake, database, tmp_path) as channel:
        await channel.deliver(out("一"))
        ends = {
            "clean": lambda: fake.close(1000), "unclean": lambda: fake.close(1011),
            "abort": fake.abort, "mid_frame": fake.cut_mid_frame,
        }  # fmt: skip
        await asyncio.to_thread(ends[way])
        await until(lambda: fake.subscribes == 2)
        await channel.deliver(out("二", id=2))
    assert [one.text for one in fake.told("lidy")] == ["一", "二"]


async def test_it_comes_back_after_two_pings_without_an_answer(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    quick = replace(QUICK, ping=0.02, pong=0.4)
    async with running(fake, database, tmp_path, waits=quick) as channel:
        await until(lambda: len(fake.of("ping")) >= 3)
        assert fake.subscribes == 1
        fake.drop_pongs = 2
        await until(lambda: fake.subscribes == 2)
        await channel.deliver(out())
    assert fake.violations == []  # no ping had a body
    assert [one.text for one in fake.told("lidy")] == ["好"]


async def test_one_missed_pong_is_forgiven(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    quick = replace(QUICK, ping=0.02, pong=0.4)
    fake.drop_pongs = 1
    async with running(fake, database, tmp_path, waits=quick):
        await until(lambda: len(fake.of("ping")) >= 4)
    assert (fake.subscribes, fake.drop_pongs) == (1, 0)


async def test_a_lost_subscription_is_renewed_and_the_send_repeated_once(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with running(fake, database, tmp_path) as channel:
        await channel.deliver(out("一"))
        fake.unsubscribe()
        await channel.deliver(out("二", id=2))
    assert (fake.subscribes, len(fake.of(SEND))) == (2, 3)
    assert [one.text for one in fake.told("lidy")] == ["一", "二"]


async def test_a_subscription_lost_twice_leaves_the_message_unsent(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with running(fake, database, tmp_path) as channel:
        fake.fail(SEND, 846609, times=2)
        trouble = await refused(channel, out())
    assert trouble.kind is Trouble.DOWN
    assert len(fake.of(SEND)) == 2


async def test_who_is_thrown_out_waits_before_he_comes_back(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    kept = Kept()
    patient = replace(QUICK, displaced=0.3, ready=0.1)
    async with running(fake, database, tmp_path, kept, patient) as channel:
        await channel.deliver(out("一"))
        with structlog.testing.capture_logs() as logs:
            await asyncio.to_thread(fake.displace)
            await until(lambda: len(kept) == 1 and len(logs) == 1)
            trouble = await refused(channel, out("二", id=2))
        assert fake.subscribes == 1
        await until(lambda: fake.subscribes == 2)
    assert trouble.kind is Trouble.DOWN
    assert 0 < trouble.retry_after <= 0.3
    assert [one["log_level"] for one in logs] == ["error"]
    assert channel.hear(kept[0].payload).event.kind == "displaced"  # type: ignore[union-attr]


async def test_two_copies_do_not_throw_each_other_out_in_a_loop(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    waits = replace(QUICK, displaced=30)
    async with running(fake, database, tmp_path, waits=waits) as first:
        await first.deliver(out("一"))
        async with running(fake, database, tmp_path, waits=waits) as second:
            await second.deliver(out("二", id=2))
            trouble = await refused(first, out("三", id=3))
            await second.deliver(out("四", id=4))
    assert trouble.kind is Trouble.DOWN
    assert fake.subscribes == 2


async def test_a_wrong_secret_waits_long_and_heals(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    fake.wrong_secret = True
    waits = replace(QUICK, misconfigured=0.3, ready=0.1)
    async with running(fake, database, tmp_path, waits=waits) as channel:
        await until(lambda: fake.subscribes == 1)
        await asyncio.sleep(0.05)
        trouble = await refused(channel, out())
        assert fake.subscribes == 1
        fake.wrong_secret = False
        await until(lambda: fake.subscribes == 2)
        await channel.deliver(out())
    assert trouble.kind is Trouble.DOWN  # the rows wait; the channel is not given up
    assert "WECOM_BOT_SECRET" in trouble.detail
    assert SECRET not in str(trouble)


async def test_too_many_subscriptions_wait_their_time(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    fake.fail("aibot_subscribe", 45009)
    waits = replace(QUICK, throttled=0.25, ready=0.1)
    async with running(fake, database, tmp_path, waits=waits) as channel:
        await until(lambda: len(fake.of("aibot_subscribe")) == 1)
        await asyncio.sleep(0.05)
        trouble = await refused(channel, out())
        await until(lambda: fake.subscribes == 1)
    assert 0 < trouble.retry_after <= 0.25


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (45009, Trouble.THROTTLED),
        (93006, Trouble.UNREACHABLE),
        (40008, Trouble.REFUSED),
        (846605, Trouble.GONE),
    ],
)
async def test_each_number_means_something_to_the_sender(
    fake: FakeAibot, database: Database, tmp_path: Path, number: int, kind: Trouble
) -> None:
    async with running(fake, database, tmp_path) as channel:
        fake.fail(SEND, number)
        trouble = await refused(channel, out())
        await channel.deliver(out("还在", id=2))  # the connection stays
    assert trouble.kind is kind
    assert not trouble.everybody  # one chat's limit holds no other
    assert (trouble.retry_after > 0) == (kind is Trouble.THROTTLED)
    assert fake.subscribes == 1


async def test_a_chat_that_has_never_written_cannot_be_reached_yet(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with running(fake, database, tmp_path) as channel:
        trouble = await refused(channel, out(user="stranger"))
    assert trouble.kind is Trouble.UNREACHABLE


async def test_a_lost_answer_is_unclear_and_no_connection_is_clear(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with running(fake, database, tmp_path, waits=replace(QUICK, answer=0.1)) as channel:
        fake.drop_acks = 1
        lost = await refused(channel, out())
        fake.slow = 5
        sending = asyncio.create_task(refused(channel, out(id=2)))
        await until(lambda: len(fake.of(SEND)) == 2)
        fake.abort()
        broken = await sending
    silent = aibot(fake, database, tmp_path, WallClock(), replace(QUICK, ready=0.05))
    down = await refused(silent, out(id=3))
    await silent.close()
    assert [one.kind for one in (lost, broken, down)] == [
        Trouble.UNCERTAIN, Trouble.UNCERTAIN, Trouble.DOWN,
    ]  # fmt: skip


async def test_one_frame_of_an_exchange_at_a_time(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with running(fake, database, tmp_path) as channel:
        await channel.deliver(out())
        fake.slow = 0.05
        req_id = fake.message("lidy", content="今天")["headers"]["req_id"]
        body = {"msgtype": "markdown", "markdown": {"content": "好"}}
        say = channel.socket.call
        await asyncio.gather(*(say("aibot_respond_msg", body, req_id) for _ in range(4)))
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(say(SEND, TO) for _ in range(8)))
        assert asyncio.get_running_loop().time() - began < 0.3  # others do not wait
    assert fake.violations == []


async def test_every_frame_is_kept_in_its_order_even_when_the_ledger_has_no_room(
    fake: FakeAibot, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom_bot.KEEP_AGAIN", 0.02)
    kept = Kept()
    kept.full = 2
    async with running(fake, database, tmp_path, kept) as channel:
        await channel.deliver(out())
        frames = [fake.message("lidy", content=f"第{number}句") for number in range(40)]
        await asyncio.to_thread(fake.push, *frames)
        await until(lambda: len(kept) == 40)
    assert [raw.ext_id for raw in kept] == [one["body"]["msgid"] for one in frames]
    assert "RC" not in str(kept)  # the door that answers without a secret is not stored


async def test_what_has_come_is_kept_before_a_stop(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    kept, go = Kept(), asyncio.Event()

    async def slowly(raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        await go.wait()
        await kept(raws)

    channel = aibot(fake, database, tmp_path, WallClock())
    task = asyncio.create_task(channel.run(slowly))
    await channel.deliver(out())
    frames = [fake.message("lidy", content=f"第{number}句") for number in range(5)]
    await asyncio.to_thread(fake.push, *frames)
    await channel.deliver(out(id=2))  # so they have all been read
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, go.set)
    await asyncio.gather(task, return_exceptions=True)
    await channel.close()
    assert len(kept) == 5


@pytest.mark.parametrize(
    "words", ["{", "[]", "17", '"x"', "null", "[" * 3000, '{"headers": 3}']
)
async def test_junk_on_the_line_does_no_harm(
    fake: FakeAibot, database: Database, tmp_path: Path, words: str
) -> None:
    kept = Kept()
    async with running(fake, database, tmp_path, kept) as channel:
        await channel.deliver(out())
        await asyncio.to_thread(fake.raw, words)
        await asyncio.to_thread(fake.raw, '{"cmd": "aibot_new_kind", "body": 3}')
        await asyncio.to_thread(fake.push, fake.message("lidy", content="今天"))
        await until(lambda: len(kept) == 2)
    assert fake.subscribes == 1


async def test_without_its_settings_it_says_which_are_missing(
    database: Database, tmp_path: Path
) -> None:
    bare = WeComBot(
        WeComSettings(_env_file=None), Settings(data=tmp_path, _env_file=None), database,
        WallClock(),
    )  # fmt: skip
    with pytest.raises(SendError, match="WECOM_BOT_SECRET") as trouble:
        await bare.run(Kept())
    assert trouble.value.kind is Trouble.MISCONFIGURED
    await bare.close()


async def test_the_secret_is_in_no_log_line(
    fake: FakeAibot, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.wrong_secret = True
    async with running(fake, database, tmp_path):
        await until(lambda: fake.subscribes == 2)
    said = capsys.readouterr()
    assert "aibot_reconnects" in said.out + said.err
    assert SECRET not in said.out + said.err
