"""The life of a month: opened, told, given its beacon, shown; and nothing of the future anywhere."""

import asyncio
import hashlib
import json
import logging
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import County
from phones import Phones, words

from ledger import backup, draw_card, draw_facts, draw_periods, draw_plan, draws, outbox, roster
from ledger.chance import Seeds
from ledger.clock import SHANGHAI, SetClock
from ledger.database import Database, Session
from ledger.draw_periods import DrawPeriod
from ledger.draw_plan import Due, due
from ledger.files import path_of
from ledger.messages import Reply
from ledger.people import Role
from ledger.roster import Entry
from ledger.rules import Rules
from scheduler import draw_periods as life
from scheduler.desk import Desk
from templates.words import Words


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


PUBLISHED, MORNING = on("2026-11-30T08:31"), on("2026-12-01T08:31")
MIDST = on("2026-12-16T09:10")
OVER = on("2027-01-04T08:31")  # New Year is a day off in any year; the fourth is a Monday


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), Rules(), tmp_path, Seeds("life"))


async def beat(database: Database, desk: Desk, *moments: datetime) -> None:
    for now in moments:
        async with database.transaction() as db:
            await life.tick(desk, db, now)


async def month(database: Database, name: str) -> DrawPeriod | None:
    async with database.reading() as db:
        return await draw_periods.of_month(db, 1, name)


async def there(database: Database, name: str) -> DrawPeriod:
    found = await month(database, name)
    assert found
    return found


# opened
@pytest.mark.usefixtures("county")
async def test_the_next_month_is_opened_on_its_publishing_day(
    database: Database, desk: Desk
) -> None:
    await beat(database, desk, on("2026-11-30T08:29"))
    assert await month(database, "2026-12") is None
    await beat(database, desk, PUBLISHED, PUBLISHED)

    assert (await there(database, "2026-12")).beacon == ""


def test_every_day_knows_the_end_of_its_month() -> None:
    day = date(2026, 1, 1)
    while day < date(2029, 1, 1):
        last = draw_periods.last_of(day)
        assert (last.year, last.month) == (day.year, day.month)
        assert (last + timedelta(days=1)).day == 1
        day += timedelta(days=1)


@pytest.mark.usefixtures("county")
async def test_a_month_of_31_days_opens_the_next_on_its_last(
    database: Database, desk: Desk
) -> None:
    await beat(database, desk, on("2026-12-31T08:29"))
    assert await month(database, "2027-01") is None
    await beat(database, desk, on("2026-12-31T08:30"))
    assert await month(database, "2027-01")
    assert await month(database, "2027-02") is None


@pytest.mark.usefixtures("county")
async def test_a_publishing_day_that_was_missed_is_made_up_for(
    database: Database, desk: Desk
) -> None:
    await beat(database, desk, on("2026-09-29T09:00"), on("2026-10-04T03:00"))

    october = await there(database, "2026-10")
    assert october.beacon == ""
    assert october.promised["days"][0] == "2026-10-08"
    assert october.promised["kinds"]["chat"]["teams"] == 0
    await beat(database, desk, on("2026-10-08T08:29"))
    assert (await there(database, "2026-10")).beacon == ""
    await beat(database, desk, on("2026-10-08T08:30"))
    assert (await there(database, "2026-10")).beacon_source == draw_periods.CHAIN


@pytest.mark.usefixtures("county")
async def test_a_vault_that_cannot_be_written_stops_no_other_work(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("")
    await beat(database, replace(desk, seeds=tmp_path / "full"), PUBLISHED)
    assert await month(database, "2026-11") is None

    await beat(database, desk, PUBLISHED)
    assert await month(database, "2026-11")


# shown
@pytest.mark.usefixtures("county")
async def test_after_its_end_a_month_is_shown_with_its_card(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    await beat(database, desk, PUBLISHED, MORNING, on("2026-12-31T23:59"))
    assert not (await there(database, "2026-12")).revealed_at
    await beat(database, desk, on("2027-01-04T08:29"))
    assert not (await there(database, "2026-12")).seed
    await beat(database, desk, OVER, OVER)

    shown = await there(database, "2026-12")
    card = (tmp_path / "draws" / "1-2026-12.json").read_bytes()
    assert hashlib.sha256(card).hexdigest() == shown.card_sha256
    assert path_of(tmp_path / "files", shown.card_sha256).read_bytes() == card
    assert draw_card.verify(card.decode(), [shown.opening_sha256, shown.card_sha256]) == []
    assert json.loads(card)["seed"] == shown.seed == desk.vault.read("1-2026-12").hex()
    assert (tmp_path / "seeds" / "1-2026-12.seed").exists()
    assert not list((tmp_path / "draws").glob("*.half"))


@pytest.mark.usefixtures("county")
async def test_killed_before_the_ledger_knows_it_is_shown_once_more(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    await beat(database, desk, PUBLISHED, MORNING)
    with pytest.raises(KeyboardInterrupt):
        async with database.transaction() as db:
            await life.tick(desk, db, OVER)
            raise KeyboardInterrupt
    half = tmp_path / "draws" / "1-2026-12.half"
    half.write_text("{")
    assert not (await there(database, "2026-12")).seed
    await beat(database, desk, OVER)

    shown = await there(database, "2026-12")
    card = (tmp_path / "draws" / "1-2026-12.json").read_bytes()
    assert hashlib.sha256(card).hexdigest() == shown.card_sha256
    assert not half.exists()


@pytest.mark.usefixtures("county")
async def test_a_month_without_its_seed_is_not_shown_but_lost(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    await beat(database, desk, PUBLISHED, MORNING)
    (tmp_path / "seeds" / "1-2026-12.seed").unlink()
    await beat(database, desk, OVER, on("2027-01-05T12:00"), on("2027-01-05T12:01"))

    lost = await there(database, "2026-12")
    assert lost.lost_at
    assert not lost.revealed_at
    assert not (tmp_path / "draws" / "1-2026-12.json").exists()


async def test_everybody_may_have_the_card(phones: Phones) -> None:
    await phones.at(on("2026-12-01T09:00"))
    (before,) = await phones.says("李队员", "抽签公示")
    (shown,) = await phones.says("李队员", "抽签公示 2026-11")
    november = await there(phones.app.database, "2026-11")
    (paper,) = shown.files

    assert before.files == ()
    assert paper.sha256 == november.card_sha256
    assert paper.name == "安和县2026年11月抽签公示.json"
    card = path_of(phones.folder / "files", paper.sha256).read_text(encoding="utf-8")
    assert draw_card.verify(card) == []


# told
async def told(db: Session, desk: Desk, county: County, name: str, now: datetime) -> list[str]:
    reply = await life.with_draws(desk, db, county[name], Reply("日报"), now)
    return [one.removeprefix("· ") for one in reply.text.splitlines()[3:]]


async def test_what_the_summary_says(database: Database, county: County, desk: Desk) -> None:
    await beat(database, desk, on("2026-11-02T09:00"), PUBLISHED)
    async with database.reading() as db:
        for_county = await told(db, desk, county, "陈干事", on("2026-11-30T18:40"))
        for_leader = await told(db, desk, county, "王队长", on("2026-11-30T18:40"))
    await beat(database, desk, MORNING)
    async with database.reading() as db:
        in_december = await told(db, desk, county, "王队长", on("2026-12-01T18:40"))
        next_day = await told(db, desk, county, "王队长", on("2026-12-02T18:40"))
    december = await there(database, "2026-12")
    november = await there(database, "2026-11")

    assert for_county[:1] == for_leader
    assert december.opening_sha256 in for_leader[0]
    assert "12月1日 08:30 前发“抽签数" in for_county[1]
    assert november.card_sha256[:16] in in_december[0]
    assert "存证号" in in_december[1]
    assert len(in_december) == 2
    assert next_day == []


async def test_a_lost_seed_is_said_plainly(
    database: Database, county: County, desk: Desk, tmp_path: Path
) -> None:
    await beat(database, desk, PUBLISHED, MORNING)
    (tmp_path / "seeds" / "1-2026-12.seed").unlink()
    await beat(database, desk, MIDST)
    async with database.reading() as db:
        first = await told(db, desk, county, "王队长", MIDST.replace(hour=18, minute=40))
    noon = MIDST.replace(day=17, hour=12)
    await beat(database, desk, noon)
    async with database.reading() as db:
        second = await told(db, desk, county, "王队长", noon.replace(hour=18, minute=40))
        third = await told(db, desk, county, "王队长", noon.replace(day=18, hour=18))
        with pytest.raises(draw_periods.NoDraws):
            await draw_periods.lots_of(db, county.id, desk.vault, desk.rules, now=noon)

    assert "种子读不到" in first[0]
    assert "12月的抽签无法核验" in second[0]
    assert third == []


async def test_three_lines_at_most(
    database: Database, county: County, desk: Desk, tmp_path: Path
) -> None:
    await beat(database, desk, on("2026-11-30T08:40"))  # installed on a publishing day
    async with database.reading() as db:
        lines = await told(db, desk, county, "陈干事", on("2026-11-30T18:40"))

    assert len(lines) == 3
    assert "抽签数已定" in lines[0]


# leaks
def dumped(path: Path) -> list[tuple[str, str]]:
    """Every row of every table, bytes in hex."""
    connection = sqlite3.connect(path)
    try:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ).fetchall()
        return [
            (name, " | ".join(one.hex() if isinstance(one, bytes) else str(one) for one in row))
            for (name,) in tables
            for row in connection.execute(f"SELECT * FROM {name}")
        ]
    finally:
        connection.close()


def forms(secret: bytes) -> Iterator[str]:
    yield secret.hex()
    yield secret.hex().upper()
    yield str(int.from_bytes(secret))
    yield repr(secret)


async def test_nothing_of_the_future_stands_anywhere(
    tmp_path: Path, migrated: Path, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    shutil.copy(migrated, tmp_path / "zhucun.db")
    async with Phones.open(tmp_path, SetClock(on("2026-11-27T09:00"))) as phones:
        await phones.at(on("2026-12-17T11:17"))
        await phones.says("陈干事", "抽签公示")
        await phones.says("李队员", "抽签公示 2026-12")
        app = phones.app
        async with app.database.reading() as db:
            period = await draw_periods.of_month(db, phones.county.id, "2026-12")
            assert period
            vault = app.inbox.vault
            key = await draw_periods.key(db, period, vault, now=app.clock.now())
            facts = await draw_facts.facts(db, period.id, period.promised, key)
            done = await draw_facts.results(db, period.id)
        future = [one for one in due(facts, done) if one.slot not in done]
        made = await backup.make(app.database, tmp_path / "backup", now=app.clock.now())
        said = [words(one) for one in phones.memory.sent]
        seed = vault.read(period.vault_name)
    rows = [*dumped(tmp_path / "zhucun.db"), *dumped(made.path)]
    logs = [one.getMessage() for one in caplog.records] + list(capsys.readouterr())

    assert len(done) > 2
    assert len(future) > 2
    everything = [text for _, text in rows] + said + logs
    for secret in (seed, key):
        for form in forms(secret):
            assert not [text for text in everything if form in text]
    for one in future:
        assert not telling(rows, one)
        assert not [
            text for text in [*said, *logs] if "|".join(vars(one.slot).values()) in text
        ]
    planted = [("due", f"7 | {future[0].slot.subject} | {future[0].slot.day}T10:00")]
    assert telling(planted, future[0]) == planted


def telling(rows: list[tuple[str, str]], one: Due) -> list[tuple[str, str]]:
    """Rows that name a slot's day together with its subject or team.

    Not those of who was asked lately or is away that day: they are known, and no draw.
    """
    return [
        (table, text)
        for table, text in rows
        if table != "draw_off"
        and one.slot.day in text
        and _names(text, one.slot.subject, one.team)
    ]


def _names(text: str, subject: str, team: str) -> bool:
    """Whether a row names the slot's subject or its team as the plan does."""
    return bool(re.search(rf"(?<!\w)(?:{subject}|{team}|p\d+{team})(?!\w)", text))


async def test_backups_hold_no_seed(database: Database, county: County, desk: Desk) -> None:
    await beat(database, desk, PUBLISHED)
    folder = desk.data / "away"
    await backup.make(database, folder, now=MORNING)
    for name in backup.missing_files(desk.data, folder):
        backup.copy_file(desk.data, folder, name)
    backup.copy_key(desk.data, folder)

    seeds = [one.read_bytes() for one in (desk.data / "seeds").iterdir()]
    held = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert len(seeds) == 2
    assert not [one for one in seeds if one in held or one.hex().encode() in held]


# every county
async def test_each_county_has_its_own_month(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        other = await roster.ensure_county(db, "宁和县")
        await roster.add_person(
            db, other, Entry("韩队员", Role.MEMBER, "河口镇", "大桥村"), now=PUBLISHED
        )
        assert len(await draws.counties(db)) == 2
    await beat(database, desk, PUBLISHED)
    async with database.reading() as db:
        both = [await draw_periods.of_month(db, id, "2026-12") for id in (1, 2)]

    promised = [one.promised["commitment"] for one in both if one]
    assert len(set(promised)) == 2


async def test_twins_that_tick_at_once_open_one_month(
    database: Database, county: County, desk: Desk
) -> None:
    await asyncio.gather(*(beat(database, desk, PUBLISHED) for _ in range(3)))
    async with database.reading() as db:
        found = await draw_periods.recent(db, county.id, limit=9)
        waiting = await outbox.routine_on(db, county["王队长"].id, PUBLISHED.date())

    assert [one.period for one in found] == ["2026-12", "2026-11"]
    assert waiting == 0  # nobody is written to because of it


def test_a_card_speaks_for_a_month_that_is_over() -> None:
    assert draw_plan.start_of(date(2027, 1, 1)) == on("2027-01-01T00:00").timestamp() * 1000
