"""From phone to phone: the real inbox, sender and ledger over HTTP, and everything going wrong."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from county import County, settle
from fake_bot_api import TOKEN, FakeBotApi, fake_bot_api, message, server_of
from starlette.applications import Starlette

from bot.app import open_app
from bot.channels.base import Cursor, SendError, Trouble
from bot.channels.telegram import Telegram, webhook
from bot.channels.telegram.hear import WANTED
from bot.channels.telegram.webhook import LONGEST, path_of
from bot.inbox import Inbox
from bot.sender import Sender
from bot.settings import Settings, TelegramSettings
from bot.web import build_web
from ledger import files, inbox, invites, outbox, people, records
from ledger.clock import Clock, SetClock, ShiftedClock, WallClock
from ledger.database import Database, StoreTrouble, open_database
from ledger.inbox import Raw
from ledger.messages import Option, Reply
from ledger.people import Address
from ledger.rules import Rules
from ledger.seed_vault import Vault
from templates.words import Words

KEY = b"k" * 32
CLOCK = WallClock()
LEASES_OVER = ShiftedClock(outbox.LEASE + timedelta(seconds=1))
PHONES = {"李队员": 700101, "赵队员": 700102, "王队长": 700103, "陈干事": 700104}
LI, ZHAO, WANG, CHEN = PHONES.values()
JPEG = b"\xff\xd8\xff\xe0" + b"roof" * 100


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBotApi]:
    with fake_bot_api() as fake:
        yield fake


@pytest.fixture
def api(server: FakeBotApi, monkeypatch: pytest.MonkeyPatch) -> FakeBotApi:
    monkeypatch.setattr("bot.channels.telegram.troubles.BACK_OFF", (0.01,))
    monkeypatch.setattr("bot.settling.BACK_OFF", (0.05,))
    server.forget()
    return server


@dataclass
class Copy:
    """One running copy of the program, as far as Telegram is concerned."""

    database: Database
    channel: Telegram
    inbox: Inbox
    sender: Sender
    county: County
    listening: asyncio.Task[None]
    sending: asyncio.Task[None]

    async def quiet(self) -> None:
        """Everything kept is answered and everything to be said is said."""
        await self.inbox.settle()
        await until_async(self._all_said)

    async def _all_said(self) -> bool:
        async with self.database.reading() as db:
            return set(await outbox.counts(db)) <= {"sent", "dead", "expired"}

    async def states(self) -> dict[str, int]:
        async with self.database.reading() as db:
            return await inbox.counts(db)

    async def study(self) -> list[str]:
        """What stands in the ledger for 李队员 today."""
        async with self.database.reading() as db:
            found = await records.recent(
                db, self.county["李队员"], since=WallClock().now() - timedelta(days=2)
            )
        return [one.kind for one in found]


def settings_of(api: FakeBotApi, **facts: Any) -> TelegramSettings:
    return TelegramSettings(
        token=TOKEN, base_url=api.base_url, file_url=api.file_url, _env_file=None, **facts
    )


@asynccontextmanager
async def copy(
    api: FakeBotApi, folder: Path, clock: Clock = CLOCK, **facts: Any
) -> AsyncIterator[Copy]:
    """Start over a folder; leaving the block is pulling the plug, nothing is finished first."""
    async with open_database(folder / "zhucun.db", durable=False) as database:
        channel = Telegram(settings_of(api, **facts), folder / "files", database, clock)
        words, channels = Words(None), {"telegram": channel}
        sender = Sender(database, channels, KEY, clock)
        files = folder / "files"
        box = Inbox(
            database, channels, words, Rules(), KEY, clock, files, sender.wake, Vault(files)
        )
        county = await bind(database)
        await box.replay()
        listening = asyncio.create_task(channel.run(box.keep))
        sending = asyncio.create_task(sender.run())
        try:
            yield Copy(database, channel, box, sender, county, listening, sending)
        finally:
            workers = list(box._workers.values())
            for task in (listening, sending, *workers):
                task.cancel()
            await asyncio.gather(listening, sending, *workers, return_exceptions=True)
            await channel.close()


async def bind(database: Database) -> County:
    """The cast, four of them with a phone; a second start finds them there."""
    now = WallClock().now()
    async with database.reading() as db:
        there = {one.name: one for one in await people.roster(db)}
    if there:
        return County(there["李队员"].county_id, there)
    week_ago = now - timedelta(days=7)
    county = await settle(database, channel="elsewhere", now=week_ago)
    async with database.transaction() as db:
        for name, number in PHONES.items():
            address = Address("telegram", "777000", str(number))
            await invites.bind(db, county[name].id, address, by=None, now=now)
    return county


@pytest.fixture
async def program(api: FakeBotApi, tmp_path: Path) -> AsyncIterator[Copy]:
    async with copy(api, tmp_path) as running_copy:
        yield running_copy


async def until(true: Callable[[], Any], seconds: float = 10) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until_async(true: Callable[[], Awaitable[Any]], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def buttons(api: FakeBotApi, who: int) -> dict[str, str]:
    """The newest buttons on somebody's screen: label -> token."""
    for (chat, _), one in sorted(api.messages.items(), reverse=True):
        if chat == str(who) and one["markup"]:
            rows = one["markup"]["inline_keyboard"]
            return {button["text"]: button["callback_data"] for row in rows for button in row}
    return {}


async def test_a_talk_from_word_to_record(program: Copy, api: FakeBotApi) -> None:
    api.text(LI, "学习")
    await until(lambda: len(api.told(LI)) == 1)
    api.text(LI, "中央一号文件")
    await until(lambda: "60 分钟" in buttons(api, LI))
    api.press(LI, buttons(api, LI)["60 分钟"])
    await until(lambda: "自学" in buttons(api, LI))
    api.press(LI, buttons(api, LI)["自学"])
    await until(lambda: len(api.told(LI)) == 4)
    assert "已记学习" in api.told(LI)[-1]
    assert "中央一号文件，60 分钟" in api.told(LI)[-1]
    assert await program.study() == ["study"]
    await until(lambda: len(api.made("answerCallbackQuery")) == 2)
    assert api.refused() == []


async def test_an_edited_message_corrects_its_record(program: Copy, api: FakeBotApi) -> None:
    first = api.text(LI, "学习 60 中央一号文件")["message"]
    await until(lambda: len(api.told(LI)) == 1)
    api.update(
        "edited_message", {**first, "text": "学习 90 中央一号文件", "edit_date": 1795395700}
    )
    await until(lambda: len(api.told(LI)) == 2)
    assert "90 分钟" in api.told(LI)[-1]
    assert await program.study() == ["study"]


async def test_start_sets_the_menu_and_asks_for_what_it_understands(
    program: Copy, api: FakeBotApi
) -> None:
    await until(lambda: len(api.made("getUpdates")) > 1)
    methods = [call.method for call in api.calls]
    assert methods[:4] == ["getMe", "setMyCommands", "deleteWebhook", "getUpdates"]
    assert api.made("deleteWebhook")[0]["drop_pending_updates"] is False
    first = api.made("getUpdates")[0]
    assert first["allowed_updates"] == list(WANTED)
    assert (first["timeout"], first["limit"]) == ("50", "100")
    assert "offset" not in first


LEADER_LIKE = SimpleNamespace(role="leader")


async def test_every_command_of_the_menu_is_understood(program: Copy, api: FakeBotApi) -> None:
    await until(lambda: api.made("setMyCommands"))
    commands = [one["command"] for one in api.made("setMyCommands")[0]["commands"]]
    asked = {ZHAO: commands[0::2], LI: commands[1::2]}
    for who, names in asked.items():
        for name in names:
            api.text(who, f"/{name}")
    await until(lambda: all(len(api.told(who)) == len(names) for who, names in asked.items()))
    misunderstood = (
        Words(None)
        .say("talk.not_understood", said="X", person=LEADER_LIKE)
        .partition("X")[2][:7]
    )
    assert not [one for who in asked for one in api.told(who) if misunderstood in one]


async def test_a_photo_is_fetched_and_kept_byte_for_byte(
    program: Copy, api: FakeBotApi
) -> None:
    api.blobs["photos/roof.jpg"] = JPEG
    size = {"file_id": "photos/roof.jpg", "file_unique_id": "r", "width": 9, "height": 9}
    api.update("message", message(LI, 41, photo=[size], caption="走访 张大山 屋顶漏雨"))
    await until(lambda: api.told(LI))
    kept = [path for path in (program.channel._sending.files).rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [JPEG]


async def test_a_stranger_gets_one_line_and_a_group_none(
    program: Copy, api: FakeBotApi
) -> None:
    group = {"id": -1002, "type": "supergroup", "title": "x"}
    api.update("message", {**message(9, 40, text="今天"), "chat": group})
    api.text(9, "你好")
    await until(lambda: len(api.told(9)) == 1)
    await program.quiet()
    assert [chat for chat, _ in api.messages] == ["9"]


async def test_a_redelivered_update_has_one_effect(program: Copy, api: FakeBotApi) -> None:
    again = api.text(LI, "学习 60 中央一号文件")
    await until(lambda: api.told(LI))
    for _ in range(4):
        api.pending.append(again)
        await until(lambda: not api.pending)
    await program.quiet()
    assert len(api.told(LI)) == 1
    assert await program.study() == ["study"]


async def test_an_unreadable_update_is_parked_and_its_neighbours_are_answered(
    program: Copy, api: FakeBotApi
) -> None:
    api.pending[:] = [
        api.text(LI, "今天"),
        {"update_id": 6001, "message": {**message(LI, 42, text="今天"), "date": 10**15}},
        {"update_id": 6002, "message": "not a message"},
        {"update_id": 6003, "quantum_message": {}},
        {"update_id": 6004, "message": message(LI, 43, text="帮助")},
    ]
    await until(lambda: len(api.told(LI)) == 2)
    await program.quiet()
    assert await program.states() == {"dead": 2, "done": 3}


async def test_nothing_is_confirmed_before_it_is_committed(
    api: FakeBotApi, tmp_path: Path, database: Database, clock: SetClock
) -> None:
    channel = Telegram(settings_of(api), tmp_path, database, clock)
    kept: list[str] = []
    full_disk = iter(range(3))

    async def keep(raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        if next(full_disk, None) is not None:
            raise StoreTrouble("SQLITE_FULL: database or disk is full")
        assert [one["update_id"] for one in api.pending] == [int(raw.ext_id) for raw in raws]
        async with database.transaction() as db:
            await inbox.keep(db, raws, now=clock.now())
            assert cursor
            await inbox.move_cursor(
                db, cursor.channel, cursor.account, cursor.last_id, now=clock.now()
            )
        kept.extend(raw.ext_id for raw in raws)

    for number in range(5):
        api.text(LI, f"第 {number} 条")
    listening = asyncio.create_task(channel.run(keep))
    await until(lambda: kept and not api.pending)
    offsets = api.offsets()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await channel.close()
    assert kept == ["5001", "5002", "5003", "5004", "5005"]
    assert offsets[:4] == [None] * 4
    assert offsets[4] == "5006"


async def test_a_crash_at_any_moment_loses_nothing(api: FakeBotApi, tmp_path: Path) -> None:
    for number in range(40):
        api.text((LI, ZHAO, WANG)[number % 3], f"学习 {number + 1} 中央一号文件")
    for life in range(6):
        async with copy(api, tmp_path):
            with pytest.raises(TimeoutError):
                await until(lambda: False, 0.1 + life * 0.05)
    async with copy(api, tmp_path, LEASES_OVER) as program:
        await until_async(lambda: all_done(program, 40), 30)
        await until(lambda: sum(len(set(api.told(who))) for who in PHONES.values()) >= 40, 30)
        assert await program.states() == {"done": 40}


async def all_done(program: Copy, count: int) -> bool:
    return (await program.states()).get("done") == count


async def test_a_throttled_chat_waits_and_nobody_else_does(
    program: Copy, api: FakeBotApi
) -> None:
    api.fail("sendMessage", 429, "Too Many Requests: retry after 1", chat=LI, retry_after=1)
    api.text(LI, "帮助")
    await until(lambda: api.refused())
    api.text(LI, "今天")  # waits behind the refusal
    refused_at = api.refused()[0].at
    for _ in range(3):
        api.text(ZHAO, "帮助")
    await until(lambda: len(api.told(ZHAO)) == 3)
    sent_to_zhao = [call.at for call in api.calls if call.facts.get("chat_id") == str(ZHAO)]
    await until(lambda: len(api.told(LI)) == 2)
    sent_to_li = [call.at for call in api.calls if call.facts.get("chat_id") == str(LI)]
    assert max(sent_to_zhao) < sent_to_li[1]
    assert sent_to_li[1] - refused_at >= 1


async def test_who_has_blocked_the_bot_is_unreachable_and_the_run_goes_on(
    program: Copy, api: FakeBotApi
) -> None:
    api.blocked.add(str(LI))
    api.text(LI, "帮助")
    api.text(ZHAO, "帮助")
    await until(lambda: api.told(ZHAO))
    await until_async(lambda: is_unreachable(program, "李队员"))
    api.blocked.clear()
    api.text(LI, "帮助")
    await until(lambda: api.told(LI))


async def is_unreachable(program: Copy, name: str) -> bool:
    async with program.database.reading() as db:
        found = await people.address_of(db, program.county[name].id)
    return found is None or found.channel != "telegram"


async def test_leaving_and_coming_back_is_noticed(program: Copy, api: FakeBotApi) -> None:
    member = {"user": {"id": 777000, "is_bot": True, "first_name": "x"}}
    change = {
        "chat": {"id": LI, "type": "private"},
        "from": message(LI, 1)["from"],
        "date": 1795395600,
    }
    api.update("my_chat_member", {**change, "new_chat_member": {**member, "status": "kicked"}})
    await until_async(lambda: is_unreachable(program, "李队员"))
    api.update("my_chat_member", {**change, "new_chat_member": {**member, "status": "member"}})
    await until_async(lambda: is_reachable(program, "李队员"))


async def is_reachable(program: Copy, name: str) -> bool:
    return not await is_unreachable(program, name)


async def test_a_group_that_moved_gets_its_message_at_the_new_address(
    program: Copy, api: FakeBotApi
) -> None:
    api.moved["-4001"] = -1002000000001
    async with program.database.transaction() as db:
        group = Address("telegram", "777000", "-4001")
        now = WallClock().now()
        await outbox.post(db, group, None, Reply("周调度"), dedupe="weekly", now=now)
    program.sender.wake()
    await until(lambda: api.told(-1002000000001) == ["周调度"])


async def test_an_answer_lost_on_the_way_is_repeated_and_says_so(
    program: Copy, api: FakeBotApi
) -> None:
    api.fail("sendMessage", 502, accepted=True)
    api.text(LI, "学习 60 中央一号文件")
    await until(lambda: len(api.told(LI)) == 2)
    first, again = api.told(LI)
    assert again == f"（重发）{first}"
    assert await program.study() == ["study"]


async def test_a_second_poller_stops_the_channel_and_keeps_what_waits(
    program: Copy, api: FakeBotApi
) -> None:
    await until(lambda: api.made("getUpdates"))
    api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    with pytest.raises(SendError, match="另一处") as trouble:
        await asyncio.wait_for(asyncio.shield(program.listening), 10)
    assert trouble.value.kind is Trouble.MISCONFIGURED


async def test_a_wrong_token_stops_the_channel_with_one_clear_sentence(
    api: FakeBotApi, tmp_path: Path, database: Database
) -> None:
    wrong = settings_of(api).model_copy(
        update={"token": type(settings_of(api).token)("777000:wrong-token")}
    )
    channel = Telegram(wrong, tmp_path, database, WallClock())
    with pytest.raises(SendError, match="BotFather") as trouble:
        await channel.run(nothing)
    await channel.close()
    assert trouble.value.kind is Trouble.MISCONFIGURED
    assert "wrong-token" not in str(trouble.value)


async def nothing(raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
    raise AssertionError("nothing should have been kept")


async def test_trouble_on_the_way_is_waited_out(api: FakeBotApi, tmp_path: Path) -> None:
    api.fail("getMe", 502, times=2)
    api.fail("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID")
    api.fail("deleteWebhook", 500, "Internal Server Error")
    api.fail("getUpdates", 502, skip=1, times=2)
    api.fail("getUpdates", 429, "Too Many Requests: retry after 1", skip=3, retry_after=1)
    api.text(LI, "帮助")
    async with copy(api, tmp_path):
        await until(lambda: api.told(LI))
        api.text(LI, "今天")
        await until(lambda: len(api.told(LI)) == 2)


async def fetched_up_to(folder: Path, last_id: int, when: datetime) -> None:
    """A ledger whose copy fetched that update then, and stopped."""
    opened = open_database(folder / "zhucun.db", durable=False)
    async with opened as database, database.transaction() as db:
        await inbox.move_cursor(db, "telegram", "777000", last_id, now=when)


async def test_after_a_quiet_week_the_server_is_asked_for_whatever_it_has(
    api: FakeBotApi, tmp_path: Path
) -> None:
    week_ago = WallClock().now() - timedelta(days=6, minutes=1)
    await fetched_up_to(tmp_path, 900_000_000, week_ago)
    api.update("message", message(LI, 41, text="帮助"), update_id=12)
    async with copy(api, tmp_path):
        await until(lambda: api.told(LI) and not api.pending)
    assert api.offsets()[:2] == [None, "13"]


async def test_a_fresh_cursor_is_where_fetching_goes_on(
    api: FakeBotApi, tmp_path: Path
) -> None:
    yesterday = WallClock().now() - timedelta(days=1)
    await fetched_up_to(tmp_path, 5000, yesterday)
    async with copy(api, tmp_path):
        await until(api.offsets)
    assert api.offsets()[0] == "5001"


async def test_a_rush_stays_within_what_telegram_puts_up_with(
    program: Copy, api: FakeBotApi
) -> None:
    api.rate = 30
    async with program.database.transaction() as db:
        now = WallClock().now()
        for number in range(80):
            somebody = Address("telegram", "777000", str(800_000 + number))
            bulk = outbox.Timing(lane=outbox.BULK)
            await outbox.post(
                db, somebody, None, Reply("提醒"), dedupe=f"r{number}", now=now, timing=bulk
            )
    program.sender.wake()
    await until(lambda: len(api.made("sendMessage")) > 10)
    api.text(LI, "帮助")
    await until(lambda: api.told(LI))
    overtaken = 80 - len(api.made("sendMessage"))
    await until(lambda: len(api.made("sendMessage")) == 81)
    assert overtaken > 20
    assert api.refused() == []


async def test_buttons_and_files_of_the_outbox_reach_the_phone(
    program: Copy, api: FakeBotApi
) -> None:
    kept = files.keep_bytes(
        program.channel._sending.files, JPEG, mime="image/jpeg", name="a.jpg", kind="photo"
    )
    reply = Reply("日报", (Option("知道了", "知道了"),), files=(
        outbox.Paper(kept.sha256, "a.jpg", "image/jpeg"),
    ))  # fmt: skip
    async with program.database.transaction() as db:
        now = WallClock().now()
        to = Address("telegram", "777000", str(LI))
        await outbox.post(db, to, program.county["李队员"].id, reply, dedupe="d", now=now)
    program.sender.wake()
    await until(lambda: len(api.told(LI)) == 2)
    assert api.told(LI) == [f"[photo a.jpg {len(JPEG)}]", "日报"]
    assert list(buttons(api, LI)) == ["知道了"]


@pytest.fixture
async def pushed(api: FakeBotApi, tmp_path: Path) -> AsyncIterator[Copy]:
    """The same program, served by webhook, web server and all in one loop."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        async with copy(api, tmp_path, mode="webhook", webhook_url=address) as program:
            await asyncio.wait_for(asyncio.shield(program.listening), 10)
            server = server_of(
                Starlette(routes=webhook.routes(program.channel, program.inbox.keep))
            )
            serving = asyncio.create_task(server.serve([listening]))
            await until(lambda: server.started)
            yield program
            server.should_exit = True
            await serving


async def push(api: FakeBotApi, update: dict[str, Any], secret: str | None = None) -> int:
    return await asyncio.to_thread(api.push, update, secret)


async def test_a_pushed_update_is_kept_before_it_is_acknowledged(
    pushed: Copy, api: FakeBotApi
) -> None:
    update = api.text(LI, "学习 60 中央一号文件")
    assert [await push(api, update) for _ in range(3)] == [200, 200, 200]
    await until(lambda: api.told(LI))
    await pushed.quiet()
    assert await pushed.states() == {"done": 1}
    assert len(api.told(LI)) == 1


async def test_a_webhook_is_registered_with_a_secret_and_without_dropping(
    pushed: Copy, api: FakeBotApi
) -> None:
    (facts,) = api.made("setWebhook")
    assert facts["drop_pending_updates"] is False
    assert facts["allowed_updates"] == list(WANTED)
    assert facts["url"].endswith(path_of(pushed.channel.settings))
    assert TOKEN.partition(":")[2] not in json.dumps(facts)
    assert api.made("getUpdates") == []


@pytest.mark.parametrize("secret", ["", "wrong", "geheim-é"])
async def test_who_does_not_know_the_secret_is_turned_away(
    pushed: Copy, api: FakeBotApi, secret: str
) -> None:
    assert await push(api, api.text(LI, "今天"), secret) == 403
    assert await pushed.states() == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"update_id": "7"}',
        b"[" * 100_000,
        b'"' + b"x" * LONGEST,
    ],
)
async def test_what_is_no_update_is_refused(
    pushed: Copy, api: FakeBotApi, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fake_bot_api.json.dumps", lambda update: body.decode())
    assert await push(api, {}) == 400
    assert await pushed.states() == {}


async def test_a_full_disk_lets_telegram_try_again(
    pushed: Copy, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*args: Any, **facts: Any) -> None:
        raise StoreTrouble("SQLITE_FULL: database or disk is full")

    update = api.text(LI, "帮助")
    with monkeypatch.context() as patched:
        patched.setattr("ledger.inbox.keep", full)
        assert await push(api, update) == 503
    assert await push(api, update) == 200
    await until(lambda: api.told(LI))


async def test_a_pushed_press_is_answered(pushed: Copy, api: FakeBotApi) -> None:
    await push(api, api.text(LI, "帮助"))
    await until(lambda: buttons(api, LI))
    token = next(iter(buttons(api, LI).values()))
    assert await push(api, api.press(LI, token)) == 200
    await until(lambda: api.made("answerCallbackQuery"))


async def test_a_webhook_without_an_address_is_one_clear_sentence(
    api: FakeBotApi, tmp_path: Path, database: Database
) -> None:
    channel = Telegram(settings_of(api, mode="webhook"), tmp_path, database, WallClock())
    with pytest.raises(SendError, match="TELEGRAM_WEBHOOK_URL"):
        await channel.run(nothing)
    await channel.close()


def test_the_webhooks_path_and_secret_survive_a_restart_and_tell_nothing(
    api: FakeBotApi,
) -> None:
    first, second = settings_of(api), settings_of(api, webhook_secret="another-secret")
    assert path_of(first) == path_of(settings_of(api))
    assert path_of(first) != path_of(second)
    assert "another-secret" not in path_of(second)


@pytest.mark.parametrize("mode", ["poll", "webhook"])
async def test_the_whole_program_answers_on_telegram_beside_its_web_chat(
    api: FakeBotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = {
            "TOKEN": TOKEN, "BASE_URL": api.base_url, "FILE_URL": api.file_url, "MODE": mode,
            "WEBHOOK_URL": address,
        }  # fmt: skip
        for name, value in environment.items():
            monkeypatch.setenv(f"TELEGRAM_{name}", value)
        async with open_app(Settings(data=tmp_path, _env_file=None), CLOCK) as app:
            assert set(app.channels) == {"web", "telegram"}
            await bind(app.database)
            server = server_of(build_web(app))
            serving = asyncio.create_task(server.serve([listening]))
            await app.start()
            await until(lambda: api.made("setWebhook") or api.made("getUpdates"))
            update = api.text(LI, "学习 60 中央一号文件")
            if mode == "webhook":
                assert await push(api, update, "wrong") == 403
                assert await push(api, update) == 200
            await until(lambda: api.told(LI))
            server.should_exit = True
            await serving
            await app.stop()
    assert "已记学习" in api.told(LI)[0]
    assert api.refused() == []


# replies and albums
ROOF, STOVE = "走访 张大山 屋顶漏雨", "走访 王桂芳 换了新炉子"


def sent_photo(api: FakeBotApi, name: str, data: bytes) -> dict[str, Any]:
    """The content of a message with one photo."""
    api.blobs[name] = data
    return {"photo": [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}]}


def sent_voice(api: FakeBotApi, name: str, data: bytes) -> dict[str, Any]:
    """The content of a voice message."""
    api.blobs[name] = data
    return {"voice": {"file_id": name, "file_unique_id": name, "duration": 3}}


def screen(api: FakeBotApi, who: int, words: str) -> int:
    """The number of the newest message on a phone with these words."""
    found = [
        id
        for (chat, id), one in api.messages.items()
        if chat == str(who) and words in one["text"]
    ]
    return max(found)


async def says(program: Copy, api: FakeBotApi, who: int, number: int, **content: Any) -> str:
    """Send one message and wait for the answer."""
    before = len(api.told(who))
    api.update("message", message(who, number, **content))
    await until(lambda: len(api.told(who)) > before)
    await program.quiet()
    return api.told(who)[-1]


async def joined(program: Copy) -> list[tuple[str, str]]:
    """Kind of file and household of the visit it has joined, in the order they came."""
    async with program.database.reading() as db:
        found = await db.connection.execute_fetchall(
            "SELECT a.kind, coalesce(v.household, '') FROM attachment a"
            " LEFT JOIN visit v ON v.record_id = a.record_id ORDER BY a.id"
        )
    return [tuple(row) for row in found]


@pytest.mark.parametrize("to", ["own", "card"])
async def test_a_reply_joins_the_record_of_the_message_it_answers(
    program: Copy, api: FakeBotApi, to: str
) -> None:
    await says(program, api, LI, 41, text=ROOF)
    await says(program, api, LI, 42, text=STOVE)
    number = 41 if to == "own" else screen(api, LI, "屋顶漏雨")
    answered = message(LI, number, text="…")

    told = await says(
        program, api, LI, 43, **sent_photo(api, "roof", JPEG), reply_to_message=answered
    )
    heard = await says(
        program, api, LI, 44, **sent_voice(api, "said", b"OggS"), reply_to_message=answered
    )

    assert "1 个附件已存，放进：走访 张大山" in told
    assert "1 段语音已存，放进：走访 张大山" in heard
    assert await joined(program) == [("photo", "张大山"), ("voice", "张大山")]
    kept = [path for path in Path(program.channel._sending.files).rglob("*") if path.is_file()]
    assert {path.read_bytes() for path in kept} == {JPEG, b"OggS"}


async def test_the_same_number_in_another_chat_is_another_message(
    program: Copy, api: FakeBotApi
) -> None:
    await says(program, api, LI, 41, text=ROOF)
    told = await says(
        program, api, ZHAO, 42, **sent_photo(api, "roof", JPEG),
        reply_to_message=message(ZHAO, 41, text="…"),
    )  # fmt: skip

    assert "没有走访或问题可以放" in told
    assert await joined(program) == [("photo", "")]


async def test_an_album_with_its_words_on_the_first_part_is_one_visit(
    program: Copy, api: FakeBotApi
) -> None:
    for part in range(3):
        words = {"caption": ROOF} if part == 0 else {}
        content = sent_photo(api, f"roof{part}", JPEG + bytes([part]))
        api.update("message", message(LI, 41 + part, media_group_id="7", **content, **words))
    await until(lambda: len(api.told(LI)) == 3)

    assert await joined(program) == [("photo", "张大山")] * 3


async def test_an_album_with_its_words_on_the_last_part_is_one_visit(
    program: Copy, api: FakeBotApi
) -> None:
    for part in range(3):
        words = {"caption": ROOF} if part == 2 else {}
        content = sent_photo(api, f"roof{part}", JPEG + bytes([part]))
        api.update("message", message(LI, 41 + part, media_group_id="7", **content, **words))
    await until(lambda: len(api.told(LI)) == 3)

    assert "刚才先发的 2 个附件也放进来了" in api.told(LI)[-1]
    assert await joined(program) == [("photo", "张大山")] * 3
