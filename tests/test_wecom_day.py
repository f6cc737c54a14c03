"""Whole days over WeCom, under faults, come to what the same days come to in a list.

The app is called back over HTTP, each callback three times and out of order, and answers over a
fake API that refuses, breaks off and forgets; the smart bot talks over a socket that is cut.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aibot_day import OverAibot
from county import CAST, MONDAY
from day_told import Day, InAList, Lived
from fake_aibot import FakeAibot, fake_aibot
from fake_wecom import FakeWeCom, fake_wecom
from wecom_day import SEND, UPDATE, OverWeCom
from wecom_line import settings_of

from bot.channels.wecom import client
from ledger.clock import SetClock, WallClock
from ledger.database import Database, StoreTrouble

CHATS = Path(__file__).parent / "conversations"
DAYS = ["one_sentence", "issue_life", "letters"]
LONG_DAYS = [
    "study",
    "photos",
    "visits",
    "leave",
    "spotchecks",
    "issues",
    "reports",
    "reminders",
]
SOCKET_DAYS = ["one_sentence", "leave", "plain_words"]
LONG_SOCKET_DAYS = ["study", "visits", "issues", "spotchecks"]

APP_FAULTS: tuple[Callable[[FakeWeCom], Any], ...] = (
    lambda fake: fake.expire_tokens(42001),
    lambda fake: fake.fail(SEND, 45009, "api freq out of limit"),
    lambda fake: fake.fail(SEND, http=502),
    lambda fake: fake.fail(SEND, http=502, accepted=True),
    lambda fake: fake.expire_tokens(40014),
    lambda fake: fake.fail(SEND, cut=True, accepted=True),
    lambda fake: fake.fail(SEND, -1, times=2),
    lambda fake: fake.fail(SEND, http=500, accepted=True, times=4),
    lambda fake: fake.fail(SEND, delay=0.05, times=3),
    lambda fake: fake.fail(SEND, 45033),
    lambda fake: fake.fail(UPDATE, http=502),
    lambda fake: (fake.expire_tokens(), fake.fail("gettoken", -1)),
    lambda fake: fake.fail("media/get", http=502),
    lambda fake: fake.fail("media/get", cut=True),
)
SOCKET_FAULTS: tuple[Callable[[FakeAibot], Any], ...] = (
    lambda fake: fake.abort(),
    lambda fake: fake.fail("aibot_respond_msg", 45009),
    lambda fake: fake.cut_mid_frame(),
    lambda fake: fake.unsubscribe(),
    lambda fake: setattr(fake, "drop_acks", 1),
    lambda fake: fake.close(1000),
    lambda fake: fake.fail("aibot_respond_msg", 846605),
    lambda fake: fake.fail("aibot_send_msg", 45009),
    lambda fake: setattr(fake, "slow", 0.05),
    lambda fake: setattr(fake, "slow", 0.0),
    lambda fake: fake.close(1011),
)


def slow(names: list[str]) -> list[Any]:
    """Days of many steps, or of weeks minute by minute."""
    return [pytest.param(name, marks=pytest.mark.long) for name in names]


@pytest.fixture(scope="module")
def corp() -> Iterator[FakeWeCom]:
    with fake_wecom(WallClock()) as fake:
        yield fake


@pytest.fixture(scope="module")
def service() -> Iterator[FakeAibot]:
    with fake_aibot() as fake:
        yield fake


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of WeCom's closes for a moment; the sender counts those seconds in real time."""
    monkeypatch.setattr(client, "CLOSED", (0.2,))


async def in_a_list(folder: Path, name: str, **more: Any) -> Lived:
    async with Day.open(folder, InAList(SetClock(MONDAY), **more)) as day:
        return await day.live(CHATS / f"{name}.chat")


def check_same(lived: Lived, wanted: Lived) -> None:
    """Chat by chat the words on each screen; then what the ledger has kept."""
    assert lived.left_out == wanted.left_out
    for who in wanted.told.keys() | lived.told.keys():
        missing, extra = apart(wanted.told.get(who, Counter()), lived.told.get(who, Counter()))
        assert (missing, extra) == ([], []), who
    for query, rows in wanted.written.items():
        assert apart(rows, lived.written[query]) == ([], []), query


def apart(wanted: Counter[Any], found: Counter[Any]) -> tuple[list[Any], list[Any]]:
    """What is missing, and what is too much."""
    return list((wanted - found).elements()), list((found - wanted).elements())


@pytest.mark.parametrize("name", [*DAYS, *slow(LONG_DAYS)])
async def test_a_day_over_the_app_under_faults(
    corp: FakeWeCom, tmp_path: Path, name: str
) -> None:
    clock = SetClock(MONDAY)
    corp.forget(clock)
    line = OverWeCom(clock, fake=corp, faults=APP_FAULTS)
    async with Day.open(tmp_path / "over", line) as day:
        lived = await day.live(CHATS / f"{name}.chat")
    check_same(lived, await in_a_list(tmp_path / "list", name))
    assert line.refused == []
    assert corp.dropped == []
    assert line.young_tokens() <= corp.expired
    assert len({42001, 40014, 45009, -1, 45033} & {call.errcode for call in corp.calls}) > 3
    assert corp.collapsed > 0


@pytest.mark.parametrize("name", [*SOCKET_DAYS, *slow(LONG_SOCKET_DAYS)])
async def test_a_day_over_the_smart_bot_under_faults(
    service: FakeAibot, tmp_path: Path, name: str
) -> None:
    clock = SetClock(MONDAY)
    service.forget()
    line = OverAibot(clock, fake=service, faults=SOCKET_FAULTS)
    service.wrote.update(line.address(one.name).user_key for one in CAST)
    async with Day.open(tmp_path / "over", line) as day:
        lived = await day.live(CHATS / f"{name}.chat")
    plain = await in_a_list(tmp_path / "list", name, apart=False, places=False, edits=False)
    check_same(lived, plain)
    assert service.violations == []
    assert service.subscribes > 3
    assert line.repeats < service.subscribes + line.rounds  # each had an unclear answer


async def test_everybody_at_once_in_no_order_is_as_one_after_the_other(
    corp: FakeWeCom, tmp_path: Path
) -> None:
    """The morning: each of the ten writes his sentence, each callback comes three times."""
    said = [(one.name, f"学习 60 中央一号文件第{at}讲") for at, one in enumerate(CAST)]
    clock = SetClock(MONDAY)
    corp.forget(clock)
    line = OverWeCom(clock, fake=corp)
    async with Day.open(tmp_path / "over", line) as day:
        for fault in APP_FAULTS[:6]:
            fault(corp)
        xmls = [line.caller.text(line.who(name), words) for name, words in said] * 3
        random.Random(8).shuffle(xmls)
        got = await line.caller.at_once(*xmls)
        await day.settled()
        lived = await day.ended()
    assert {one.statuses[-1] for one in got} == {200}
    async with Day.open(tmp_path / "list", InAList(SetClock(MONDAY))) as day:
        for name, words in said:
            await day.line.write(name, words)
        await day.settled()
        wanted = await day.ended()
    assert lived.told == wanted.told
    queries = [one for one in wanted.written if "record_id" not in one and "FROM ev" not in one]
    assert {one: lived.written[one] for one in queries} == {
        one: wanted.written[one] for one in queries
    }


async def test_forty_questions_in_one_minute_get_forty_answers(
    corp: FakeWeCom, tmp_path: Path
) -> None:
    """WeCom would drop the thirty-first without a word."""
    clock = SetClock(MONDAY)
    corp.forget(clock)
    line = OverWeCom(clock, fake=corp, times=1)
    async with Day.open(tmp_path, line) as day:
        before = len(corp.screen(line.who("李队员")))
        for _ in range(40):
            await line.write("李队员", "今天")
        await day.settled()
        seen = corp.screen(line.who("李队员"))[before:]
    assert corp.dropped == []
    assert len(seen) == 40
    busiest = max(Counter(one.at.replace(second=0) for one in seen).values())
    assert busiest <= 25
    assert clock.now() > MONDAY


async def test_a_token_near_its_end_is_not_asked_for_again_and_again(
    corp: FakeWeCom, database: Database
) -> None:
    """WeCom gives the same one while it lives, with less and less time left."""
    clock = SetClock(MONDAY)
    corp.forget(clock)
    calls = client.Client(settings_of(corp), database, clock)
    for _ in range(3 * corp.lives // 60):
        await calls.call("/cgi-bin/getcallbackip", method="GET")
        clock.set(clock.now() + timedelta(minutes=1))
    await calls.close()
    assert len(corp.asked("gettoken")) <= 3 * 2
    assert corp.refused() == []


async def test_a_ledger_without_room_is_told_and_the_next_try_is_kept(
    corp: FakeWeCom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and not 200: WeCom tries again, nothing acknowledged is lost."""
    clock = SetClock(MONDAY)
    corp.forget(clock)
    line = OverWeCom(clock, fake=corp, times=1)
    async with Day.open(tmp_path, line) as day:
        keep, full = day.app.inbox.keep, iter([True, True])

        async def sometimes(*raws: Any) -> None:
            if next(full, False):
                raise StoreTrouble("no room")
            await keep(*raws)

        monkeypatch.setattr(day.app.inbox, "keep", sometimes)
        delivery = await line.caller.push(
            line.caller.text(line.who("李队员"), "学习 60 一号文件")
        )
        await day.settled()
        lived = await day.ended()
    assert delivery.statuses == [503, 503, 200]
    assert sum(lived.told["李队员"].values()) == 1
