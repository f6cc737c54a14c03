"""What a harsh review of the verifiable draws has found, and a month lived with the real timetable.

The month has everything in it that may fall into one: leave, people who come, move and go, draws
by hand, picks, meeting draws, visits, back-checks, look-backs, an outage, a month that ends.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from county import ON_POST, County
from draw_cards import lived
from draw_tampering import Card, rehashed
from phones import Phones, rows

from bot.draws import verify_month
from ledger import draw_card, draw_periods, invites, look_back_secrets, people, roster
from ledger.chance import Seeds
from ledger.clock import SHANGHAI, SetClock
from ledger.database import Database, Session
from ledger.days import DAY, at, is_workday
from ledger.draw_periods import NoDraws
from ledger.draw_plan import MOVED, VOID, Due, Facts, Slot
from ledger.people import Address, Role
from ledger.roster import Entry
from ledger.rules import Rules
from scheduler import draw_periods as draw_months
from scheduler import drawing
from scheduler.desk import Desk
from templates.words import Words

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "bot" / "web" / "static"
sys.path.insert(0, str(ROOT / "scripts"))

import check_draws  # type: ignore[import-not-found]  # noqa: E402 - a script, no package

EVE = datetime(2026, 11, 30, 8, 5, tzinfo=SHANGHAI)
LAST = date(2027, 1, 4)  # the next month's first working day: 31 December is shown then
LIVELY = """
chat_lottery = 100
visits = 2
look_back_days = [1, 5]
look_back_share = 60
back_check_share = 50
"""
IN_NODE = """
import { readFileSync } from "node:fs";
import { verify } from "./check_draws.js";
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((one) => verify(one))));
"""


# the three checkers
@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's own checker in a folder in which it can be run without a browser."""
    folder = tmp_path_factory.mktemp("page")
    for name in ("check_draws.js", "sha256.js"):
        shutil.copy(STATIC / name, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "all.js").write_text(IN_NODE, encoding="utf-8")
    return folder


def in_page(folder: Path, cards: list[str]) -> list[list[str]]:
    """What the page says of each; nothing where no node is: then tests/browser alone asks it."""
    node = shutil.which("node")
    if node is None:
        return []
    done = subprocess.run(
        [node, "all.js"], cwd=folder, input=json.dumps(cards), capture_output=True, text=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    return [list(one) for one in json.loads(done.stdout)]


def all_say(folder: Path, text: str) -> list[list[str]]:
    """The verdicts on a card."""
    return [draw_card.verify(text), check_draws.faults(text), *in_page(folder, [text])]


# a lived month
async def _grow(db: Session, county: County, now: datetime) -> None:
    """Six more teams, one of which nobody can be written to, and one without anybody."""
    for number in range(6):
        town = ("清水镇", "云山乡", "东岭乡")[number % 3]
        for letter, role in (("甲", Role.LEADER), ("乙", Role.MEMBER)):
            entry = Entry(
                f"{letter}{number:02}", role, town, f"新{number:02}村", "", "", f"县{number}局"
            )
            await enter(db, county, entry, now, bound=number != 5)
    await db.connection.execute(ON_POST)


async def enter(
    db: Session, county: County, entry: Entry, now: datetime, *, bound: bool = True
) -> None:
    """Somebody new, bound to his name."""
    id = await roster.add_person(db, county.id, entry, now=now)
    if bound:
        await invites.bind(db, id, Address("memory", "local", entry.name), by=None, now=now)
    county.people[entry.name] = await people.by_id(db, id)


async def _struck_off(db: Session, county: County, count: int) -> None:
    one = county["李队员"]
    for number in range(count):
        row = {
            "county": county.id, "town": one.township_id, "team": one.team_id, "who": one.id,
            "tier": ("general", "complex")[number % 2], "by": county["王队长"].id,
            "day": str(date(2026, 11, 20) + DAY * number), "at": 1_795_000_000_000,
        }  # fmt: skip
        await db.connection.execute(
            "INSERT INTO issue (county_id, township_id, team_id, text, tier, category, found_day,"
            " due, state, owner_id, submitted_by, verified_by, closed_by, closed_day, closed_at,"
            " rebounds) VALUES (:county, :town, :team, '屋顶漏雨', :tier, '住房', :day, :day,"
            " 'closed', :who, :who, :by, :by, :day, :at, 0)",
            row,
        )


WORDS: dict[str, tuple[tuple[str, ...], ...]] = {  # what is said on a day at ten past ten
    "2026-12-02": (("李队员", "请假 明天 到 12月7日 家里有事"), ("陈干事", "抽查 2", "抽")),
    "2026-12-03": (("陈干事", "抽查 1", "抽"), ("陈干事", "抽查 1", "抽")),
    "2026-12-04": (
        ("陈干事", "电话抽查 2", "群众来电反映较多", "抽"),
        ("周总队长", "抽汇报人 2", "抽"),
    ),
    "2026-12-08": (
        ("陈干事", "抽查 指定 赵队员 群众来信反映", "抽"),
        ("王队长", "抽汇报人 1", "抽"),
    ),
    "2026-12-09": (("陈干事", "暗访 1", "开始"), ("陈干事", "抽汇报人 4", "抽")),
    "2026-12-10": (("周总队长", "抽查 1", "抽"), ("冯总队长", "抽查 1", "抽")),
    "2026-12-21": (("陈干事", "抽查 3", "抽"), ("孙队长", "请假 明天 到 12月25日 看病")),
    "2026-12-22": (("吴队员", "请假 今天 事假"), ("陈干事", "抽查 5", "抽")),
    "2026-12-31": (("陈干事", "抽查 2", "抽"), ("陈干事", "抽汇报人 3", "抽")),
}


async def live(folder: Path, migrated: Path, seed: str) -> tuple[str, dict[str, int]]:
    """December by the real timetable; its card, and how much of what there was."""
    shutil.copy(migrated, folder / "zhucun.db")
    async with Phones.open(folder, SetClock(EVE), LIVELY) as phones:
        phones.app.runner.desk.plans.clear()
        object.__setattr__(phones.app.runner.desk, "lots", Seeds(seed))
        phones.app.runner.step = timedelta(minutes=30)
        async with phones.app.database.transaction() as db:
            await _grow(db, phones.county, EVE)
            await _struck_off(db, phones.county, 8)
        for words in (
            "督导员 加 郑队长、孙队长 王队长",
            "督导员 加 甲00、甲01、甲02、甲03、甲04",
        ):
            await phones.says("陈干事", words)
        for who, house in (("李队员", "张大山"), ("钱队员", "何满仓"), ("吴队员", "田秀英")):
            await phones.says(who, f"走访 {house} 一切正常")
        await phones.at(at(EVE.date(), time(19)))
        await phones.says("陈干事", "抽签数 271828")
        await phones.presses("陈干事", "报")
        await phones.says("周总队长", f"抽签数 {len(seed)}31415")
        await phones.presses("周总队长", "报")
        day = EVE.date() + DAY
        while day <= LAST:
            await _day(phones, day)
            day += DAY
        card = (folder / "draws" / "1-2026-12.json").read_bytes().decode()
        verdict = await verify_month(phones.app.settings, "2026-12", "", None, ())
        assert verdict.faults == []
        november = await verify_month(phones.app.settings, "2026-11", "", None, ())
        assert november.said == ()
        kinds = await rows(phones, "SELECT kind || '/' || way, count(*) FROM draw GROUP BY 1")
        return card, {str(name): int(str(count)) for name, count in kinds}


async def _day(phones: Phones, day: date) -> None:
    if not is_workday(day, Rules()):
        await phones.at(at(day, time(23)))
        return
    await _changes(phones, day)
    ten = at(day, time(10, 10))
    if str(day) == "2026-12-16":  # nobody keeps time until three
        phones.clock.set(ten + timedelta(hours=5))
        await phones.restart()
        ten = phones.clock.now()
    await phones.at(ten)
    for who, *words in WORDS.get(str(day), ()):
        for one in words:
            await phones.says(who, one)
    if str(day) in ("2026-12-02", "2026-12-21"):
        await phones.presses("王队长" if day.day == 2 else "周总队长", "同意")
    await phones.at(at(day, time(19)))


async def _changes(phones: Phones, day: date) -> None:
    """Who comes, moves, is not bound any more, and is bound again."""
    now, county = phones.clock.now(), phones.county
    async with phones.app.database.transaction() as db:
        if str(day) in ("2026-12-03", "2026-12-28"):
            name = "丙新来" if day.day == 3 else "丁新来"
            await enter(db, county, Entry(name, Role.MEMBER, "清水镇", "新00村"), now)
        if day.day in (9, 10, 17, 18):
            change = "1" if day.day in (9, 17) else "NULL"
            await db.connection.execute(
                f"UPDATE address SET unbound_at = {change} WHERE person_id = {county['乙01'].id}"
            )


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["one", pytest.param("two", marks=pytest.mark.long)])
async def test_a_month_of_the_real_timetable_is_clean_for_all_checkers(
    tmp_path: Path, migrated: Path, page: Path, seed: str
) -> None:
    text, kinds = await live(tmp_path, migrated, seed)

    assert not any(all_say(page, text)), all_say(page, text)
    card = json.loads(text)
    assert {"chat/asked", "chat/picked", "chat/timetable", "phone/asked", "phone/timetable",
            "report/asked", "back_check/asked", "visit/timetable"} <= set(kinds)  # fmt: skip
    assert {"moved", "void"} <= {one["result"] for one in card["drawn"]}
    assert any("urns" in one["pool"] for one in card["asked"])
    assert any("of" in one["pool"] for one in card["asked"])
    assert card["pairs"]
    assert len(card["joined"]) >= 2
    for hand in SECRETLY:
        changed = rehashed(hand(json.loads(text)))
        assert all(all_say(page, changed)), hand.__name__


# what somebody might change who knows how a card is hashed
def _without_the_last(card: Card) -> Card:
    """One check has never been, and the card is said to speak for no more than its beginning."""
    chat = [one for one in card["drawn"] if one["why"] == "extra"]
    gone = chat[-1]
    card["drawn"].remove(gone)
    rows = card["off"].get(gone["result"], [])
    card["off"][gone["result"]] = [row for row in rows if row[1] != gone["at"] + 1]
    card["until"] = 0
    return card


def _friend_from_before(card: Card) -> Card:
    """Somebody more, as if he had stood on the list from the first moment on."""
    one = dict(card["roster"][0])
    card["joined"].append({**one, "id": f"p9{one['id'][1:]}", "since": 0})
    card["joined"].sort(key=lambda row: row["id"])
    return card


def _other_look_back(card: Card) -> Card:
    one = next(each for each in card["asked"] if "urns" in each["pool"])
    urn = next(iter(one["pool"]["urns"].values()))
    one["drawn"] = [f"9999|{urn['of'][0]}"]
    return card


def _other_turn(card: Card) -> Card:
    one = next(each for each in card["asked"] if "circle" in each["pool"])
    one["drawn"] = [*one["drawn"][:-1], 9999]
    return card


SECRETLY = (_without_the_last, _friend_from_before, _other_look_back, _other_turn)


def test_the_first_draw_by_hand_of_a_day_cannot_be_left_out(migrated: Path, page: Path) -> None:
    card = json.loads(lived(migrated))
    at = next(n for n, one in enumerate(card["asked"]) if one["name"].endswith("asked|1"))
    gone = card["asked"].pop(at)
    for team, person in gone["drawn"]:
        rows = card["off"][f"p{person}t{team}"]
        card["off"][f"p{person}t{team}"] = [row for row in rows if row[1] != gone["at"] + 1]
    text, stem = rehashed(card), gone["name"].rpartition("|")[0]

    assert f"人工抽签编号不连续：{stem}" in draw_card.verify(text)
    assert in_page(page, [text]) in ([], [draw_card.verify(text)])


# months at their edges
def test_hours_that_leave_no_minute_draw_nothing() -> None:
    """A window longer than the day, or a start after the day's end, stopped every kind."""
    long = draw_periods.kinds_of(replace(Rules(), check_window=600), 5, Fraction(1))
    late = draw_periods.kinds_of(replace(Rules(), check_from=time(21)), 5, Fraction(1))

    assert (long["chat"].quota, long["chat"].extra, long["phone"].quota) == (0, 0, 1)
    assert {(one.quota, one.extra) for one in late.values()} == {(0, 0)}


def test_the_first_half_hour_passes_over_the_midday_rest() -> None:
    """A call drawn into it was void every time."""
    kinds = draw_periods.kinds_of(replace(Rules(), check_from=time(11, 45)), 5, Fraction(1))

    assert kinds["phone"].windows == kinds["visit"].windows == ((705, 720), (840, 855))


def test_a_month_of_few_days_has_its_share_of_the_lottery() -> None:
    """Begun with two days left, every fourth member would have been asked within them."""
    kinds = draw_periods.kinds_of(Rules(), 5, Fraction(2, 21))

    assert kinds["chat"].extra == 3


async def test_an_empty_county_waits_for_its_list(database: Database, tmp_path: Path) -> None:
    """Opened with nobody on the list, a month left every team out of its quota."""
    desk = Desk(Words(), Rules(), tmp_path, Seeds("empty"))
    async with database.transaction() as db:
        id = await roster.ensure_county(db, "安和县")
        await draw_months.tick(desk, db, EVE)
        await drawing.tick(desk, db, EVE + timedelta(hours=1))
        assert await draw_periods.recent(db, id, limit=9) == []
        people = Entry("甲一", Role.MEMBER, "清水镇", "永安村")
        await roster.add_person(db, id, people, now=EVE)
        await db.connection.execute(ON_POST)
        await draw_months.tick(desk, db, EVE + timedelta(hours=2))
        assert [one.period for one in await draw_periods.recent(db, id, limit=9)] == [
            "2026-12", "2026-11",
        ]  # fmt: skip


async def test_nothing_is_drawn_from_a_month_that_has_been_shown(
    database: Database, county: County, tmp_path: Path
) -> None:
    """Its seed is public: whoever has it would know whom a late message or look-back meets."""
    desk = Desk(Words(), Rules(), tmp_path, Seeds("shown"))
    shown = datetime(2026, 12, 1, 8, 31, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        await draw_months.tick(desk, db, EVE - 10 * DAY)
        await draw_months.tick(desk, db, shown)
        november = await draw_periods.of_month(db, county.id, "2026-11")
        assert november
        assert november.revealed_at
        with pytest.raises(NoDraws) as why:
            await draw_periods.lots_of(db, county.id, desk.vault, desk.rules, now=EVE)
        late = await look_back_secrets.of_week(
            db, county.id, desk.vault, desk.rules, now=shown + timedelta(minutes=9)
        )
    assert why.value.block == "draw_periods.no_draws_over"
    assert late
    assert late.fresh
    assert Words().say(why.value.block, month=november.first)
    assert Words().say(draw_periods.NOBODY)


def test_a_clock_of_parts_of_milliseconds_voids_as_the_card_does() -> None:
    facts = Facts(b"", ("2026-12-01",), 0, (), {})
    one = Due(Slot("phone", "quota", "t1", "2026-12-01"), "t1", 510)
    edge = datetime(2026, 12, 1, 9, 0, 0, 400, tzinfo=SHANGHAI)

    assert drawing._result(Desk(Words(), Rules(), Path()), facts, one, edge) == MOVED
    assert (
        drawing._result(
            Desk(Words(), Rules(), Path()), facts, one, edge + timedelta(milliseconds=1)
        )
        == VOID
    )
