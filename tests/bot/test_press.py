"""Drawings become files just before they are sent: once, never lost, never in anybody's way.

The form drawn here is a small one of our own; that real ones come out right is tested with them.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from county import MONDAY, County, settle

from bot import sender as sending
from bot.app import open_app
from bot.channels.memory import Memory
from bot.press import HANDS, Press
from bot.sender import Sender
from bot.settings import Settings
from bot.word_desk import WordDesk
from ledger import outbox
from ledger.clock import SetClock
from ledger.database import Database
from ledger.days import DAY, days_between
from ledger.errors import Refused
from ledger.files import path_of
from ledger.messages import Drawing, Outgoing, Reply
from ledger.outbox import ANSWER, BULK, Timing
from ledger.people import Address
from templates.forms import FORMS
from templates.looks import Facts, Looks, Made
from templates.words import Words

KEY = b"k" * 32


class Killed(BaseException):
    """The program ends here."""


@dataclass
class Plate:
    """A form that counts what it draws, and that can be held or made to fail."""

    drawn: Counter[str] = field(default_factory=Counter)
    held: dict[str, threading.Event] = field(default_factory=dict)
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, facts: Facts, looks: Looks) -> Made:
        with self._lock:
            self.drawn[facts["title"]] += 1
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            if event := self.held.get(facts["title"]):
                assert event.wait(20)
            if facts["title"] == "坏":
                raise ValueError("cannot be drawn")
            if facts["title"] == "断" and self.drawn["断"] == 1:
                raise Killed
        finally:
            with self._lock:
                self._now -= 1
        return Made(f"picture of {facts['title']}".encode(), "image/png", ".png")

    def hold(self, title: str) -> threading.Event:
        """That drawing waits until the event is set."""
        return self.held.setdefault(title, threading.Event())


@dataclass
class Shop:
    """A ledger with people in it, and senders that may die and come back."""

    database: Database
    folder: Path
    county: County
    clock: SetClock
    plate: Plate
    memory: Memory = field(default_factory=Memory)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The program starts anew: nothing is remembered but what is written down."""
        press = Press(self.folder / "files", Words())
        channels = {"memory": self.memory}
        self.sender = Sender(self.database, channels, KEY, self.clock, press=press)

    def start_again(self) -> None:
        """After a kill, when the lease of what was in hand has run out."""
        self.clock.set(self.clock.now() + outbox.LEASE + timedelta(seconds=1))
        self.start()

    async def post(
        self, *titles: str, to: str = "李队员", text: str = "**日报**", lane: int = ANSWER
    ) -> int:
        drawings = tuple(Drawing("plate", f"日报 {one}", {"title": one}) for one in titles)
        address = Address("memory", "local", to)
        reply, timing = Reply(text, drawings=drawings), Timing(lane)
        async with self.database.transaction() as db:
            dedupe = f"{to}{titles}{len(self.plate.drawn)}{lane}"
            id = await outbox.post(
                db, address, self.county[to].id, reply, dedupe=dedupe, now=self.clock.now(),
                timing=timing,
            )  # fmt: skip
        assert id
        return id

    async def body(self, id: int) -> Any:
        async with self.database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT body, state FROM outbox WHERE id = ?", (id,)
            )
        return tuple(next(iter(rows)))

    async def files(self) -> list[tuple[str, str]]:
        async with self.database.reading() as db:
            rows = await db.connection.execute_fetchall("SELECT sha256, mime FROM file")
        return [tuple(one) for one in rows]

    @property
    def sent(self) -> list[Outgoing]:
        return self.memory.sent


@pytest.fixture
def plate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plate]:
    made = Plate()
    monkeypatch.setitem(FORMS, "plate", made)
    yield made
    for event in made.held.values():
        event.set()


@pytest.fixture
async def shop(
    database: Database, county: County, clock: SetClock, tmp_path: Path, plate: Plate
) -> Shop:
    return Shop(database, tmp_path, county, clock, plate)


async def test_a_message_goes_out_with_its_files_and_forgets_their_facts(shop: Shop) -> None:
    id = await shop.post("永安村")
    await shop.sender.drain()
    (out,) = shop.sent
    (file,) = out.files
    assert (out.text, out.drawings, file.name) == ("**日报**", (), "日报 永安村.png")
    kept = path_of(shop.folder / "files", file.sha256)
    assert kept.read_text(encoding="utf-8") == "picture of 永安村"
    assert await shop.files() == [(file.sha256, "image/png")]
    body, state = await shop.body(id)
    assert state == "sent"
    assert file.sha256 in body
    assert "drawings" not in body


async def test_the_same_drawing_is_made_once_for_everybody(shop: Shop) -> None:
    for who in ("李队员", "赵队员", "王队长"):
        await shop.post("永安村", to=who, lane=BULK)
    await shop.sender.drain()
    await shop.post("永安村", to="陈干事")
    await shop.sender.drain()
    assert len(shop.sent) == 4
    assert len({out.files for out in shop.sent}) == 1
    assert shop.plate.drawn["永安村"] == 1


async def test_after_a_change_of_the_county_s_layout_it_is_made_again(shop: Shop) -> None:
    county = shop.folder / "county"
    county.mkdir()
    press = Press(shop.folder / "files", Words(), county)
    for _ in range(2):
        await press.one(Drawing("plate", "日报", {"title": "永安村"}))
    (county / "paper.toml").write_text("[body]\nline_pt = 28\n")
    for _ in range(2):
        await press.one(Drawing("plate", "日报", {"title": "永安村"}))
    assert shop.plate.drawn == {"永安村": 2}


async def test_one_that_was_lost_from_the_disk_is_made_again(shop: Shop) -> None:
    await shop.post("永安村")
    await shop.sender.drain()
    path_of(shop.folder / "files", shop.sent[0].files[0].sha256).unlink()
    await shop.post("永安村", to="赵队员")
    await shop.sender.drain()
    assert path_of(shop.folder / "files", shop.sent[1].files[0].sha256).is_file()


async def test_what_cannot_be_drawn_does_not_take_the_words_with_it(shop: Shop) -> None:
    await shop.post("坏", "永安村")
    await shop.sender.drain()
    (out,) = shop.sent
    assert [file.name for file in out.files] == ["日报 永安村.png"]
    assert out.text == "**日报**\n\n（图片没有做成，文字不受影响；需要时再要一次。）"


async def test_when_the_county_s_own_page_fails_the_paper_is_on_ours(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_heavy(facts: Facts, looks: Looks) -> Made:
        raise Refused("word_templates.too_heavy")

    monkeypatch.setattr("bot.word_desk.word_child.make", too_heavy)
    pages = WordDesk(shop.database, Words(), shop.clock, shop.folder, None, lambda: None)
    ours = Made(b"ours", "x/y", ".docx")
    monkeypatch.setattr("bot.word_desk.write_word", lambda facts, looks: ours)
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(pages, "note_fault", lambda page, why: told.append((page, why.block)))
    press = Press(shop.folder, Words(), write_word=pages.write)
    kept = await press.one(Drawing("word", "周报", {"title": "永安村", "template": "ab"}))
    assert kept.name == "周报.docx"
    assert told == [("ab", "word_templates.too_heavy")]


async def test_killed_while_it_is_drawn_it_is_drawn_again_and_sent_once(shop: Shop) -> None:
    await shop.post("断")
    with pytest.raises(Killed):
        await shop.sender.drain()
    assert shop.sent == []
    shop.start_again()
    await shop.sender.drain()
    assert [len(out.files) for out in shop.sent] == [1]


@pytest.mark.parametrize("where", ["files.enter", "outbox.drawn"])
async def test_killed_before_the_files_are_noted(
    shop: Shop, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.post("永安村")
    with monkeypatch.context() as patched:
        patched.setattr(f"bot.sender.{where}", die)
        with pytest.raises(Killed):
            await shop.sender.drain()
    assert await shop.files() == []  # of the row and its files both or none
    shop.start_again()
    await shop.sender.drain()
    assert [len(out.files) for out in shop.sent] == [1]
    assert shop.plate.drawn["永安村"] == 2


async def test_killed_before_it_is_sent_nothing_is_drawn_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.post("永安村")
    with monkeypatch.context() as patched:
        patched.setattr(shop.memory, "deliver", die)
        with pytest.raises(Killed):
            await shop.sender.drain()
    shop.start_again()
    await shop.sender.drain()
    assert [len(out.files) for out in shop.sent] == [1]
    assert shop.plate.drawn["永安村"] == 1


async def test_killed_before_it_is_marked_the_same_files_come_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.post("永安村")
    with monkeypatch.context() as patched:
        patched.setattr("bot.sender.outbox.sent", die)
        with pytest.raises(Killed):
            await shop.sender.drain()
    shop.start_again()
    await shop.sender.drain()
    first, second = shop.sent  # twice, as we say of a crash between sending and marking
    assert (first.files, second.again) == (second.files, True)
    assert shop.plate.drawn["永安村"] == 1


async def die(*args: object, **more: object) -> None:
    raise Killed


async def test_settled_is_when_what_the_lanes_have_in_hand_is_out(shop: Shop) -> None:
    """A clock that is put forward meanwhile would let it expire."""
    held = shop.plate.hold("永安村")
    lanes = asyncio.create_task(shop.sender.run())
    await shop.post("永安村", lane=BULK)
    shop.sender.wake()
    await drawn(shop, "永安村")
    settling = asyncio.create_task(shop.sender.settle())
    done, _ = await asyncio.wait({settling}, timeout=0.2)
    assert not done
    held.set()
    await settling
    lanes.cancel()
    assert [len(out.files) for out in shop.sent] == [1]


async def test_before_a_moment_what_nobody_asked_for_goes_in_words(shop: Shop) -> None:
    shop.sender.words_until = shop.clock.now() + timedelta(minutes=1)
    id = await shop.post("一", lane=BULK)
    await shop.post("二", lane=ANSWER)
    await shop.sender.drain()
    shop.clock.set(shop.sender.words_until)
    await shop.post("三", lane=BULK)
    await shop.sender.drain()
    assert [(out.text, len(out.files)) for out in shop.sent] == [
        ("**日报**", 1),
        ("**日报**", 0),
        ("**日报**", 1),
    ]
    assert [*shop.plate.drawn] == ["二", "三"]
    body, state = await shop.body(id)
    assert (state, "drawings" in body) == ("sent", False)


@pytest.mark.parametrize(("days", "hour"), [(1, 9), (3, 20)])
async def test_a_jump_of_the_demo_s_clock_loses_no_summary(
    tmp_path: Path, plate: Plate, monkeypatch: pytest.MonkeyPatch, days: int, hour: int
) -> None:
    """With the lanes at work and pictures that take their time; of the last day with pictures."""

    def slow(facts: Facts, looks: Looks) -> Made:
        time.sleep(0.05)
        return plate(facts, looks)

    for form in ("card", "pdf", "word"):
        monkeypatch.setitem(FORMS, form, slow)
    clock, memory = SetClock(MONDAY), Memory()
    opened = open_app(
        Settings(data=tmp_path, _env_file=None),
        clock,
        channels={"memory": memory},
        durable=False,
    )
    async with opened as app:
        county = await settle(app.database, now=clock.now())
        await app.start()
        await app.move_clock((MONDAY + days * DAY).replace(hour=hour))
        await app.stop()
    told = [out for out in memory.sent if out.person_id == county["周总队长"].id]
    summaries = [out for out in told if "工作日报** " in out.text]
    evenings = days_between(MONDAY.date(), MONDAY.date() + (days - (hour < 19)) * DAY)
    assert len(summaries) == len([*evenings])
    assert [bool(out.files) for out in summaries] == [*[False] * (len(summaries) - 1), True]


async def test_a_summary_whose_evening_has_passed_meanwhile_is_not_sent(shop: Shop) -> None:
    held = shop.plate.hold("永安村")
    id = await shop.post("永安村", lane=BULK)
    sending_it = asyncio.create_task(shop.sender.drain())
    await drawn(shop, "永安村")
    async with shop.database.transaction() as db:
        await db.connection.execute("UPDATE outbox SET state = 'expired' WHERE id = ?", (id,))
    held.set()
    await sending_it
    assert shop.sent == []


async def test_waiting_long_for_its_drawings_is_no_try(shop: Shop) -> None:
    """Its lease runs out three times behind three hundred others: it has still been tried once."""
    held = shop.plate.hold("永安村")
    id = await shop.post("永安村", lane=BULK)
    sending_it = asyncio.create_task(shop.sender.drain())
    await drawn(shop, "永安村")
    for _ in range(3):
        shop.clock.set(shop.clock.now() + outbox.LEASE + timedelta(seconds=1))
        await shop.sender.drain()
    held.set()
    await sending_it
    assert len(shop.sent) == 1
    async with shop.database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT attempts, uncertain FROM outbox WHERE id = ?", (id,)
        )
    assert tuple(next(iter(rows))) == (1, 0)


async def test_who_waits_longer_than_a_moment_is_told_so_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLOW", 0.0)
    held = shop.plate.hold("永安村")
    await shop.post("永安村")
    sending_it = asyncio.create_task(shop.sender.drain())
    await drawn(shop, "永安村")
    await until(lambda: bool(shop.sent))
    sending_it.cancel()  # stopped while it draws
    await asyncio.gather(sending_it, return_exceptions=True)
    held.set()
    shop.start_again()
    await shop.sender.drain()
    assert [out.text for out in shop.sent] == ["正在做图片和文件，马上发来。", "**日报**"]


async def test_who_has_not_asked_is_told_of_no_progress(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLOW", 0.0)
    await shop.post("永安村", lane=BULK)
    await shop.sender.drain()
    assert [out.text for out in shop.sent] == ["**日报**"]


async def test_three_hundred_cards_of_the_evening_do_not_delay_an_answer(shop: Shop) -> None:
    """None of them is out while the first is held; with files or without, answers go at once."""
    held = shop.plate.hold("第0村")
    for number in range(300):
        await shop.post(f"第{number}村", to="赵队员", lane=BULK)
    lanes = asyncio.create_task(shop.sender.run())
    try:
        await drawn(shop, "第0村")
        await shop.post(text="已记学习", to="李队员")
        await shop.post("永安村", to="王队长")
        shop.sender.wake()
        await until(lambda: len(shop.sent) == 2)
        assert {out.address.user_key for out in shop.sent} == {"李队员", "王队长"}
        assert shop.plate.drawn.total() == 2
    finally:
        held.set()
        lanes.cancel()
        await asyncio.gather(lanes, return_exceptions=True)


async def test_no_more_hands_than_the_machine_has_to_spare(shop: Shop) -> None:
    for number, who in enumerate(("李队员", "赵队员", "王队长", "陈干事")):
        await shop.post(*(f"{number}-{one}" for one in range(3)), to=who)
        await shop.post(f"{number}-晚", to=who, lane=BULK)
    await shop.sender.drain()
    assert shop.plate.drawn.total() == 16
    assert shop.plate.most <= HANDS


async def test_without_a_press_the_words_go_alone(shop: Shop) -> None:
    shop.sender.press = None
    await shop.post("永安村")
    await shop.sender.drain()
    assert [(out.text, out.files) for out in shop.sent] == [("**日报**", ())]
    assert shop.plate.drawn.total() == 0


async def drawn(shop: Shop, title: str) -> None:
    """Until that drawing is under way."""
    await until(lambda: shop.plate.drawn[title] > 0)


async def until(told: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not told():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
