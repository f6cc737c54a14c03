"""The pacer on a loop whose clock is virtual: hours of sending in no time, to the millisecond."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacer import Pacer, Windows


class VirtualLoop(asyncio.SelectorEventLoop):
    """When nothing is ready it does not sleep: it moves its own clock."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 0.0
        self._clock_resolution = 1e-6
        real = self._selector.select

        def select(timeout: float | None) -> Any:
            found = real(0)
            if not found and timeout:
                self.moment += timeout
            return found

        self._selector.select = select

    def time(self) -> float:
        return self.moment


def live(scene: Callable[[], Awaitable[None]]) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(asyncio.wait_for(scene(), 100_000))
    finally:
        loop.close()


def now() -> float:
    return asyncio.get_running_loop().time()


class Log:
    """Who started when."""

    def __init__(self, pacer: Pacer) -> None:
        self.pacer = pacer
        self.starts: list[tuple[float, str]] = []

    async def send(self, chat: str, *, answer: bool = False) -> float:
        asked = now()
        await self.pacer.turn(chat, answer=answer)
        self.starts.append((now(), chat))
        return now() - asked

    def most_in_a_second(self, chat: str = "") -> int:
        times = [at for at, who in self.starts if not chat or who == chat]
        window: list[float] = []
        most = 0
        for at in sorted(times):
            heapq.heappush(window, at)
            while window[0] < at - 1.0:
                heapq.heappop(window)
            most = max(most, len(window))
        return most


def test_no_more_than_the_rate_starts_in_any_second() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=25, chat_rate=1, chat_burst=3))
        await asyncio.gather(*(log.send(f"chat{number}") for number in range(1200)))
        assert log.most_in_a_second() <= 25
        assert now() < 1200 / 25 / 0.95  # at least 95 % of the pace asked for

    live(scene)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 0.5),
            st.integers(0, 4),
            st.booleans(),
            st.sampled_from([0, 0, 0, 0, 3]),
        ),
        max_size=120,
    ),
    st.sampled_from([1, 3, 7.5, 25]),
)
@settings(max_examples=60, deadline=None)
def test_limits_hold_whatever_is_asked_for(plan: list[tuple[Any, ...]], rate: float) -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=rate, chat_rate=1, chat_burst=3))
        tasks = []
        for wait, chat, answer, refused in plan:
            await asyncio.sleep(wait)
            if refused:
                log.pacer.throttled(f"chat{chat}", refused, everybody=False, now=now())
            tasks.append(asyncio.ensure_future(log.send(f"chat{chat}", answer=answer)))
        await asyncio.gather(*tasks)
        assert len(log.starts) == len(plan)
        assert log.most_in_a_second() <= rate
        assert all(log.most_in_a_second(f"chat{chat}") <= 4 for chat in range(5))

    live(scene)


def test_one_chat_gets_its_burst_and_then_one_a_second() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=25, chat_rate=1, chat_burst=3))
        await asyncio.gather(*(log.send("zhang", answer=True) for _ in range(8)))
        times = [round(at, 2) for at, _ in log.starts]
        assert times == [0, 0, 0, 1, 2, 3, 4, 5]

    live(scene)


def test_one_chat_is_served_in_order() -> None:
    async def scene() -> None:
        pacer, order = Pacer(rate=25, chat_rate=1, chat_burst=3), []

        async def send(number: int) -> None:
            await pacer.turn("zhang", answer=True)
            order.append(number)

        await asyncio.gather(*(send(number) for number in range(30)))
        assert order == list(range(30))

    live(scene)


def test_a_flooding_chat_delays_nobody_else() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=25, chat_rate=1, chat_burst=3))
        flood = [asyncio.ensure_future(log.send("flood", answer=True)) for _ in range(50)]
        await asyncio.sleep(0.5)
        assert await log.send("zhang", answer=True) == 0
        await asyncio.gather(*flood)

    live(scene)


def test_a_refusal_holds_that_chat_for_as_long_as_asked_and_no_other() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=25, chat_rate=1, chat_burst=3))
        log.pacer.throttled("zhang", 7, everybody=False, now=now())
        assert log.pacer.held("zhang", now()) == 7
        assert log.pacer.held("li", now()) == 0
        waited = await asyncio.gather(
            log.send("zhang", answer=True), log.send("li", answer=True), log.send("wang")
        )
        assert waited == [7, 0, 0]

    live(scene)


def test_a_second_refused_chat_holds_everybody_and_halves_the_pace() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=20, chat_rate=1, chat_burst=3))
        log.pacer.throttled("zhang", 3, everybody=False, now=now())
        log.pacer.throttled("li", 5, everybody=False, now=now())
        assert await log.send("wang", answer=True) == 5
        await asyncio.gather(*(log.send(f"chat{number}") for number in range(60)))
        assert log.most_in_a_second() <= 12  # halved, and slowly growing
        await asyncio.sleep(60)
        log.starts.clear()
        await asyncio.gather(*(log.send(f"chat{number}") for number in range(100)))
        assert 18 <= log.most_in_a_second() <= 20  # back to the full pace

    live(scene)


def test_refusals_of_the_same_chat_again_hold_only_that_chat() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=20, chat_rate=1, chat_burst=3))
        log.pacer.throttled("zhang", 3, everybody=False, now=now())
        log.pacer.throttled("zhang", 5, everybody=False, now=now())
        assert await log.send("wang", answer=True) == 0
        await asyncio.sleep(6)
        log.pacer.throttled("li", 5, everybody=False, now=now())  # the first hold is over
        assert await log.send("wang", answer=True) == 0

    live(scene)


def test_an_answer_overtakes_a_thousand_queued_reminders() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=25, chat_rate=1, chat_burst=3))
        bulk = [asyncio.ensure_future(log.send(f"chat{number}")) for number in range(1000)]
        waits = []
        for second in range(10):
            await asyncio.sleep(1.37)
            waits.append(await log.send(f"person{second}", answer=True))
        assert max(waits) <= 0.06
        await asyncio.gather(*bulk)
        assert log.most_in_a_second() <= 25

    live(scene)


def test_without_limits_nobody_waits_but_a_refusal_is_obeyed() -> None:
    async def scene() -> None:
        log = Log(Pacer())
        assert await log.send("zhang") == 0
        log.pacer.throttled("zhang", 2, everybody=False, now=now())
        assert await log.send("zhang") == 2

    live(scene)


def test_who_gives_up_waiting_blocks_nobody() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=1))
        await log.send("zhang")
        waiting = [asyncio.ensure_future(log.send(f"chat{number}")) for number in range(3)]
        await asyncio.sleep(0.1)
        waiting[0].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert [chat for _, chat in log.starts] == ["zhang", "chat1", "chat2"]
        assert now() == pytest.approx(2.03, abs=0.01)

    live(scene)


def test_chats_long_at_rest_are_forgotten() -> None:
    async def scene() -> None:
        log = Log(Pacer(rate=0, chat_rate=1, chat_burst=3))
        for number in range(5000):
            await log.send(f"chat{number}")
            await asyncio.sleep(0.01)
        assert len(log.pacer._chats) < 2100

    live(scene)


# windows: by the wall's clock, given in
LIMITS = ((25, 60), (900, 3600))


def test_without_limits_a_chat_is_known_and_never_waits() -> None:
    windows = Windows()
    windows.note("zhang", 1000, 0)
    assert windows.knows("zhang")
    assert windows.wait("zhang", 1, 0) == 0


def test_a_full_minute_waits_until_its_oldest_are_a_minute_old() -> None:
    windows = Windows(LIMITS)
    windows.note("zhang", 10, 100)
    windows.note("zhang", 15, 130)
    assert windows.wait("zhang", 1, 140) == 20
    assert windows.wait("zhang", 11, 140) == 50
    assert windows.wait("li", 25, 140) == 0
    assert windows.wait("zhang", 10, 160) == 0


def test_what_never_fits_goes_out_alone() -> None:
    windows = Windows(((5, 60),))
    assert windows.wait("zhang", 9, 0) == 0
    windows.note("zhang", 9, 0)
    assert windows.wait("zhang", 1, 59) == 1
    assert windows.wait("zhang", 1, 60) == 0


def test_the_past_is_told_once_and_what_was_noted_stays() -> None:
    windows = Windows(LIMITS)
    assert not windows.knows("zhang")
    windows.recall("zhang", [10.0] * 25)
    windows.recall("zhang", [])
    assert windows.wait("zhang", 1, 20) == 50


def test_many_chats_are_not_all_remembered_but_asked_for_again() -> None:
    windows = Windows(LIMITS)
    for number in range(3000):
        windows.recall(f"chat{number}", [0.0])
    assert len(windows._begun) <= 2048
    assert not windows.knows("chat0")
    assert windows.knows("chat2999")


@given(
    st.lists(st.tuples(st.floats(0, 40), st.integers(1, 4)), max_size=150),
    st.tuples(st.integers(4, 12), st.integers(12, 30)),
    st.integers(0, 149),
)
@settings(max_examples=100, deadline=None)
def test_no_window_is_ever_overfull_not_even_over_a_restart(
    plan: list[tuple[float, int]], most: tuple[int, int], restart: int
) -> None:
    limits = ((most[0], 60), (most[1], 600))
    windows, now, sent = Windows(limits), 0.0, list[float]()
    for number, (pause, count) in enumerate(plan):
        now += pause
        if number == restart:
            windows = Windows(limits)
            windows.recall("zhang", [one for one in sent if one > now - windows.longest])
        if (wait := windows.wait("zhang", count, now)) > 0:
            now += wait
            assert windows.wait("zhang", count, now + 1e-6) == 0
            now += 1e-6
        windows.note("zhang", count, now)
        sent += [now] * count
    for limit, seconds in limits:
        for one in sent:
            assert sum(one <= other < one + seconds - 1e-3 for other in sent) <= limit
