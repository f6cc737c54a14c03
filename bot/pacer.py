"""How fast a channel may be used: all together, and one chat. Answers go before bulk.

`Pacer` spreads starts over seconds; `Windows` counts what one chat gets in a minute and an hour.

Measured against a strict fake (telegram.md §6.1): python-telegram-bot's own limiter let an
answer wait 9-20 s behind 240 reminders and was refused 343 times; a window guard with two
lanes was refused never, and answered within 80 ms.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

SECOND = 1.015  # the channel's second, a little longer because its clock is not ours
SHUT = 30.0  # seconds of a hold for which nobody stands in line: he is put off until its end
RECOVERY = 5.0  # quiet seconds until a pace that was halved gains one start a second
MANY = 2048  # chats remembered before those long at rest are forgotten


@dataclass(eq=False)
class Waiter:
    """Somebody who wants to send to one chat, and hears through `ready` that he may."""

    chat: str
    ready: asyncio.Future[None]


@dataclass
class Windows:
    """At most so many messages to one chat in so many seconds, by the wall's clock.

    Some platforms drop the excess without an error (wecom.md §4), so what counts is what was
    begun. A chat not known yet is told first what it was sent before the program started.
    """

    limits: tuple[tuple[int, int], ...] = ()  # (messages, seconds)
    _begun: dict[str, deque[float]] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """Seconds that have to be remembered; 0: nothing."""
        return max((seconds for _, seconds in self.limits), default=0)

    def knows(self, chat: str) -> bool:
        """Whether this chat's past is known, or does not matter."""
        return not self.limits or chat in self._begun

    def recall(self, chat: str, begun: Iterable[float]) -> None:
        """What a chat was sent in the past, the oldest first; a second telling changes nothing."""
        if chat not in self._begun:
            self._forget(chat)
            self._begun[chat] = deque(begun)

    def wait(self, chat: str, count: int, now: float) -> float:
        """Seconds until that many more fit; 0: now. More than ever fit are let into an empty one."""
        begun = self._begun.get(chat, ())
        return max((_full(begun, count, now, *one) for one in self.limits), default=0.0)

    def note(self, chat: str, count: int, now: float) -> None:
        """So many are being sent."""
        if not self.limits:
            return
        begun = self._begun.setdefault(chat, deque())
        begun.extend([now] * count)
        while begun and begun[0] <= now - self.longest:
            begun.popleft()

    def _forget(self, chat: str) -> None:
        """Room for a further chat: the one that came first is asked for again when it is needed."""
        if len(self._begun) >= MANY:
            del self._begun[next(iter(self._begun))]


def _full(begun: Iterable[float], count: int, now: float, most: int, seconds: int) -> float:
    """Seconds until enough of the oldest have left one window."""
    inside = [one for one in begun if one > now - seconds]
    excess = len(inside) + min(count, most) - most
    return inside[excess - 1] + seconds - now if excess > 0 else 0.0


@dataclass
class Pacer:
    """Hands out turns: `rate` starts a second, `chat_rate` of them to one chat; 0: no limit."""

    rate: float = 0
    chat_rate: float = 0
    chat_burst: int = 1
    windows: Windows = field(default_factory=Windows)
    _answers: deque[Waiter] = field(default_factory=deque)
    _bulk: deque[Waiter] = field(default_factory=deque)
    _starts: deque[float] = field(default_factory=deque)
    _chats: dict[str, float] = field(default_factory=dict)  # when its burst is whole again
    _held: dict[str, float] = field(default_factory=dict)  # until when the channel wants peace
    _held_all: float = 0
    _spread: float = 0  # when the next of the bulk is due
    _pace: float = 0  # starts a second just now; below `rate` after a refusal
    _gained: float = 0  # when the pace last grew
    _alarm: asyncio.TimerHandle | None = None

    async def turn(self, chat: str, *, answer: bool) -> None:
        """Wait until one more message may start. First come, first served in each lane.

        A hold of more than `SHUT` seconds lets everybody go: ask `held` before starting.
        """
        loop = asyncio.get_running_loop()
        if self._held_all - loop.time() > SHUT:
            return
        waiter = Waiter(chat, loop.create_future())
        lane = self._answers if answer else self._bulk
        lane.append(waiter)
        self._serve()
        try:
            await waiter.ready
        finally:
            if waiter in lane:
                lane.remove(waiter)

    def held(self, chat: str, now: float) -> float:
        """Seconds for which the channel wants to hear nothing for this chat (after a 429)."""
        return max(0.0, max(self._held.get(chat, 0), self._held_all) - now)

    def throttled(self, chat: str, retry_after: float, *, everybody: bool, now: float) -> None:
        """The channel says: too fast. Hold that chat; all of them when a second hears it."""
        others = any(until > now for other, until in self._held.items() if other != chat)
        self._held[chat] = max(self._held.get(chat, 0), now + retry_after)
        if everybody or others:
            self._held_all = max(self._held_all, now + retry_after)
            self._pace = max(1.0, self._current(now) / 2)
            self._gained = self._held_all
            if retry_after > SHUT:
                self._send_home()

    def _send_home(self) -> None:
        for lane in (self._answers, self._bulk):
            for waiter in lane:
                if not waiter.ready.done():
                    waiter.ready.set_result(None)
            lane.clear()

    def _serve(self) -> None:
        """Let go whoever may start now, and wake again when the next one may."""
        now = asyncio.get_running_loop().time()
        while (wait := self._wait(now)) <= 0:
            waiter = self._next(now)
            if waiter is None:
                break
            self._note(waiter.chat, now)
            waiter.ready.set_result(None)
        self._wake_at(now, wait)

    def _wait(self, now: float) -> float:
        """Seconds until anybody at all may start: the hold of all, the window."""
        pace = self._current(now)
        if not pace:
            return self._held_all - now
        window = SECOND * max(1.0, 1 / pace)
        while self._starts and self._starts[0] + window <= now:
            self._starts.popleft()
        full = len(self._starts) >= max(1, int(pace))
        return max(self._held_all, self._starts[0] + window if full else 0) - now

    def _next(self, now: float) -> Waiter | None:
        """The first answer whose chat is free, else the first such of the bulk."""
        if waiter := self._take(self._answers, now):
            return waiter
        if self._bulk_wait(now) > 0 or not (waiter := self._take(self._bulk, now)):
            return None
        if pace := self._current(now):  # a little behind may be made up for, not more
            self._spread = max(self._spread, now - 2 / pace) + 1 / pace
        return waiter

    def _take(self, lane: deque[Waiter], now: float) -> Waiter | None:
        for waiter in lane:
            if not waiter.ready.done() and self._chat_wait(waiter.chat, now) <= 0:
                lane.remove(waiter)
                return waiter
        return None

    def _bulk_wait(self, now: float) -> float:
        """Bulk is spread evenly, so that an answer finds a place in the window at once."""
        return self._spread - now if self.rate else 0.0

    def _chat_wait(self, chat: str, now: float) -> float:
        wait = self._held.get(chat, 0) - now
        if self.chat_rate:
            leeway = (self.chat_burst - 1) / self.chat_rate
            wait = max(wait, self._chats.get(chat, 0) - leeway - now)
        return wait

    def _note(self, chat: str, now: float) -> None:
        if self.rate:
            self._starts.append(now)
        if self.chat_rate:
            self._chats[chat] = max(now, self._chats.get(chat, 0)) + 1 / self.chat_rate
        for times in (self._chats, self._held):
            if len(times) > MANY:
                for name in [name for name, until in times.items() if until <= now]:
                    del times[name]

    def _current(self, now: float) -> float:
        """Starts a second just now: `rate`, or on the way back to it."""
        if not self._pace:
            return self.rate
        gained = max(0.0, now - self._gained) / RECOVERY
        return min(self.rate, self._pace + gained)

    def _wake_at(self, now: float, wait: float) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        if not (self._answers or self._bulk):
            return
        chats = [self._chat_wait(one.chat, now) for one in self._answers]
        chats += [
            max(self._chat_wait(one.chat, now), self._bulk_wait(now)) for one in self._bulk
        ]
        delay = max(wait, min(chats))
        self._alarm = asyncio.get_running_loop().call_later(max(0.001, delay), self._serve)
