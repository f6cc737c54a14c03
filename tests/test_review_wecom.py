"""What a harsh reader found in the WeCom app: each test was red before its fix."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY
from fake_wecom import AGENT, CORP, SECRET, FakeWeCom, fake_wecom
from wecom_program import ACCOUNT, LI, WHO, Program, running

from bot.arrivals import Arrivals
from bot.channels.base import Caps, SendError, Trouble
from bot.channels.memory import Memory
from bot.channels.wecom.client import Client
from bot.sender import Sender
from bot.settings import WeComSettings
from bot.together import groupable
from ledger import held_files, inbox, outbox
from ledger.clock import SetClock, WallClock
from ledger.database import Database
from ledger.held_files import Held
from ledger.inbox import Raw
from ledger.messages import Handle, Outgoing, Reply
from ledger.outbox import BULK, Cause, Timing
from ledger.people import Address
from scheduler import forgetting

TOGETHER = Caps(edits=False, text_limit=2000, together=1000, eases=True)


@pytest.fixture(scope="module")
def corp() -> Iterator[FakeWeCom]:
    with fake_wecom(WallClock()) as fake:
        yield fake


@pytest.fixture
async def program(
    corp: FakeWeCom, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Program]:
    async with running(corp, tmp_path, migrated, monkeypatch) as program:
        yield program


# an opinion that is not signed
async def test_an_unsigned_opinion_leaves_neither_card_nor_press_behind(
    program: Program,
) -> None:
    asked = await program.says("意见 路灯坏了没人修")
    pressed = program.caller.press(WHO, dict(asked.buttons)["不署名"], asked)
    await program.push(pressed)
    assert "查询码" in program.corp.told(WHO)[-1]
    assert await program.rows("SELECT * FROM live_card") == []
    assert await program.rows("SELECT * FROM press_answer") == []
    await program.push(pressed)  # WeCom has not heard our answer
    assert await program.rows("SELECT * FROM live_card") == []
    assert await program.rows("SELECT * FROM press_answer") == []


async def test_a_press_on_the_way_to_an_unsigned_opinion_is_forgotten_with_it(
    program: Program,
) -> None:
    asked = await program.says("意见")
    await program.push(program.caller.press(WHO, dict(asked.buttons)["不署名"], asked))
    assert await program.rows("SELECT * FROM press_answer")
    assert "查询码" in (await program.says("路灯坏了没人修")).text
    assert await program.rows("SELECT * FROM press_answer") == []
    assert await program.rows("SELECT * FROM live_card") == []


async def test_a_question_on_its_way_out_when_it_is_wiped_leaves_nothing_either(
    program: Program,
) -> None:
    deliver = program.app.channels["wecom"].deliver
    out = asyncio.Event()

    async def slow(row: Outgoing) -> Handle:
        handle = await deliver(row)
        if row.labels and not out.is_set():
            out.set()
            await program.push(program.caller.text(WHO, "不署名意见 路灯坏了没人修"))
        return handle

    program.app.channels["wecom"].deliver = slow  # type: ignore[method-assign]
    await program.push(program.caller.text(WHO, "意见"))
    assert out.is_set()
    wiped = await program.rows(
        "SELECT DISTINCT external_id, target FROM outbox WHERE kind <> 'sealed'"
    )
    assert wiped == [("", "")]
    assert await program.rows("SELECT * FROM live_card") == []


# who is nobody to us
async def test_the_press_of_somebody_who_was_let_go_is_not_shown_as_done(
    program: Program,
) -> None:
    await program.says("学习")
    asked = await program.says("中央一号文件")
    hour = dict(asked.buttons)["60 分钟"]
    async with program.app.database.transaction() as db:
        await db.connection.execute("UPDATE address SET unbound_at = 1")
    delivery = await program.push(program.caller.press(WHO, hour, asked))
    assert delivery.answer["Button"] == {"ReplaceName": "已失效"}


async def test_looking_in_uses_up_no_tries_of_somebody_with_an_invite(
    program: Program,
) -> None:
    now = int(WallClock().now().timestamp())
    for at in range(now - 8, now):
        entered = program.caller.event("xinren", "enter_agent", EventKey="", CreateTime=at)
        await program.push(entered)
        await program.push(program.caller.event("xinren", "LOCATION", CreateTime=at))
    told = program.corp.told("xinren")
    assert len(told) == 1, "he is told once how to join"
    answered = await program.says("您好", "xinren")
    assert answered.text == told[0]
    assert len(program.corp.told("xinren")) == 2


# limits
@pytest.fixture
async def client(corp: FakeWeCom, database: Database, clock: SetClock) -> AsyncIterator[Client]:
    corp.forget(clock)
    settings = WeComSettings(
        corp_id=CORP, agent_id=AGENT, secret=SECRET, api_base=corp.address, _env_file=None
    )
    opened = Client(settings, database, clock, rest=0.001)
    yield opened
    await opened.close()


async def test_calls_refused_side_by_side_are_one_happening(
    client: Client, corp: FakeWeCom
) -> None:
    corp.fail("message/send", 45009, times=20)
    body = {"touser": WHO, "agentid": AGENT, "msgtype": "text", "text": {"content": "您好"}}
    calls = (client.call("/cgi-bin/message/send", json=body) for _ in range(20))
    heard = await asyncio.gather(*calls, return_exceptions=True)
    assert {one.retry_after for one in heard if isinstance(one, SendError)} == {60}


async def test_a_picture_is_not_asked_for_again_when_wecom_has_had_too_many_calls(
    program: Program,
) -> None:
    program.corp.fail("media/get", 45009, times=9)
    media = program.corp.hold(b"\xff\xd8photo")
    await program.push(program.caller.inner(
        WHO, MsgType="image", MediaId=media, MsgId="77", PicUrl="http://127.0.0.1/none"
    ))  # fmt: skip
    assert len(program.corp.asked("media/get")) == 1


# the outbox
class Post(Memory):
    """A channel that eases."""

    caps = TOGETHER

    def __init__(self) -> None:
        super().__init__()
        self.caps = TOGETHER


async def test_an_urgent_message_does_not_wait_behind_one_that_is_eased(
    database: Database,
) -> None:
    clock, channel = SetClock(MONDAY.replace(minute=0, second=0)), Post()
    sender = Sender(database, {"memory": channel}, b"k" * 32, clock)
    async with database.transaction() as db:
        for number, urgent in enumerate((False, False, True)):
            timing = Timing(BULK, cause=Cause("check" if urgent else "routine", urgent=urgent))
            to = Address("memory", "local", "li")
            await outbox.post(
                db, to, None, Reply(f"第{number}条"), dedupe=str(number), now=clock.now(),
                timing=timing,
            )  # fmt: skip
    await sender.drain()
    assert [out.text for out in channel.sent] == ["第2条"]
    clock.set(clock.now() + timedelta(minutes=10))
    await sender.drain()
    assert [out.text for out in channel.sent] == ["第2条", "第0条", "第1条"]


def test_what_takes_several_messages_shares_no_call() -> None:
    long = Outgoing(1, 1, LI, "text", "走" * 1000, lane=BULK)
    assert not groupable(long, TOGETHER)


async def test_one_id_that_wecom_does_not_take_makes_nobody_else_unreachable(
    program: Program,
) -> None:
    program.corp.fail("message/send", 40003, times=1)
    rows = [Outgoing(n, 1, Address("wecom", ACCOUNT, who), "text", "明天交周报", lane=BULK)
            for n, who in enumerate(("liduiyuan", "zhao"), 1)]  # fmt: skip
    done = await program.app.channels["wecom"].deliver_together(rows)
    assert not [one for one in done.values() if isinstance(one, SendError)]


async def test_what_cannot_be_kept_takes_nothing_else_with_it(database: Database) -> None:
    arrivals = Arrivals(database, SetClock(MONDAY))
    rows = [Raw("web", "x", str(n), f"web:{n}", {"text": "在村"}) for n in range(3)]
    bad = Raw("web", "x", "bad", "web:bad", {"text": "\ud800"})
    told = await asyncio.gather(
        *(arrivals.commit([one]) for one in (rows[0], bad, *rows[1:])), return_exceptions=True
    )
    assert [isinstance(one, Exception) for one in told] == [False, True, False, False]
    async with database.reading() as db:
        assert await inbox.counts(db) == {"new": 3}


async def test_when_a_channel_is_shut_for_an_hour_nobody_stands_in_line_for_it(
    database: Database,
) -> None:
    shut, clock = Post(), SetClock(MONDAY)
    shut.caps = Caps(edits=False, text_limit=2000, rate=1)

    async def refuse(out: Outgoing) -> Handle:
        await asyncio.sleep(0.1)  # the others stand in line meanwhile
        raise SendError(Trouble.THROTTLED, "45009", retry_after=3600, everybody=True)

    shut.deliver = refuse  # type: ignore[method-assign]
    sender = Sender(database, {"memory": shut}, b"k" * 32, clock)
    async with database.transaction() as db:
        for number in range(6):
            to = Address("memory", "local", f"m{number}")
            await outbox.post(
                db, to, None, Reply(f"第{number}条"), dedupe=to.user_key, now=clock.now(),
                timing=Timing(BULK),
            )  # fmt: skip
    async with asyncio.timeout(5):
        await sender.drain()
    async with database.reading() as db:
        assert await outbox.counts(db) == {"ready": 6}
        rows = await db.connection.execute_fetchall("SELECT attempts FROM outbox ORDER BY id")
    assert [row["attempts"] for row in rows] == [1, 0, 0, 0, 0, 0]


async def test_what_a_member_writes_becomes_no_link_for_another(program: Program) -> None:
    out = Outgoing(1, 1, LI, "text", '王队员：<A href="https://x.example">看</a> 1<2')
    await program.app.channels["wecom"].deliver(out)
    assert program.corp.told(WHO) == ['王队员：＜A href="https://x.example">看＜/a> 1<2']


async def test_uploads_that_wecom_has_forgotten_are_forgotten_here(
    program: Program,
) -> None:
    now = WallClock().now()
    async with program.app.database.transaction() as db:
        for days, sha in ((-1, "old"), (1, "fresh")):
            held = Held("wecom", ACCOUNT, sha, "file/名单.xlsx")
            await held_files.note(db, held, sha, until=now + timedelta(days=days))
        await forgetting.tick(program.app.runner.desk, db, now)
    assert await program.rows("SELECT sha256 FROM held_file") == [("fresh",)]
